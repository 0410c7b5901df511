/**
 * What a pipeline job may be: the shape of its definition, and what must fit together in it. Pure; `findComponent` says what
 * a step's component is.
 *
 * Source: specification 2022-10-01, PipelineJob, which leaves the content of `jobs` and `settings` open; what is in them is what
 * azure-ai-ml sends (PipelineJob._to_rest_object, the tests of its nodes): steps are raw JSON in snake_case, each with a
 * component, for a command that is written into a pipeline becomes a component before it is sent. A field that is not known from
 * there is refused.
 */
import { z } from 'zod';
import { localCloud } from '../cloud-context.ts';
import { userError } from '../http/service-error.ts';
import { type AutomlDefinition, checkAutoml } from './automl/definition.ts';
import { type ComponentSpec, isLiteral, type PublishedSpec } from './component-definition.ts';
import { type DetailsChange, DetailsSchema, optional, problemsOf, withoutDetails } from './details.ts';
import { computeFields } from './job-compute.ts';
import {
  experimentName,
  InputSchema,
  type JobDefinition,
  OutputSchema,
  portName,
  resourceId,
} from './job-definition.ts';
import { boundOutput, sourceOf } from './pipeline-bindings.ts';
import { AnyStepSchema, componentId, type PipelineStep, stepName, stepsBefore } from './pipeline-node.ts';
import { expand } from './published-pipeline.ts';
import type { SweepDefinition } from './sweep-definition.ts';

const DefinitionSchema = z.looseObject({
  jobType: z.literal('Pipeline'),
  componentId: optional(componentId),
  computeId: optional(resourceId('computes/[^/]+')),
  identity: computeFields.identity,
  experimentName,
  inputs: optional(z.record(portName, InputSchema)).default({}),
  outputs: optional(z.record(portName, OutputSchema)).default({}),
  jobs: optional(z.record(stepName, AnyStepSchema)).default({}),
  settings: optional(
    z.strictObject({
      default_compute: optional(z.string().min(1)),
      default_datastore: optional(z.string().min(1)),
      continue_on_step_failure: optional(
        z.literal(false, 'a pipeline here ends with the first step that fails; send false'),
      ),
      force_rerun: optional(z.boolean()),
      _source: optional(z.string()),
    }),
  ),
});

/** The part that is fixed once submitted. */
export type PipelineDefinition = z.infer<typeof DefinitionSchema>;
/** What a job of the workspace is. */
export type AnyDefinition = JobDefinition | PipelineDefinition | SweepDefinition | AutomlDefinition;
export type FindComponent = (step: string, componentId: string) => ComponentSpec;
/** Finds components: that of a step, and a whole pipeline that is one. */
export interface Finders {
  readonly findComponent: FindComponent;
  findPublished(componentId: string): PublishedSpec;
}

/** Reads the `properties` of a PUT. Throws a UserError that lists every problem of the shape, or the first of what fits not. */
export function parsePipeline(
  name: string,
  properties: unknown,
  { findComponent, findPublished }: Finders,
): { definition: PipelineDefinition; change: DetailsChange } {
  const change = DetailsSchema.safeParse(properties);
  const parsed = DefinitionSchema.safeParse(properties);
  if (!parsed.success || !change.success)
    throw userError(`The job cannot be read: ${problemsOf('properties', parsed.error, change.error)}`);
  const given = withoutDetails(parsed.data) as PipelineDefinition;
  for (const key of ['status', 'services', 'parameters']) delete given[key];
  const definition = given.componentId ? expand(given, findPublished(given.componentId)) : given;
  checkPipeline(definition, findComponent);
  definition.outputs = Object.fromEntries(
    Object.entries(definition.outputs).map(([output, port]) => [
      output,
      {
        ...port,
        uri: port.uri ?? `azureml://datastores/${localCloud.datastore}/paths/azureml/${name}/${output}/`,
      },
    ]),
  );
  return { definition, change: change.data };
}

/** Whether the steps fit each other, their components and the pipeline. Throws a UserError where they do not. */
export function checkPipeline(definition: CheckedPipeline, findComponent: FindComponent): void {
  if (Object.keys(definition.jobs).length === 0)
    throw userError('properties.jobs: no steps; a pipeline has one at least');
  for (const [step, node] of Object.entries(definition.jobs)) {
    checkCompute(definition, step, node.type === 'command' ? node.computeId : undefined);
    if (node.type === 'automl')
      checkAutoml(step, node, typeOfTable(definition, node.training_data, findComponent));
    else checkStep(definition, step, node, findComponent(step, node.componentId));
    checkBound(definition, step, node.outputs);
  }
  checkOrder(definition);
  checkOutputs(definition);
}

type CheckedPipeline = Pick<PipelineDefinition, 'inputs' | 'jobs' | 'outputs' | 'settings' | 'computeId'>;

function checkCompute({ settings, computeId }: CheckedPipeline, step: string, own: string | undefined): void {
  if (!own && !computeId && !settings?.default_compute)
    throw userError(
      `properties.jobs.${step}.computeId: missing, and neither the pipeline has one nor settings a default_compute`,
    );
}

function checkBound({ outputs }: CheckedPipeline, step: string, ports: object): void {
  for (const [port, given] of Object.entries(ports)) {
    const bound = boundOutput(given);
    if (bound !== null && !outputs[bound])
      throw userError(
        `properties.jobs.${step}.outputs.${port}: the pipeline has no output ${JSON.stringify(bound)}`,
      );
  }
}

/** Null where there is no such thing. */
function typeOfTable(
  { inputs, jobs }: CheckedPipeline,
  value: string,
  findComponent: FindComponent,
): string | null {
  const source = sourceOf(value)!;
  if ('input' in source) return inputs[source.input]?.jobInputType ?? null;
  const step = jobs[source.step];
  if (step?.type !== 'command') return null;
  return findComponent(source.step, step.componentId).outputs[source.output]?.type ?? null;
}

function checkStep(
  { inputs, jobs }: CheckedPipeline,
  step: string,
  node: PipelineStep,
  component: ComponentSpec,
): void {
  const at = `properties.jobs.${step}`;
  const refuse = (where: string, why: string) => userError(`${at}.${where}: ${why}`);
  for (const [port, { type, ...wanted }] of Object.entries(component.inputs)) {
    const given = node.inputs[port];
    const hasDefault = 'default' in wanted && wanted.default !== undefined;
    if (!given && !wanted.optional && !hasDefault)
      throw refuse(`inputs.${port}`, 'missing; its component requires it');
    if (!given) continue;
    const source = 'value' in given ? sourceOf(given.value) : null;
    if ('value' in given && !source && given.value.includes('${{'))
      throw refuse(
        `inputs.${port}`,
        `${given.value} is neither an input of the pipeline nor an output of a step`,
      );
    const kind = kindOf(given, source, { inputs, jobs });
    if (kind === null)
      throw refuse(`inputs.${port}`, `${'value' in given ? given.value : ''} does not exist`);
    if (
      isLiteral(type) !== (kind === 'literal') ||
      (kind !== 'literal' && kind !== 'output' && kind !== type)
    )
      throw refuse(`inputs.${port}`, `its component takes ${type}, and this is ${kind}`);
  }
  for (const port of Object.keys(node.inputs))
    if (!component.inputs[port]) throw refuse(`inputs.${port}`, 'its component has no such input');
  for (const port of Object.keys(node.outputs))
    if (!component.outputs[port]) throw refuse(`outputs.${port}`, 'its component has no such output');
}

function kindOf(
  given: PipelineStep['inputs'][string],
  source: ReturnType<typeof sourceOf>,
  { inputs, jobs }: Pick<PipelineDefinition, 'inputs' | 'jobs'>,
): string | null {
  if (!source) return given.job_input_type;
  if ('input' in source) return inputs[source.input]?.jobInputType ?? null;
  return jobs[source.step] ? 'output' : null;
}

function checkOrder({ jobs }: CheckedPipeline): void {
  const left = new Map(Object.entries(jobs).map(([step, node]) => [step, new Set(stepsBefore(node))]));
  for (;;) {
    const free = [...left].filter(([, before]) => [...before].every((step) => !left.has(step)));
    if (free.length === 0) break;
    for (const [step] of free) left.delete(step);
  }
  if (left.size === 0) return;
  throw userError(`properties.jobs: ${[...left.keys()].join(', ')} wait for each other; break the circle`);
}

function checkOutputs({ jobs, outputs }: CheckedPipeline): void {
  const bound = Object.values(jobs).flatMap((node) => Object.values(node.outputs).map(boundOutput));
  for (const output of Object.keys(outputs)) {
    const times = bound.filter((one) => one === output).length;
    if (times !== 1)
      throw userError(
        `properties.outputs.${output}: ${times === 0 ? 'no step writes it' : `${times} steps write it`}; bind it to one output of one step`,
      );
  }
}
