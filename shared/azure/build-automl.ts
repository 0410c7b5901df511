/**
 * Builds the job of a run's training by AutoML: a pipeline of a command, which writes the table of the training rows, and of the
 * AutoML job that reads it. Its best model is the pipeline's output.
 *
 * Pure: equal arguments give an equal job and an equal component.
 *
 * Source: specification 2024-04-01, PipelineJob, which leaves the content of `jobs` open. An AutoML job in a pipeline is as
 * azure-ai-ml sends it: raw JSON in snake_case, time limits in whole minutes, metrics and algorithms in snake_case, the table as
 * `${{parent.jobs.STEP.outputs.NAME}}`, its output `best_model` bound to one of the pipeline (AutoMLNodeMixin,
 * AutoMLTableLimitsSchema, and `test_automl_node_with_pipeline_level_output` of its tests). It has no compute of its own there: that
 * of the pipeline counts (`_resolve_arm_id_for_automl_job`). "Use AutoML in pipelines" of "Set up AutoML training for tabular
 * data" has the command before it write a table, `type: mltable`.
 */
import type { PipelineJob } from '@azure/arm-machinelearning';
import type { AutomlConfig } from '../config/automl-schema.ts';
import { allEnsembles, tableOutput } from '../config/automl-time.ts';
import { resultOf } from '../config/command.ts';
import { parseDurationMs } from '../config/duration.ts';
import { hashJson } from '../config/pin.ts';
import { portsOf } from '../config/pipeline-ports.ts';
import { assetId, serverless } from '../domain/asset-id.ts';
import { jobNameOf } from '../domain/job-name.ts';
import { automlStep, prepareStep } from './automl-runs.ts';
import { fileInputs, type JobRequest, literalInputs, outputsOf, plainDuration, tagsOf } from './build-job.ts';
import type { StepComponent } from './component-registry.ts';
import { fillCommand } from './fill-command.ts';
import { computeFields } from './job-compute.ts';
import { longUri } from './run-files.ts';
import { stepTag } from './step-runs.ts';

type AutomlRequest = Omit<JobRequest, 'job'> & { readonly job: AutomlConfig };
type Inputs = NonNullable<PipelineJob['inputs']>;

export function buildAutoml(
  request: AutomlRequest,
  workspaceId: string,
): { readonly component: StepComponent; readonly job: PipelineJob } {
  const { runId, model, phase, job } = request;
  const uriOf = (uri: string): string => longUri(workspaceId, uri);
  const subject = { run: runId, model, job: jobNameOf(request) };
  const inputs: Inputs = { ...literalInputs(job, subject), ...fileInputs(request, uriOf) };
  const component = componentOf(request, inputs, workspaceId);
  const { computeId, identity } = computeFields(
    { compute: job.compute, identity: job.identity },
    workspaceId,
  );
  const { [resultOf.training]: output } = outputsOf(request, uriOf);
  return {
    component,
    job: {
      jobType: 'Pipeline',
      displayName: jobNameOf(request),
      experimentName: model,
      ...(computeId !== undefined && { computeId }),
      ...(identity && { identity }),
      inputs,
      outputs: { [resultOf.training]: { ...output!, jobOutputType: 'mlflow_model' } },
      jobs: {
        [prepareStep]: prepareNode(job, component, workspaceId),
        [automlStep]: automlNode(job),
      },
      settings: {
        ...(job.compute === serverless && { default_compute: serverless }),
        continue_on_step_failure: false,
        // As of any pipeline: the service looks at the addresses of inputs alone.
        force_rerun: true,
      },
      tags: tagsOf(job, runId, phase),
    },
  };
}

/** As the clients write ids within a component. */
const localId = (id: string): string => (id.startsWith('azureml:') ? id : `azureml:${id}`);

function componentOf(
  { runId, model, job }: AutomlRequest,
  known: Inputs,
  workspaceId: string,
): StepComponent {
  const { command, code, environment } = job.prepare;
  const { inputs } = portsOf({ command });
  const typeOf = (input: string): string => {
    const type = known[input]?.jobInputType ?? 'literal';
    return type === 'literal' ? 'string' : type;
  };
  const subject = { run: runId, model, step: prepareStep };
  const spec = {
    type: 'command',
    display_name: prepareStep,
    command: fillCommand(command, new Set(inputs), new Set([tableOutput]), subject),
    code: localId(assetId(workspaceId, 'codes', code)),
    environment: localId(assetId(workspaceId, 'environments', environment)),
    inputs: Object.fromEntries(inputs.map((name) => [name, { type: typeOf(name) }])),
    outputs: { [tableOutput]: { type: 'mltable' } },
  };
  const name = `ratchet-${model}-${prepareStep}`;
  const version = hashJson(spec).slice(0, 32);
  return { name, version, componentSpec: { ...spec, name, version } };
}

function prepareNode(job: AutomlConfig, { name, version }: StepComponent, workspaceId: string) {
  const { command, environmentVariables, timeout } = job.prepare;
  const placed = { ...job.prepare, compute: job.prepare.compute ?? job.compute };
  const { computeId, resources, distribution } = computeFields(placed, workspaceId);
  return {
    type: 'command',
    name: prepareStep,
    display_name: prepareStep,
    componentId: `${workspaceId}/components/${name}/versions/${version}`,
    ...(computeId !== undefined && { computeId }),
    inputs: Object.fromEntries(
      portsOf({ command }).inputs.map((input) => [
        input,
        { job_input_type: 'literal', value: `\${{parent.inputs.${input}}}` },
      ]),
    ),
    outputs: { [tableOutput]: { job_output_type: 'mltable', mode: 'ReadWriteMount' } },
    limits: { job_limits_type: 'Command', timeout: plainDuration(timeout) },
    ...(resources && { resources: snakeCased(resources) }),
    ...(distribution && { distribution: snakeCased(distribution) }),
    environment_variables: { ...environmentVariables },
    tags: { [stepTag]: prepareStep },
  };
}

function automlNode(job: AutomlConfig) {
  const { ensembles = allEnsembles, validation, weightColumn, positiveLabel } = job;
  const { allowed, blocked } = job.algorithms ?? {};
  return {
    type: 'automl',
    name: automlStep,
    display_name: automlStep,
    task: job.task,
    primary_metric: job.primaryMetric.toLowerCase(),
    target_column_name: job.targetColumn,
    training_data: `\${{parent.jobs.${prepareStep}.outputs.${tableOutput}}}`,
    limits: limitsOf(job),
    featurization: { mode: job.featurization },
    training: {
      enable_vote_ensemble: ensembles.includes('voting'),
      enable_stack_ensemble: ensembles.includes('stacking'),
      // The explanation of the best model is nothing that is judged, and takes time beyond that of the job.
      enable_model_explainability: false,
      ...(allowed && { allowed_training_algorithms: allowed.map(snakeName) }),
      ...(blocked && { blocked_training_algorithms: blocked.map(snakeName) }),
    },
    ...(validation && 'folds' in validation && { n_cross_validations: validation.folds }),
    ...(validation && 'share' in validation && { validation_data_size: validation.share }),
    ...(weightColumn !== undefined && { weight_column_name: weightColumn }),
    ...(positiveLabel !== undefined && { positive_label: positiveLabel }),
    log_verbosity: 'info',
    outputs: { best_model: { type: 'literal', value: `\${{parent.outputs.${resultOf.training}}}` } },
    tags: { [stepTag]: automlStep },
  };
}

function limitsOf({ limits }: AutomlConfig) {
  const minutes = (duration: string): number => Math.ceil(parseDurationMs(duration)! / 60_000);
  return {
    max_trials: limits.maxTrials,
    max_concurrent_trials: limits.maxConcurrentTrials,
    trial_timeout_minutes: minutes(limits.trialTimeout),
    timeout_minutes: minutes(limits.timeout),
    enable_early_termination: limits.earlyTermination,
    ...(limits.exitScore !== undefined && { exit_score: limits.exitScore }),
  };
}

/** As azure-ai-ml makes snake_case of a name of the specification: `LightGBM` is `light_gbm`. */
const snakeName = (name: string): string =>
  name
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** The fields themselves; what is below them has names of its own. */
function snakeCased(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
