/**
 * One offer of a signal to its model, and what follows from it at once: the fleet is asked where nothing else holds
 * the signal, places that are not needed go back, sleepers are woken, a run that is to make room is told.
 */
import type * as df from 'durable-functions';
import type { Offer } from '../shared/admission/question.ts';
import { estimateHours } from '../shared/config/estimate.ts';
import type { SignalOffer } from '../shared/dispatch/offer-signal.ts';
import { askFleet, askModel } from './ask-model.ts';
import type { OfferAnswer } from './entities.ts';
import { makeRunId } from './make-run-id.ts';
import { now, takeStep } from './take-step.ts';
import { wake } from './wake.ts';

export function* offerOnce(
  context: df.OrchestrationContext,
  offer: SignalOffer,
  offeredAt: string,
): Generator<df.Task, OfferAnswer, unknown> {
  const { signal, pinned } = offer;
  const input = describeOffer(offer, makeRunId(signal.model, signal.id, now(context)), now(context));
  const first = yield* askModel(context, signal.model, 'offer', input);
  const answer = 'needsGrant' in first ? yield* offerWithGrant(context, offer, input, offeredAt) : first;
  const { freedRunId } = answer.admission;
  const freed = freedRunId === null ? null : yield* askFleet(context, 'return', { runId: freedRunId });
  yield* wake(context, [...(answer.wake ?? []), ...(freed?.wake ?? [])]);
  if (answer.cancelRunId) {
    const because = `signal ${signal.id} takes its place: policy.whileRunning of ${pinned.config.model} is restart`;
    yield* takeStep(context, 'cancel-run', { runId: answer.cancelRunId, because });
  }
  return answer;
}

function* offerWithGrant(
  context: df.OrchestrationContext,
  { signal, pinned }: SignalOffer,
  input: Offer,
  offeredAt: string,
): Generator<df.Task, OfferAnswer, unknown> {
  const { runId } = input;
  const { policy, models } = yield* takeStep(context, 'read-fleet', {});
  const { grant } = yield* askFleet(context, 'request', {
    model: signal.model,
    runId,
    signal: signal.id,
    priority: pinned.config.policy.priority,
    estimateHours: estimateHours(pinned.config, kindOf(signal.kind)),
    offeredAt,
    now: now(context),
    policy,
    models,
  });
  const answer = yield* askModel(context, signal.model, 'offer', { ...input, now: now(context), grant });
  if ('needsGrant' in answer)
    throw new Error(`model ${signal.model} asks for a grant that it has been given`);
  const admitted = answer.admission.outcome === 'admitted' && answer.admission.runId === runId;
  if (!grant.granted || admitted) return answer;
  const returned = yield* askFleet(context, 'return', { runId, computeHours: 0 });
  return { ...answer, wake: [...answer.wake, ...returned.wake] };
}

/** Only what the rules ask for: what is recorded of an offer stays small. */
function describeOffer({ signal, pinned }: SignalOffer, runId: string, at: string): Offer {
  const { id, kind, cause, observedAt, persistence, newData } = signal;
  const { config } = pinned;
  const { policy } = config;
  return {
    signal: {
      id,
      kind,
      ...(cause !== undefined && { cause, observedAt }),
      ...(persistence && { persistence }),
      ...(newData && { newData }),
    },
    runId,
    now: at,
    policy,
    ...(policy.budget && { estimateHours: estimateHours(config, kindOf(kind)) }),
    ...(kind === 'data' && { data: config.triggers.data }),
  };
}

function kindOf(kind: Offer['signal']['kind']): 'retrain' | 'promote' {
  return kind === 'registry' ? 'promote' : 'retrain';
}
