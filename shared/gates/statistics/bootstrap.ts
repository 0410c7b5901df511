/**
 * The bootstrap: rows drawn anew with replacement, the statistic measured each time, and BCa intervals from it
 * (Efron, JASA 82, 1987).
 *
 * Owns: drawing, the jackknife for the acceleration, intervals and tests.
 * Does not own: the statistic. Both sides of a comparison are measured under the same drawn rows, which makes it
 * paired.
 *
 * Invariants
 * 1. The same sample and seed give the same inference; how the rows came does not matter where they come sorted.
 * 2. A distribution that cannot carry an interval (undefined too often, without spread, all on one side of the
 *    estimate) gives none, and says why.
 */
import type { Inference, NoInference } from './inference.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { drawBinomial, type Random } from './random.ts';

/**
 * A statistic under counts: how many there are of each unit. A unit is a row, a group of rows, or a kind of rows that
 * the statistic cannot tell apart: drawing 8 kinds is drawing 100,000 rows, in no time.
 */
export type Statistic = (counts: Float64Array) => number | null;

export const resamples = 2000;
const jackknifeGroups = 400;

/** `counts` are those of the sample: all 1 where units are rows or groups. */
export function bootstrap(
  counts: Float64Array,
  statistic: Statistic,
  random: Random,
): Inference | NoInference {
  const estimate = statistic(counts);
  if (estimate === null) return { why: 'the metric is undefined in these rows' };
  const drawn = resample(counts, statistic, random);
  const lost = resamples - drawn.length;
  if (lost > resamples / 100) return { why: `the metric is undefined in ${lost} of ${resamples} resamples` };
  if (drawn[0] === drawn.at(-1)) return { why: 'the rows show no variation to learn an interval from' };
  const influence = jackknife(counts, statistic);
  if (!influence) return { why: 'the metric hangs on single rows' };
  return inferFromDraws(estimate, drawn, accelerationOf(influence));
}

/** Statistics of the resamples, sorted; undefined ones left out. */
function resample(counts: Float64Array, statistic: Statistic, random: Random): Float64Array {
  const alike = counts.every((count) => count === 1);
  const drawn = new Float64Array(counts.length);
  const values: number[] = [];
  for (let turn = 0; turn < resamples; turn++) {
    alike ? drawRows(drawn, random) : drawKinds(drawn, counts, random);
    const value = statistic(drawn);
    if (value !== null) values.push(value);
  }
  return Float64Array.from(values).sort();
}

function drawRows(into: Float64Array, random: Random): void {
  into.fill(0);
  for (let turn = into.length; turn > 0; turn--) into[random.index(into.length)]!++;
}

/** Multinomial counts, one conditional binomial after another. */
function drawKinds(into: Float64Array, counts: Float64Array, random: Random): void {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let left = total;
  let kindsLeft = total;
  for (let kind = 0; kind < counts.length; kind++) {
    const share = kindsLeft > 0 ? counts[kind]! / kindsLeft : 0;
    into[kind] = drawBinomial(random, left, share);
    left -= into[kind]!;
    kindsLeft -= counts[kind]!;
  }
}

/** The statistic without each unit of a kind, or without each of some hundred groups of units, with how often. */
function jackknife(sample: Float64Array, statistic: Statistic): { value: number; times: number }[] | null {
  const alike = sample.every((count) => count === 1);
  const size = sample.length;
  const groups = alike ? Math.min(size, jackknifeGroups) : size;
  const counts = Float64Array.from(sample);
  const left: { value: number; times: number }[] = [];
  for (let group = 0; group < groups; group++) {
    if (sample[group] === 0) continue;
    const step = alike ? groups : size;
    for (let unit = group; unit < size; unit += step) counts[unit]!--;
    const value = statistic(counts);
    if (value === null) return null;
    left.push({ value, times: alike ? 1 : sample[group]! });
    for (let unit = group; unit < size; unit += step) counts[unit]!++;
  }
  return left;
}

export function accelerationOf(left: readonly { value: number; times: number }[]): number {
  const total = left.reduce((sum, { times }) => sum + times, 0);
  const mean = left.reduce((sum, { value, times }) => sum + value * times, 0) / total;
  let squares = 0;
  let cubes = 0;
  for (const { value, times } of left) {
    squares += times * (mean - value) ** 2;
    cubes += times * (mean - value) ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

/** BCa inference from sorted statistics of resamples. */
export function inferFromDraws(
  estimate: number,
  drawn: Float64Array,
  acceleration: number,
): Inference | NoInference {
  const bias = normalQuantile(shareBelow(drawn, estimate));
  if (!Number.isFinite(bias)) return { why: 'every resample lies on one side of the estimate' };
  // Squares of values beyond 1e154 are infinite, and what is computed from them is no number.
  if (!Number.isFinite(acceleration)) return { why: 'the values are too large to compute with' };
  const levelOf = (probability: number): number => {
    const shifted = bias + normalQuantile(probability);
    return normalCdf(bias + accelerate(shifted, -acceleration));
  };
  /** One-sided p-value of "at most the limit": the level whose interval ends at the limit. */
  const atMost = (limit: number): number => {
    const shifted = normalQuantile(withinReach(shareBelow(drawn, limit), drawn.length)) - bias;
    return withinReach(normalCdf(accelerate(shifted, acceleration) - bias), drawn.length);
  };
  return {
    method: `BCa bootstrap of ${resamples} resamples`,
    estimate,
    leastError: 1 / resamples,
    interval: (confidence) => ({
      low: quantileOf(drawn, levelOf((1 - confidence) / 2)),
      high: quantileOf(drawn, levelOf((1 + confidence) / 2)),
    }),
    atMost,
    atLeast: (limit) => 1 - atMost(limit),
  };
}

/** x / (1 + a x), up to where it runs off to infinity. */
function accelerate(x: number, a: number): number {
  const scale = 1 + a * x;
  return scale > 0 ? x / scale : Math.sign(x) * Number.POSITIVE_INFINITY;
}

/** No probability beyond what so many resamples can tell. */
function withinReach(probability: number, draws: number): number {
  return Math.min(1 - 0.5 / draws, Math.max(0.5 / draws, probability));
}

/** Share of sorted values below a limit; those equal to it count half. */
function shareBelow(sorted: Float64Array, limit: number): number {
  const first = firstAt(sorted, (value) => value >= limit);
  const after = firstAt(sorted, (value) => value > limit);
  return (first + after) / 2 / sorted.length;
}

function firstAt(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(sorted[middle]!)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Quantile of sorted values by linear interpolation. */
function quantileOf(sorted: Float64Array, level: number): number {
  const place = Math.min(1, Math.max(0, level)) * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}
