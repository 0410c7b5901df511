/**
 * Whether enough rows have come since the world changed: `policy.rowsAfterChange`. Pure.
 *
 * A run that starts at the first sign of a change trains mostly on rows of before it, and its gates look at few of after it.
 * `npm run bench:rows-after-change` has how many suffice, beside rules that would say so by themselves.
 *
 * Invariants
 * 1. A change is dated by the windows of a rule: after the last that was not beyond the threshold, or where none is known with the
 *    first that was.
 * 2. A file counts by when it was observed. What is kept of files is bounded, and none of before a change ever counts as after it.
 * 3. More rows never turn a start into a wait, and nothing is waited for longer than `longestWait`.
 */
import { isAbsenceCause } from '../domain/absence.ts';
import type { Admission } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import { counted, plural } from '../domain/plural.ts';
import * as answer from './answers.ts';
import { asOfArrival } from './mend-times.ts';
import type { Offer, Question } from './question.ts';
import { addMs, durationMs, later } from './time.ts';
import { beyondSince } from './windows.ts';

type Arrivals = NonNullable<ModelState['arrivals']>;
type Watched = NonNullable<ModelState['watched']>;

const arrivalsAtMost = 100;

export function noteArrival(state: ModelState, { signal, policy, now }: Offer): ModelState {
  const { newData, observedAt } = signal;
  if (policy.rowsAfterChange === undefined || !newData?.rows) return state;
  const arrival = { at: asOfArrival(observedAt, now), rows: newData.rows };
  const arrivals = [...(state.arrivals ?? []), arrival].sort((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : 0,
  );
  if (arrivals.length <= arrivalsAtMost) return { ...state, arrivals };
  const waited = state.pending?.changedAt;
  const changes = changesOf(state.watched ?? {});
  return { ...state, arrivals: uniteTwo(arrivals, waited === undefined ? changes : [...changes, waited]) };
}

/**
 * Two neighbours become one, dated by the earlier: those that are the smallest part of all that came after them, so that the rows
 * since any moment are known to about a tenth. None of the changes that are known lies between them.
 */
function uniteTwo(arrivals: Arrivals, changes: readonly string[]): Arrivals {
  let [least, share, newer] = [0, Number.POSITIVE_INFINITY, 1];
  for (let index = arrivals.length - 2; index >= 0; index--) {
    const [a, b] = [arrivals[index]!, arrivals[index + 1]!];
    const own = (a.rows + b.rows) / newer;
    newer += b.rows;
    if (own >= share || changes.some((at) => a.at <= at && at < b.at)) continue;
    [least, share] = [index, own];
  }
  const united = { at: arrivals[least]!.at, rows: arrivals[least]!.rows + arrivals[least + 1]!.rows };
  return [...arrivals.slice(0, least), united, ...arrivals.slice(least + 2)];
}

export function rowsAfter({ arrivals = [] }: ModelState, moment: string): number {
  return arrivals.reduce((sum, { at, rows }) => sum + (at > moment ? rows : 0), 0);
}

function changeOf(watched: Watched, cause: string | null | undefined): string[] {
  const since = cause == null || isAbsenceCause(cause) ? null : beyondSince(watched[cause] ?? []);
  return since === null ? [] : [since];
}

const changesOf = (watched: Watched): string[] =>
  Object.keys(watched).flatMap((cause) => changeOf(watched, cause));

const latestOf = (changes: readonly string[]): string | null => changes.toSorted().at(-1) ?? null;

/** When the latest change began of which a rule tells that is bad still; null: none does. */
export function latestChange({ watched = {} }: Pick<ModelState, 'watched'>): string | null {
  const bad = Object.entries(watched).filter(([, windows]) => windows.at(-1)?.bad);
  return latestOf(changesOf(Object.fromEntries(bad)));
}

/** The latest change that what asks tells of, or what waits with it; null: they tell of none. */
function findChange({ watched = {}, pending }: ModelState, { signal, isLeader }: Question): string | null {
  const waiting = isLeader ? (pending?.causes ?? []).filter(({ recovered }) => !recovered) : [];
  const told = [signal, ...waiting].flatMap(({ cause }) => changeOf(watched, cause));
  return latestOf(signal.changedAt === undefined ? told : [...told, signal.changedAt]);
}

export interface LackOfData {
  readonly admission: Admission;
  /** The change after which rows are missing; absent: rows since the last run are. */
  readonly changedAt?: string;
}

/** The answer where fewer rows have come since the change than the policy asks for: a wait, and none any more once it has lasted. */
export function findLackAfterChange(state: ModelState, question: Question): LackOfData | null {
  const { policy, now, isLeader } = question;
  const { rowsAfterChange: needed, longestWait } = policy;
  if (needed === undefined) return null;
  const changedAt = findChange(state, question);
  if (changedAt === null) return null;
  const rows = rowsAfter(state, changedAt);
  if (rows >= needed) return null;
  const since = (isLeader ? state.pending?.since : undefined) ?? now;
  const until = addMs(since, durationMs(longestWait ?? 'P1D'));
  if (isLeader && now >= until) return null;
  const because = `${counted(rows, 'row')} ${rows === 1 ? 'has' : 'have'} come since the change, which began after ${changedAt}, and policy.rowsAfterChange requires ${needed}: a run now would train mostly on what was before`;
  const changedBy = `Admissible with ${needed - rows} more ${plural(needed - rows, 'row')}, and at ${until} with those that have come by then.`;
  const again = later(until, addMs(now, 60_000));
  return { admission: answer.waits('too-little-data', again, because, changedBy), changedAt };
}

export function hasEnoughAfterChange(
  state: ModelState,
  { rowsAfterChange = 0 }: Question['policy'],
): boolean {
  const { changedAt } = state.pending ?? {};
  return changedAt === undefined || rowsAfter(state, changedAt) >= rowsAfterChange;
}
