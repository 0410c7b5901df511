import { normalCdf, normalQuantile } from './normal.ts';

/**
 * How even rows must be for an error to be told. Skewness k towards a limit moves the one-sided error of a mean of n
 * rows by terms of k / sqrt(n) and k^2 / n (Hall, "The Bootstrap and Edgeworth Expansion", 1992), the more the smaller the
 * error: rows are worth n / k^2 even ones, and so many per square of the error's normal quantile keep what is stated.
 * The number is from simulation (`bench:false-passes`).
 */
const perSquare = 6;

/** The least one-sided error that so many even rows tell. */
export function leastErrorOf(evenRows: number): number {
  return evenRows === Number.POSITIVE_INFINITY ? 0 : normalCdf(-Math.sqrt(evenRows / perSquare));
}

/** How many even rows a two-sided confidence needs. */
export function evenRowsNeeded(confidence: number): number {
  return perSquare * normalQuantile((1 + confidence) / 2) ** 2;
}
