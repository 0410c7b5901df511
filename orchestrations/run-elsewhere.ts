/**
 * A training that runs outside of the workspace, from its start to its end.
 *
 * Owns: when it is looked at, that it takes no longer than its timeout, and that the ledger knows of it before it is asked for.
 * Does not own: what starts and ends it (activities start-training, watch-training, cancel-job), further attempts (run-attempts).
 *
 * Invariants
 * 1. The ledger has the name under which it is found, and from when on, before it is asked for: whoever ends the jobs of a run that
 *    died finds it there.
 * 2. It is left once it has ended, or could not be seen to by end-job's bound.
 */
import type * as df from 'durable-functions';
import { parseDurationMs } from '../shared/config/duration.ts';
import type { ElsewhereConfig } from '../shared/config/elsewhere-schema.ts';
import { describeOutside, type Elsewhere } from '../shared/domain/elsewhere.ts';
import { endJob } from './end-job.ts';
import { sleepUntil } from './patience.ts';
import { endingOf, note, type RunWalk } from './run-walk.ts';
import { describeRun } from './settle.ts';
import type { JobState } from './steps.ts';
import { now, takeStep } from './take-step.ts';

const leastMs = 10_000;

export function* runElsewhere(
  walk: RunWalk,
  jobName: string,
  training: ElsewhereConfig,
): Generator<df.Task, JobState, unknown> {
  const { context, input, cancel, patience } = walk;
  const { model, data, policy } = input.pinned.config;
  const { project, pipeline, branch, timeout } = training;
  let elsewhere: Elsewhere = {
    ...{ service: 'azure-pipelines', project, pipeline, ...(branch !== undefined && { branch }) },
    ...{ job: jobName, askedAt: now(context), run: null, commit: null },
  };
  yield* keep(walk, elsewhere);
  const request = { model, dataPath: data.path, training, elsewhere };
  let job: JobState = yield* takeStep(context, 'start-training', request, patience);
  const startedMs = context.df.currentUtcDateTime.getTime();
  const pollMs = Math.max(parseDurationMs(policy.pollJobs)!, leastMs);
  const lateMs = startedMs + parseDurationMs(timeout)!;
  if (job.elsewhere?.run) {
    elsewhere = job.elsewhere;
    yield* keep(walk, elsewhere);
  }
  while (!job.ended) {
    const nowMs = context.df.currentUtcDateTime.getTime();
    if (cancel.isCompleted || nowMs >= Math.min(lateMs, patience.untilMs)) {
      job = yield* endJob(context, jobName, endingOf(walk));
      if (!job.succeeded && !cancel.isCompleted && nowMs >= lateMs) job = tooLate(job, elsewhere, timeout);
      break;
    }
    const pauseMs = Math.min(Math.max((nowMs - startedMs) / 4, leastMs), pollMs);
    yield* sleepUntil(context, Math.min(nowMs + pauseMs, lateMs, patience.untilMs), cancel);
    if (!cancel.isCompleted) job = yield* takeStep(context, 'watch-training', { elsewhere }, patience);
  }
  if (job.elsewhere && job.elsewhere.commit !== elsewhere.commit) note(walk, { elsewhere: job.elsewhere });
  return job;
}

/** One that may still run stays so. */
function tooLate(job: JobState, elsewhere: Elsewhere, timeout: string): JobState {
  if (!job.ended) return job;
  const error = `${describeOutside(elsewhere)}: it had not ended within its timeout, ${timeout}, and was cancelled`;
  return { ...job, status: 'Canceled', error, kind: 'code' };
}

function* keep(walk: RunWalk, elsewhere: Elsewhere): Generator<df.Task, void, unknown> {
  note(walk, { elsewhere });
  yield* takeStep(
    walk.context,
    'record-run',
    describeRun(walk.input, walk.phase, walk.findings),
    walk.patience,
  );
}
