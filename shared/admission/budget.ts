/**
 * What runs may cost in a sliding window, of one model or of the fleet. Pure.
 *
 * A run reserves at admission what its jobs' timeouts allow, so that no outcome of its own can break the budget, and
 * settles with the hours its jobs really took. A run that is lost keeps its reservation until it leaves the window.
 */
import { limitHours } from '../config/estimate.ts';
import type { Budget } from '../config/policy-schema.ts';
import type { Spent } from '../domain/model-state.ts';
import { addMs, durationMs } from './time.ts';

interface Overrun {
  /** First moment at which the budget holds the run (ISO 8601, UTC); null where it never does. */
  readonly until: string | null;
  readonly because: () => string;
}

/** Null where the budget holds another run that may take `estimateHours`. */
export function findOverrun(
  spent: readonly Spent[],
  budget: Budget,
  estimateHours: number,
  now: string,
): Overrun | null {
  const limit = limitHours(budget);
  if (fits(sumHours(spent) + estimateHours, limit)) return null;
  const windowMs = durationMs(budget.window);
  const since = addMs(now, -windowMs);
  const counted = spent.filter(({ at }) => at > since);
  const used = sumHours(counted);
  if (fits(used + estimateHours, limit)) return null;
  const because = (): string =>
    `${hours(used)} of jobs are spent or reserved since ${since}, the run may take ${hours(estimateHours)}, ` +
    `and the budget of ${budget.window} is ${hours(limit)}`;
  let left = used;
  for (const { at, computeHours } of counted) {
    left -= computeHours;
    if (fits(left + estimateHours, limit)) return { until: addMs(at, windowMs), because };
  }
  return { until: null, because };
}

/** Sums of hours are no exact decimals: a second is not worth a refusal. */
function fits(hoursNeeded: number, limit: number): boolean {
  return hoursNeeded <= limit + 1 / 3600;
}

/** Adds what a run may take. A run that has a reservation keeps it. */
export function reserve(
  spent: readonly Spent[],
  entry: Omit<Spent, 'settled'>,
  window: string,
): readonly Spent[] {
  if (spent.some((known) => known.runId === entry.runId)) return spent;
  return [...compact(spent, window), { ...entry, settled: false }];
}

/** Replaces a reservation by what was used. Without a figure it stands; with 0, of a run that never started, it goes. */
export function settleSpent(
  spent: readonly Spent[],
  runId: string,
  computeHours: number | undefined,
): readonly Spent[] {
  return spent.flatMap((entry) => {
    if (entry.runId !== runId || entry.settled) return [entry];
    if (computeHours === 0) return [];
    return [{ ...entry, computeHours: computeHours ?? entry.computeHours, settled: true }];
  });
}

/** Leaves out what has left the window. */
export function dropOld(spent: readonly Spent[], window: string, now: string): readonly Spent[] {
  const since = addMs(now, -durationMs(window));
  return spent.filter(({ at }) => at > since);
}

export function sumHours(spent: readonly Spent[]): number {
  return spent.reduce((sum, { computeHours }) => sum + computeHours, 0);
}

/**
 * Settled entries of one model and one tenth of the window become one, as late as the latest of them: the state stays
 * bounded, and what is counted together leaves the window too late, never too early.
 */
function compact(spent: readonly Spent[], window: string): readonly Spent[] {
  const tenthMs = durationMs(window) / 10;
  const sorted = spent.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const kept = new Map<string, Spent>();
  for (const entry of sorted) {
    const tenth = Math.floor(Date.parse(entry.at) / tenthMs);
    const key = entry.settled ? `${entry.model ?? ''} ${tenth}` : `run ${entry.runId}`;
    kept.set(key, { ...entry, computeHours: entry.computeHours + (kept.get(key)?.computeHours ?? 0) });
  }
  return [...kept.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}

function hours(value: number): string {
  return `${Number(value.toFixed(2))} h`;
}
