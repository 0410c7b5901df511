/** The parts of an AutoML job as the command jobs that they are when they run. Pure. */
import { localCloud } from '../../cloud-context.ts';
import { type JobDefinition, type JobInput, parseJob } from '../job-definition.ts';
import { boundOutput } from '../pipeline-bindings.ts';
import type { PipelineDefinition } from '../pipeline-definition.ts';
import { candidatesOf } from './candidates.ts';
import type { AutomlDefinition, AutomlStep } from './definition.ts';
import type { TrainRequest } from './train-process.ts';

export const setupStep = 'setup';

/** Trials are named `JOB_0`, and the setup before them `JOB_setup`, as the service names them. */
export const partName = (job: string, part: string | number): string => `${job}_${part}`;

/** The model of a trial; of the job it is `best_model`. */
export const modelOutput = 'mlflow_model';

/** What the step of a pipeline is when it runs. `table`: what it reads. */
export function jobOfAutoml(
  step: AutomlStep,
  place: { readonly jobName: string; readonly pipeline: PipelineDefinition; readonly table: JobInput },
): AutomlDefinition {
  const { jobName, pipeline, table } = place;
  const bound = boundOutput(step.outputs.best_model);
  const own = `azureml://datastores/${localCloud.datastore}/paths/azureml/${jobName}/best_model/`;
  const uri = bound === null ? own : pipeline.outputs[bound]!.uri;
  return {
    jobType: 'AutoML',
    experimentName: pipeline.experimentName,
    inputs: { training_data: table },
    outputs: { best_model: { jobOutputType: 'mlflow_model', uri: uri ?? own } },
    step,
  };
}

/** How many trials there are at most: here there are only so many to choose from. */
export const countTrials = ({ step }: AutomlDefinition): number =>
  Math.min(candidatesOf(step).length, step.limits.max_trials ?? 1_000);

/** `trial`: its number; null for the setup. */
export function partOf(job: string, definition: AutomlDefinition, trial: number | null): JobDefinition {
  const { step, experimentName, inputs } = definition;
  const name = partName(job, trial ?? setupStep);
  const candidate = trial === null ? null : candidatesOf(step)[trial]!;
  const train: TrainRequest = { step, candidate };
  const minutes = step.limits.trial_timeout_minutes;
  const { definition: part } = parseJob(
    name,
    {
      jobType: 'Command',
      command: `automl \${{inputs.training_data}}${trial === null ? '' : ` \${{outputs.${modelOutput}}}`}`,
      environmentId: `${localCloud.workspaceId}/environments/AzureML-AutoML/versions/1`,
      experimentName,
      inputs,
      outputs: trial === null ? {} : { [modelOutput]: { jobOutputType: 'mlflow_model' } },
      ...(trial !== null && minutes && { limits: { jobLimitsType: 'Command', timeout: `PT${minutes}M` } }),
    },
    '2024-04-01',
  );
  return { ...part, train };
}
