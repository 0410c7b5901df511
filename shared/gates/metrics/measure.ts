/**
 * What a metric is here: prepared once over the rows one side scored, then measured under any weights of the rows.
 *
 * One shape serves the plain value (every weight 1), weighted rows, the jackknife (one weight 0) and the bootstrap
 * (weights count how often a row was drawn), so an interval is always about the very number that is reported.
 *
 * Invariants
 * 1. A value is a finite number, or null where the metric is undefined: never NaN, never infinite.
 * 2. A row of weight 0 is as good as absent; k rows of weight 1 that are alike are one row of weight k.
 */
export interface ScoredRows {
  /** 0 or 1, numbers, or of a multiclass model the numbers of classes. */
  readonly labels: Float64Array;
  /** The chance of class 1, predictions, or the numbers of the classes decided for. */
  readonly scores: Float64Array;
  /** Names of the classes, and which of them this side knows; null for other tasks than multiclass. */
  readonly classes: { readonly names: readonly string[]; readonly known: readonly boolean[] } | null;
  /** A column for each class, where the side gives probabilities. */
  readonly probabilities: readonly Float64Array[] | null;
}

/** A metric that sees nothing of the rows but some sums over them. */
export interface SumMetric {
  readonly kind: 'sums';
  /** How many sums. */
  readonly width: number;
  /** Adds a row that weighs so much to the sums that begin at `at`. */
  readonly add: (row: number, weight: number, sums: Float64Array, at: number) => void;
  readonly value: (sums: Float64Array, at: number) => number | null;
  /** Where decisions are all the metric sees: a whole number that says all of a row. */
  readonly kindOf?: (row: number) => number;
}

/** A metric that sees the order of the scores. Null weights are all 1. */
export interface RankMetric {
  readonly kind: 'ranks';
  readonly measure: (weights: Float64Array | null) => number | null;
  /**
   * For each row its weight times the derivative of the metric by it: to first order, what drawing the row once more
   * adds. They sum to 0. Only where the metric is defined.
   */
  readonly influences: (weights: Float64Array | null) => Float64Array;
  /** How many rows of a class are too few to learn an interval from; null where there are enough of each. */
  readonly tooFew: (
    weights: Float64Array | null,
  ) => { readonly rows: number; readonly needed: number } | null;
}

export type Metric = SumMetric | RankMetric;

/** Null where the rows are not what the metric is about. */
export type PrepareMetric = (rows: ScoredRows) => Metric | null;

/** The metric's value under weights; null weights are all 1. */
export function measureMetric(metric: Metric, rows: number, weights: Float64Array | null): number | null {
  if (metric.kind === 'ranks') return metric.measure(weights);
  const sums = new Float64Array(metric.width);
  for (let row = 0; row < rows; row++) metric.add(row, weights ? weights[row]! : 1, sums, 0);
  return metric.value(sums, 0);
}

export const ratio = (part: number, whole: number): number | null =>
  whole > 0 ? finite(part / whole) : null;

export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/**
 * A metric made of the weighted mean of one number for each row. Undefined where the number of a row that counts is:
 * those rows are weighed apart, since 0 times NaN is NaN.
 */
export function meanOf(
  values: Float64Array,
  transform: (mean: number) => number = (mean) => mean,
): SumMetric {
  return {
    kind: 'sums',
    width: 3,
    add: (row, weight, sums, at) => {
      const value = values[row]!;
      if (Number.isFinite(value)) sums[at]! += weight * value;
      else sums[at + 2]! += weight;
      sums[at + 1]! += weight;
    },
    value: (sums, at) => {
      const mean = sums[at + 2]! > 0 ? null : ratio(sums[at]!, sums[at + 1]!);
      return mean === null ? null : finite(transform(mean));
    },
  };
}
