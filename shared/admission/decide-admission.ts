/**
 * Decides what becomes of a signal. The policy of Ratchet, and the only place it is written.
 *
 * Owns: the answer to a signal, given the model's state, the time and the policy.
 * Does not own: keeping the state (the model entity), sleeping until a deferred signal is offered again (the
 * admit-signal orchestration), the fleet's places (fleet.ts), the ledger.
 *
 * Invariants
 * 1. Pure: equal arguments give equal answers, so a recorded history replays for ever.
 * 2. At most one run is live, and at most one group of automated signals waits.
 * 3. A signal answered for good is never answered anew: a redelivery gets the first answer again.
 * 4. The state stays bounded: see remember.ts.
 * 5. What a person asks for (a manual request, a version registered by hand) or approves is not held by cooldown,
 *    quiet period, breaker, modes observe and suggest, or too little data, which brake automation. Nobody starts a run
 *    in a freeze, over the rate or the budget, against the kill switch, or in mode off.
 * 6. A version registered by hand is judged by a run of its own: it never joins another, and nothing joins it.
 */
import type { Budget } from '../config/policy-schema.ts';
import type { DataTrigger, Policy } from '../config/schema.ts';
import type { Admission } from '../domain/decision.ts';
import type { ModelState, Spent } from '../domain/model-state.ts';
import type { Signal } from '../domain/signal.ts';
import * as answer from './answers.ts';
import { dropOld, reserve } from './budget.ts';
import { findHold } from './holds.ts';
import { meetLive } from './meet-live.ts';
import { findLackOfData, noteNews } from './news.ts';
import { addFate, isOverdue, join, lead, sleepers, union } from './pending.ts';
import { keepWaiting, remember } from './remember.ts';
import { addMs, durationMs, later } from './time.ts';
import { findLackOfPersistence } from './windows.ts';

export interface Offer {
  readonly signal: Pick<Signal, 'id' | 'kind'> &
    Partial<Pick<Signal, 'cause' | 'persistence' | 'newData' | 'observedAt'>>;
  /** Id of the run this signal would start. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly policy: Policy;
  /** What the run may take at most, in hours of jobs; counted only against a budget. */
  readonly estimateHours?: number;
  /** Of a data signal: whether data asks for runs, and from how much on. */
  readonly data?: DataTrigger;
  /** The fleet's answer, once it was asked. */
  readonly grant?: Grant;
}

/** Whether the fleet has a place for the run. */
export type Grant =
  | { readonly granted: true }
  | {
      readonly granted: false;
      readonly reason: 'fleet' | 'stopped';
      readonly because: string;
      readonly changedBy: string;
      /** When to ask again (ISO 8601, UTC). */
      readonly until: string;
    };

export interface Decided {
  readonly admission: Admission;
  readonly state: ModelState;
  /** Whether the signal had been answered for good before: nothing is to be recorded again. */
  readonly repeated: boolean;
  /** Signals that sleep and are to be offered again at once. */
  readonly wake: readonly string[];
  /** The run that is to be cancelled for this signal. */
  readonly cancelRunId: string | null;
}

/** Nothing but the fleet may hold the signal: it is to be offered again with the fleet's answer. Nothing is kept. */
export interface NeedsGrant {
  readonly needsGrant: true;
}

/** An offer with everything about it that rules ask for. */
export interface Question extends Offer {
  /** Whether a person asks, or has approved. */
  readonly byPerson: boolean;
  readonly isNew: boolean;
  /** Whether the signal is the one that waits for its group. */
  readonly isLeader: boolean;
}

export interface Answered {
  readonly admission: Admission;
  readonly state: ModelState;
  readonly wake?: readonly string[];
  readonly cancelRunId?: string;
}

/** As many starts as `mostRuns.count` may ask for. */
const rememberStarts = 100;

export function decideAdmission(state: ModelState, offer: Offer): Decided | NeedsGrant {
  const { signal, now } = offer;
  const before = state.answered.find((answered) => answered.id === signal.id);
  if (before && before.outcome !== 'deferred') {
    return { admission: answer.repeated(before), state, repeated: true, wake: [], cancelRunId: null };
  }
  const { state: freed, freedRunId } = freeDeadRun(state, now);
  const noted = before ? freed : noteNews(freed, offer);
  const isLeader = noted.pending?.signals[0] === signal.id;
  const asked = signal.kind === 'registry' || signal.kind === 'manual';
  const approved = isLeader && noted.pending?.approved !== undefined;
  const question = { ...offer, byPerson: asked || approved, isNew: before === undefined, isLeader };
  const answered = answerSignal(noted, question);
  if ('needsGrant' in answered) return answered;
  const admission = { ...answered.admission, freedRunId };
  const wake = [...(answered.wake ?? []), ...wokenByData(noted, offer)].filter((id) => id !== signal.id);
  const kept = remember(keepWaiting(answered.state, question, admission), offer, admission, !before);
  return {
    admission,
    state: kept,
    repeated: false,
    wake: [...new Set(wake)],
    cancelRunId: answered.cancelRunId ?? null,
  };
}

function answerSignal(state: ModelState, question: Question): Answered | NeedsGrant {
  const { signal, now, policy, runId, byPerson, isLeader, isNew } = question;
  const fate = state.fates?.find((known) => known.signal === signal.id);
  if (fate) {
    const fates = state.fates!.filter((known) => known !== fate);
    return { admission: answer.decidedBefore(fate), state: { ...state, fates } };
  }
  const mode = state.mode?.mode ?? policy.mode;
  if (mode === 'off') return reject(state, question, answer.off(state.mode?.by));
  const early = isNew && !byPerson ? findEarlyRejection(state, question) : null;
  if (early) return reject(state, question, early);
  if (!byPerson && isBroken(state, policy)) {
    return reject(state, question, answer.breakerOpen(state.unsuccessful ?? 0));
  }
  if (state.live) return meetLive(state, question, mode);

  const { estimateHours = 0 } = question;
  const hold = findHold({ state, policy, now, byPerson, estimateHours, isNew });
  if (hold?.rejects) return reject(state, question, answer.frozenOut(hold));
  if (hold) return wait(state, question, hold.until, () => answer.held(hold));
  if (!byPerson && state.pending && !isLeader && now < state.pending.until) {
    return joinPending(state, question, state.pending.until);
  }
  const lack = byPerson ? null : findLackOfData(state, question);
  if (lack?.outcome === 'rejected') return reject(state, question, lack);
  if (lack) return wait(state, question, lack.offerAgainAt!, () => lack, { forData: true });
  if (!byPerson && mode === 'observe') return reject(state, question, answer.observed(runId));
  if (!byPerson && mode === 'suggest') return suggest(state, question);
  return startUnlessFleetHolds(state, question);
}

function isBroken(state: ModelState, policy: Policy): boolean {
  return policy.breakAfter !== undefined && (state.unsuccessful ?? 0) >= policy.breakAfter;
}

/** What a new signal does not ask for yet, whatever else there is. */
function findEarlyRejection(state: ModelState, { signal, data, runId }: Question): Admission | null {
  if (signal.cause !== undefined) {
    const windows = state.watched?.[signal.cause] ?? [];
    const lack = findLackOfPersistence(windows, signal.persistence ?? { breaches: 1, of: 1 });
    if (lack) return answer.rejected('not-persistent', lack.because, lack.changedBy);
  }
  if (signal.kind !== 'data' || data === undefined || data === true) return null;
  const { rows = 0, bytes = 0, uncounted = 0 } = state.newData ?? {};
  if (data === false) {
    const because = `the upload counts as new data, and triggers.data does not have it ask for run ${runId}`;
    return answer.rejected('data-counted', because, 'triggers.data: true in the model file.');
  }
  const { minimumRows = 0, minimumBytes = 0 } = data;
  if (rows >= minimumRows && bytes >= minimumBytes) return null;
  const files = uncounted > 0 ? `, ${uncounted} files whose rows were not counted` : '';
  return answer.rejected(
    'too-little-data',
    `${rows} rows and ${bytes} bytes are new since the last run started${files}, and triggers.data asks for ${minimumRows} rows and ${minimumBytes} bytes`,
    `Admissible with ${Math.max(0, minimumRows - rows)} rows and ${Math.max(0, minimumBytes - bytes)} bytes more.`,
  );
}

/** Waits for a person's word, and is turned away when nobody has given it in time. */
function suggest(state: ModelState, question: Question): Answered {
  const { now, policy, isLeader, runId } = question;
  const until =
    (isLeader ? state.pending?.suggestedUntil : undefined) ??
    addMs(now, durationMs(policy.suggestionExpires ?? 'P7D'));
  if (now >= until) {
    const because = `run ${runId} was suggested, and nobody had approved it by ${until}`;
    return reject(
      state,
      question,
      answer.rejected('suggestion-expired', because, 'A person who approves it in time.'),
    );
  }
  const because = `mode suggest: a person has to approve run ${runId} by then`;
  const changedBy = 'Admissible once a person approves it: ratchet approve.';
  const answered = () => answer.waits('suggested', until, because, changedBy);
  return wait(state, question, until, answered, { suggestedUntil: until });
}

function startUnlessFleetHolds(state: ModelState, question: Question): Answered | NeedsGrant {
  const { grant } = question;
  if (!grant) return { needsGrant: true };
  if (grant.granted) return admit(state, question);
  const { reason, because, changedBy, until } = grant;
  if (reason === 'stopped') return reject(state, question, answer.rejected(reason, because, changedBy));
  // Time may have passed since the fleet was asked.
  const again = later(until, addMs(question.now, 60_000));
  return wait(state, question, again, () => answer.waits(reason, again, because, changedBy));
}

/** A waiting signal that is turned away takes those that joined it along: their answer was to share its fate. */
export function reject(state: ModelState, { isLeader }: Question, admission: Admission): Answered {
  return { admission, state: isLeader ? { ...state, pending: null } : state };
}

function admit(state: ModelState, question: Question): Answered {
  const { signal, runId, now, policy, isLeader, estimateHours = 0 } = question;
  const kind = signal.kind === 'registry' ? 'promote' : 'retrain';
  const absorbed = kind === 'promote' ? null : state.pending;
  const signals = union([signal.id], absorbed?.signals ?? []);
  const waited = state.answered.some(({ id, outcome }) => id === signal.id && outcome === 'deferred');
  const approved = isLeader ? state.pending?.approved : undefined;
  const { newData, ...rest } = state;
  const next: ModelState = {
    ...rest,
    ...(kind === 'promote' && newData && { newData }),
    pending: absorbed ? null : state.pending,
    live: {
      runId,
      signals,
      since: now,
      deadline: addMs(now, 2 * durationMs(policy.longestRun)),
      kind,
      granted: true,
      ...(state.lastRun?.restart && { restarted: true }),
    },
    starts: [...(state.starts ?? []), now].slice(-rememberStarts),
    ...(policy.budget && {
      spent: book(state, policy.budget, { runId, computeHours: estimateHours, at: now }),
    }),
  };
  const admission = answer.admitted(runId, signals, { waited, approved });
  const sleeper = absorbed?.signals[0];
  if (sleeper === undefined || sleeper === signal.id) return { admission, state: next };
  const fate = answer.joinedLive(next.live!);
  return {
    admission,
    state: addFate(next, { ...fate, outcome: 'coalesced', signal: sleeper }),
    wake: [sleeper],
  };
}

/** No other run of the model is live: what is not settled by now never will be, and stands as it was reserved. */
function book(state: ModelState, budget: Budget, entry: Omit<Spent, 'settled'>): readonly Spent[] {
  const current = dropOld(state.spent ?? [], budget.window, entry.at).map((known) => ({
    ...known,
    settled: true,
  }));
  return reserve(current, entry, budget.window);
}

/** A person's request keeps its own place: those that wait together may be held longer than it is. */
export function wait(
  state: ModelState,
  question: Question,
  until: string,
  answered: () => Admission,
  more: { forData?: boolean; suggestedUntil?: string } = {},
): Answered {
  const { isLeader, byPerson, now } = question;
  if (byPerson && !isLeader) return { admission: answered(), state };
  if (state.pending && !isLeader && !isOverdue(state.pending, now)) {
    return joinPending(state, question, until);
  }
  const pending = lead(state, waitingOf(question), until, more);
  const overdue = state.pending?.signals[0];
  if (overdue === undefined || isLeader) return { admission: answered(), state: { ...state, pending } };
  const fate = { ...answer.joinedPending(pending), outcome: 'coalesced', signal: overdue } as const;
  return { admission: answered(), state: addFate({ ...state, pending }, fate), wake: [overdue] };
}

function joinPending(state: ModelState, question: Question, until: string): Answered {
  const pending = join(state.pending!, waitingOf(question), until);
  return { admission: answer.joinedPending(pending), state: { ...state, pending } };
}

function waitingOf({ signal, now, isNew }: Question) {
  const { id, cause = null, observedAt } = signal;
  return { id, cause, observedAt: observedAt ?? now, isNew, now };
}

/** Data that has come may be what others wait for. */
function wokenByData(state: ModelState, { signal, policy }: Offer): readonly string[] {
  const enough = (state.newData?.rows ?? 0) >= (policy.minimumNewRows ?? 0);
  return signal.newData && state.pending?.forData && enough ? sleepers(state).slice(0, 1) : [];
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
