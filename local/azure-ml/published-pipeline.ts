/**
 * A job that names a published pipeline as a whole, as the pipeline that it runs: the steps are the component's, the inputs its
 * defaults where the job gives none. Pure.
 *
 * Source: azure-ai-ml, PipelineJob of a component that is published: `componentId`, and no jobs. What is bound to an optional input
 * that has no value has none either.
 */
import type { z } from 'zod';
import { userError } from '../http/service-error.ts';
import { isLiteral, type PublishedSpec } from './component-definition.ts';
import type { InputSchema, OutputSchema } from './job-definition.ts';
import { sourceOf } from './pipeline-bindings.ts';
import type { AnyStep, PipelineStep } from './pipeline-node.ts';

/** What of a pipeline job is concerned. */
interface Expandable {
  readonly jobs: Record<string, AnyStep>;
  readonly inputs: Record<string, z.infer<typeof InputSchema>>;
  readonly outputs: Record<string, z.infer<typeof OutputSchema>>;
}

/** Throws a UserError where the job does not fit the component. */
export function expand<Job extends Expandable>(job: Job, spec: PublishedSpec): Job {
  const refuse = (where: string, why: string) => userError(`properties.${where}: ${why}`);
  if (Object.keys(job.jobs).length > 0)
    throw refuse('jobs', 'a job of a component has the steps of that; leave them out, or componentId');
  const inputs = { ...job.inputs };
  for (const [name, declared] of Object.entries(spec.inputs)) {
    const given = inputs[name];
    const kind = isLiteral(declared.type) ? 'literal' : declared.type;
    const fallback = 'default' in declared ? declared.default : undefined;
    if (given && given.jobInputType !== kind)
      throw refuse(
        `inputs.${name}`,
        `the component takes ${declared.type}, and this is ${given.jobInputType}`,
      );
    if (given) continue;
    if (fallback !== undefined) inputs[name] = { jobInputType: 'literal', value: fallback };
    else if (!declared.optional) throw refuse(`inputs.${name}`, 'missing; the component requires it');
  }
  for (const name of Object.keys(job.inputs))
    if (!spec.inputs[name]) throw refuse(`inputs.${name}`, 'the component has no such input');
  for (const [name, { jobOutputType }] of Object.entries(job.outputs)) {
    const type = spec.outputs[name]?.type;
    if (type === undefined) throw refuse(`outputs.${name}`, 'the component has no such output');
    if (type !== jobOutputType)
      throw refuse(`outputs.${name}`, `the component writes ${type}, and this is ${jobOutputType}`);
  }
  const outputs = Object.fromEntries(
    Object.entries(spec.outputs).map(([name, { type }]) => [
      name,
      job.outputs[name] ?? { jobOutputType: type, uri: undefined },
    ]),
  );
  const jobs = Object.fromEntries(
    Object.entries(spec.jobs).map(([step, node]) => [step, withoutUnbound(node, spec, inputs)]),
  );
  return { ...job, inputs, outputs, jobs };
}

function withoutUnbound(node: PipelineStep, spec: PublishedSpec, inputs: Expandable['inputs']): PipelineStep {
  const kept = Object.entries(node.inputs).filter(([, port]) => {
    const source = 'value' in port ? sourceOf(port.value) : null;
    return !(source && 'input' in source && spec.inputs[source.input] && !inputs[source.input]);
  });
  return { ...node, inputs: Object.fromEntries(kept) };
}

/** A published pipeline as it is checked when it is registered: each of its inputs has a value, and its steps a compute. */
export function toPipeline({
  inputs,
  outputs,
  jobs,
}: PublishedSpec): Expandable & { settings: undefined; computeId: string } {
  return {
    jobs,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, { type }]) => [
        name,
        isLiteral(type)
          ? { jobInputType: 'literal' as const, value: name }
          : { jobInputType: type as 'uri_folder', uri: name },
      ]),
    ),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, { type }]) => [name, { jobOutputType: type, uri: undefined }]),
    ),
    settings: undefined,
    computeId: 'any',
  };
}
