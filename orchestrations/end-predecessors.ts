/**
 * Sees the jobs of runs that died end before the next one of the model begins.
 *
 * Owns: what the run says meanwhile, and that its own time counts from then. Does not own: ending a job (end-job).
 */
import type * as df from 'durable-functions';
import { parseDurationMs } from '../shared/config/duration.ts';
import { jobNamesOf } from '../shared/domain/durable-names.ts';
import { endJob, keepAlive, tryOnce } from './end-job.ts';
import { afterwards } from './insist.ts';
import { none } from './patience.ts';
import { predecessorsOf } from './run-input.ts';
import { endingOf, type RunWalk } from './run-walk.ts';
import { describeRun } from './settle.ts';
import { takeStep } from './take-step.ts';

/**
 * A cancellation is heard at once, and the run then begins nothing; it settles when the jobs have ended all the same,
 * because until then the model is not to be free.
 */
export function* endPredecessors(walk: RunWalk): Generator<df.Task, void, unknown> {
  const { context, input, cancel, findings } = walk;
  const { runId, kind, pinned } = input;
  const predecessors = predecessorsOf(input);
  if (predecessors.length === 0) return;
  if (kind !== 'retrain') walk.phase = 'evaluate';
  const runs = predecessors.length === 1 ? 'run' : 'runs';
  const sentence = `Waits for the end of the jobs of ${runs} ${predecessors.join(', ')}, which died.`;
  yield* afterwards(context, `writing down what run ${runId} waits for`, () =>
    takeStep(context, 'record-run', { ...describeRun(input, walk.phase, findings), sentence }, none),
  );
  const jobNames = predecessors.flatMap(jobNamesOf);
  // One that does not end keeps none of the others alive.
  if (predecessors.length > 1) {
    const sinceMs = context.df.currentUtcDateTime.getTime();
    for (const jobName of jobNames) yield* tryOnce(context, jobName, sinceMs);
  }
  for (const jobName of jobNames) {
    const ending = endingOf(walk);
    yield* endJob(context, jobName, {
      ...ending,
      tell: (waits) => ending.tell?.(waits !== null && cancel.isCompleted ? `Cancelled. ${waits}` : waits),
      // It is no news of the job, but the job is looked at, and what the run waits for is said anew.
      ended: cancel,
    });
  }
  const longestMs = parseDurationMs(pinned.config.policy.longestRun)!;
  const nowMs = context.df.currentUtcDateTime.getTime();
  yield* keepAlive(context, { model: pinned.config.model, runId }, nowMs + 2 * longestMs);
  walk.patience = { ...walk.patience, untilMs: nowMs + longestMs };
}
