import { normalCdf, normalQuantile } from './normal.ts';
import { measureMoments, standardise } from './standard-units.ts';
import { hasNoVariance } from './tail-index.ts';

/**
 * How even rows must be for an error to be told. Skewness k towards a limit moves the one-sided error of a mean of n
 * rows by terms of k / sqrt(n) and k^2 / n (Hall, "The Bootstrap and Edgeworth Expansion", 1992), the more the smaller the
 * error: rows are worth n / k^2 even ones, and so many per square of the error's normal quantile keep what is stated.
 * The number is from simulation (`bench:false-passes`).
 */
const perSquare = 6;
/** A small error takes some units, however even they are: 33 for one of 1 in 800. */
const evenRowsPerUnit = 1.7;
/** Of so few units the skewness is half a guess. */
export const fewUnits = 15;

/** The least one-sided error that so many even rows tell. */
export function leastErrorOf(evenRows: number): number {
  return evenRows === Number.POSITIVE_INFINITY ? 0 : normalCdf(-Math.sqrt(evenRows / perSquare));
}

/** How many even rows a two-sided confidence needs. */
export function evenRowsNeeded(confidence: number): number {
  return perSquare * normalQuantile((1 + confidence) / 2) ** 2;
}

/** Where there is no skewness towards the side, as many as there are, times what they may be worth at most. */
export function evenRowsOf(count: number, skewness: number): number {
  const most = evenRowsPerUnit * count;
  return skewness > 0 ? Math.min(most, count / (1 + fewUnits / count) / skewness ** 2) : most;
}

/** What independent rows of equal weight, which add so much to a value of theirs, are worth towards one side. */
export function evenRowsOfInfluences(sign: 1 | -1, influences: Float64Array): number {
  let farthest = 0;
  for (const influence of influences) farthest = Math.max(farthest, Math.abs(influence));
  if (farthest === 0) return Number.POSITIVE_INFINITY;
  let [squares, cubes] = [0, 0];
  for (const influence of influences) {
    const value = influence / farthest;
    squares += value * value;
    cubes += value * value * value;
  }
  const { length } = influences;
  return evenRowsOf(length, (sign * cubes) / length / (squares / (length - 1)) ** 1.5);
}

/** Of a sum by itself, towards its large values. */
export function evenRowsOfSum(values: Float64Array): number {
  const { unit, centred } = standardise(values, new Float64Array(values.length).fill(1), undefined);
  if (unit === 0) return Number.POSITIVE_INFINITY;
  const { skewness, kurtosis } = measureMoments(centred);
  return hasNoVariance(1, kurtosis, centred) ? 0 : evenRowsOf(values.length, skewness);
}
