/** The events a workspace sends to Event Grid, in the documented shapes and casing. Pure. */
import { createHash } from 'node:crypto';
import type { SystemEvent } from '../cloud-context.ts';
import type { JobStatus } from './job-status.ts';

const types = {
  runStatusChanged: 'Microsoft.MachineLearningServices.RunStatusChanged',
  runCompleted: 'Microsoft.MachineLearningServices.RunCompleted',
  modelRegistered: 'Microsoft.MachineLearningServices.ModelRegistered',
  modelDeployed: 'Microsoft.MachineLearningServices.ModelDeployed',
} as const;

/** As captured: facts of pipelines and their steps. What a sweep and AutoML are called is how their source names itself in its own run. */
const runTypes = {
  Command: 'azureml.commandjob',
  Pipeline: 'azureml.PipelineRun',
  Sweep: 'hyperdrive',
  AutoML: 'automl',
} as const;
const stepRunType = 'azureml.StepRun';

interface RunFacts {
  readonly job: string;
  /** Tells apart two jobs that bore one name, one after the deletion of the other. */
  readonly seq: number;
  readonly experiment: string;
  /** A command job when omitted. */
  readonly jobType?: keyof typeof runTypes;
  /** The pipeline that it is a step of, or the sweep that it is a trial of. */
  readonly pipeline?: string | undefined;
  readonly isTrial?: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

/** RunStatusChanged at every status, and RunCompleted beside the last one of a job that went well. */
export function runEvents(run: RunFacts, status: JobStatus, nowMs: number): SystemEvent[] {
  const experimentId = experimentIdOf(run.experiment);
  const data = {
    experimentId,
    experimentName: run.experiment,
    runId: run.job,
    runType: run.pipeline === undefined || run.isTrial ? runTypes[run.jobType ?? 'Command'] : stepRunType,
    runTags: run.tags,
    runProperties: {
      ...run.properties,
      ...(run.pipeline !== undefined && { 'azureml.rootRunId': run.pipeline }),
    },
  };
  const event = (eventType: string, eventData: object): SystemEvent => ({
    id: stableId(eventType, run.job, String(run.seq), status),
    eventType,
    subject: `experiments/${experimentId}/runs/${run.job}`,
    eventTime: new Date(nowMs).toISOString(),
    dataVersion: '',
    data: eventData,
  });
  const changed = event(types.runStatusChanged, { ...data, runStatus: status });
  return status === 'Completed' ? [changed, event(types.runCompleted, data)] : [changed];
}

interface ModelFacts {
  readonly name: string;
  readonly version: string;
  readonly seq: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

export function modelRegistered(model: ModelFacts, nowMs: number): SystemEvent {
  return {
    id: stableId(types.modelRegistered, model.name, model.version, String(model.seq)),
    eventType: types.modelRegistered,
    subject: `models/${model.name}:${model.version}`,
    eventTime: new Date(nowMs).toISOString(),
    dataVersion: '',
    data: {
      ModelName: model.name,
      ModelVersion: Number(model.version),
      ModelTags: model.tags,
      ModelProperties: model.properties,
    },
  };
}

interface EndpointFacts {
  readonly endpoint: string;
  /** The operation that deployed: another one of the same model is another event. */
  readonly operation: string;
  /** All that the endpoint serves now, each `NAME:VERSION`. */
  readonly models: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

export function modelDeployed(served: EndpointFacts, nowMs: number): SystemEvent {
  return {
    id: stableId(types.modelDeployed, served.endpoint, served.operation),
    eventType: types.modelDeployed,
    subject: `endpoints/${served.endpoint}`,
    eventTime: new Date(nowMs).toISOString(),
    dataVersion: '',
    data: {
      ServiceName: served.endpoint,
      ServiceComputeType: 'Managed',
      ModelIds: served.models.join(','),
      ServiceTags: served.tags,
      ServiceProperties: served.properties,
    },
  };
}

export function experimentIdOf(experiment: string): string {
  return stableId('experiment', experiment);
}

/** The same UUID for the same parts, always. */
function stableId(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
