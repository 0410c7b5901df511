/**
 * The metrics Ratchet computes itself: what each is called, which way is better, what values it can have.
 *
 * Owns: names, tasks, directions and ranges: enough to check a model file before anything runs.
 * Does not own: the arithmetic (shared/gates/metrics, which has an entry for every name here; a test holds them equal).
 */
export const tasks = ['binary', 'regression', 'multiclass'] as const;
export type Task = (typeof tasks)[number];

/** `zero`, `one`: the nearer to it the better, from either side. */
export type Direction = 'higher' | 'lower' | 'zero' | 'one';

/** The number that a metric is best near to; null where more or less is always better. */
export function idealOf(better: Direction): number | null {
  if (better === 'zero') return 0;
  return better === 'one' ? 1 : null;
}

export interface MetricKind {
  /** Tasks of the models that have it. */
  readonly tasks: readonly Task[];
  readonly better: Direction;
  /** No value is outside of these; infinite where there is no limit. */
  readonly lowest: number;
  readonly highest: number;
  /** What the metric looks at: the class a score stands for, or the score itself. */
  readonly sees: 'decision' | 'score';
}

const binary = ['binary'] as const;
const multiclass = ['multiclass'] as const;
const anyClasses = ['binary', 'multiclass'] as const;

const decision = (of: readonly Task[], better: Direction = 'higher', lowest = 0): MetricKind => ({
  tasks: of,
  better,
  lowest,
  highest: 1,
  sees: 'decision',
});
const score = (of: readonly Task[], better: Direction, highest = 1): MetricKind => ({
  tasks: of,
  better,
  lowest: 0,
  highest,
  sees: 'score',
});
const unbounded = (better: Direction): MetricKind => ({
  tasks: binary,
  better,
  lowest: Number.NEGATIVE_INFINITY,
  highest: Number.POSITIVE_INFINITY,
  sees: 'score',
});
const regression = (better: Direction, lowest: number, highest: number): MetricKind => ({
  tasks: ['regression'],
  better,
  lowest,
  highest,
  sees: 'score',
});

const catalog: Readonly<Record<string, MetricKind>> = {
  accuracy: decision(anyClasses),
  balanced_accuracy: decision(anyClasses),
  precision: decision(binary),
  recall: decision(binary),
  f1: decision(binary),
  false_positive_rate: decision(binary, 'lower'),
  false_negative_rate: decision(binary, 'lower'),
  matthews: decision(anyClasses, 'higher', -1),
  expected_cost: {
    tasks: anyClasses,
    better: 'lower',
    lowest: Number.NEGATIVE_INFINITY,
    highest: Number.POSITIVE_INFINITY,
    sees: 'decision',
  },
  precision_macro: decision(multiclass),
  recall_macro: decision(multiclass),
  f1_macro: decision(multiclass),
  precision_micro: decision(multiclass),
  recall_micro: decision(multiclass),
  f1_micro: decision(multiclass),
  precision_weighted: decision(multiclass),
  recall_weighted: decision(multiclass),
  f1_weighted: decision(multiclass),
  'precision@CLASS': decision(multiclass),
  'recall@CLASS': decision(multiclass),
  'f1@CLASS': decision(multiclass),
  roc_auc: score(binary, 'higher'),
  roc_auc_ovr: score(multiclass, 'higher'),
  pr_auc: score(binary, 'higher'),
  log_loss: score(anyClasses, 'lower', Number.POSITIVE_INFINITY),
  // Up to 1 with two classes; summed over more of them up to 2.
  brier: score(anyClasses, 'lower', 2),
  ece: score(anyClasses, 'lower'),
  recall_at_fpr: score(binary, 'higher'),
  precision_at: score(binary, 'higher'),
  calibration_slope: unbounded('one'),
  calibration_intercept: unbounded('zero'),
  mae: regression('lower', 0, Number.POSITIVE_INFINITY),
  rmse: regression('lower', 0, Number.POSITIVE_INFINITY),
  median_absolute_error: regression('lower', 0, Number.POSITIVE_INFINITY),
  mae_trimmed: regression('lower', 0, Number.POSITIVE_INFINITY),
  mape: regression('lower', 0, Number.POSITIVE_INFINITY),
  smape: regression('lower', 0, 2),
  r2: regression('higher', Number.NEGATIVE_INFINITY, 1),
  bias: regression('zero', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  pinball: regression('lower', 0, Number.POSITIVE_INFINITY),
  coverage_error: regression('zero', -1, 1),
  interval_coverage: regression('higher', 0, 1),
  interval_coverage_error: regression('zero', -1, 1),
  interval_score: regression('lower', 0, Number.POSITIVE_INFINITY),
};

export const metricNames: readonly string[] = Object.keys(catalog);

/** A metric's name taken apart: `pinball@0.9` is the pinball loss at the quantile 0.9, `recall@cat` that of a class. */
interface MetricName {
  /** Its name in the catalog: `pinball`, `recall@CLASS`. */
  readonly base: string;
  /**
   * The number after the `@`, or the default: quantile 0.5, coverage 0.9, share 0.05, 10 bins, the first tenth of the rows; null for
   * metrics that take none.
   */
  readonly parameter: number | null;
  /** The class after the `@`; null for metrics of all classes. */
  readonly className: string | null;
}

/** Null where the name is none of Ratchet's, or its parameter makes no sense. */
export function parseMetricName(name: string): MetricName | null {
  const [base = '', ...after] = name.split('@');
  const written = after.length === 0 ? undefined : after.join('@');
  if (Object.hasOwn(catalog, `${base}@CLASS`) && written) {
    return { base: `${base}@CLASS`, parameter: null, className: written };
  }
  if (!Object.hasOwn(catalog, base)) return null;
  if (base === 'pinball' || base === 'coverage_error')
    return parameterOf(base, written, 0.5, (value) => value > 0 && value < 1);
  if (base === 'interval_coverage_error' || base === 'interval_score')
    return parameterOf(base, written, 0.9, (value) => value > 0 && value < 1);
  if (base === 'recall_at_fpr') return parameterOf(base, written, 0.05, (value) => value > 0 && value < 1);
  // A share of the rows, or a number of them.
  if (base === 'precision_at') {
    return parameterOf(
      base,
      written,
      0.1,
      (value) => value > 0 && (value < 1 || Number.isSafeInteger(value)),
    );
  }
  if (base === 'mae_trimmed') return parameterOf(base, written, 0.05, (value) => value > 0 && value <= 0.5);
  if (base === 'ece') {
    return parameterOf(base, written, 10, (value) => Number.isInteger(value) && value >= 2 && value <= 100);
  }
  return written === undefined ? { base, parameter: null, className: null } : null;
}

function parameterOf(
  base: string,
  written: string | undefined,
  fallback: number,
  makesSense: (value: number) => boolean,
): MetricName | null {
  const parameter =
    written === undefined ? fallback : /^[0-9.]+$/.test(written) ? Number(written) : Number.NaN;
  return makesSense(parameter) ? { base, parameter, className: null } : null;
}

/** Whether it is a metric of decisions, or a rate that gaps are of. */
export const seesDecisions = (name: string): boolean =>
  name === 'selection_rate' || findMetric(name)?.sees === 'decision';

/**
 * Whether what a row adds to the metric may be of any size, however small it is in the rows that were seen: errors of a
 * regression may, and nothing that follows from classes, ranks or chances of them.
 */
export function isOfAnySize(name: string): boolean {
  const kind = findMetric(name);
  if (!kind?.tasks.includes('regression')) return false;
  return !(Number.isFinite(kind.lowest) && Number.isFinite(kind.highest));
}

/** The metric of that name, where it is one Ratchet computes. */
export function findMetric(name: string): MetricKind | undefined {
  const parsed = parseMetricName(name);
  return parsed ? catalog[parsed.base] : undefined;
}
