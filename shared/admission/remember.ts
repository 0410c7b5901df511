/** What a model's state keeps of the signals it has answered: enough to know a redelivery, and bounded. Pure. */
import type { Admission } from '../domain/decision.ts';
import type { AnsweredSignal, ModelState } from '../domain/model-state.ts';
import type { Offer, Question } from './decide-admission.ts';
import { unanswered } from './pending.ts';
import { addMs } from './time.ts';

/** Event Grid delivers again for 24 hours; twice that leaves room for a clock that differs. */
export const rememberForMs = 48 * 3_600_000;
/** An upper bound on what a flood of signals may make the entity keep. */
export const rememberAtMost = 150;
const waitingAtMost = 50;

/** Who waits by itself, to be woken when something ends what it waits for. */
export function keepWaiting(
  state: ModelState,
  { signal, isLeader }: Question,
  { outcome }: Admission,
): ModelState {
  const others = (state.waiting ?? []).filter((id) => id !== signal.id);
  const waits = outcome === 'deferred' && !isLeader && state.pending?.signals[0] !== signal.id;
  const waiting = waits ? [...others, signal.id].slice(-waitingAtMost) : others;
  if (waiting.length === 0 && state.waiting === undefined) return state;
  return { ...state, waiting };
}

export function remember(state: ModelState, offer: Offer, admission: Admission): ModelState {
  const oldest = addMs(offer.now, -rememberForMs);
  const asleep = new Set(unanswered(state));
  const kept = state.answered.filter(
    ({ id, at }) => id !== offer.signal.id && (at >= oldest || asleep.has(id)),
  );
  const { outcome, reason, runId } = admission;
  const answered: AnsweredSignal = { id: offer.signal.id, outcome, reason, runId, at: offer.now };
  return { ...state, answered: forgetOldest([...kept, answered], asleep) };
}

/** Those that sleep are kept: a signal that is offered again must not pass for a new one. */
function forgetOldest(
  answered: readonly AnsweredSignal[],
  asleep: ReadonlySet<string>,
): readonly AnsweredSignal[] {
  let surplus = answered.length - rememberAtMost;
  if (surplus <= 0) return answered;
  return answered.filter(({ id }) => asleep.has(id) || surplus-- <= 0);
}
