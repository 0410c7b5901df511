import type { LookAtHoldout } from './holdout.ts';

/** From best to worst: a report's verdict is the worst of its deciding gates'. */
export const verdicts = ['passed', 'inconclusive', 'failed', 'error'] as const;
export type Verdict = (typeof verdicts)[number];

/** The worst of some judgements, of equal ones the first by `prefer` or else in order; what is ignored is never worse. */
export function worst<Judged extends { readonly verdict: Verdict | 'ignored' }>(
  judged: readonly Judged[],
  prefer: (a: Judged, b: Judged) => number = () => 0,
): Judged | undefined {
  return judged.reduce<Judged | undefined>((found, next) => {
    if (!found) return next;
    const worse = rankOf(next.verdict) - rankOf(found.verdict) || -prefer(next, found);
    return worse > 0 ? next : found;
  }, undefined);
}

function rankOf(verdict: Verdict | 'ignored'): number {
  return verdict === 'ignored' ? -1 : verdicts.indexOf(verdict);
}

export const gateReportSchemaVersion = 4;

/** What a gate's verdict does: `block` decides, `warn` is said aloud, `record` is only written down. */
export const severities = ['block', 'warn', 'record'] as const;
type Severity = (typeof severities)[number];

/** The numbers behind one verdict. Plain JSON: whatever does not apply is null, never NaN. */
export interface Finding {
  /** The rule and the arithmetic, for a person: `accuracy 0.961 >= 0.930 (n=412)`. */
  readonly sentence: string;
  readonly challenger: number | null;
  readonly champion: number | null;
  /** What the rule is about: the challenger's value, or its gain over the champion (above 0 is better). */
  readonly estimate: number | null;
  /** What the estimate is held against: the bound, or the least gain. */
  readonly limit: number | null;
  readonly interval: {
    readonly low: number;
    readonly high: number;
    readonly confidence: number;
    /** How it was found; docs/gates.md describes each method. */
    readonly method: string;
  } | null;
  /** A classical test beside the interval; it does not decide. */
  readonly test: { readonly name: string; readonly pValue: number } | null;
  /** What so many rows can tell; see docs/gates.md. */
  readonly power: {
    /** Null where the rows are too uneven to tell any distance on the side of the limit where the estimate lies. */
    readonly minimumDetectable: number | null;
    /** Only where the rows did not decide, the estimate is off the limit, and some number would do. */
    readonly rowsToDecide: number | null;
  } | null;
  /** Rows judged; null for a reported number. */
  readonly n: number | null;
  /**
   * What those that the metric is of are worth, in independent rows of equal weight: `minimumRows` counts them so, and
   * rows that depend on each other are worth less by their design effect. Null where no rows are judged.
   */
  readonly effectiveRows: number | null;
}

/** A gate's rule in one slice of the rows. */
export interface SliceResult extends Finding {
  /** Value of the slice's column; of two columns `source=list, week=34`. */
  readonly slice: string;
  /** `ignored`: too small, and the gate says that too small ones do not count. */
  readonly verdict: Verdict | 'ignored';
  /** How far the estimate lies on the wrong side of the limit; below 0 on the right one, null where unknown. */
  readonly harm: number | null;
  /**
   * One-sided p-values of the rule not holding, as it is, since all slices must pass, and of it holding, corrected by
   * Holm; of a gate that warns both corrected by Benjamini and Hochberg. Null where none was computed. (Up to
   * `schemaVersion` 1 the former was corrected by Holm, too.)
   */
  readonly corrected: { readonly ruleBroken: number; readonly ruleHolds: number } | null;
}

export interface GateResult extends Finding {
  readonly gate: string;
  readonly kind: 'bound' | 'against-champion' | 'gap' | 'data';
  /** The metric; of a data gate `rows`, `label_share`, `overlap` or `unlabelled_share`. */
  readonly metric: string;
  readonly severity: Severity;
  /** The rule in words, as the model file gives it. */
  readonly rule: string;
  readonly verdict: Verdict;
  /** What this look at the holdout asks of the gate; null where the gate makes no claim, or no look was counted. */
  readonly holdout: {
    /** Chance the look adds that a challenger which violates the rule passes; 0 where no error is left. */
    readonly alphaSpent: number;
    /** At least the gate's own confidence; null where no error is left. */
    readonly confidenceAsked: number | null;
  } | null;
  /**
   * Rows without a label, which nothing else here is of, and between what bounds the estimate over all rows lies whatever
   * their labels are: null where the metric has none that is known, and one alone where there is no limit on that side. Null as
   * a whole where every row has a label. (Before `schemaVersion` 4 `verdict` was that of the rows with one.)
   */
  readonly unlabelled: {
    readonly rows: number;
    readonly low: number | null;
    readonly high: number | null;
  } | null;
  /** The rule in each slice, the most harmed first; null where the gate asks for none. `by`: `source`, `source and week`. */
  readonly slices: { readonly by: string; readonly results: readonly SliceResult[] } | null;
}

export interface GateReport {
  /** Raised when a field changes its meaning or goes; fields may be added without. */
  readonly schemaVersion: typeof gateReportSchemaVersion;
  readonly runId: string;
  readonly verdict: Verdict;
  /** Why the verdict is what it is: the first of the worst deciding gates. */
  readonly sentence: string;
  readonly gates: readonly GateResult[];
  /** Rows judged; null when only reported metrics were at hand. */
  readonly rows: number | null;
  /**
   * The column that says which rows depend on each other, and how many groups it makes of the rows; by order the number of
   * blocks is each gate's own, and null here. Null as a whole where rows are taken for independent.
   */
  readonly dependence: {
    readonly kind: 'groups' | 'order';
    readonly column: string;
    readonly groups: number | null;
  } | null;
  /** The look that judging was; null where no gate that blocks makes a claim, or there are no rows to look at. */
  readonly holdout: LookAtHoldout | null;
  /** Where the numbers come from. */
  readonly evidence: 'predictions' | 'metrics' | 'none';
  /** What was noticed about the evidence, and what gates that only warn have to say. */
  readonly notes: readonly string[];
}

/** The report as it is stored: with what only a reader of it needs, and durable history does not. */
export interface GateReportDocument extends GateReport {
  /** How the scores of each side behave; null without predictions. */
  readonly curves: { readonly challenger: SideCurves; readonly champion: SideCurves | null } | null;
}

/** What there is of a side depends on the model's task; whatever does not apply is null. */
export interface SideCurves {
  /** Binary: scores against the share of class 1. Multiclass: the greatest probability against the share right. */
  readonly reliability: readonly ReliabilityBin[] | null;
  /** Binary: scores of the rows of either class. */
  readonly scores: { readonly label0: Histogram; readonly label1: Histogram } | null;
  /** Regression: score less label; both sides in the same bins. */
  readonly residuals: Histogram | null;
}

/** One of the ten bins that `ece` uses. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** Mean of the scores in it, weighted as the rows are; null where nothing in it counts. */
  readonly meanScore: number | null;
  /** Share of its rows in which the outcome is true, weighted as the rows are; null where nothing in it counts. */
  readonly shareTrue: number | null;
}

/** Rows in bins of equal width, whatever they weigh; the outermost bins also count what lies beyond. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}
