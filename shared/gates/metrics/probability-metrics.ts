import { meanOf, type PrepareMetric, ratio } from './measure.ts';

/** A probability of exactly 0 or 1 counts as this far from it, as in scikit-learn for doubles: log(0) is no number. */
const epsilon = Number.EPSILON;

/** Mean of -log of the probability given to the true class (Good, JRSS B 14, 1952). Undefined without rows. */
export const logLoss = meanOf((label, score) => {
  const clipped = Math.min(1 - epsilon, Math.max(epsilon, score));
  return label === 1 ? -Math.log(clipped) : -Math.log1p(-clipped);
});

/** Mean squared distance between score and truth (Brier, Monthly Weather Review 78, 1950). Undefined without rows. */
export const brier = meanOf((label, score) => (score - label) ** 2);

/**
 * Expected calibration error over bins of equal width, the last one closed: the distance between the mean score and
 * the share of class 1 in each bin, weighted by the bin's rows (Naeini, Cooper, Hauskrecht, AAAI 2015). Undefined
 * without rows.
 */
export const calibrationError =
  (bins: number): PrepareMetric =>
  (labels, scores) => {
    const binOf = Uint8Array.from(scores, (score) => Math.min(bins - 1, Math.floor(score * bins)));
    const excess = scores.map((score, row) => score - labels[row]!);
    const sums = new Float64Array(bins);
    return (weights) => {
      sums.fill(0);
      let total = 0;
      for (let row = 0; row < binOf.length; row++) {
        sums[binOf[row]!]! += weights[row]! * excess[row]!;
        total += weights[row]!;
      }
      return ratio(
        sums.reduce((sum, each) => sum + Math.abs(each), 0),
        total,
      );
    };
  };
