/**
 * The signals that wait together, and what becomes of those that sleep. Pure.
 *
 * Invariants
 * 1. The first signal's orchestration waits for all; the others have their answer.
 * 2. A group that is answered in its absence leaves a fate for the one that sleeps: it is told when it is offered again.
 * 3. Whoever sleeps or has a fate is remembered as deferred: of a signal that comes for the first time nothing is here.
 */
import type { Composite } from '../domain/composite.ts';
import type { ModelState, Pending, PendingCause, PendingDecision } from '../domain/model-state.ts';
import { later } from './time.ts';

/** An upper bound on what a flood of signals may make the entity keep of one group. */
export const signalsAtMost = 100;
/** More than can sleep at once: each has its answer before it is forgotten. */
const fatesAtMost = 60;
/** A first signal that has not come back so long after its time has lost its orchestration: another takes its place. */
const overdueMs = 3_600_000;

interface Waiting {
  readonly id: string;
  /** Null: nothing recovers from it. */
  readonly cause: string | null;
  /** When it was observed. */
  readonly observedAt: string;
  readonly composites?: readonly Composite[] | undefined;
  readonly isNew: boolean;
  readonly now: string;
}

export function isOverdue(pending: Pending, now: string): boolean {
  return Date.parse(now) > Date.parse(pending.until) + overdueMs;
}

/** The signal waits first: alone, before those it waited for already, or in place of one that never came back. */
export function lead(state: ModelState, signal: Waiting, until: string, more: Partial<Pending>): Pending {
  const before = state.pending;
  const { changedAt: _, ...others } = before ?? {};
  return {
    ...others,
    signals: union([signal.id], before?.signals ?? []),
    until,
    since: before?.since ?? signal.now,
    lastAt: signal.isNew ? signal.now : (before?.lastAt ?? signal.now),
    forData: false,
    causes: addCause(before?.causes ?? [], signal),
    ...(signal.composites && { composites: signal.composites }),
    ...more,
  };
}

export function join(pending: Pending, signal: Waiting, until: string): Pending {
  return {
    ...pending,
    signals: union(pending.signals, [signal.id]),
    until: later(pending.until, until),
    lastAt: signal.now,
    causes: addCause(pending.causes ?? [], signal),
    ...(signal.composites && { composites: signal.composites }),
  };
}

/** Ends the group: the one that sleeps gets `fate` when it is offered again. */
export function endPending(state: ModelState, fate: Omit<PendingDecision, 'signal'>): ModelState {
  const sleeper = state.pending?.signals[0];
  if (sleeper === undefined) return state;
  return { ...addPendingDecision(state, { signal: sleeper, ...fate }), pending: null };
}

export function addPendingDecision(state: ModelState, fate: PendingDecision): ModelState {
  const others = (state.fates ?? []).filter(({ signal }) => signal !== fate.signal);
  return { ...state, fates: [...others.slice(1 - fatesAtMost), fate] };
}

/** Those whose orchestrations sleep: whatever may have ended their wait, each is offered again. */
export function sleepers({ pending, waiting = [] }: ModelState): readonly string[] {
  return [...(pending?.signals.slice(0, 1) ?? []), ...waiting];
}

/** Everybody who has no final answer yet, those whose fate is sealed included: each needs an orchestration. */
export function unanswered(state: ModelState): readonly string[] {
  return [...new Set([...sleepers(state), ...(state.fates ?? []).map(({ signal }) => signal)])];
}

/** Both lists without repetition, cut to what the state may hold: the ledger has every signal all the same. */
export function union(a: readonly string[], b: readonly string[]): readonly string[] {
  const [only] = b;
  if (only !== undefined && b.length === 1) {
    return a.includes(only) || a.length >= signalsAtMost ? a : [...a, only];
  }
  return [...new Set([...a, ...b])].slice(0, signalsAtMost);
}

/** A cause that does not fit counts as one that never recovers: it must not get lost. */
function addCause(
  causes: readonly PendingCause[],
  { id, cause, observedAt }: Waiting,
): readonly PendingCause[] {
  if (causes.some(({ signal }) => signal === id)) return causes;
  const full = causes.length >= signalsAtMost;
  if (full && causes.some((known) => known.cause === null)) return causes;
  const added: PendingCause = { signal: id, cause: full ? null : cause, at: observedAt, recovered: false };
  return [...causes.slice(0, signalsAtMost - 1), added];
}
