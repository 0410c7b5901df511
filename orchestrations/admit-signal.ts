/**
 * admit-signal: one orchestration for each signal, named after it.
 *
 * Owns: offering the signal to the model's entity until there is a final answer, recording that answer, and seeing
 * the run it started through to the end. Does not own: the policy (shared/admission), the run (retrain).
 *
 * Invariants
 * 1. A signal's final answer is recorded once its entity has given it, and before a run starts. Where confirming or
 *    admitting it fails, that is recorded too, and tried again for about a day.
 * 2. Whatever becomes of the run, the model is free afterwards.
 */
import * as df from 'durable-functions';
import { describeFailure } from '../shared/admission/answers.ts';
import type { OfferAnswer } from '../shared/admission/entities.ts';
import { offerUntilFinal } from '../shared/admission/offer-flow.ts';
import type { SignalOffer } from '../shared/dispatch/offer-signal.ts';
import type { Admission, Decision } from '../shared/domain/decision.ts';
import { jobNamesOf } from '../shared/domain/durable-names.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { describeHolder } from '../shared/release/transitions/describe-holder.ts';
import { askTarget } from './ask-target.ts';
import { confirmSignal } from './confirm-signal.ts';
import { endJobs } from './end-job.ts';
import { afterwards, type Failure, type Insisted, insist } from './insist.ts';
import { offerOnce } from './offer-once.ts';
import { predecessorsOf, type RunInput } from './run-input.ts';
import { settle } from './settle.ts';
import { messageOf, now, takeStep } from './take-step.ts';
import { Wakes } from './wake.ts';

df.app.orchestration('admit-signal', function* (context) {
  const asked = context.df.getInput<SignalOffer>();
  if (!asked) throw new Error('admit-signal was started without a signal');
  const offeredAt = now(context);

  const confirming = yield* insistAndRecord(context, asked, offeredAt, () => confirmSignal(context, asked));
  if ('failure' in confirming) return yield* giveUp(context, asked, offeredAt, confirming.failure);
  const confirmed = confirming.value;
  if ('rejected' in confirmed) {
    yield* record(context, asked, offeredAt, confirmed.rejected);
    return { admission: confirmed.rejected, repeated: false };
  }
  const offer: SignalOffer = { ...asked, signal: confirmed.signal };
  const answer = yield* offerSleeping(context, offer, offeredAt);
  if ('failure' in answer) return yield* giveUp(context, offer, offeredAt, answer.failure);
  if (answer.repeated) return { admission: answer.admission, repeated: true };
  const admission = yield* tellOfRelease(context, offer, answer);
  yield* record(context, offer, offeredAt, admission);
  if (answer.admission.outcome === 'admitted') yield* run(context, offer, answer, confirmed.promoted);
  return { admission: answer.admission, repeated: false };
});

function offerSleeping(
  context: df.OrchestrationContext,
  offer: SignalOffer,
  offeredAt: string,
): Generator<df.Task, OfferAnswer | { failure: Failure }, unknown> {
  const wakes = new Wakes(context);
  const attempt = () => offerOnce(context, offer, offeredAt);
  return offerUntilFinal({
    offer: () => insistAndRecord(context, offer, offeredAt, attempt, offer.hearsWakes && wakes),
    record: (admission) => record(context, offer, offeredAt, admission),
    sleepUntil(ms) {
      // Offers of before slept through what had come since they were made.
      if (!offer.hearsWakes) wakes.heed();
      return wakes.sleepUntil(ms);
    },
  });
}

/** While something fails on the way to an answer, the ledger says that the signal waits for it. */
function insistAndRecord<T>(
  context: df.OrchestrationContext,
  offer: SignalOffer,
  offeredAt: string,
  attempt: () => Generator<df.Task, T, unknown>,
  wakes?: Wakes,
): Generator<df.Task, Insisted<T>, unknown> {
  const told = (failure: Failure) => record(context, offer, offeredAt, describeFailure(failure));
  return insist(context, `signal ${offer.signal.id}`, attempt, told, wakes);
}

function* giveUp(
  context: df.OrchestrationContext,
  offer: SignalOffer,
  offeredAt: string,
  failure: Failure,
): Generator<df.Task, { admission: Admission; repeated: false }, unknown> {
  const admission = describeFailure(failure);
  yield* record(context, offer, offeredAt, admission);
  return { admission, repeated: false };
}

/** A release may have the target that the run's candidate is to go to: the decision says what that means for it. */
function* tellOfRelease(
  context: df.OrchestrationContext,
  { pinned }: SignalOffer,
  { admission, tellsRelease }: OfferAnswer,
): Generator<df.Task, Admission, unknown> {
  const { target } = pinned.config.release;
  if (!target || !tellsRelease || admission.outcome !== 'admitted') return admission;
  let said = '';
  yield* afterwards(context, `asking what has endpoint ${target.endpoint}`, function* () {
    const { holder } = yield* askTarget(context, target, 'askHolder', {});
    if (holder) said = ` ${describeHolder(holder, target)}`;
  });
  return { ...admission, sentence: `${admission.sentence}${said}` };
}

function* run(
  context: df.OrchestrationContext,
  { signal, pinned }: SignalOffer,
  { admission, champion, kept, endsPredecessor, predecessors = [], ...does }: OfferAnswer,
  promoted: ModelVersion | null,
): Generator<df.Task, void, unknown> {
  const { endsJobs, hearsCancel, repeatsJobs } = does;
  const input: RunInput = {
    runId: admission.runId!,
    kind: promoted ? 'promote' : kept ? 'reevaluate' : 'retrain',
    pinned,
    signalKind: signal.kind,
    signals: admission.signals,
    champion,
    promoted,
    ...(kept && { kept }),
    ...(endsJobs && { endsJobs }),
    ...(hearsCancel && { hearsCancel }),
    ...(repeatsJobs && { repeatsJobs }),
    ...(endsPredecessor && admission.freedRunId !== null && { predecessor: admission.freedRunId }),
    ...(predecessors.length > 0 && { predecessors }),
    startedAt: now(context),
  };
  try {
    yield context.df.callSubOrchestrator('retrain', input, input.runId);
  } catch (error) {
    // The run could not even settle itself, or someone terminated it: free the model in its stead.
    const { runId } = input;
    const jobs = [...predecessorsOf(input), runId].flatMap(jobNamesOf);
    const left = endsJobs ? yield* endJobs(context, jobs, { model: signal.model, runId }) : '';
    const sentence = `The run broke off: ${messageOf(error)}${left}`;
    yield* settle(context, input, { outcome: 'failed', sentence });
  }
}

function* record(
  context: df.OrchestrationContext,
  { signal, pinned }: SignalOffer,
  offeredAt: string,
  admission: Admission,
): Generator<df.Task, void, unknown> {
  const decision: Decision = {
    ...admission,
    signal,
    offeredAt,
    decidedAt: now(context),
    configHash: pinned.configHash,
  };
  yield* takeStep(context, 'record-decision', decision);
}
