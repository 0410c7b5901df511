/**
 * What a metric is here: prepared once over labels and scores, then measured under any weights of the rows.
 *
 * One shape serves the plain value (every weight 1), weighted rows, the jackknife (one weight 0) and the bootstrap
 * (weights count how often a row was drawn), so an interval is always about the very number that is reported.
 *
 * Invariants
 * 1. A measure answers a finite number, or null where the metric is undefined: never NaN, never infinite.
 * 2. A row of weight 0 is as good as absent; k rows of weight 1 that are alike are one row of weight k.
 */
export type Measure = (weights: Float64Array) => number | null;

/** Labels and scores of the same length; binary labels are 0 and 1, and scores of class 1. */
export type PrepareMetric = (labels: Float64Array, scores: Float64Array) => Measure;

export const ratio = (part: number, whole: number): number | null =>
  whole > 0 ? finite(part / whole) : null;

export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** A metric that is a weighted mean of one number for each row; undefined where the number of a row that counts is. */
export function meanOf(each: (label: number, score: number) => number): PrepareMetric {
  return (labels, scores) => {
    const values = labels.map((label, row) => each(label, scores[row]!));
    // Rows that do not count may be undefined, and 0 times NaN is NaN; without such rows nothing need be asked.
    const rowsAreFinite = values.every(Number.isFinite);
    return (weights) => (rowsAreFinite ? weightedMean(values, weights) : carefulMean(values, weights));
  };
}

export function weightedMean(values: Float64Array, weights: Float64Array): number | null {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    sum += weights[row]! * values[row]!;
    total += weights[row]!;
  }
  return ratio(sum, total);
}

function carefulMean(values: Float64Array, weights: Float64Array): number | null {
  const counting = [...values.keys()].filter((row) => weights[row] !== 0);
  if (counting.some((row) => !Number.isFinite(values[row]))) return null;
  return weightedMean(
    Float64Array.from(counting, (row) => values[row]!),
    Float64Array.from(counting, (row) => weights[row]!),
  );
}
