/** A job as the workspace has it, in our words. Pure. */
import type { JobBase, PipelineJob, SweepJob } from '@azure/arm-machinelearning';
import { endOfJob } from '../domain/job-status.ts';
import { maskSecrets } from '../mask-secrets.ts';
import { describeFailure } from './job-failure.ts';

export interface Job {
  readonly jobName: string;
  /** As the workspace reports it. */
  readonly status: string;
  readonly ended: boolean;
  readonly succeeded: boolean;
  /** The workspace's own words on a failure, empty otherwise. */
  readonly error: string;
  /** Of a pipeline: how many machines each step takes, by its name. */
  readonly steps?: Readonly<Record<string, number>>;
  /** Of a published pipeline, whose steps nobody here knows. */
  readonly isPublished?: true;
  readonly sweep?: Sweep;
  /** Of a pipeline with an AutoML job in it. */
  readonly automl?: Automl;
}

/** By what an AutoML job knows its best trial. */
export type Automl = Pick<Sweep, 'metric' | 'goal'>;

/** What a sweep tries, and which of its trials the service calls the best. */
export interface Sweep {
  readonly metric: string;
  readonly goal: 'maximize' | 'minimize';
  readonly parameters: readonly string[];
  /** How many machines each trial takes. */
  readonly machines: number;
  /** The run of the best trial; null while there is none. */
  readonly best: string | null;
}

/** A job that has ended, as a list has it. */
export interface EndedJob {
  readonly jobName: string;
  readonly status: string;
  readonly experiment: string;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO 8601, UTC; null where the workspace does not say. */
  readonly createdAt: string | null;
  readonly endedAt: string | null;
}

export function describeJob(jobName: string, job: JobBase): Job {
  const status = job.properties.status ?? 'Unknown';
  const end = endOfJob(status);
  return {
    jobName,
    status,
    ended: end !== null,
    succeeded: end === 'succeeded',
    error: end === 'failed' ? describeFailure(jobName, errorOf(job)) : '',
    ...(job.properties.jobType === 'Pipeline' && describePipeline(job.properties as PipelineJob)),
    ...(job.properties.jobType === 'Sweep' && { sweep: describeSweep(job.properties as SweepJob) }),
  };
}

/**
 * The property that has the best trial is what azure-ai-ml reads of it, too (`JobOperations.download`). Lists have sweeps of
 * others: nothing is believed of their shape.
 */
function describeSweep({ objective, searchSpace, trial, properties }: Partial<SweepJob>): Sweep {
  return {
    metric: objective?.primaryMetric ?? '',
    goal: objective?.goal === 'Minimize' ? 'minimize' : 'maximize',
    parameters: Object.keys(searchSpace ?? {}),
    machines: trial?.resources?.instanceCount ?? 1,
    best: properties?.['best_child_run_id'] || null,
  };
}

/** Metrics of regression that are errors are to be small. */
const minimized = /error$/;

function findAutoml({ jobs = {} }: PipelineJob): { readonly automl?: Automl } {
  const node = Object.values(jobs).find((step) => step['type'] === 'automl');
  if (!node) return {};
  const said = String(node['primary_metric'] ?? '');
  // MLflow has it with these capitals, and the service takes it in small letters.
  const metric = said.replace(/^auc_/, 'AUC_');
  return { automl: { metric, goal: minimized.test(metric) ? 'minimize' : 'maximize' } };
}

function describePipeline(pipeline: PipelineJob): Pick<Job, 'steps' | 'isPublished' | 'automl'> {
  if (pipeline.componentId) return { isPublished: true };
  return { steps: machinesOfSteps(pipeline), ...findAutoml(pipeline) };
}

/** As they were submitted; a step that says nothing takes one machine. */
function machinesOfSteps({ jobs = {} }: PipelineJob): Record<string, number> {
  return Object.fromEntries(
    Object.entries(jobs).map(([name, step]) => {
      const { instance_count: machines } = (step['resources'] ?? {}) as { instance_count?: unknown };
      return [name, typeof machines === 'number' ? machines : 1];
    }),
  );
}

/** The client's API version declares no error of a job; where the properties give one, it is told. */
function errorOf(job: JobBase): string {
  return maskSecrets(job.properties.properties?.['errorMessage'] ?? '');
}

export function describeEnded(job: JobBase): EndedJob {
  const { status = 'Unknown', experimentName = 'Default', tags = {}, properties = {} } = job.properties;
  const text = Object.entries(tags ?? {}).map(([key, value]) => [key, value ?? '']);
  const ended = Date.parse(properties?.['EndTimeUtc'] ?? '');
  return {
    jobName: job.name ?? '',
    status: status ?? 'Unknown',
    experiment: experimentName ?? 'Default',
    tags: Object.fromEntries(text),
    createdAt: job.systemData?.createdAt?.toISOString() ?? null,
    endedAt: Number.isNaN(ended) ? null : new Date(ended).toISOString(),
  };
}
