/** Two learners of two classes, trained on a batch of rows. Pure. */
import { solveLinear } from './solve-linear.ts';

/** Rows in the order of their time. */
export interface Rows {
  /** Features of a row. */
  readonly width: number;
  /** Row by row. */
  readonly features: Float64Array;
  /** 0 or 1. */
  readonly labels: Uint8Array;
}

/** How sure of class 1 (above 0) or of class 0 a version is, for a row by its number. */
type Score = (row: number) => number;

/** Trains on the rows from `from` to before `to`; at least one. */
export type Learner = (rows: Rows, from: number, to: number) => Score;

/** Of each feature over the rows: mean, and standard deviation (1 where it is none). */
function scaleOf({ width, features }: Rows, from: number, to: number): [Float64Array, Float64Array] {
  const [means, squares] = [new Float64Array(width), new Float64Array(width)];
  for (let at = from * width; at < to * width; at++) means[at % width]! += features[at]! / (to - from);
  for (let at = from * width; at < to * width; at++)
    squares[at % width]! += (features[at]! - means[at % width]!) ** 2 / (to - from);
  return [means, squares.map((square) => (square > 1e-12 ? Math.sqrt(square) : 1))];
}

const steps = 8;
const ridge = 1;

/**
 * Logistic regression over standardized features: Newton's steps on the likelihood with a ridge of 1 on every weight but that of the
 * intercept, which has a thousandth (le Cessie and van Houwelingen, Applied Statistics 41, 1992).
 */
export const logistic: Learner = (rows, from, to) => {
  const { width, features, labels } = rows;
  const [means, deviations] = scaleOf(rows, from, to);
  const size = width + 1;
  const weights = new Float64Array(size);
  const x = new Float64Array(size).fill(1);
  const read = (row: number): number => {
    let score = weights[width]!;
    for (let at = 0; at < width; at++) {
      x[at] = (features[row * width + at]! - means[at]!) / deviations[at]!;
      score += weights[at]! * x[at]!;
    }
    return score;
  };
  for (let step = 0; step < steps; step++) {
    const [gradient, curvature] = [new Float64Array(size), new Float64Array(size * size)];
    for (let at = 0; at < size; at++) {
      const penalty = at === width ? ridge / 1000 : ridge;
      gradient[at] = -penalty * weights[at]!;
      curvature[at * size + at] = penalty;
    }
    for (let row = from; row < to; row++) {
      const chance = 1 / (1 + Math.exp(-read(row)));
      const [rest, weight] = [labels[row]! - chance, chance * (1 - chance)];
      for (let a = 0; a < size; a++) {
        gradient[a]! += rest * x[a]!;
        const weighted = weight * x[a]!;
        for (let b = 0; b <= a; b++) curvature[a * size + b]! += weighted * x[b]!;
      }
    }
    const change = solveLinear(curvature, gradient);
    let most = 0;
    for (let at = 0; at < size; at++) {
      weights[at]! += change[at]!;
      most = Math.max(most, Math.abs(change[at]!));
    }
    if (most < 1e-3) break;
  }
  return read;
};

/** Added to every variance, of standardized features: a feature that never changes in a class is no proof. */
const leastVariance = 1e-3;

/** Naive Bayes with a normal distribution of each standardized feature in each class (John and Langley, UAI 1995). */
export const naiveBayes: Learner = (rows, from, to) => {
  const { width, features, labels } = rows;
  const [means, deviations] = scaleOf(rows, from, to);
  const counts = [1, 1];
  const sums = [new Float64Array(width), new Float64Array(width)] as const;
  const squares = [new Float64Array(width), new Float64Array(width)] as const;
  const standardized = (row: number, at: number): number =>
    (features[row * width + at]! - means[at]!) / deviations[at]!;
  for (let row = from; row < to; row++) {
    const label = labels[row]! as 0 | 1;
    counts[label]!++;
    for (let at = 0; at < width; at++) {
      const value = standardized(row, at);
      sums[label][at]! += value;
      squares[label][at]! += value * value;
    }
  }
  // One more row at the mean of all stands for each class, so that neither is ever without one.
  const centres = sums.map((sum, label) => sum.map((value) => value / counts[label]!));
  const spreads = squares.map((square, label) =>
    square.map(
      (value, at) => Math.max(0, value / counts[label]! - centres[label]![at]! ** 2) + leastVariance,
    ),
  );
  const prior = Math.log(counts[1]! / counts[0]!);
  const widths = spreads[0]!.map((no, at) => Math.log(no / spreads[1]![at]!) / 2);
  return (row) => {
    let score = prior;
    for (let at = 0; at < width; at++) {
      const value = standardized(row, at);
      const [no, yes] = [spreads[0]![at]!, spreads[1]![at]!];
      score += widths[at]! + (value - centres[0]![at]!) ** 2 / no / 2;
      score -= (value - centres[1]![at]!) ** 2 / yes / 2;
    }
    return score;
  };
};

export const learners: Readonly<Record<string, Learner>> = { logistic, 'naive Bayes': naiveBayes };
