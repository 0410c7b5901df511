/**
 * A job as its run is told of it: with how long its machines ran once it has ended, why it failed, and of a sweep, its best trial.
 *
 * Owns: that these are asked of the parts where the job is a pipeline or a sweep. Does not own: what each means (job-time.ts,
 * explain-failure.ts, tell-sweep.ts).
 */
import type { FailureKind } from '../domain/job-attempt.ts';
import type { Tuning } from '../domain/tuning.ts';
import { RatchetError } from '../errors.ts';
import type { Job } from './describe-job.ts';
import { explainFailure } from './explain-failure.ts';
import type { JobLogs } from './job-logs.ts';
import { addComputeTime } from './job-time.ts';
import { findStepRuns, machineMs, type StepRun } from './step-runs.ts';
import { findBestTrial } from './tell-sweep.ts';
import type { Tracking } from './tracking.ts';
import type { Workspace } from './workspace.ts';

interface Sources {
  readonly tracking: () => Promise<Pick<Tracking, 'findRun' | 'searchRuns'>>;
  readonly logs: () => Promise<Pick<JobLogs, 'errorOf'>>;
  readonly workspace: () => Promise<Pick<Workspace, 'outputUri'>>;
  readonly blobs: () => Promise<{ writeJson(path: string, document: object): Promise<unknown> }>;
}

type Told = Omit<Job, 'steps' | 'isPublished' | 'sweep'> & {
  readonly computeMs?: number;
  readonly kind?: FailureKind;
  readonly tuned?: Tuning;
  readonly modelUri?: string;
};

/** Throws `azure-unavailable` where what the run's budget or its next attempt hangs on is away. */
export async function tellEnd(job: Job, sources: Sources): Promise<Told> {
  const { steps, isPublished, sweep, ...told } = job;
  const { tracking, logs } = sources;
  if (!job.ended || !(steps || isPublished || sweep))
    return explainFailure(await addComputeTime(told, tracking), logs);
  const runs = await knownRuns(job.jobName, tracking);
  // Of a published pipeline it is how long the whole took: which machines its steps had is not known.
  const timed = isPublished ? await addComputeTime(told, tracking) : { ...told, ...timeOf(job, runs) };
  const end = await explainFailure(timed, logs, {
    ...{ kind: sweep ? 'trial' : 'step', runs },
  });
  if (!sweep || !end.succeeded) return end;
  const [workspace, blobs] = await Promise.all([sources.workspace(), sources.blobs()]);
  const found = await findBestTrial(
    { jobName: job.jobName, sweep, runs },
    {
      outputUri: (jobName, output) => workspace.outputUri(jobName, output),
      writeJson: (path, document) => blobs.writeJson(path, document),
    },
  );
  return 'error' in found ? { ...end, succeeded: false, ...found } : { ...end, ...found };
}

/** The time alone: that the job has ended is what its run waits for, and the time can be missed. */
export async function tellTime(job: Job, tracking: Sources['tracking']): Promise<Told> {
  const { steps, isPublished: _, sweep, ...told } = job;
  if (!job.ended || (!steps && !sweep)) return addComputeTime(told, tracking).catch(() => told);
  const runs = await knownRuns(job.jobName, tracking).catch(() => []);
  return { ...told, ...timeOf(job, runs) };
}

function timeOf({ steps, sweep }: Job, runs: readonly StepRun[]): { computeMs?: number } {
  const machines = steps ?? Object.fromEntries(runs.map(({ step }) => [step, sweep?.machines ?? 1]));
  const computeMs = machineMs(runs, machines);
  return computeMs === undefined ? {} : { computeMs };
}

/** None where the workspace refuses to say. */
async function knownRuns(jobName: string, tracking: Sources['tracking']): ReturnType<typeof findStepRuns> {
  try {
    return await findStepRuns(await tracking(), jobName);
  } catch (error) {
    if (error instanceof RatchetError && error.retryable) throw error;
    return [];
  }
}
