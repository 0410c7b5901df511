import { isAbsenceCause } from '../domain/absence.ts';
import type { Evidence } from '../domain/breach-test.ts';
import type { ModelState, PendingCause } from '../domain/model-state.ts';
import { noteTest } from './alarms.ts';
import { findUnmet } from './composites.ts';
import { noteCame } from './news.ts';
import { endPending, sleepers } from './pending.ts';
import { earlier, later } from './time.ts';
import { noteWindow } from './windows.ts';

export interface RecoveryNote {
  /** As the signals have it. */
  readonly cause: string;
  /** When the good state was observed (ISO 8601, UTC). */
  readonly observedAt: string;
  /** What the value says of a fall, of a rule with a confidence. */
  readonly evidence?: Evidence;
  /** What it counts for of that which absences are of; absent: for nothing. */
  readonly came?: readonly string[];
  /** What is good again, in a sentence. */
  readonly summary: string;
}

export interface Recovered {
  readonly state: ModelState;
  /** Signals whose run is withdrawn; empty when others still want it, or nothing waited. */
  readonly withdrawn: readonly string[];
  readonly wake: readonly string[];
}

/**
 * Takes note that something is good again. Pure.
 *
 * What waits is withdrawn once everything it waits for has recovered, each at or after it was observed; signals that
 * are about no cause (a schedule, data) never do. What a person has approved is not withdrawn.
 */
export function takeRecovery(before: ModelState, note: RecoveryNote): Recovered {
  const { cause, summary, evidence, came = [] } = note;
  const observedAt = endOf(before, note);
  const tested = evidence ? noteTest(before, cause, evidence) : before;
  const state = noteCame(tested, came, note.observedAt);
  const good = { at: observedAt, bad: false };
  const noted: ModelState = { ...state, watched: noteWindow(state.watched ?? {}, cause, good) };
  const { pending } = state;
  if (!pending || pending.approved) return { state: noted, withdrawn: [], wake: [] };
  const marked = (pending.causes ?? []).map((known) => ({
    ...known,
    recovered:
      known.recovered || isRecovered(known, cause, observedAt, pending.lastAt) || isAlone(known, noted),
  }));
  const isOver = marked.length > 0 && marked.every(({ recovered }) => recovered);
  if (!isOver)
    return { state: { ...noted, pending: { ...pending, causes: marked } }, withdrawn: [], wake: [] };
  const state2 = endPending(noted, {
    outcome: 'rejected',
    reason: 'recovered',
    sentence: `Rejected: it waited, and everything that asked is good again. The last: ${summary}`,
    changedBy: 'A breach that comes after the recovery.',
    runId: null,
  });
  return { state: state2, withdrawn: pending.signals, wake: sleepers(state).slice(0, 1) };
}

/** What came too late to be missed at all ends an absence that was told meanwhile: that is no earlier than it began. */
function endOf({ watched = {} }: ModelState, { cause, observedAt }: RecoveryNote): string {
  return isAbsenceCause(cause) ? later(observedAt, watched[cause]?.at(-1)?.at ?? observedAt) : observedAt;
}

/** Of those that it asks with, too few are bad any more. */
function isAlone({ cause }: PendingCause, { watched = {}, pending }: ModelState): boolean {
  return cause !== null && findUnmet(watched, pending?.composites ?? [], cause) !== null;
}

/** What waits was observed by the time its latest signal came, whatever it says itself. */
function isRecovered(
  { cause, at }: PendingCause,
  recovering: string,
  observedAt: string,
  lastAt = at,
): boolean {
  return cause === recovering && earlier(at, lastAt) <= observedAt;
}
