/** A step of a pipeline as the command job that it is when it runs. Pure. */
import { createHash } from 'node:crypto';
import { localCloud } from '../cloud-context.ts';
import { userError } from '../http/service-error.ts';
import { jobOfAutoml } from './automl/parts.ts';
import { type ComponentSpec, fillOptional, isLiteral } from './component-definition.ts';
import { type JobDefinition, type JobInput, parseJob } from './job-definition.ts';
import { boundOutput, sourceOf } from './pipeline-bindings.ts';
import type { AnyDefinition, FindComponent, PipelineDefinition } from './pipeline-definition.ts';
import type { PipelineStep } from './pipeline-node.ts';

/** A step's run has a name of the service's own; here it is the same however often it is made. */
export function stepJobName(pipeline: string, seq: number, step: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([pipeline, seq, step]))
    .digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

interface Place {
  readonly jobName: string;
  readonly pipeline: PipelineDefinition;
  readonly component: ComponentSpec;
  /** Where another step's output lies, which has ended well. */
  outputUri(step: string, output: string): string;
}

/** The job of a step of whichever kind. Throws a UserError where the step says what no job may be. */
export function jobOfAnyStep(
  name: string,
  node: PipelineDefinition['jobs'][string],
  { findComponent, ...place }: Omit<Place, 'component'> & { readonly findComponent: FindComponent },
): AnyDefinition {
  if (node.type === 'command')
    return jobOfStep(node, { ...place, component: findComponent(name, node.componentId) });
  const source = sourceOf(node.training_data)!;
  const table =
    'input' in source
      ? place.pipeline.inputs[source.input]!
      : { jobInputType: 'mltable' as const, uri: place.outputUri(source.step, source.output) };
  return jobOfAutoml(node, { ...place, table });
}

function jobOfStep(node: PipelineStep, { jobName, pipeline, component, outputUri }: Place): JobDefinition {
  const { code, environment } = component;
  const inputs = checked(jobName, component, inputsOf(node, component, pipeline, outputUri));
  const command = fillOptional(component.command, (name) => Object.hasOwn(inputs, name));
  const properties = {
    jobType: 'Command',
    command,
    ...(code !== undefined && { codeId: code }),
    environmentId: environment,
    experimentName: pipeline.experimentName,
    ...(node.computeId && { computeId: node.computeId }),
    ...(pipeline.identity && { identity: pipeline.identity }),
    inputs,
    outputs: Object.fromEntries(
      Object.entries(component.outputs).map(([name, { type }]) => {
        const bound = boundOutput(node.outputs[name]);
        const uri =
          bound === null
            ? `azureml://datastores/${localCloud.datastore}/paths/azureml/${jobName}/${name}/`
            : pipeline.outputs[bound]!.uri;
        return [name, { jobOutputType: type, uri }];
      }),
    ),
    ...(node.limits?.timeout && { limits: { jobLimitsType: 'Command', timeout: node.limits.timeout } }),
    ...(node.environment_variables && { environmentVariables: node.environment_variables }),
    ...((node.resources ?? component.resources) && {
      resources: camelCased((node.resources ?? component.resources)!),
    }),
    ...((node.distribution ?? component.distribution) && {
      distribution: camelCased((node.distribution ?? component.distribution)!),
    }),
  };
  return parseJob(jobName, properties, '2024-04-01').definition;
}

function inputsOf(
  node: PipelineStep,
  component: ComponentSpec,
  pipeline: PipelineDefinition,
  outputUri: Place['outputUri'],
): Record<string, JobInput> {
  const values: Record<string, JobInput> = {};
  for (const [name, wanted] of Object.entries(component.inputs)) {
    const given = node.inputs[name];
    const source = given && 'value' in given ? sourceOf(given.value) : null;
    if (source && 'input' in source) values[name] = pipeline.inputs[source.input]!;
    else if (source)
      values[name] = {
        jobInputType: wanted.type as 'uri_folder',
        uri: outputUri(source.step, source.output),
      };
    else if (given && 'value' in given) values[name] = { jobInputType: 'literal', value: given.value };
    else if (given) values[name] = { jobInputType: given.job_input_type, uri: given.uri };
    else if ('default' in wanted && wanted.default !== undefined)
      values[name] = { jobInputType: 'literal', value: wanted.default };
  }
  return values;
}

/**
 * Whether literals are what the component declares: azure-ai-ml looks at that before it sends a job; of the service nobody says it, and
 * the narrower reading is taken.
 */
function checked(
  step: string,
  component: ComponentSpec,
  inputs: Record<string, JobInput>,
): Record<string, JobInput> {
  for (const [name, wanted] of Object.entries(component.inputs)) {
    const given = inputs[name];
    if (given?.jobInputType !== 'literal' || !isLiteralInput(wanted)) continue;
    const why = findWrongValue(given.value, wanted);
    if (why !== null) throw userError(`properties.jobs.${step}.inputs.${name}: ${given.value} ${why}`);
  }
  return inputs;
}

type Declared = ComponentSpec['inputs'][string];
type Literal = Extract<Declared, { readonly type: 'string' | 'number' | 'integer' | 'boolean' }>;

const isLiteralInput = (declared: Declared): declared is Literal => isLiteral(declared.type);

function findWrongValue(value: string, { type, enum: values, min, max }: Literal): string | null {
  const number = Number(value);
  if (type === 'boolean' && !/^(?:true|false)$/i.test(value)) return 'is neither true nor false';
  if (type === 'number' && !Number.isFinite(number)) return 'is no number';
  if (type === 'integer' && !Number.isInteger(number)) return 'is no whole number';
  if (values && !values.includes(value)) return `is none of ${values.join(', ')}`;
  if (min !== undefined && number < Number(min)) return `is less than ${min}`;
  return max !== undefined && number > Number(max) ? `is more than ${max}` : null;
}

/** Steps are written in snake_case, jobs in camelCase. What one names `distribution_type` the other has as its kind. */
function camelCased(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (/[A-Z]/.test(key))
        throw userError(`properties.jobs: ${key} is camelCase; steps are written in snake_case`);
      return [key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value];
    }),
  );
}
