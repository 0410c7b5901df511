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

/** Whether the budget holds a run, as `findOverrun` has it, for any number of runs: what is spent is added up once. */
export function allowHours(
  spent: readonly Spent[],
  budget: Budget,
  now: string,
): (estimateHours: number) => boolean {
  const limit = limitHours(budget);
  const used = sumHours(dropOld(spent, budget.window, now));
  return (estimateHours) => fits(used + estimateHours, limit);
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
  return [...compact(spent, entry.model, window), { ...entry, settled: false }];
}

/** Replaces a reservation by what was used. Without a figure it stands; with 0, of a run that never started, it goes. */
export function settleSpent(
  spent: readonly Spent[],
  runId: string,
  computeHours: number | undefined,
): readonly Spent[] {
  const at = spent.findIndex((entry) => entry.runId === runId && !entry.settled);
  const entry = spent[at];
  if (!entry) return spent;
  const settled = { ...entry, computeHours: computeHours ?? entry.computeHours, settled: true };
  return spent.toSpliced(at, 1, ...(computeHours === 0 ? [] : [settled]));
}

/** Leaves out what has left the window. */
export function dropOld(spent: readonly Spent[], window: string, now: string): readonly Spent[] {
  const since = addMs(now, -durationMs(window));
  return spent.every(({ at }) => at > since) ? spent : spent.filter(({ at }) => at > since);
}

export function sumHours(spent: readonly Spent[]): number {
  return spent.reduce((sum, { computeHours }) => sum + computeHours, 0);
}

/**
 * Settled entries of the model and one tenth of the window become one, as late as the latest of them: the state stays bounded,
 * and what is counted together leaves the window too late, never too early. Those of other models wait for their own turn, so
 * that it costs one pass however many there are.
 */
function compact(spent: readonly Spent[], model: string | undefined, window: string): readonly Spent[] {
  const tenthMs = durationMs(window) / 10;
  const sorted = inOrder(spent);
  const latest = new Map<number, { readonly at: number; readonly computeHours: number }>();
  const merged = new Set<number>();
  for (const [at, entry] of sorted.entries()) {
    if (!entry.settled || entry.model !== model) continue;
    const tenth = Math.floor(Date.parse(entry.at) / tenthMs);
    const before = latest.get(tenth);
    if (before) merged.add(before.at);
    latest.set(tenth, { at, computeHours: entry.computeHours + (before?.computeHours ?? 0) });
  }
  if (merged.size === 0) return sorted;
  const sums = new Map([...latest.values()].map(({ at, computeHours }) => [at, computeHours]));
  return sorted.flatMap((entry, at) =>
    merged.has(at) ? [] : [{ ...entry, computeHours: sums.get(at) ?? entry.computeHours }],
  );
}

/** They come in the order of their times but where a clock was set back. */
function inOrder(spent: readonly Spent[]): readonly Spent[] {
  const isSorted = spent.every(({ at }, index) => index === 0 || spent[index - 1]!.at <= at);
  return isSorted ? spent : spent.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function hours(value: number): string {
  return `${Number(value.toFixed(2))} h`;
}
