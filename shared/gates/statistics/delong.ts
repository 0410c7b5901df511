/**
 * Variance of areas under ROC curves measured on the same rows: DeLong, DeLong and Clarke-Pearson, Biometrics 44
 * (1988), by midranks in n log n (Sun and Xu, IEEE Signal Processing Letters 21, 2014).
 */
export interface RocAreas {
  /** One area for each column of scores. */
  readonly areas: readonly number[];
  /** Covariance of the areas of columns i and j. */
  readonly covariance: (i: number, j: number) => number;
}

/** Needs at least two rows of each class. */
export function measureRocAreas(labels: Float64Array, columns: readonly Float64Array[]): RocAreas {
  const positives = rowsOf(labels, 1);
  const negatives = rowsOf(labels, 0);
  const parts = columns.map((scores) => placements(scores, positives, negatives));
  return {
    areas: parts.map(({ area }) => area),
    covariance: (i, j) =>
      covarianceOf(parts[i]!.ofPositives, parts[j]!.ofPositives) / positives.length +
      covarianceOf(parts[i]!.ofNegatives, parts[j]!.ofNegatives) / negatives.length,
  };
}

const rowsOf = (labels: Float64Array, label: number): number[] =>
  [...labels.keys()].filter((row) => labels[row] === label);

interface Placements {
  readonly area: number;
  /** For each row of class 1 the share of class 0 it scores above; for each row of class 0 the share above it. */
  readonly ofPositives: Float64Array;
  readonly ofNegatives: Float64Array;
}

function placements(
  scores: Float64Array,
  positives: readonly number[],
  negatives: readonly number[],
): Placements {
  const of = (rows: readonly number[]): Float64Array => Float64Array.from(rows, (row) => scores[row]!);
  const [high, low] = [of(positives), of(negatives)];
  const together = midranks(high, low);
  const [amongHigh, amongLow] = [midranks(high), midranks(low)];
  const ofPositives = high.map((_, at) => (together[at]! - amongHigh[at]!) / low.length);
  const ofNegatives = low.map((_, at) => 1 - (together[high.length + at]! - amongLow[at]!) / high.length);
  const area = ofPositives.reduce((sum, share) => sum + share, 0) / high.length;
  return { area, ofPositives, ofNegatives };
}

/** Rank of each value among all of them, 1 the lowest; equal values share the mean of their ranks. */
function midranks(...parts: readonly Float64Array[]): Float64Array {
  const values = Float64Array.from(parts.flatMap((part) => [...part]));
  const order = Uint32Array.from(values, (_, at) => at).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let place = from; place < to; place++) ranks[order[place]!] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

function covarianceOf(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, at) => sum + (value - meanA) * (b[at]! - meanB), 0) / (a.length - 1);
}
