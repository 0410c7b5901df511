/** Jobs as MLflow sees them: a run whose id is the job's name. Pure. */
import { experimentIdOf } from '../events.ts';
import type { JobStatus } from '../job-status.ts';
import type { Job } from '../store/jobs.ts';
import type { Metric, Param } from '../store/tracking.ts';
import { doubleOut } from './fields.ts';

export interface Run {
  readonly job: Job;
  readonly metrics: readonly Metric[];
  readonly params: readonly Param[];
}

const statuses: Readonly<Record<JobStatus, string>> = {
  NotStarted: 'SCHEDULED',
  Queued: 'SCHEDULED',
  Starting: 'SCHEDULED',
  Running: 'RUNNING',
  Finalizing: 'RUNNING',
  CancelRequested: 'RUNNING',
  Completed: 'FINISHED',
  Failed: 'FAILED',
  Canceled: 'KILLED',
};

export function runStatus(job: Job): string {
  return statuses[job.status];
}

export function runTags(job: Job): Record<string, string> {
  return {
    'mlflow.rootRunId': job.partOf?.pipeline ?? job.name,
    ...(job.partOf && { 'mlflow.parentRunId': job.partOf.pipeline }),
    'mlflow.runName': job.details.displayName ?? job.name,
    'mlflow.source.type': 'JOB',
    'mlflow.user': 'local',
    ...job.details.tags,
  };
}

export function runInfo(job: Job): object {
  const experiment = job.definition.experimentName;
  return {
    run_uuid: job.name,
    run_id: job.name,
    run_name: job.details.displayName ?? job.name,
    experiment_id: experimentIdOf(experiment),
    user_id: 'local',
    status: runStatus(job),
    start_time: job.startedMs ?? job.createdMs,
    ...(job.endedMs !== null && { end_time: job.endedMs }),
    artifact_uri: `azureml://experiments/${experiment}/runs/${job.name}/artifacts`,
    lifecycle_stage: job.details.isArchived ? 'deleted' : 'active',
  };
}

export function runBody(run: Run): object {
  const tags = Object.entries(runTags(run.job)).map(([key, value]) => ({ key, value }));
  return { info: runInfo(run.job), data: { metrics: run.metrics.map(metricBody), params: run.params, tags } };
}

export function metricBody(metric: Metric): object {
  const { key, timestampMs: timestamp, step } = metric;
  return { key, value: doubleOut(metric.value), timestamp, step };
}
