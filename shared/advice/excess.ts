/**
 * The loss beyond the reference that has come together since it began, and what it means for each day. Pure.
 *
 * The sum of excess times days begins anew wherever it would fall below nothing: the one-sided cumulative sum of Page
 * (Biometrika 41, 1954). Its standard error is that of the windows it is of, each weighed by its days: a small window adds
 * little to what is sure. What is sure is the sum less one standard error.
 */
import type { Window } from './windows.ts';

interface Excess {
  /** Metric times days. */
  readonly sum: number;
  readonly error: number;
  /** Since the sum began; 0: it is nothing. */
  readonly days: number;
  readonly windows: number;
  /** The window after which it began, or the first of all (ISO 8601, UTC); null: it is nothing. */
  readonly since: string | null;
  /** How far beyond the reference a day surely is; where none of the sum is sure, the mean of the latest windows, 0 at most. */
  readonly level: number;
}

const latest = 5;

/** `windows` of one version, the earliest first, at least one, each with an error. */
export function sumExcess(windows: readonly Window[]): Excess {
  let [sum, variance, days, count] = [0, 0, 0, 0];
  let since = windows[0]!.at;
  for (const { at, excess, days: lasts, error } of windows) {
    sum += excess * lasts;
    variance += ((error ?? 0) * lasts) ** 2;
    days += lasts;
    count++;
    if (sum > 0) continue;
    [sum, variance, days, count] = [0, 0, 0, 0];
    since = at;
  }
  const error = Math.sqrt(variance);
  const level = sum > error ? (sum - error) / days : Math.min(0, meanExcess(windows.slice(-latest)));
  return { sum, error, days, windows: count, since: count > 0 ? since : null, level };
}

export const meanExcess = (windows: readonly Window[]): number =>
  windows.reduce((sum, { excess }) => sum + excess, 0) / windows.length;
