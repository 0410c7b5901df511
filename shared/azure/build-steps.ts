/**
 * A step of a pipeline as the service takes it: a node with a component, which a command is registered as first. Pure.
 *
 * Source: as build-pipeline.ts; that a node names a component of a registry by its `azureml://` address as it stands is azure-ai-ml's
 * (BaseNode, `_get_component_id`, and the tests of registries).
 */
import type { PipelineJob } from '@azure/arm-machinelearning';
import { resultOf } from '../config/command.ts';
import { hashJson } from '../config/pin.ts';
import { portsOf, readBinding, stepRead } from '../config/pipeline-ports.ts';
import type { ComponentStep, PipelineConfig, StepConfig } from '../config/pipeline-schema.ts';
import { assetId, isOfRegistry } from '../domain/asset-id.ts';
import { type JobRequest, plainDuration } from './build-job.ts';
import type { StepComponent } from './component-registry.ts';
import { dropUnfilled, fillCommand } from './fill-command.ts';
import { type FoundComponents, outputName } from './find-components.ts';
import { computeFields } from './job-compute.ts';
import { stepTag } from './step-runs.ts';

export type PipelineRequest = Omit<JobRequest, 'job'> & { readonly job: PipelineConfig };
type CommandStep = Exclude<StepConfig, ComponentStep>;

export interface Build {
  readonly request: PipelineRequest;
  readonly workspaceId: string;
  /** Of the job, those that have a value. */
  readonly inputs: NonNullable<PipelineJob['inputs']>;
  readonly found: FoundComponents;
}

export const isCommand = (step: StepConfig): step is CommandStep => step.kind !== 'component';

export const resultIn = ({ request }: Pick<Build, 'request'>): 'model' | 'evidence' =>
  resultOf[request.phase === 'train' ? 'training' : 'evaluation'];

/** The input of a step for another one's output: no setting begins with a capital, and no step's name has two underscores. */
const portOf = (step: string, output: string): string => `Of_${step}__${output}`;

export function componentOf(
  build: Build,
  step: string,
  { command: whole, code, environment }: CommandStep,
): StepComponent {
  const { request, workspaceId, inputs: given } = build;
  const { runId, model } = request;
  const command = dropUnfilled(whole, (input) => Object.hasOwn(given, input));
  const { inputs, reads, outputs } = portsOf({ command });
  const typeOf = (input: string): string => {
    const type = given[input]?.jobInputType ?? 'literal';
    return type === 'literal' ? 'string' : type;
  };
  const ports = [
    ...inputs.map((name) => [name, { type: typeOf(name) }] as const),
    ...reads.map((read) => [portOf(read.step, read.output), { type: typeOfRead(build, read) }] as const),
  ];
  const written = command.replaceAll(
    stepRead,
    (_, of: string, output: string) => `\${{inputs.${portOf(of, output)}}}`,
  );
  const subject = { run: runId, model, step };
  const valued = ports.filter(([name]) => Object.hasOwn(given, name) || !inputs.includes(name));
  const spec = {
    type: 'command',
    display_name: step,
    command: fillCommand(written, new Set(valued.map(([name]) => name)), new Set(outputs), subject),
    code: localId(assetId(workspaceId, 'codes', code)),
    environment: localId(assetId(workspaceId, 'environments', environment)),
    inputs: Object.fromEntries(ports),
    outputs: Object.fromEntries(outputs.map((name) => [name, { type: 'uri_folder' }])),
  };
  const name = `ratchet-${model}-${step}`;
  const version = hashJson(spec).slice(0, 32);
  return { name, version, componentSpec: { ...spec, name, version } };
}

function typeOfRead({ request, found }: Build, { step, output }: { step: string; output: string }): string {
  const other = request.job.steps[step];
  const name = other && !isCommand(other) ? outputName(other, output) : output;
  return found[step]?.outputs[name] ?? 'uri_folder';
}

/** As the clients write ids within a component. */
const localId = (id: string): string => (id.startsWith('azureml:') ? id : `azureml:${id}`);

const literal = (value: string) => ({ job_input_type: 'literal', value });

export function stepOf(build: Build, name: string, step: StepConfig, component: StepComponent | undefined) {
  const { request, workspaceId } = build;
  const { computeId, resources, distribution } = computeFields(
    { ...step, resources: machinesFor(step), compute: step.compute ?? request.job.compute },
    workspaceId,
  );
  return {
    type: 'command',
    name,
    display_name: name,
    ...(isCommand(step) ? boundCommand(build, step, component!) : boundComponent(build, step)),
    ...(computeId !== undefined && { computeId }),
    limits: { job_limits_type: 'Command', timeout: plainDuration(step.timeout) },
    ...(resources && { resources: snakeCased(resources) }),
    ...(distribution && { distribution: snakeCased(distribution) }),
    environment_variables: { ...step.environmentVariables },
    tags: { [stepTag]: name },
  };
}

/** What a component of a registry takes of its own accord is not known: it takes what the model file counts. */
function machinesFor(step: StepConfig): StepConfig['resources'] {
  const isUnread = !isCommand(step) && isOfRegistry(step.component);
  return step.resources ?? (isUnread ? { instanceCount: 1 } : undefined);
}

function boundCommand(build: Build, { command }: CommandStep, { name, version }: StepComponent) {
  const { inputs, reads, outputs } = portsOf({
    command: dropUnfilled(command, (input) => Object.hasOwn(build.inputs, input)),
  });
  const result = resultIn(build);
  return {
    componentId: `${build.workspaceId}/components/${name}/versions/${version}`,
    inputs: Object.fromEntries([
      ...inputs.map((input) => [input, literal(`\${{parent.inputs.${input}}}`)]),
      ...reads.map(({ step, output }) => [portOf(step, output), literal(readOf(build, step, output))]),
    ]),
    outputs: Object.fromEntries(
      outputs.map((output) => [
        output,
        output === result ? asResult(result) : { job_output_type: 'uri_folder', mode: 'ReadWriteMount' },
      ]),
    ),
  };
}

const asResult = (result: string) => ({ type: 'literal', value: `\${{parent.outputs.${result}}}` });

/** What it does not name of its outputs lies where the workspace puts it. */
function boundComponent(build: Build, { component, inputs, outputs = {} }: ComponentStep) {
  const result = resultIn(build);
  const name = outputs[result];
  return {
    componentId: assetId(build.workspaceId, 'components', component),
    inputs: Object.fromEntries(
      Object.entries(inputs).flatMap(([input, value]) => {
        const binding = readBinding(value);
        if (binding.from === 'step') return [[input, literal(readOf(build, binding.step, binding.output))]];
        if (binding.from !== 'input') return [[input, literal(String(value))]];
        // Before the first release there is no champion.
        return Object.hasOwn(build.inputs, binding.input)
          ? [[input, literal(`\${{parent.inputs.${binding.input}}}`)]]
          : [];
      }),
    ),
    outputs: name === undefined ? {} : { [name]: asResult(result) },
  };
}

function readOf({ request }: Build, step: string, output: string): string {
  const other = request.job.steps[step];
  const name = other && !isCommand(other) ? outputName(other, output) : output;
  return `\${{parent.jobs.${step}.outputs.${name}}}`;
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
