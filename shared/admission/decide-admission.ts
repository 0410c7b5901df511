/**
 * Decides what becomes of a signal. The policy of Ratchet, and the only place it is written.
 *
 * Owns: the answer to a signal, given the model's state, the time and the policy.
 * Does not own: keeping the state (the model entity), sleeping until a deferred signal is offered again (the
 * admit-signal orchestration), the ledger.
 *
 * Invariants
 * 1. Pure: equal arguments give equal answers, so a recorded history replays for ever.
 * 2. At most one run is live, and at most one signal waits.
 * 3. A signal answered for good is never answered anew: a redelivery gets the first answer again.
 * 4. The state stays bounded: see `rememberForMs` and `rememberAtMost`.
 * 5. What a person asks for (a manual request, a version registered by hand) is not held by cooldown, breaker or
 *    mode observe, which brake automation. Nobody starts a run in a freeze, over the rate or in mode off.
 * 6. A version registered by hand is judged by a run of its own: it never joins another.
 */
import type { Policy } from '../config/schema.ts';
import type { Admission } from '../domain/decision.ts';
import type { AnsweredSignal, ModelState } from '../domain/model-state.ts';
import type { Signal } from '../domain/signal.ts';
import * as answer from './answers.ts';
import { addMs, durationMs, findHold } from './holds.ts';

export interface Offer {
  readonly signal: Pick<Signal, 'id' | 'kind'>;
  /** Id of the run this signal would start. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly policy: Policy;
}

export interface Answer {
  readonly admission: Admission;
  readonly state: ModelState;
  /** Whether the signal had been answered for good before: nothing is to be recorded again. */
  readonly repeated: boolean;
}

/** Event Grid delivers again for 24 hours; twice that leaves room for a clock that differs. */
export const rememberForMs = 48 * 3_600_000;
/** An upper bound on what a flood of signals may make the entity keep. */
export const rememberAtMost = 200;
/** As many starts as `mostRuns.count` may ask for. */
const rememberStarts = 100;

export function decideAdmission(state: ModelState, offer: Offer): Answer {
  const before = state.answered.find((answered) => answered.id === offer.signal.id);
  if (before && before.outcome !== 'deferred') {
    return { admission: answer.repeated(before), state, repeated: true };
  }
  const { state: freed, freedRunId } = freeDeadRun(state, offer.now);
  const answered = answerSignal(freed, offer);
  const admission = { ...answered.admission, freedRunId };
  return { admission, state: remember(answered.state, offer, admission), repeated: false };
}

type Answered = Omit<Answer, 'repeated'>;

function answerSignal(state: ModelState, offer: Offer): Answered {
  const { signal, now, policy, runId } = offer;
  const byPerson = signal.kind === 'registry' || signal.kind === 'manual';
  const isPending = state.pending?.signals[0] === signal.id;
  if (policy.mode === 'off') return reject(state, offer, answer.off());
  if (!byPerson && isBroken(state, policy))
    return reject(state, offer, answer.breakerOpen(state.unsuccessful ?? 0));
  if (state.live)
    return signal.kind === 'registry' ? waitForLive(state, offer) : joinLive(state, offer, isPending);

  const hold = findHold(state, policy, now, byPerson);
  if (hold?.rejects) return reject(state, offer, answer.frozenOut(hold));
  // A person's request keeps its own place: those that wait may be held longer than it is.
  if (hold && byPerson) return { admission: answer.held(hold), state };
  if (hold) return wait(state, offer, hold.until, answer.held(hold));
  if (!byPerson && policy.mode === 'observe') return reject(state, offer, answer.observed(runId));
  if (!byPerson && state.pending && !isPending && now < state.pending.until) return joinPending(state, offer);
  return admit(state, offer);
}

function isBroken(state: ModelState, policy: Policy): boolean {
  return policy.breakAfter !== undefined && (state.unsuccessful ?? 0) >= policy.breakAfter;
}

/** A waiting signal that is turned away takes those that joined it along: their answer was to share its fate. */
function reject(state: ModelState, { signal }: Offer, admission: Admission): Answered {
  const isPending = state.pending?.signals[0] === signal.id;
  return { admission, state: isPending ? { ...state, pending: null } : state };
}

function admit(state: ModelState, { signal, runId, now, policy }: Offer): Answered {
  const waiting = signal.kind === 'registry' ? [] : (state.pending?.signals ?? []);
  const signals = union([signal.id], waiting);
  const waited = state.answered.some(({ id, outcome }) => id === signal.id && outcome === 'deferred');
  const deadline = addMs(now, 2 * durationMs(policy.longestRun));
  return {
    admission: answer.admitted(runId, signals, waited),
    state: {
      ...state,
      pending: signal.kind === 'registry' ? state.pending : null,
      live: { runId, signals, since: now, deadline },
      starts: [...(state.starts ?? []), now].slice(-rememberStarts),
    },
  };
}

/** A version registered by hand waits for the run under way, then has one of its own. */
function waitForLive(state: ModelState, { now, policy }: Offer): Answered {
  return { admission: answer.afterLive(state.live!, addMs(now, durationMs(policy.pollJobs))), state };
}

/** A waiting signal that finds a run under way (a person got in first) joins it with all that joined it. */
function joinLive(state: ModelState, { signal }: Offer, isPending: boolean): Answered {
  const live = state.live!;
  const joining = isPending ? (state.pending?.signals ?? []) : [signal.id];
  return {
    admission: answer.joinedLive(live),
    state: {
      ...state,
      pending: isPending ? null : state.pending,
      live: { ...live, signals: union(live.signals, joining) },
    },
  };
}

/** The first signal that is held waits; later ones join it. */
function wait(state: ModelState, offer: Offer, until: string, admission: Admission): Answered {
  const { signal } = offer;
  if (state.pending && state.pending.signals[0] !== signal.id) return joinPending(state, offer);
  return {
    admission,
    state: { ...state, pending: { signals: state.pending?.signals ?? [signal.id], until } },
  };
}

function joinPending(state: ModelState, { signal }: Offer): Answered {
  const pending = state.pending!;
  return {
    admission: answer.joinedPending(pending),
    state: { ...state, pending: { ...pending, signals: union(pending.signals, [signal.id]) } },
  };
}

/** A run past its deadline counts as dead: its model is freed, and the cooldown counts from the deadline. */
function freeDeadRun(state: ModelState, now: string): { state: ModelState; freedRunId: string | null } {
  if (!state.live || now <= state.live.deadline) return { state, freedRunId: null };
  const { runId, deadline } = state.live;
  const lastRun = { runId, outcome: 'lost', endedAt: deadline } as const;
  return {
    state: { ...state, live: null, lastRun, unsuccessful: (state.unsuccessful ?? 0) + 1 },
    freedRunId: runId,
  };
}

function remember(state: ModelState, offer: Offer, admission: Admission): ModelState {
  const oldest = addMs(offer.now, -rememberForMs);
  const kept = state.answered.filter(({ id, at }) => id !== offer.signal.id && at >= oldest);
  const { outcome, reason, runId } = admission;
  const answered: AnsweredSignal = { id: offer.signal.id, outcome, reason, runId, at: offer.now };
  return { ...state, answered: [...kept, answered].slice(-rememberAtMost) };
}

/** Both lists without repetition, cut to what the state may hold: the ledger has every signal all the same. */
function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].slice(0, rememberAtMost);
}
