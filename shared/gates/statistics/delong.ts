import { type Placements, placeRows, rank } from './ranking.ts';
import { bytesOf } from './typed.ts';

/**
 * Variance of areas under ROC curves measured on the same rows: DeLong, DeLong and Clarke-Pearson, Biometrics 44
 * (1988), by ranks in n log n (Sun and Xu, IEEE Signal Processing Letters 21, 2014).
 */
interface RocAreas {
  /** One area for each column of scores. */
  readonly areas: readonly number[];
  /** Covariance of the areas of columns i and j. */
  readonly covariance: (i: number, j: number) => number;
}

/** Needs at least two rows of each class. */
export function measureRocAreas(labels: Float64Array, columns: readonly Float64Array[]): RocAreas {
  const positive = bytesOf(labels.length, (row) => labels[row]!);
  const parts = columns.map((scores) => placeRows(positive, rank(scores), null));
  return {
    areas: parts.map(({ area }) => area),
    covariance: (i, j) => covarianceOf(positive, parts[i]!, parts[j]!),
  };
}

/** Sum over the classes of the covariance of their rows' shares, by their number. The mean of either's is the area. */
function covarianceOf(positive: Uint8Array, a: Placements, b: Placements): number {
  const sums = [0, 0];
  for (let row = 0; row < positive.length; row++) {
    sums[positive[row]!]! += (a.shares[row]! - a.area) * (b.shares[row]! - b.area);
  }
  const { positives, negatives } = a;
  return sums[1]! / (positives - 1) / positives + sums[0]! / (negatives - 1) / negatives;
}
