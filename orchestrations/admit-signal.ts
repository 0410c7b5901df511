/**
 * admit-signal: one orchestration for each signal, named after it.
 *
 * Owns: offering the signal to the model's entity until there is a final answer, recording that answer, and seeing
 * the run it started through to the end. Does not own: the policy (shared/admission), the run (retrain).
 *
 * Invariants
 * 1. A signal's final answer is recorded once its entity has given it, and before a run starts.
 * 2. Whatever becomes of the run, the model is free afterwards.
 */
import { createHash } from 'node:crypto';
import * as df from 'durable-functions';
import type { Admission, Decision } from '../shared/domain/decision.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import type { SignalOffer } from '../shared/signals/offer-signal.ts';
import { askModel } from './ask-model.ts';
import { confirmSignal } from './confirm-signal.ts';
import type { OfferAnswer } from './model-entity.ts';
import type { RunInput } from './run-input.ts';
import { settle } from './settle.ts';
import { messageOf, now, takeStep } from './take-step.ts';

df.app.orchestration('admit-signal', function* (context) {
  const asked = context.df.getInput<SignalOffer>();
  if (!asked) throw new Error('admit-signal was started without a signal');
  const offeredAt = now(context);

  const confirmed = yield* confirmSignal(context, asked);
  if ('rejected' in confirmed) {
    yield* record(context, asked, offeredAt, confirmed.rejected);
    return { admission: confirmed.rejected, repeated: false };
  }
  const offer: SignalOffer = { ...asked, signal: confirmed.signal };
  const answer = yield* offerUntilFinal(context, offer, offeredAt);
  if (answer.repeated) return { admission: answer.admission, repeated: true };
  yield* record(context, offer, offeredAt, answer.admission);
  if (answer.admission.outcome === 'admitted') yield* run(context, offer, answer, confirmed.promoted);
  return { admission: answer.admission, repeated: false };
});

/** Offers the signal, sleeping while it is deferred. A deferral is recorded once, then replaced by the final answer. */
function* offerUntilFinal(
  context: df.OrchestrationContext,
  offer: SignalOffer,
  offeredAt: string,
): Generator<df.Task, OfferAnswer, unknown> {
  const { signal, pinned } = offer;
  const { id, kind } = signal;
  for (let deferrals = 0; ; deferrals++) {
    const answer = yield* askModel(context, signal.model, 'offer', {
      signal: { id, kind },
      runId: makeRunId(signal.model, id, now(context)),
      now: now(context),
      policy: pinned.config.policy,
    });
    const { outcome, offerAgainAt } = answer.admission;
    if (outcome !== 'deferred' || offerAgainAt === null) return answer;
    if (deferrals === 0) yield* record(context, offer, offeredAt, answer.admission);
    yield context.df.createTimer(new Date(offerAgainAt));
  }
}

function* run(
  context: df.OrchestrationContext,
  { signal, pinned }: SignalOffer,
  { admission, champion }: OfferAnswer,
  promoted: ModelVersion | null,
): Generator<df.Task, void, unknown> {
  const input: RunInput = {
    runId: admission.runId!,
    kind: promoted ? 'promote' : 'retrain',
    pinned,
    signalKind: signal.kind,
    signals: admission.signals,
    champion,
    promoted,
    startedAt: now(context),
  };
  try {
    yield context.df.callSubOrchestrator('retrain', input, input.runId);
  } catch (error) {
    // The run could not even settle itself, or someone terminated it: free the model in its stead.
    yield* settle(context, input, { outcome: 'failed', sentence: `The run broke off: ${messageOf(error)}` });
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

/** `{model}-{yyyymmdd}-{8 hex digits of the signal's hash}`: readable, in order of time, the same at every replay. */
function makeRunId(model: string, signalId: string, time: string): string {
  const hash = createHash('sha256').update(signalId).digest('hex').slice(0, 8);
  return `${model}-${time.slice(0, 10).replaceAll('-', '')}-${hash}`;
}
