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
import type { Policy } from '../config/schema.ts';
import type { Admission } from '../domain/decision.ts';
import type { Mode, ModelState } from '../domain/model-state.ts';
import { isOfPerson } from '../domain/signal.ts';
import { admit } from './admit.ts';
import * as answer from './answers.ts';
import { findBlock, lookAgainMs } from './blocks.ts';
import { freeDeadRun } from './dead-runs.ts';
import { findEarlyRejection } from './find-early-rejection.ts';
import { meetLive } from './meet-live.ts';
import { healTimes, mendTimes } from './mend-times.ts';
import { findLackOfData, hasEnoughData, noteNews } from './news.ts';
import { endPending, sleepers } from './pending.ts';
import type { AdmissionResult, NeedsGrant, Offer, PolicyAnswer, Question } from './question.ts';
import { findAnswered, keepWaiting, remember } from './remember.ts';
import { addMs, durationMs, earlier, later } from './time.ts';
import { joinPending, reject, wait } from './wait.ts';

export function decideAdmission(state: ModelState, offer: Offer): AdmissionResult | NeedsGrant {
  try {
    return decide(state, offer);
  } catch {
    // Times of the state that are none: it is asked once more with every one of them mended, and fails for good otherwise.
    return decide(healTimes(state, offer.now), offer);
  }
}

function decide(state: ModelState, offer: Offer): AdmissionResult | NeedsGrant {
  const { signal, now } = offer;
  const before = findAnswered(state.answered, signal.id);
  if (before && before.outcome !== 'deferred') {
    return { admission: answer.repeated(before), state, repeated: true, wake: [], cancelRunId: null };
  }
  const asked = { cause: signal.cause, starts: offer.policy.mostRuns?.count };
  const sound = mendTimes(state, now, asked);
  const { state: freed, freedRunId } = freeDeadRun(sound, now);
  const mode = freed.mode?.mode ?? offer.policy.mode;
  const news = before ? { state: freed, alarm: null } : noteNews(freed, offer);
  const expired = endExpired(news.state, offer, mode);
  const noted = expired.state;
  const isLeader = noted.pending?.signals[0] === signal.id;
  const byRequest = isOfPerson(signal);
  const approved = isLeader && noted.pending?.approved !== undefined;
  const question = {
    ...offer,
    byPerson: byRequest || approved,
    isNew: before === undefined,
    isLeader,
    alarm: news.alarm,
  };
  const answered = answerSignal(noted, question, mode);
  if ('needsGrant' in answered) return answered;
  const timely = lookAgainInTime(answered.admission, now);
  const admission = freedRunId === null ? timely : { ...timely, freedRunId };
  // Timers that were set by a clock which was ahead ring too late: who sleeps is asked what it waits for now.
  const late = sound === state ? nobody : sleepers(state);
  const woken = [answered.wake ?? nobody, wokenByData(noted, offer), expired.wake, late];
  const kept = remember(keepWaiting(answered.state, question, admission), offer, admission, !before);
  return {
    admission,
    state: kept,
    repeated: false,
    wake: uniteBut(signal.id, woken),
    cancelRunId: answered.cancelRunId ?? null,
  };
}

const nobody: readonly string[] = [];

/** As a rule nobody is woken: then nothing is built. */
function uniteBut(asking: string, lists: readonly (readonly string[])[]): readonly string[] {
  if (lists.every(({ length }) => length === 0)) return nobody;
  return [...new Set(lists.flat())].filter((id) => id !== asking);
}

function answerSignal(state: ModelState, question: Question, mode: Mode): PolicyAnswer | NeedsGrant {
  const { signal, now, policy, runId, byPerson, isLeader, isNew } = question;
  const fate = isNew ? undefined : state.fates?.find((known) => known.signal === signal.id);
  if (fate) {
    const fates = state.fates!.filter((known) => known !== fate);
    return { admission: answer.decidedBefore(fate), state: { ...state, fates } };
  }
  if (mode === 'off') return reject(state, question, answer.off(state.mode?.by));
  const early = isNew && !byPerson ? findEarlyRejection(state, question) : null;
  if (early) return reject(state, question, early);
  if (!byPerson && isBroken(state, policy)) {
    return reject(state, question, answer.breakerOpen(state.unsuccessful ?? 0));
  }
  if (state.live) return meetLive(state, question, mode);

  const { estimateHours = 0 } = question;
  const block = findBlock({ state, policy, now, byPerson, estimateHours, isNew });
  if (block?.rejects) return reject(state, question, answer.frozenOut(block));
  if (block) {
    const until = untilExpiry(block.until, question, state);
    return wait(state, question, until, () => ({ ...answer.held(block), offerAgainAt: until }));
  }
  if (!byPerson && state.pending && !isLeader && now < state.pending.until) {
    return joinPending(state, question, state.pending.until);
  }
  const lack = byPerson ? null : findLackOfData(state, question);
  if (lack?.admission.outcome === 'rejected') return reject(state, question, lack.admission);
  if (lack) {
    const { admission, ...more } = lack;
    return wait(state, question, admission.offerAgainAt!, () => admission, { forData: true, ...more });
  }
  if (!byPerson && mode === 'observe') return reject(state, question, answer.observed(runId));
  if (!byPerson && mode === 'suggest') return suggest(state, question);
  return startUnlessFleetHolds(state, question);
}

function isBroken(state: ModelState, policy: Policy): boolean {
  return policy.breakAfter !== undefined && (state.unsuccessful ?? 0) >= policy.breakAfter;
}

/**
 * A suggestion that nobody approved in time ends before anything else is asked: what comes during a freeze, or before its
 * first signal is back, waits for a suggestion of its own.
 */
function endExpired(
  state: ModelState,
  { signal, now, runId }: Offer,
  mode: Mode,
): { readonly state: ModelState; readonly wake: readonly string[] } {
  const { pending } = state;
  const until = pending?.suggestedUntil;
  if (mode !== 'suggest' || until === undefined || now < until || pending?.approved)
    return { state, wake: nobody };
  const first = pending!.signals[0]!;
  const what = first === signal.id ? `run ${runId}` : `the run of signal ${first}`;
  const because = `${what} was suggested, and nobody had approved it by ${until}`;
  const {
    reason,
    sentence,
    changedBy,
    runId: none,
  } = answer.rejected('suggestion-expired', because, 'A person who approves it in time.');
  const fate = { outcome: 'rejected', reason, sentence, changedBy, runId: none } as const;
  return { state: endPending(state, fate), wake: [first] };
}

/** The first of those that wait for a person comes back when their suggestion expires, whatever holds it meanwhile. */
function untilExpiry(until: string, { isLeader, byPerson }: Question, { pending }: ModelState): string {
  return isLeader && !byPerson ? earlier(until, pending?.suggestedUntil ?? until) : until;
}

/** However long a wait is to last, it is looked at again once a week: whoever was to end it may have been lost. */
function lookAgainInTime(admission: Admission, now: string): Admission {
  const { offerAgainAt } = admission;
  if (offerAgainAt === null) return admission;
  const latest = addMs(now, lookAgainMs);
  return offerAgainAt > latest ? { ...admission, offerAgainAt: latest } : admission;
}

/** Waits for a person's word. */
function suggest(state: ModelState, question: Question): PolicyAnswer {
  const { now, policy, isLeader, runId } = question;
  const latest = addMs(now, durationMs(policy.suggestionExpires ?? 'P7D'));
  const until = earlier((isLeader ? state.pending?.suggestedUntil : undefined) ?? latest, latest);
  const because = `mode suggest: a person has to approve run ${runId} by then`;
  const changedBy = 'Admissible once a person approves it: ratchet approve.';
  const answered = () => answer.waits('suggested', until, because, changedBy);
  return wait(state, question, until, answered, { suggestedUntil: until });
}

function startUnlessFleetHolds(state: ModelState, question: Question): PolicyAnswer | NeedsGrant {
  const { grant } = question;
  if (!grant) return { needsGrant: true };
  if (grant.granted) return admit(state, question);
  const { reason, because, changedBy, until } = grant;
  if (reason === 'stopped') return reject(state, question, answer.rejected(reason, because, changedBy));
  // Time may have passed since the fleet was asked.
  const again = later(until, addMs(question.now, 60_000));
  return wait(state, question, again, () => answer.waits(reason, again, because, changedBy));
}

/** Data that has come may be what others wait for. */
function wokenByData(state: ModelState, { signal, policy }: Offer): readonly string[] {
  const isEnough = signal.newData && state.pending?.forData && hasEnoughData(state, policy);
  return isEnough ? sleepers(state).slice(0, 1) : nobody;
}
