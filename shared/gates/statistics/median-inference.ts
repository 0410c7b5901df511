/**
 * Inference about medians, from the order of the values: whatever law they come from, however heavy its tails.
 *
 * A median is at most a limit where at least half of all values are. So a limit is refuted by how many values lie on the
 * wrong side of it, which is binomial at the limit: the sign test, whose interval ends on two of the values (Thompson,
 * Annals of Mathematical Statistics 7, 1936). Its error is never above the stated one, and ties make it smaller.
 *
 * A difference of two medians has the variances of both, which those intervals tell at each end (MOVER: Zou and Donner,
 * Statistics in Medicine 27, 2008; for medians Bonett and Price, British Journal of Mathematical and Statistical
 * Psychology 73, 2020), less what the two sides have in common, as the same rows are within both medians. No density of
 * the errors is estimated. `bench:false-passes` says what that keeps.
 */
import { binomialCdf } from './beta.ts';
import type { Inference } from './inference.ts';

/** Values in rising order. */
export function inferMedian(sorted: Float64Array, estimate: number): Inference {
  const count = sorted.length;
  return {
    method: 'exact interval by order statistics',
    estimate,
    interval: (confidence) => endsOf(sorted, (1 - confidence) / 2),
    // A median on the limit is within it: values on the limit speak for its being at most that.
    atMost: (limit) => binomialCdf(countUpTo(sorted, limit), count, 0.5),
    atLeast: (limit) => binomialCdf(count - countUpTo(sorted, limit), count, 0.5),
  };
}

/** Ends of the interval, each of which errs so often; infinite where so few values have none. */
function endsOf(sorted: Float64Array, error: number): { readonly low: number; readonly high: number } {
  const outside = valuesOutside(sorted.length, error);
  if (outside < 0) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  return { low: sorted[outside]!, high: sorted[sorted.length - 1 - outside]! };
}

/** How many values less one lie outside of each end, so that the error of either is at most this; -1 where none may. */
function valuesOutside(count: number, error: number): number {
  let [holds, fails] = [-1, Math.ceil(count / 2)];
  while (fails - holds > 1) {
    const middle = (holds + fails) >> 1;
    if (binomialCdf(middle, count, 0.5) <= error) holds = middle;
    else fails = middle;
  }
  return holds;
}

/** How many values are at most the limit. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! > limit) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** The median of `theirs` less that of `ours`, row by row of the same rows. */
export function inferMedianGain(ours: Side, theirs: Side): Inference {
  const correlation = correlateSides(ours, theirs);
  const estimate = theirs.median - ours.median;
  /** How far the gain may lie below the estimate, with this error. */
  const reach = (mine: Side, other: Side, error: number): number => {
    const above = endsOf(mine.sorted, error).high - mine.median;
    const below = other.median - endsOf(other.sorted, error).low;
    return Math.sqrt(Math.max(0, above ** 2 + below ** 2 - 2 * correlation * above * below));
  };
  const low = (error: number): number => estimate - reach(ours, theirs, error);
  const high = (error: number): number => estimate + reach(theirs, ours, error);
  return {
    method: 'variances of exact medians, recovered (MOVER)',
    estimate,
    interval: (confidence) => ({ low: low((1 - confidence) / 2), high: high((1 - confidence) / 2) }),
    atMost: (limit) => leastError((error) => low(error) > limit),
    atLeast: (limit) => leastError((error) => high(error) < limit),
  };
}

/** Of being within the median on either side, in the same rows. */
function correlateSides(ours: Side, theirs: Side): number {
  const rows = ours.values.length;
  let [mine, other, both] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const [a, b] = [Number(ours.values[row]! <= ours.median), Number(theirs.values[row]! <= theirs.median)];
    mine += a;
    other += b;
    both += a * b;
  }
  const spread = Math.sqrt(mine * (rows - mine) * other * (rows - other));
  return spread > 0 ? (both * rows - mine * other) / spread : 0;
}

/** One side's values, row by row and in rising order. */
interface Side {
  readonly values: Float64Array;
  readonly sorted: Float64Array;
  readonly median: number;
}

/** The least error with which a test refutes, on a scale of logarithms; 1 where it does with none. */
function leastError(refutes: (error: number) => boolean): number {
  if (!refutes(1)) return 1;
  let [fails, holds] = [Math.log(1e-15), 0];
  while (holds - fails > 1e-6) {
    const middle = (holds + fails) / 2;
    if (refutes(Math.exp(middle))) holds = middle;
    else fails = middle;
  }
  return Math.exp(holds);
}
