import type * as df from 'durable-functions';
import { hasParts, withTimeout } from '../shared/admission/attempt-timeout.ts';
import { parseDurationMs } from '../shared/config/duration.ts';
import { machinesOf } from '../shared/config/estimate.ts';
import type { AnyJobConfig } from '../shared/config/schema.ts';
import { jobEndedEvent } from '../shared/domain/durable-names.ts';
import { isElsewhere } from '../shared/domain/elsewhere.ts';
import { jobNameOf } from '../shared/domain/job-name.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { endJob } from './end-job.ts';
import { runElsewhere } from './run-elsewhere.ts';
import { endingOf, noteEnd, type RunWalk, type WalkJob } from './run-walk.ts';
import type { JobState } from './steps.ts';
import { takeStep } from './take-step.ts';

/** Name of the external event that has a run end. */
export const cancelRunEvent = 'cancel-run';

/** How long after a cancellation runs of before `endsJobs` went on waiting for their jobs. */
const cancelGraceMs = 600_000;

interface Attempt {
  readonly phase: 'train' | 'evaluate';
  readonly challenger: ModelVersion | null;
  /** From 1. */
  readonly attempt: number;
  /** What earlier attempts have left of the job's timeout; undefined: all of it. */
  readonly timeout: string | undefined;
}

export function jobConfigOf({ input }: RunWalk, phase: Attempt['phase']): AnyJobConfig {
  const { training, evaluation } = input.pinned.config;
  return phase === 'train' ? training : evaluation;
}

/**
 * Submits a job and waits for its end: for the workspace's event, and with slow polls in case that is lost. A job
 * that has not ended when the run's time is over, or when the run is cancelled, is cancelled, and its end waited for.
 *
 * The event only wakes: how the job stands is read from the workspace.
 */
export function* runJob(
  walk: RunWalk,
  { phase, challenger, attempt, timeout }: Attempt,
): Generator<df.Task, JobState, unknown> {
  const { context, input, cancel, patience } = walk;
  const { config } = input.pinned;
  const jobConfig = jobConfigOf(walk, phase);
  const known: WalkJob = {
    jobName: jobNameOf({ runId: input.runId, phase, attempt }),
    // The time of the machines of a pipeline or a sweep is told in all.
    machines: hasParts(jobConfig) || isElsewhere(jobConfig) ? 1 : machinesOf(jobConfig),
    ended: false,
    computeMs: undefined,
  };
  walk.jobs.push(known);
  if (isElsewhere(jobConfig)) {
    const training = timeout === undefined ? jobConfig : withTimeout(jobConfig, timeout);
    const end = yield* runElsewhere(walk, known.jobName, training);
    noteEnd(known, end);
    return end;
  }
  const submission = {
    runId: input.runId,
    model: config.model,
    phase,
    ...(attempt > 1 && { attempt }),
    dataPath: config.data.path,
    job: timeout === undefined ? jobConfig : withTimeout(jobConfig, timeout),
    challenger,
    champion: phase === 'train' ? null : input.champion,
  };
  let job = yield* takeStep(context, 'submit-job', submission, patience);
  const pollMs = parseDurationMs(config.policy.pollJobs)!;
  const limit = limitOf(submission.job);
  const limitMs =
    limit === null ? Infinity : context.df.currentUtcDateTime.getTime() + parseDurationMs(limit)!;
  let overMs = Math.min(patience.untilMs, limitMs);
  let ended = context.df.waitForExternalEvent(jobEndedEvent(job.jobName));
  while (!job.ended) {
    const nowMs = context.df.currentUtcDateTime.getTime();
    if (cancel.isCompleted) overMs = Math.min(overMs, nowMs);
    const isOver = nowMs >= overMs;
    if (isOver && input.endsJobs) {
      job = yield* endJob(context, job.jobName, { ...endingOf(walk), ended });
      if (nowMs >= limitMs && job.ended && !job.succeeded) job = { ...job, error: overLimit(limit!) };
      break;
    }
    if (nowMs >= overMs + cancelGraceMs)
      return { ...job, ended: true, error: overtime(config.policy.longestRun) };
    const wakeMs = isOver ? nowMs + Math.min(pollMs, cancelGraceMs) : Math.min(nowMs + pollMs, overMs);
    if (isOver) job = yield* takeStep(context, 'cancel-job', { jobName: job.jobName }, patience);
    if (job.ended) break;
    const poll = context.df.createTimer(new Date(wakeMs));
    const winner: unknown = yield context.df.Task.any(
      cancel.isCompleted ? [ended, poll] : [ended, poll, cancel],
    );
    if (winner !== poll && !poll.isCompleted) poll.cancel();
    if (winner === ended) ended = context.df.waitForExternalEvent(jobEndedEvent(job.jobName));
    if (winner !== cancel) job = yield* takeStep(context, 'get-job', { jobName: job.jobName }, patience);
  }
  noteEnd(known, job);
  return job;
}

/** The service has no time limit of a pipeline, and of a published one there is none of its steps either: it is kept here. */
function limitOf(job: AnyJobConfig): string | null {
  return 'machines' in job ? job.timeout : null;
}

function overLimit(limit: string): string {
  return `it had not ended ${limit} after it was submitted, which is its timeout, and was cancelled`;
}

function overtime(longestRun: string): string {
  return `it had not ended when the run was cancelled, or its ${longestRun} were over, nor some time after`;
}
