/**
 * One offer of a signal to its model, and what follows from it at once: the fleet is asked where nothing else holds
 * the signal, places that are not needed go back, sleepers are woken (shared/admission/offer-flow.ts), a run that is to
 * make room is told.
 */
import type * as df from 'durable-functions';
import type { OfferAnswer } from '../shared/admission/entities.ts';
import { offerOnce as offer } from '../shared/admission/offer-flow.ts';
import type { SignalOffer } from '../shared/dispatch/offer-signal.ts';
import { jobNamesOf } from '../shared/domain/durable-names.ts';
import { asksOf } from './asks-of.ts';
import { endJobs, tryOnce } from './end-job.ts';
import { lasting, none, twoMinutesMs } from './patience.ts';
import { takeStep } from './take-step.ts';

export function offerOnce(
  context: df.OrchestrationContext,
  offered: SignalOffer,
  offeredAt: string,
): Generator<df.Task, OfferAnswer, unknown> {
  const { signal, pinned } = offered;
  return offer(asksOf(context, signal.model), offered, offeredAt, function* (answer) {
    const { freedRunId } = answer.admission;
    if (freedRunId !== null && answer.endsJobs) yield* endDeadRun(context, signal.model, answer, freedRunId);
    if (answer.cancelRunId) {
      const because = `signal ${signal.id} takes its place: policy.whileRunning of ${pinned.config.model} is restart`;
      const cancel = { runId: answer.cancelRunId, because };
      yield* takeStep(context, 'cancel-run', cancel, lasting(context, twoMinutesMs));
    }
  });
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
