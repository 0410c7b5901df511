/**
 * Ends a job: cancels it, and waits until the workspace says that it is over.
 *
 * Owns: that nobody settles a run, and no model is free, while a job of the run may be alive; and the bound of that:
 * `seenWithinMs`, after which a person is told to look.
 * Does not own: which jobs those are (run-walk, and whoever frees a run that died).
 */
import type * as df from 'durable-functions';
import { askModel } from './ask-model.ts';
import { dayMs, none, pauseMs, sleepUntil } from './patience.ts';
import type { JobState } from './steps.ts';
import { messageOf, StepFailure, takeStep } from './take-step.ts';

/** How long the end of a job is waited for. A job has a timeout of its own; what outlasts both, nobody can see. */
const seenWithinMs = 7 * dayMs;
const seenWithin = '7 days';
/** How much longer than its next look a run is to count as alive. */
const aliveMs = 3_600_000;
const soonMs = 3_600_000;
/** Longest pause between two looks where no model file says it. */
const pollJobsMs = 300_000;

export interface Ending {
  /** The model that is not to be freed meanwhile, and the run it is held by. */
  readonly model: string;
  readonly runId: string;
  /** Longest pause between two looks within the first hour. */
  readonly pollMs: number;
  readonly tell?: (waits: string | null) => void;
  /** Happens when the job has ended, where somebody tells: then nobody waits for the next look. */
  readonly ended?: df.Task;
}

/** How the job stands: ended, also where there is none; or not, with an error that says what to do. */
export function* endJob(
  context: df.OrchestrationContext,
  jobName: string,
  { model, runId, pollMs, tell = () => {}, ended }: Ending,
): Generator<df.Task, JobState, unknown> {
  const sinceMs = context.df.currentUtcDateTime.getTime();
  /** Whether the job was looked at after its end was told, or nobody tells. */
  let heard = ended?.isCompleted ?? true;
  for (;;) {
    const { state, isOver } = yield* tryOnce(context, jobName, sinceMs);
    if (isOver) {
      tell(null);
      return state;
    }
    const nowMs = context.df.currentUtcDateTime.getTime();
    const againMs = nowMs + pauseOf(nowMs - sinceMs, pollMs);
    yield* keepAlive(context, { model, runId }, againMs);
    const since = new Date(sinceMs).toISOString();
    tell(`Waits since ${since} for the end of job ${jobName}, cancelled: ${state.error || state.status}`);
    if (heard || !ended) yield* sleepUntil(context, againMs);
    else {
      // It may have been told while the model was asked.
      if (!ended.isCompleted) yield* sleepUntil(context, againMs, ended);
      heard = ended.isCompleted;
    }
  }
}

/** One attempt. It is over once the job has ended, or was not seen to for so long that a person is to look. */
export function* tryOnce(
  context: df.OrchestrationContext,
  jobName: string,
  sinceMs: number,
): Generator<df.Task, { readonly state: JobState; readonly isOver: boolean }, unknown> {
  const state = yield* tryToEnd(context, jobName);
  const isOver = context.df.currentUtcDateTime.getTime() - sinceMs >= seenWithinMs;
  if (state.ended || !isOver) return { state, isOver: state.ended };
  return { state: { ...state, error: unseen(state) }, isOver };
}

/** A model is freed of a run past its deadline: until its job is looked at again, this one lives. */
export function* keepAlive(
  context: df.OrchestrationContext,
  { model, runId }: Pick<Ending, 'model' | 'runId'>,
  againMs: number,
): Generator<df.Task, void, unknown> {
  yield* askModel(context, model, 'prolong', { runId, until: new Date(againMs + aliveMs).toISOString() });
}

/** A job mostly ends soon: it is looked at as often as jobs are polled, but for one that does not end within the hour. */
function pauseOf(waitedMs: number, pollMs: number): number {
  const pause = pauseMs(waitedMs);
  return waitedMs < soonMs ? Math.min(pause, Math.max(pollMs, 1000)) : pause;
}

/** The same for each of some jobs. Answers what is to be said of those that were not seen to end. */
export function* endJobs(
  context: df.OrchestrationContext,
  jobNames: readonly string[],
  of: Pick<Ending, 'model' | 'runId'>,
): Generator<df.Task, string, unknown> {
  let left = '';
  for (const jobName of jobNames) {
    const end = yield* endJob(context, jobName, { ...of, pollMs: pollJobsMs });
    if (!end.ended) left += ` ${end.error}`;
  }
  return left;
}

function* tryToEnd(context: df.OrchestrationContext, jobName: string): Generator<df.Task, JobState, unknown> {
  try {
    return yield* takeStep(context, 'cancel-job', { jobName }, none);
  } catch (error) {
    const state = describeUnknown(jobName, error);
    if (state.ended || !isFinal(error)) return state;
  }
  // It may not be cancelled: its own end will do.
  try {
    return yield* takeStep(context, 'get-job', { jobName }, none);
  } catch (error) {
    return describeUnknown(jobName, error);
  }
}

/** A job that is not in the workspace never was, or was deleted: it does not run. */
function describeUnknown(jobName: string, error: unknown): JobState {
  const message = messageOf(error);
  const isGone = isFinal(error) && message.startsWith('not-found:');
  const ended = { jobName, ended: isGone, succeeded: false, error: message };
  return isGone ? { ...ended, status: 'NotFound', computeMs: 0 } : { ...ended, status: 'Unknown' };
}

function isFinal(error: unknown): boolean {
  return error instanceof StepFailure && error.isFinal;
}

function unseen({ jobName, status, error }: JobState): string {
  return `Job ${jobName} was cancelled and not seen to end within ${seenWithin} (${error || status}): look for it in the workspace.`;
}
