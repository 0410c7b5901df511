/**
 * A job as its run is told of it: with how long its machines ran once it has ended, why it failed, and of a sweep or AutoML, its best trial.
 *
 * Owns: that these are asked of the parts where the job is a pipeline, a sweep or AutoML. Does not own: what each means (job-time.ts,
 * explain-failure.ts, tell-sweep.ts, tell-automl.ts).
 */
import type { FailureKind } from '../domain/job-attempt.ts';
import type { Tuning } from '../domain/tuning.ts';
import { RatchetError } from '../errors.ts';
import { type AutomlRuns, blamed, findAutomlRuns, machinesOfParts, partKindOf } from './automl-runs.ts';
import type { Automl, Job } from './describe-job.ts';
import { explainFailure } from './explain-failure.ts';
import type { JobLogs } from './job-logs.ts';
import { addComputeTime } from './job-time.ts';
import { findStepRuns, firstFailed, machineMs, type StepRun } from './step-runs.ts';
import { findBestModel } from './tell-automl.ts';
import { findBestTrial } from './tell-sweep.ts';
import type { Tracking } from './tracking.ts';
import type { Workspace } from './workspace.ts';

interface Sources {
  readonly tracking: () => Promise<Pick<Tracking, 'findRun' | 'searchRuns'>>;
  readonly logs: () => Promise<Pick<JobLogs, 'errorOf'>>;
  readonly workspace: () => Promise<Pick<Workspace, 'outputUri'>>;
  readonly blobs: () => Promise<{ writeJson(path: string, document: object): Promise<unknown> }>;
}

type Told = Omit<Job, 'steps' | 'isPublished' | 'sweep' | 'automl'> & {
  readonly computeMs?: number;
  readonly kind?: FailureKind;
  readonly tuned?: Tuning;
  readonly modelUri?: string;
};

/** Throws `azure-unavailable` where what the run's budget or its next attempt hangs on is away. */
export async function tellEnd(job: Job, sources: Sources): Promise<Told> {
  const { steps, isPublished, sweep, automl, ...told } = job;
  const { tracking, logs } = sources;
  if (job.ended && automl) return tellAutoml(job, automl, sources);
  if (!job.ended || !(steps || isPublished || sweep))
    return explainFailure(await addComputeTime(told, tracking), logs);
  const runs = await knownRuns(job.jobName, tracking);
  // Of a published pipeline it is how long the whole took: which machines its steps had is not known.
  const timed = isPublished ? await addComputeTime(told, tracking) : { ...told, ...timeOf(job, runs) };
  const end = await explainFailure(timed, logs, {
    ...{ kind: sweep ? 'trial' : 'step', runs },
  });
  if (!sweep || !end.succeeded) return end;
  const found = await findBestTrial({ jobName: job.jobName, sweep, runs }, await openPlaces(sources));
  return 'error' in found ? { ...end, succeeded: false, ...found } : { ...end, ...found };
}

async function tellAutoml(job: Job, automl: Automl, sources: Sources): Promise<Told> {
  const { steps, sweep: _, automl: __, ...told } = job;
  const found = await known(() => findParts(job.jobName, sources.tracking), noParts);
  const runs = blamed(found.runs);
  const parts = { kind: partKindOf(firstFailed(runs)?.step ?? ''), runs };
  const time = timeOf({ ...job, steps: machinesOfParts(found, steps ?? {}) }, found.runs);
  const end = await explainFailure({ ...told, ...time }, sources.logs, parts);
  if (!end.succeeded) return end;
  const best = await findBestModel({ jobName: job.jobName, automl, found }, await openPlaces(sources));
  return 'error' in best ? { ...end, succeeded: false, ...best } : { ...end, ...best };
}

async function openPlaces({ workspace: openWorkspace, blobs: openBlobs }: Sources) {
  const [workspace, blobs] = await Promise.all([openWorkspace(), openBlobs()]);
  return {
    outputUri: (jobName: string, output: string) => workspace.outputUri(jobName, output),
    writeJson: (path: string, document: object) => blobs.writeJson(path, document),
  };
}

/** The time alone: that the job has ended is what its run waits for, and the time can be missed. */
export async function tellTime(job: Job, tracking: Sources['tracking']): Promise<Told> {
  const { steps, isPublished: _, sweep, automl, ...told } = job;
  if (!job.ended || (!steps && !sweep)) return addComputeTime(told, tracking).catch(() => told);
  if (automl) {
    const found = await findParts(job.jobName, tracking).catch(() => noParts);
    return { ...told, ...timeOf({ ...job, steps: machinesOfParts(found, steps ?? {}) }, found.runs) };
  }
  const runs = await knownRuns(job.jobName, tracking).catch(() => []);
  return { ...told, ...timeOf(job, runs) };
}

function timeOf({ steps, sweep }: Job, runs: readonly StepRun[]): { computeMs?: number } {
  const machines = steps ?? Object.fromEntries(runs.map(({ step }) => [step, sweep?.machines ?? 1]));
  const computeMs = machineMs(runs, machines);
  return computeMs === undefined ? {} : { computeMs };
}

const noParts: AutomlRuns = { runs: [], trials: [], best: null, algorithms: {} };

const findParts = async (jobName: string, tracking: Sources['tracking']): Promise<AutomlRuns> =>
  findAutomlRuns(await tracking(), jobName);

const knownRuns = (jobName: string, tracking: Sources['tracking']): ReturnType<typeof findStepRuns> =>
  known(async () => findStepRuns(await tracking(), jobName), []);

/** `none` where the workspace refuses to say. */
async function known<T>(ask: () => Promise<T>, none: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RatchetError && error.retryable) throw error;
    return none;
  }
}
