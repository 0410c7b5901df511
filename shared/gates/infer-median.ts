/** What rows say of the median of absolute errors, and of a gain in it. */
import { counted } from '../domain/plural.ts';
import type { ScoredRows } from './metrics/measure.ts';
import { absoluteErrors, medianAbsoluteError } from './metrics/robust-metrics.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { inferRatio, leastUnits } from './statistics/likelihood-inference.ts';
import { inferMedian, inferMedianGain } from './statistics/median-inference.ts';
import { normalQuantile } from './statistics/normal.ts';
import { orderNumbers } from './statistics/order-numbers.ts';
import { gather } from './statistics/typed.ts';

/** Where rows depend on each other: order statistics are of rows that are drawn one by one. */
export const dependentMedian: NoInference = {
  why: 'the rows depend on each other, and the median of such has none: judge mae or mae_trimmed',
};

const undefinedMedian: NoInference = { why: 'median_absolute_error is undefined in these rows' };

export function inferMedianError(scored: ScoredRows, weights: Float64Array | null): Inference | NoInference {
  const estimate = medianOf(scored, weights);
  if (estimate === null) return undefinedMedian;
  const errors = absoluteErrors(scored.labels, scored.scores);
  if (weights) return inferWeighted(errors, weights, estimate);
  if (errors.length < leastUnits) {
    return { why: `${counted(errors.length, 'row')}, and an interval of a median needs ${leastUnits}` };
  }
  return inferMedian(errors.sort(), estimate);
}

export function inferMedianErrorGain(
  challenger: ScoredRows,
  champion: ScoredRows,
  weights: Float64Array | null,
  factor = 1,
): Inference | NoInference {
  if (weights) return { why: 'rows have weights, and the gain in a median of them has no interval' };
  const [ours, theirs] = [medianOf(challenger, null), medianOf(champion, null)];
  if (ours === null || theirs === null) return undefinedMedian;
  return inferMedianGain(sideOf(challenger, ours, 1), sideOf(champion, theirs, factor));
}

function sideOf({ labels, scores }: ScoredRows, median: number, factor: number) {
  const values = absoluteErrors(labels, scores).map((error) => factor * error);
  return { values, sorted: values.toSorted(), median: factor * median };
}

const medianOf = (scored: ScoredRows, weights: Float64Array | null): number | null =>
  medianAbsoluteError(scored)!.measure(weights);

const method = 'order statistics by the empirical likelihood of the weights';

/**
 * With weights: a median is at most a limit where at least half of the weight is. What refutes that half of it is refutes
 * the limit, with one row added that is not and weighs as much as any: weights that are all equal make it the sign test.
 */
function inferWeighted(
  errors: Float64Array,
  weights: Float64Array,
  estimate: number,
): Inference | NoInference {
  const size = errors.length;
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const topOf = (limit: number, within: boolean): Float64Array =>
    weights.map((weight, row) => (errors[row]! <= limit === within ? weight : 0));
  /** The p-value of "at most half of the weight is within the limit", or beyond it. */
  const refute = (limit: number, within: boolean): number => {
    const top = topOf(limit, within);
    const share = top.reduce((sum, weight) => sum + weight, 0) / total;
    const least = -(heaviest / 2 + (share - 0.5) * (total / size));
    const inferred = inferRatio(method, { top, bottom: weights }, { worst: { least, greatest: heaviest } });
    return 'why' in inferred ? 1 : inferred.atMost(0.5);
  };
  const [within, beyond] = [true, false].map((side) =>
    inferRatio(method, { top: topOf(estimate, side), bottom: weights }),
  ) as [Inference | NoInference, Inference | NoInference];
  if ('why' in within) return within;
  if ('why' in beyond) return beyond;
  const atMost = (limit: number): number => refute(limit, false);
  const atLeast = (limit: number): number => refute(limit, true);
  const counts = orderNumbers(errors).filter((row) => weights[row]! > 0);
  const sorted = gather(errors, counts);
  const nearlyAt = placesNear(gather(weights, counts));
  return {
    method,
    estimate,
    evenRows: { low: beyond.evenRows!.low, high: within.evenRows!.low },
    interval: (confidence) => {
      const error = (1 - confidence) / 2;
      const [near, far] = nearlyAt(normalQuantile(1 - error));
      // The first limit that is not refuted, and the first from which on all are.
      const low = firstWhere(sorted, (limit) => !(atMost(limit) <= error), near) ?? Number.NEGATIVE_INFINITY;
      const high = firstWhere(sorted, (limit) => atLeast(limit) <= error, far) ?? Number.POSITIVE_INFINITY;
      return { low, high };
    },
    atMost,
    atLeast,
  };
}

/** Places at which the normal approximation of the share of weight within has the ends: for the search to begin at. */
function placesNear(weights: Float64Array): (quantile: number) => readonly [low: number, high: number] {
  const within = new Float64Array(weights.length);
  let [sum, squares] = [0, 0];
  for (let place = 0; place < weights.length; place++) {
    sum += weights[place]!;
    squares += weights[place]! ** 2;
    within[place] = sum;
  }
  return (quantile) => {
    const reach = (quantile * Math.sqrt(squares)) / 2;
    return [placeWhere(within, sum / 2 - reach), placeWhere(within, sum / 2 + reach)];
  };
}

/** The first place from which on values are at least this; their number where none is. */
function placeWhere(rising: Float64Array, least: number): number {
  let [from, to] = [0, rising.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rising[middle]! >= least) to = middle;
    else from = middle + 1;
  }
  return from;
}

/**
 * The first value for which it holds, where it holds for all after that; undefined where for none. Each question takes a
 * pass over all rows, so that the search begins near where the answer is, in steps that double.
 */
function firstWhere(
  sorted: Float64Array,
  holds: (value: number) => boolean,
  near: number,
): number | undefined {
  let [from, to] = [0, sorted.length];
  let at = Math.min(sorted.length - 1, near);
  for (let step = Math.max(1, Math.floor(sorted.length ** 0.25)); from < to; step *= 2) {
    if (holds(sorted[at]!)) [to, at] = [at, at - step];
    else [from, at] = [at + 1, at + step];
    // What lies between two that were asked is halved.
    const isBetween = to < sorted.length && from > 0;
    if (isBetween || at < from || at >= to) at = (from + to) >> 1;
  }
  return sorted[from];
}
