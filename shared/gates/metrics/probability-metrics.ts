import type { RowUnits } from '../dependence.ts';
import { bytesOf } from '../statistics/typed.ts';
import {
  influencesOnMean,
  meanOf,
  type PrepareMetric,
  ratio,
  type ScoredRows,
  type SumMetric,
} from './measure.ts';

/** A probability of exactly 0 or 1 counts as this far from it, as in scikit-learn for doubles: log(0) is no number. */
const epsilon = Number.EPSILON;

const clip = (probability: number): number => Math.min(1 - epsilon, Math.max(epsilon, probability));

/** Mean of -log of the probability given to the true class (Good, JRSS B 14, 1952). Undefined without rows. */
export const logLoss: PrepareMetric = ({ labels, scores, classes, probabilities }) => {
  if (classes) {
    if (!probabilities) return null;
    const valueIf = (row: number, label: number): number => -Math.log(clip(probabilities[label]![row]!));
    return meanOf(
      labels.map((label, row) => valueIf(row, label)),
      { valueIf },
    );
  }
  const valueIf = (row: number, label: number): number =>
    label === 1 ? -Math.log(clip(scores[row]!)) : -Math.log1p(-clip(scores[row]!));
  return meanOf(
    labels.map((label, row) => valueIf(row, label)),
    { ofEachClass: true, valueIf },
  );
};

/**
 * Mean squared distance between score and truth (Brier, Monthly Weather Review 78, 1950); of a multiclass model summed
 * over the classes, as Brier has it. Undefined without rows.
 */
export const brier: PrepareMetric = ({ labels, scores, classes, probabilities }) => {
  if (!classes) {
    const valueIf = (row: number, label: number): number => (scores[row]! - label) ** 2;
    return meanOf(
      labels.map((label, row) => valueIf(row, label)),
      { ofEachClass: true, valueIf, range: { least: 0, greatest: 1 } },
    );
  }
  if (!probabilities) return null;
  const [distances, squares] = [new Float64Array(labels.length), new Float64Array(labels.length)];
  for (const [place, column] of probabilities.entries()) {
    for (let row = 0; row < labels.length; row++) {
      distances[row]! += (column[row]! - (labels[row] === place ? 1 : 0)) ** 2;
      squares[row]! += column[row]! ** 2;
    }
  }
  const valueIf = (row: number, label: number): number => squares[row]! + 1 - 2 * probabilities[label]![row]!;
  return meanOf(distances, { valueIf });
};

/**
 * Expected calibration error over bins of equal width, the last one closed: the distance between the mean score and
 * the share of class 1 in each bin, weighted by the bin's rows (Naeini, Cooper, Hauskrecht, AAAI 2015). Of a
 * multiclass model the score is the greatest probability, and the share that of rows in which its class is the true
 * one (Guo, Pleiss, Sun, Weinberger, ICML 2017). Undefined without rows.
 */
export const calibrationError =
  (bins: number): PrepareMetric =>
  (rows) => {
    if (!rows.classes) return binnedError(bins, rows.scores, rows.labels);
    const top = topOf(rows);
    return top && binnedError(bins, top.probability, top.right);
  };

/** The bin of a score among bins of equal width from 0 to 1, the last one closed. */
export const scoreBin = (score: number, bins: number): number => Math.min(bins - 1, Math.floor(score * bins));

/** Its influences are those of the sum in which each bin has the sign that it has in these rows. */
function binnedError(bins: number, scores: Float64Array, outcomes: Float64Array): SumMetric {
  const binOf = bytesOf(scores.length, (row) => scoreBin(scores[row]!, bins));
  const sumsUnder = (weights: Float64Array | null): Float64Array => {
    const sums = new Float64Array(bins + 1);
    for (let row = 0; row < scores.length; row++) {
      const weight = weights ? weights[row]! : 1;
      sums[binOf[row]!]! += weight * (scores[row]! - outcomes[row]!);
      sums[bins]! += weight;
    }
    return sums;
  };
  return {
    kind: 'sums',
    ofEachClass: false,
    measure: (weights) => {
      const sums = sumsUnder(weights);
      let total = 0;
      for (let bin = 0; bin < bins; bin++) total += Math.abs(sums[bin]!);
      return ratio(total, sums[bins]!);
    },
    ratioOf: null,
    influences: (weights) => {
      const sums = sumsUnder(weights);
      const signed = scores.map((score, row) => Math.sign(sums[binOf[row]!]!) * (score - outcomes[row]!));
      return influencesOnMean(signed, weights);
    },
  };
}

/** Standard errors of the sum of each bin, as a share of all rows. Null weights are all 1; null units are the rows. */
export function binErrors(
  bins: number,
  rows: ScoredRows,
  weights: Float64Array | null,
  units: RowUnits | null,
): number[] {
  const top = rows.classes ? topOf(rows) : { probability: rows.scores, right: rows.labels };
  if (!top) return [];
  const count = units?.seen.count ?? rows.labels.length;
  const [sums, squares] = [new Float64Array(bins), new Float64Array(bins)];
  const errors = new Float64Array(bins * (units ? count : 0));
  let total = 0;
  for (let row = 0; row < rows.labels.length; row++) {
    const weight = weights ? weights[row]! : 1;
    const bin = scoreBin(top.probability[row]!, bins);
    const error = weight * (top.probability[row]! - top.right[row]!);
    sums[bin]! += error;
    if (units) errors[bins * units.unitOf[row]! + bin]! += error;
    else squares[bin]! += error * error;
    total += weight;
  }
  for (let at = 0; at < errors.length; at++) squares[at % bins]! += errors[at]! ** 2;
  return Array.from(
    squares,
    (square, bin) => Math.sqrt(Math.max(0, square - sums[bin]! ** 2 / count)) / total,
  );
}

/** The greatest probability of each row, and whether its class is the true one; of equal ones the first counts. */
export function topOf({
  labels,
  probabilities,
}: ScoredRows): { probability: Float64Array; right: Float64Array } | null {
  if (!probabilities) return null;
  const probability = new Float64Array(labels.length).fill(-1);
  const right = new Float64Array(labels.length);
  for (const [place, column] of probabilities.entries()) {
    for (let row = 0; row < labels.length; row++) {
      if (column[row]! <= probability[row]!) continue;
      probability[row] = column[row]!;
      right[row] = labels[row] === place ? 1 : 0;
    }
  }
  return { probability, right };
}
