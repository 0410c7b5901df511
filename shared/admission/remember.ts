/** What a model's state keeps of the signals it has answered: enough to know a redelivery, and bounded. Pure. */
import type { Admission } from '../domain/decision.ts';
import type { ModelState, RememberedSignal } from '../domain/model-state.ts';
import { unanswered } from './pending.ts';
import type { Offer, Question } from './question.ts';

/** An upper bound on what a flood of signals may make the entity keep, beside those that sleep. */
export const rememberAtMost = 150;
/** What is kept of them when there are as many. Beyond these the task hub knows a signal by its orchestration. */
const rememberAtLeast = 100;

/**
 * What was answered to a signal before. Ids of a model begin alike and differ at their ends: what is looked at first
 * there spares comparing the rest.
 */
export function findAnswered(
  answered: readonly RememberedSignal[],
  signalId: string,
): RememberedSignal | undefined {
  const { length } = signalId;
  const last = signalId.charCodeAt(length - 1);
  for (const known of answered) {
    const { id } = known;
    if (id.length === length && id.charCodeAt(length - 1) === last && id === signalId) return known;
  }
  return undefined;
}

/** Who waits by itself, to be woken when something ends what it waits for. */
export function keepWaiting(
  state: ModelState,
  { signal, isLeader }: Question,
  { outcome }: Admission,
): ModelState {
  const others = (state.waiting ?? []).filter((id) => id !== signal.id);
  const waits = outcome === 'deferred' && !isLeader && state.pending?.signals[0] !== signal.id;
  const waiting = waits ? [...others, signal.id] : others;
  if (waiting.length === 0 && state.waiting === undefined) return state;
  const [first] = state.requested ?? [];
  if (first === undefined || waiting.includes(first)) return { ...state, waiting };
  const { requested, ...rest } = state;
  return { ...rest, waiting };
}

export function remember(
  state: ModelState,
  { signal, now }: Offer,
  admission: Admission,
  isNew: boolean,
): ModelState {
  const { outcome, reason, runId } = admission;
  const answered: RememberedSignal = { id: signal.id, outcome, reason, runId, at: now };
  const known = forgetOldest(state);
  const others = isNew ? known : known.filter(({ id }) => id !== signal.id);
  // Spread into a new list they would be copied twice: once as they are, and once more to make room for the last.
  return { ...state, answered: others.concat([answered]) };
}

/**
 * A good part goes at once, so that as a rule there is nothing to look through. Those that sleep are kept: a signal that
 * is offered again must not pass for a new one.
 */
function forgetOldest(state: ModelState): readonly RememberedSignal[] {
  const { answered, waiting = [], fates = [] } = state;
  if (answered.length < rememberAtMost + waiting.length + fates.length) return answered;
  const asleep = new Set(unanswered(state));
  const from = answered.length - rememberAtLeast;
  return answered.filter(({ id }, index) => index >= from || asleep.has(id));
}
