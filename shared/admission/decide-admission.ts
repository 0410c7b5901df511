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
 * 5. What a person asks for (a manual request, a version registered by hand) is not held by the cooldown, which
 *    brakes automation. A version registered by hand is judged by a run of its own: it never joins another.
 */
import { parseDurationMs } from '../config/duration.ts';
import type { Policy } from '../config/schema.ts';
import type { Admission } from '../domain/decision.ts';
import type { AnsweredSignal, ModelState } from '../domain/model-state.ts';
import type { Signal } from '../domain/signal.ts';

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

export function decideAdmission(state: ModelState, offer: Offer): Answer {
  const before = state.answered.find((answered) => answered.id === offer.signal.id);
  if (before && before.outcome !== 'deferred')
    return { admission: repeatAnswer(before), state, repeated: true };

  const { state: freed, freedRunId } = freeDeadRun(state, offer.now);
  const answer = answerSignal(freed, offer, freedRunId);
  return { ...answer, state: remember(answer.state, offer, answer.admission), repeated: false };
}

function answerSignal(state: ModelState, offer: Offer, freedRunId: string | null): Omit<Answer, 'repeated'> {
  const { signal, now } = offer;
  const isPending = state.pending?.signals[0] === signal.id;
  const byPerson = signal.kind === 'registry' || signal.kind === 'manual';
  if (state.live) {
    if (signal.kind === 'registry') return waitForLive(state, offer, freedRunId);
    return isPending ? joinWithPending(state, offer, freedRunId) : joinLive(state, offer, freedRunId);
  }
  if (byPerson) return admit(state, offer, freedRunId);

  const cooldownEndsAt = cooldownEnd(state, offer.policy);
  if (cooldownEndsAt !== null && now < cooldownEndsAt)
    return waitForCooldown(state, offer, cooldownEndsAt, freedRunId);
  if (state.pending && !isPending && now < state.pending.until) return joinPending(state, offer, freedRunId);
  return admit(state, offer, freedRunId);
}

function admit(state: ModelState, offer: Offer, freedRunId: string | null): Omit<Answer, 'repeated'> {
  const { signal, runId, now, policy } = offer;
  const takesPending = signal.kind !== 'registry';
  const signals = [...new Set([signal.id, ...(takesPending ? (state.pending?.signals ?? []) : [])])];
  const waited = state.pending?.signals[0] === signal.id;
  const joined = signals.length - 1;
  const others = joined === 0 ? '' : ` together with ${joined} more`;
  const why = waited
    ? 'the cooldown is over and no run is under way'
    : 'no run is under way and no cooldown holds it';
  return {
    admission: {
      outcome: 'admitted',
      reason: waited ? 'cooldown-over' : 'idle',
      sentence: `Admitted${others}: ${why}${freedNote(freedRunId)}. It starts run ${runId}.`,
      changedBy: '',
      runId,
      offerAgainAt: null,
      signals,
      freedRunId,
    },
    state: {
      ...state,
      pending: takesPending ? null : state.pending,
      live: { runId, signals, since: now, deadline: addMs(now, 2 * durationMs(policy.longestRun)) },
    },
  };
}

/** A version registered by hand waits for the run under way, then has one of its own. */
function waitForLive(state: ModelState, offer: Offer, freedRunId: string | null): Omit<Answer, 'repeated'> {
  const live = state.live!;
  const offerAgainAt = addMs(offer.now, durationMs(offer.policy.pollJobs));
  return {
    admission: {
      ...notAdmitted(freedRunId),
      outcome: 'deferred',
      reason: 'run-live',
      sentence: `Waits for run ${live.runId}, under way since ${live.since}: one run at a time for a model.`,
      changedBy: `Admissible once run ${live.runId} has ended.`,
      offerAgainAt,
    },
    state,
  };
}

function joinLive(state: ModelState, offer: Offer, freedRunId: string | null): Omit<Answer, 'repeated'> {
  const live = state.live!;
  return {
    admission: {
      ...notAdmitted(freedRunId),
      outcome: 'coalesced',
      reason: 'run-live',
      sentence: `Joined run ${live.runId}, under way since ${live.since}: one run at a time for a model.`,
      changedBy: `Admissible once run ${live.runId} has ended and the cooldown of ${offer.policy.cooldown} after it is over.`,
      runId: live.runId,
    },
    state: {
      ...state,
      live: { ...live, signals: union(live.signals, [offer.signal.id]) },
    },
  };
}

/** A waiting signal finds a run under way (someone's manual request got in first): it and those with it join. */
function joinWithPending(
  state: ModelState,
  offer: Offer,
  freedRunId: string | null,
): Omit<Answer, 'repeated'> {
  const live = state.live!;
  const signals = union(live.signals, state.pending?.signals ?? []);
  return joinLive({ ...state, pending: null, live: { ...live, signals } }, offer, freedRunId);
}

function waitForCooldown(
  state: ModelState,
  offer: Offer,
  endsAt: string,
  freedRunId: string | null,
): Omit<Answer, 'repeated'> {
  const { signal } = offer;
  if (state.pending && state.pending.signals[0] !== signal.id) return joinPending(state, offer, freedRunId);
  const last = state.lastRun!;
  return {
    admission: {
      ...notAdmitted(freedRunId),
      outcome: 'deferred',
      reason: 'cooldown',
      sentence: `Waits until ${endsAt}: run ${last.runId} ended ${last.outcome} at ${last.endedAt} and the cooldown is ${offer.policy.cooldown}.`,
      changedBy: `Admissible from ${endsAt}, when the cooldown ends.`,
      offerAgainAt: endsAt,
    },
    state: { ...state, pending: { signals: state.pending?.signals ?? [signal.id], until: endsAt } },
  };
}

function joinPending(state: ModelState, offer: Offer, freedRunId: string | null): Omit<Answer, 'repeated'> {
  const pending = state.pending!;
  return {
    admission: {
      ...notAdmitted(freedRunId),
      outcome: 'coalesced',
      reason: 'wait-pending',
      sentence: `Joined signal ${pending.signals[0]}, which waits until ${pending.until}: one run will answer both.`,
      changedBy: `Admissible from ${pending.until}, together with the signal it joined.`,
    },
    state: {
      ...state,
      pending: { ...pending, signals: union(pending.signals, [offer.signal.id]) },
    },
  };
}

/** A run past its deadline counts as dead: its model is freed, and the cooldown counts from now. */
function freeDeadRun(state: ModelState, now: string): { state: ModelState; freedRunId: string | null } {
  if (!state.live || now <= state.live.deadline) return { state, freedRunId: null };
  const { runId, deadline } = state.live;
  return {
    state: { ...state, live: null, lastRun: { runId, outcome: 'lost', endedAt: deadline } },
    freedRunId: runId,
  };
}

function remember(state: ModelState, offer: Offer, admission: Admission): ModelState {
  const oldest = addMs(offer.now, -rememberForMs);
  const kept = state.answered.filter((answered) => answered.id !== offer.signal.id && answered.at >= oldest);
  const answered: AnsweredSignal = {
    id: offer.signal.id,
    outcome: admission.outcome,
    reason: admission.reason,
    runId: admission.runId,
    at: offer.now,
  };
  return { ...state, answered: [...kept, answered].slice(-rememberAtMost) };
}

function repeatAnswer(before: AnsweredSignal): Admission {
  return {
    ...notAdmitted(null),
    outcome: before.outcome,
    reason: before.reason,
    sentence: `Answered before, at ${before.at}: ${before.outcome} (${before.reason}).`,
    runId: before.runId,
  };
}

function notAdmitted(freedRunId: string | null): Omit<Admission, 'outcome' | 'reason' | 'sentence'> {
  return { changedBy: '', runId: null, offerAgainAt: null, signals: [], freedRunId };
}

function freedNote(freedRunId: string | null): string {
  return freedRunId === null ? '' : ` (run ${freedRunId} passed its deadline and was given up)`;
}

/** Both lists without repetition, cut to what the state may hold: the ledger has every signal all the same. */
function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].slice(0, rememberAtMost);
}

function cooldownEnd(state: ModelState, policy: Policy): string | null {
  return state.lastRun ? addMs(state.lastRun.endedAt, durationMs(policy.cooldown)) : null;
}

function addMs(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString();
}

/** The schema has checked the text; a duration that does not parse here is a broken invariant. */
function durationMs(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === null) throw new Error(`policy duration ${JSON.stringify(text)} is not an ISO 8601 duration`);
  return ms;
}
