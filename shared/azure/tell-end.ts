/**
 * A job as its run is told of it: with how long its machines ran once it has ended, and why it failed.
 *
 * Owns: that both are asked of the steps where the job is a pipeline. Does not own: what either means (job-time.ts,
 * explain-failure.ts).
 */
import type { FailureKind } from '../domain/job-attempt.ts';
import { RatchetError } from '../errors.ts';
import { explainFailure } from './explain-failure.ts';
import type { JobLogs } from './job-logs.ts';
import { addComputeTime } from './job-time.ts';
import { findStepRuns, machineMs, type StepRun } from './step-runs.ts';
import type { Tracking } from './tracking.ts';
import type { Job } from './workspace.ts';

interface Sources {
  readonly tracking: () => Promise<Pick<Tracking, 'findRun' | 'searchRuns'>>;
  readonly logs: () => Promise<Pick<JobLogs, 'errorOf'>>;
}

type Told = Omit<Job, 'steps'> & { readonly computeMs?: number; readonly kind?: FailureKind };

/** Throws `azure-unavailable` where what the run's budget or its next attempt hangs on is away. */
export async function tellEnd(job: Job, { tracking, logs }: Sources): Promise<Told> {
  const { steps, ...told } = job;
  if (!job.ended || !steps) return explainFailure(await addComputeTime(told, tracking), logs);
  const runs = await knownRuns(job.jobName, tracking);
  return explainFailure({ ...told, ...timeOf(runs, steps) }, logs, runs);
}

/** The time alone: that the job has ended is what its run waits for, and the time can be missed. */
export async function tellTime(job: Job, tracking: Sources['tracking']): Promise<Told> {
  const { steps, ...told } = job;
  if (!job.ended || !steps) return addComputeTime(told, tracking).catch(() => told);
  const runs = await knownRuns(job.jobName, tracking).catch(() => []);
  return { ...told, ...timeOf(runs, steps) };
}

function timeOf(runs: readonly StepRun[], machines: NonNullable<Job['steps']>): { computeMs?: number } {
  const computeMs = machineMs(runs, machines);
  return computeMs === undefined ? {} : { computeMs };
}

/** None where the workspace refuses to say. */
async function knownRuns(jobName: string, tracking: Sources['tracking']): Promise<readonly StepRun[]> {
  try {
    return await findStepRuns(await tracking(), jobName);
  } catch (error) {
    if (error instanceof RatchetError && error.retryable) throw error;
    return [];
  }
}
