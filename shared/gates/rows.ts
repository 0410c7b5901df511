import { type DecisionRule, ruleOfSide } from './metrics/decision-rule.ts';
import type { Intervals, ScoredRows } from './metrics/measure.ts';
import type { ByteKinds } from './predictions/byte-kinds.ts';
import { gather, gatherWhole } from './statistics/typed.ts';

/**
 * Labels and scores, row by row. Binary labels are 0 and 1, and scores the chance of class 1; of a multiclass model
 * both are numbers of classes.
 */
export interface Rows {
  readonly labels: Float64Array;
  readonly challenger: Float64Array;
  /** The champion's scores in the same rows, or null where the file has none. */
  readonly champion: Float64Array | null;
  /** What each row counts, or null where all count the same. */
  readonly weights: Float64Array | null;
  /** Where rows of a class all count the same: what, by class. Null or omitted where nobody knows what a row could count. */
  readonly classWeights?: Float64Array | null;
  /** What each side predicts beside its scores, of a regression; null or omitted where neither does. */
  readonly intervals?: Readonly<Record<'challenger' | 'champion', Intervals | null>> | null;
  /** Null for models of other tasks than multiclass. */
  readonly classes: Classes | null;
  /** When omitted, decisions are for class 1 from 0.5 on, and wrong ones cost 1. */
  readonly rule?: DecisionRule | undefined;
  /** Which rows depend on each other; null or omitted where none do. */
  readonly dependence?: Dependence | null;
}

/** Rows of a group depend on each other, or rows that are near each other in an order. */
export interface Dependence {
  readonly kind: 'groups' | 'order';
  /** Column of the file that says so. */
  readonly column: string;
  /** For each row the number of its group, or its place in the order. */
  readonly of: Uint32Array;
}

interface Classes {
  readonly names: readonly string[];
  readonly challenger: ClassesOfSide;
  readonly champion: ClassesOfSide;
}

export interface ClassesOfSide {
  /**
   * For each class whether it is one of the labels, of the side's decisions or of its probabilities. What only the
   * other side says must not change how this one is measured.
   */
  readonly known: readonly boolean[];
  /** A column of probabilities for each class, or null where the side gives none. */
  readonly probabilities: readonly Float64Array[] | null;
}

export interface SliceColumn {
  /** Numbers of the rows that have each value. */
  readonly rowsOf: ReadonlyMap<string, Uint32Array>;
  /** The same of rows without a label, by their numbers among those; omitted where there are none. */
  readonly unlabelled?: ReadonlyMap<string, Uint32Array>;
  /** Whether there are more values than are told apart. */
  readonly overflow: boolean;
}

/** The rows with a label. */
export interface Predictions extends Rows {
  /** Those without one, whose labels are NaN; null or omitted where all have one. */
  readonly unlabelled?: Rows | null;
  readonly slices: ReadonlyMap<string, SliceColumn>;
  /** Hashes of the ids in rising order, null where they were not to be kept. */
  readonly idHashes: BigUint64Array | null;
  /** What the ids are written with; null or omitted where they were not to be kept. */
  readonly idKinds?: ByteKinds | null;
  readonly notes: readonly string[];
}

/** Some of the rows, in the order asked for. */
export function selectRows(rows: Rows, which: Uint32Array): Rows {
  const pick = (column: Float64Array): Float64Array => gather(column, which);
  return {
    rule: rows.rule,
    labels: pick(rows.labels),
    challenger: pick(rows.challenger),
    champion: rows.champion && pick(rows.champion),
    weights: rows.weights && pick(rows.weights),
    classWeights: rows.classWeights ?? null,
    intervals: mapIntervals(rows.intervals, pick),
    classes: rows.classes && {
      names: rows.classes.names,
      challenger: mapProbabilities(rows.classes.challenger, pick),
      champion: mapProbabilities(rows.classes.champion, pick),
    },
    dependence: rows.dependence ? { ...rows.dependence, of: gatherWhole(rows.dependence.of, which) } : null,
  };
}

export function mapIntervals(
  intervals: Rows['intervals'],
  change: (column: Float64Array) => Float64Array,
): NonNullable<Rows['intervals']> | null {
  if (!intervals) return null;
  const mapSide = (side: Intervals | null): Intervals | null =>
    side && { lower: change(side.lower), upper: change(side.upper) };
  return { challenger: mapSide(intervals.challenger), champion: mapSide(intervals.champion) };
}

export function mapProbabilities(
  side: ClassesOfSide,
  change: (column: Float64Array) => Float64Array,
): ClassesOfSide {
  return { known: side.known, probabilities: side.probabilities?.map(change) ?? null };
}

/** The rows as one side scored them; null where the file has no such scores. */
export function scoredBy(rows: Rows, side: 'challenger' | 'champion'): ScoredRows | null {
  const scores = rows[side];
  if (!scores) return null;
  return {
    labels: rows.labels,
    scores,
    rule: ruleOfSide(rows.rule, side),
    classes: rows.classes && { names: rows.classes.names, known: rows.classes[side].known },
    probabilities: rows.classes?.[side].probabilities ?? null,
    intervals: rows.intervals?.[side] ?? null,
  };
}
