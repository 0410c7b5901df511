/**
 * Builds the pipeline job of a run's training, and the components that its steps are.
 *
 * Pure: equal arguments give an equal job and equal components. A component's version is the hash of what it is, so that one
 * that is registered already is the same.
 *
 * Source: specification 2024-04-01, PipelineJob and ComponentVersion, which leave the content of `jobs`, `settings` and
 * `componentSpec` open; what is in them, and that a step has a component whose command it runs, is as azure-ai-ml sends it
 * (PipelineJob and Command, `_to_rest_object`, and their tests): raw JSON in snake_case.
 */
import type { PipelineJob } from '@azure/arm-machinelearning';
import { hashJson } from '../config/pin.ts';
import { modelOutput, portsOf, stepRead } from '../config/pipeline-ports.ts';
import type { PipelineConfig } from '../config/training-schema.ts';
import { assetId, serverless } from '../domain/asset-id.ts';
import { jobNameOf } from '../domain/job-name.ts';
import { fileInputs, type JobRequest, literalInputs, outputsOf, plainDuration, tagsOf } from './build-job.ts';
import { fillCommand } from './fill-command.ts';
import { computeFields } from './job-compute.ts';
import { longUri } from './run-files.ts';
import { stepTag } from './step-runs.ts';

/** A version of a component, as it is registered. */
export interface StepComponent {
  readonly name: string;
  readonly version: string;
  readonly componentSpec: Readonly<Record<string, unknown>>;
}

interface BuiltPipeline {
  /** By the names of the steps. */
  readonly components: Readonly<Record<string, StepComponent>>;
  readonly job: PipelineJob;
}

type PipelineRequest = Omit<JobRequest, 'job'> & { readonly job: PipelineConfig };

export function buildPipeline(request: PipelineRequest, workspaceId: string): BuiltPipeline {
  const { runId, model, phase, job } = request;
  const subject = { run: runId, model, job: jobNameOf(request) };
  const uriOf = (uri: string): string => longUri(workspaceId, uri);
  const inputs = { ...literalInputs(job, subject), ...fileInputs(request, uriOf) };
  const typeOf = (input: string): string => {
    const type = inputs[input]?.jobInputType ?? 'literal';
    return type === 'literal' ? 'string' : type;
  };
  const components = Object.fromEntries(
    Object.keys(job.steps).map((step) => [step, componentOf(request, step, typeOf, workspaceId)]),
  );
  const isServerless = job.compute === serverless;
  return {
    components,
    job: {
      jobType: 'Pipeline',
      displayName: jobNameOf(request),
      experimentName: model,
      ...(job.identity && { identity: computeFields(job, workspaceId).identity! }),
      inputs,
      outputs: outputsOf(request, uriOf),
      jobs: Object.fromEntries(
        Object.entries(components).map(([step, component]) => [
          step,
          stepOf(job, step, component, workspaceId),
        ]),
      ),
      settings: {
        ...(isServerless && { default_compute: serverless }),
        continue_on_step_failure: false,
        // The service looks at the addresses of inputs alone: with other files below them, results of before are stale.
        force_rerun: true,
      },
      tags: tagsOf(job, runId, phase),
    },
  };
}

/** The input of a step for another one's output: no setting begins with a capital, and no step's name has two underscores. */
const portOf = (step: string, output: string): string => `Of_${step}__${output}`;

function componentOf(
  { runId, model, job }: PipelineRequest,
  step: string,
  typeOf: (input: string) => string,
  workspaceId: string,
): StepComponent {
  const { command, code, environment } = job.steps[step]!;
  const { inputs, reads, outputs } = portsOf(command);
  const ports = [
    ...inputs.map((name) => [name, { type: typeOf(name) }] as const),
    ...reads.map((read) => [portOf(read.step, read.output), { type: 'uri_folder' }] as const),
  ];
  const written = command.replaceAll(
    stepRead,
    (_, of: string, output: string) => `\${{inputs.${portOf(of, output)}}}`,
  );
  const subject = { run: runId, model, step };
  const names = new Set(ports.map(([name]) => name));
  const spec = {
    type: 'command',
    display_name: step,
    command: fillCommand(written, names, new Set(outputs), subject),
    code: localId(assetId(workspaceId, 'codes', code)),
    environment: localId(assetId(workspaceId, 'environments', environment)),
    inputs: Object.fromEntries(ports),
    outputs: Object.fromEntries(outputs.map((name) => [name, { type: 'uri_folder' }])),
  };
  const name = `ratchet-${model}-${step}`;
  const version = hashJson(spec).slice(0, 32);
  return { name, version, componentSpec: { ...spec, name, version } };
}

/** As the clients write ids within a component. */
const localId = (id: string): string => (id.startsWith('azureml:') ? id : `azureml:${id}`);

function stepOf(
  job: PipelineConfig,
  name: string,
  { name: component, version }: StepComponent,
  workspaceId: string,
) {
  const step = job.steps[name]!;
  const { inputs, reads, outputs } = portsOf(step.command);
  const literal = (value: string) => ({ job_input_type: 'literal', value });
  const { computeId, resources, distribution } = computeFields(
    { ...step, compute: step.compute ?? job.compute },
    workspaceId,
  );
  return {
    type: 'command',
    name,
    display_name: name,
    componentId: `${workspaceId}/components/${component}/versions/${version}`,
    ...(computeId !== undefined && { computeId }),
    inputs: Object.fromEntries([
      ...inputs.map((input) => [input, literal(`\${{parent.inputs.${input}}}`)]),
      ...reads.map((read) => [
        portOf(read.step, read.output),
        literal(`\${{parent.jobs.${read.step}.outputs.${read.output}}}`),
      ]),
    ]),
    outputs: Object.fromEntries(
      outputs.map((output) => [
        output,
        output === modelOutput
          ? { type: 'literal', value: `\${{parent.outputs.${output}}}` }
          : { job_output_type: 'uri_folder', mode: 'ReadWriteMount' },
      ]),
    ),
    limits: { job_limits_type: 'Command', timeout: plainDuration(step.timeout) },
    ...(resources && { resources: snakeCased(resources) }),
    ...(distribution && { distribution: snakeCased(distribution) }),
    environment_variables: { ...step.environmentVariables },
    tags: { [stepTag]: name },
  };
}

/** The fields themselves; what is below them has names of its own. */
function snakeCased(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
