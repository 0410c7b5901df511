/**
 * One offer of a signal to its model, and what follows from it at once: the fleet is asked where nothing else holds
 * the signal, places that are not needed go back, sleepers are woken, a run that is to make room is told.
 *
 * Invariant: once the model has answered, nothing that fails afterwards takes the answer back.
 */
import type * as df from 'durable-functions';
import type { Offer } from '../shared/admission/question.ts';
import { estimateHours } from '../shared/config/estimate.ts';
import type { SignalOffer } from '../shared/dispatch/offer-signal.ts';
import { jobNamesOf } from '../shared/domain/durable-names.ts';
import { askFleet, askModel } from './ask-model.ts';
import { endJobs, tryOnce } from './end-job.ts';
import type { OfferAnswer } from './entities.ts';
import { afterwards } from './insist.ts';
import { makeRunId } from './make-run-id.ts';
import { lasting, none, twoMinutesMs } from './patience.ts';
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
  yield* afterwards(context, `what follows from the answer to signal ${signal.id}`, function* () {
    const freed = freedRunId === null ? null : yield* askFleet(context, 'return', { runId: freedRunId });
    yield* wake(context, [...(answer.wake ?? []), ...(freed?.wake ?? [])]);
    if (freedRunId !== null && answer.endsJobs) yield* endDeadRun(context, signal.model, answer, freedRunId);
    if (answer.cancelRunId) {
      const because = `signal ${signal.id} takes its place: policy.whileRunning of ${pinned.config.model} is restart`;
      const cancel = { runId: answer.cancelRunId, because };
      yield* takeStep(context, 'cancel-run', cancel, lasting(context, twoMinutesMs));
    }
  });
  return answer;
}

/**
 * A run that was given up for dead may have left a job, or live after all (its host was away for days): it is told to
 * end, and its jobs are cancelled. That they end is seen to by the run that is admitted next, before it begins, or by the
 * watchdog: a signal that waits for something else does not wait for them.
 */
function* endDeadRun(
  context: df.OrchestrationContext,
  model: string,
  { admission, endsPredecessor, predecessors }: OfferAnswer,
  deadRunId: string,
): Generator<df.Task, void, unknown> {
  try {
    const because = 'it was past its deadline, and its model was freed';
    yield* takeStep(context, 'cancel-run', { runId: deadRunId, because }, none);
  } catch {
    // It is gone, as it should be.
  }
  const isSeenTo = predecessors !== undefined || endsPredecessor;
  if (isSeenTo && admission.outcome === 'admitted') return;
  if (predecessors) return yield* cancelJobs(context, deadRunId);
  // Answers of before the model remembered its dead runs.
  yield* endJobs(context, jobNamesOf(deadRunId), { model, runId: admission.runId ?? deadRunId });
}

function* cancelJobs(context: df.OrchestrationContext, runId: string): Generator<df.Task, void, unknown> {
  const sinceMs = context.df.currentUtcDateTime.getTime();
  for (const jobName of jobNamesOf(runId)) yield* tryOnce(context, jobName, sinceMs);
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
  const again = { ...input, now: now(context), grant };
  const answer = yield* offerAgain(context, signal.model, again);
  const admitted = answer.admission.outcome === 'admitted' && answer.admission.runId === runId;
  if (!grant.granted || admitted) return answer;
  const woken: string[] = [];
  yield* afterwards(context, `giving back the slot of run ${runId}`, function* () {
    const returned = yield* askFleet(context, 'return', { runId, computeHours: 0 });
    woken.push(...returned.wake);
  });
  return { ...answer, wake: [...answer.wake, ...woken] };
}

/** Where the model cannot answer, the place goes back: the next try asks for one anew. */
function* offerAgain(
  context: df.OrchestrationContext,
  model: string,
  input: Offer,
): Generator<df.Task, OfferAnswer, unknown> {
  try {
    const answer = yield* askModel(context, model, 'offer', input);
    if ('needsGrant' in answer) throw new Error(`model ${model} asks for a grant that it has been given`);
    return answer;
  } catch (error) {
    if (input.grant?.granted) {
      yield* afterwards(context, `giving back the slot of run ${input.runId}`, () =>
        askFleet(context, 'return', { runId: input.runId, computeHours: 0 }),
      );
    }
    throw error;
  }
}

/** Only what the rules ask for: what is recorded of an offer stays small. */
function describeOffer({ signal, pinned }: SignalOffer, runId: string, at: string): Offer {
  const { id, kind, byMachine, cause, observedAt, persistence, newData } = signal;
  const { config } = pinned;
  const { policy } = config;
  return {
    signal: {
      id,
      kind,
      ...(byMachine && { byMachine }),
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
