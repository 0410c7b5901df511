/**
 * What the past says of versions as such: how they start, how they age, and what changing them has brought. Pure.
 *
 * The slope of the excess over the age is that of least squares with a level of its own for each version (the within estimator of
 * panels), so that it tells how versions age, not which of them were good. That retraining rules gain from a term of age is
 * measured by Katz (arXiv 2604.06438).
 */
import { meanExcess } from './excess.ts';
import type { Window } from './windows.ts';

interface Ageing {
  /** Excess that a version gains each day; null: nobody knows. */
  readonly slope: number | null;
  readonly error: number;
  readonly versions: number;
  readonly windows: number;
}

const windowsNeeded = 8;
/** One that fell at once is no sign of how versions age. */
const versionsNeeded = 2;
/** Of a version, how many of its first and of its last windows say how it starts and ends. */
const few = 3;

const byVersion = (windows: readonly Window[]): readonly (readonly Window[])[] => [
  ...Map.groupBy(windows, ({ version }) => version).values(),
];

/** `windows` of all versions. */
export function learnAgeing(windows: readonly Window[]): Ageing {
  const groups = byVersion(windows).filter((group) => group.length > 1);
  const centred = groups.flatMap((group) => {
    const age = group.reduce((sum, { ageDays }) => sum + ageDays, 0) / group.length;
    const mean = meanExcess(group);
    return group.map(({ ageDays, excess }) => ({ x: ageDays - age, y: excess - mean }));
  });
  const count = centred.length;
  const sxx = centred.reduce((sum, { x }) => sum + x * x, 0);
  const told = { versions: groups.length, windows: count };
  const freedom = count - groups.length - 1;
  if (count < windowsNeeded || groups.length < versionsNeeded || freedom < 1 || sxx === 0)
    return { slope: null, error: 0, ...told };
  const slope = centred.reduce((sum, { x, y }) => sum + x * y, 0) / sxx;
  const rest = centred.reduce((sum, { x, y }) => sum + (y - slope * x) ** 2, 0);
  return { slope, error: Math.sqrt(rest / freedom / sxx), ...told };
}

/**
 * How far beyond the reference a version starts, 0 at most: the mean over versions of their first windows, or the reference where that is
 * worse. One that was trained across a change starts badly and says nothing of one that is trained after it. At least one window.
 */
export function learnStart(windows: readonly Window[]): {
  readonly level: number;
  readonly versions: number;
} {
  const starts = byVersion(windows).map((group) => meanExcess(group.slice(0, few)));
  const mean = starts.reduce((sum, start) => sum + start, 0) / starts.length;
  return { level: Math.min(0, mean), versions: starts.length };
}

/** By how much a day of loss fell when a version took the place of another: the sum over all changes, each 0 at least. */
export function learnGains(windows: readonly Window[]): { readonly sum: number; readonly changes: number } {
  const groups = byVersion(windows);
  const lossOf = (some: readonly Window[]): number =>
    some.reduce((sum, { excess }) => sum + Math.max(0, excess), 0) / some.length;
  const falls = groups.slice(1).map((group, index) => {
    return Math.max(0, lossOf(groups[index]!.slice(-few)) - lossOf(group.slice(0, few)));
  });
  return { sum: falls.reduce((sum, fall) => sum + fall, 0), changes: falls.length };
}
