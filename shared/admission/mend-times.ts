/**
 * Times that cannot be: facts dated after their arrival, and moments that a state remembers from a clock that was ahead.
 * Pure.
 *
 * Owns: what such a time is taken for. Does not own: what the times decide.
 *
 * Invariants
 * 1. Nothing is taken for later than now, but for `clockToleranceMs` by which the clocks of honest machines differ.
 * 2. A state that knows such a time heals at the next signal or operation: it mutes nothing, and no rule that counts what
 *    has been (rate, budget, cooldown) forgets it.
 * 3. A state without such a time is answered as it is, the same object.
 */
import { clockToleranceMs } from '../domain/clock.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import type { ModelState, WatchedWindow } from '../domain/model-state.ts';
import { isoOf } from './time.ts';

/** How late a fact may be told: so far back a window from the future is put where no other window says better. */
const dayMs = 86_400_000;
const [digitZero, digitTwo] = [48, 50];

/** When a fact counts as observed: as it says, or as of its arrival where it says nothing, nonsense or a later time. */
export function asOfArrival(observedAt: string | null | undefined, now: string): string {
  if (observedAt === null || observedAt === undefined) return now;
  const isPlain = observedAt.length === 24 && observedAt.endsWith('Z') && observedAt <= now;
  if (isPlain && observedAt >= '0') return observedAt;
  const ms = Date.parse(observedAt);
  return ms <= Date.parse(now) + clockToleranceMs ? isoOf(ms) : now;
}

/** Whether a moment that has been lies ahead of now by more than clocks differ, or is none at all. */
export function isAhead(at: string, now: string): boolean {
  // Comparing texts costs more than looking at a character, and a decision asks for many.
  if (at.charCodeAt(0) >= digitZero && at <= now) return false;
  return !(Date.parse(at) <= Date.parse(now) + clockToleranceMs);
}

/**
 * The state as it would be had its clock never been ahead. Only moments that decide something are looked at to find
 * out, of each list the one that decides; then all are mended.
 */
export function mendTimes(state: ModelState, now: string, asked: Asked = {}): ModelState {
  return hasTimeAhead(state, now, asked) ? healTimes(state, now) : state;
}

/** What is asked of the state: the cause of a signal, and how many starts the rate counts. */
interface Asked {
  readonly cause?: string | undefined;
  readonly starts?: number | undefined;
}

function hasTimeAhead(state: ModelState, now: string, { cause, starts: count }: Asked): boolean {
  const { answered, starts, spent, lastRun, live, pending, championSince, arrivals } = state;
  const windows = cause === undefined ? undefined : state.watched?.[cause];
  return (
    isAhead(answered[answered.length - 1]?.at ?? now, now) ||
    isAhead(lastRun?.endedAt ?? now, now) ||
    isAhead(live?.since ?? now, now) ||
    isOdd(live?.deadline ?? now) ||
    isOdd(pending?.until ?? now) ||
    isAhead(championSince ?? now, now) ||
    isAhead(pending?.since ?? now, now) ||
    isAhead(pending?.lastAt ?? now, now) ||
    isAhead(windows?.[windows.length - 1]?.at ?? now, now) ||
    isAhead(spent?.[spent.length - 1]?.at ?? now, now) ||
    isAhead(starts?.[starts.length - 1] ?? now, now) ||
    isAhead(arrivals?.[arrivals.length - 1]?.at ?? now, now) ||
    (count !== undefined && isAhead(starts?.[starts.length - count] ?? now, now)) ||
    isAhead(state.glass?.at ?? now, now) ||
    (state.came !== undefined && Object.values(state.came).some((at) => isAhead(at, now)))
  );
}

/** A text that no moment to come has. */
function isOdd(at: string): boolean {
  if (at.charCodeAt(0) === digitTwo) return false;
  return at < '1970' || at > '9999-12-31T23:59:59.999Z';
}

/** Whether a moment that has been cannot have: it is ahead, odd, or none. */
function cannotBe(at: string, now: string): boolean {
  return at < '0' || !(Date.parse(at) <= Date.parse(now) + clockToleranceMs);
}

/** The state with every moment looked at, whatever it was that went wrong: moments that are none are taken for now. */
export function healTimes(state: ModelState, now: string): ModelState {
  const by = (at: string): string => (cannotBe(at, now) ? now : at);
  const { live, lastRun, pending, championSince, starts, spent, arrivals, watched, came, glass, frozen } =
    state;
  return {
    ...state,
    answered: state.answered.map((known) => ({ ...known, at: by(known.at) })),
    live: live && { ...live, since: by(live.since), deadline: mendDeadline(live, now) },
    lastRun: lastRun && { ...lastRun, endedAt: by(lastRun.endedAt) },
    pending: pending && mendPending(pending, by, now),
    ...(championSince !== undefined && { championSince: by(championSince) }),
    ...(starts && { starts: starts.map(by).sort() }),
    ...(spent && { spent: spent.map((entry) => ({ ...entry, at: by(entry.at) })) }),
    ...(arrivals && {
      arrivals: arrivals
        .map(({ at, rows }) => ({ at: by(at), rows }))
        .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    }),
    ...(glass && { glass: { ...glass, at: by(glass.at) } }),
    ...(watched && { watched: mendWatched(watched, now) }),
    ...(came && { came: Object.fromEntries(Object.entries(came).map(([key, at]) => [key, by(at)])) }),
    // A freeze whose end nobody knows lasts until somebody thaws it.
    ...(frozen && {
      frozen: frozen.map((each) => ({ ...each, until: each.until && readEnd(each.until, null) })),
    }),
  };
}

/** As long after the mended beginning as it was after the one that could not be; a run is never given up sooner for it. */
function mendDeadline({ since, deadline }: NonNullable<ModelState['live']>, now: string): string {
  const deadlineMs = Date.parse(deadline);
  if (Number.isNaN(deadlineMs)) return isoOf(Date.parse(now) + dayMs);
  const lastsMs = deadlineMs - Date.parse(since);
  return cannotBe(since, now) && lastsMs > 0 ? isoOf(Date.parse(now) + lastsMs) : isoOf(deadlineMs);
}

/** What it waits for was observed before its latest signal came. */
function mendPending(
  pending: NonNullable<ModelState['pending']>,
  by: (at: string) => string,
  now: string,
): ModelState['pending'] {
  const { since, lastAt, causes, until, suggestedUntil, changedAt } = pending;
  return {
    ...pending,
    until: readEnd(until, now),
    ...(suggestedUntil !== undefined && { suggestedUntil: readEnd(suggestedUntil, now) }),
    ...(since !== undefined && { since: by(since) }),
    ...(lastAt !== undefined && { lastAt: by(lastAt) }),
    ...(changedAt !== undefined && { changedAt: by(changedAt) }),
    ...(causes && { causes: causes.map((known) => ({ ...known, at: by(known.at) })) }),
  };
}

/** A moment that is to come; `otherwise` where it is none. */
function readEnd<T>(until: string, otherwise: T): string | T {
  const ms = Date.parse(until);
  return Number.isNaN(ms) ? otherwise : isoOf(ms);
}

function mendWatched(
  watched: NonNullable<ModelState['watched']>,
  now: string,
): NonNullable<ModelState['watched']> {
  return Object.fromEntries(
    Object.entries(watched).map(([cause, windows]) => [cause, mendWindows(windows, now)]),
  );
}

/** Windows from the future come right after the last one that can be, in their order: whatever is told next is later. */
function mendWindows(windows: readonly WatchedWindow[], now: string): readonly WatchedWindow[] {
  const possible = windows.filter(({ at }) => !cannotBe(at, now));
  const ahead = windows.filter(({ at }) => cannotBe(at, now));
  const fromMs = Date.parse(possible.at(-1)?.at ?? isoOf(Date.parse(now) - dayMs));
  const moved = ahead.map(({ bad }, index) => ({ at: isoOf(fromMs + index + 1), bad }));
  return [...possible, ...moved];
}

/** The same of the fleet's books. Who waits asks again by itself, and is forgotten in time where it does not. */
export function mendFleetTimes(state: FleetState, now: string, patienceMs: number): FleetState {
  const { places, waiting, spent } = state;
  const until = isoOf(Date.parse(now) + patienceMs);
  const isSound =
    places.every(({ since }) => !isAhead(since, now)) &&
    waiting.every(({ since, expiresAt }) => !isAhead(since, now) && !isAhead(expiresAt, until)) &&
    !isAhead(spent.at(-1)?.at ?? now, now);
  return isSound ? state : healFleetTimes(state, now, patienceMs);
}

export function healFleetTimes(state: FleetState, now: string, patienceMs: number): FleetState {
  const { places, waiting, spent, stopped } = state;
  const until = isoOf(Date.parse(now) + patienceMs);
  const by = (at: string): string => (cannotBe(at, now) ? now : at);
  return {
    ...state,
    places: places.map((place) => ({ ...place, since: by(place.since) })),
    waiting: waiting.map((entry) => ({
      ...entry,
      since: by(entry.since),
      expiresAt: cannotBe(entry.expiresAt, until) ? until : entry.expiresAt,
    })),
    spent: spent.map((entry) => ({ ...entry, at: by(entry.at) })),
    stopped: stopped && { ...stopped, at: by(stopped.at) },
  };
}
