/**
 * A job that is a pipeline of Azure ML: its steps, or a published pipeline as a whole. Training and evaluation alike.
 *
 * Owns: the fields, and what must fit together in them. Does not own: which step comes first (pipeline-ports.ts), what a published
 * component declares (shared/azure/component-interface.ts), how it is sent (shared/azure/build-pipeline.ts, build-published.ts).
 *
 * Source: "CLI (v2) pipeline job YAML schema" and "CLI (v2) pipeline component YAML schema" for what they are called.
 */
import { z } from 'zod';
import { serverless } from '../domain/asset-id.ts';
import { asset } from './asset-field.ts';
import { findUnknownInputs, type Phase, resultOf } from './command.ts';
import { findComputeProblems } from './compute-schema.ts';
import { duration } from './fields.ts';
import type { Problem } from './gate-fields.ts';
import { JobSchema } from './job-schema.ts';
import { type Binding, findStepProblems, readBinding } from './pipeline-ports.ts';

const { code, environment, compute, resources, distribution, environmentVariables, timeout } =
  JobSchema.shape;

const CommandStepSchema = z.strictObject({
  kind: z.literal('command').optional().describe('One command. This is what it is when omitted.'),
  command: z
    .string()
    .min(1)
    .describe(
      'The command line, as of one job; `${{inputs.NAME}}` is an input of the pipeline, `${{steps.STEP.outputs.NAME}}` a folder that another step has written, which then comes first, and `${{outputs.NAME}}` a folder that this step writes. One step writes `${{outputs.model}}`, of an evaluation `${{outputs.evidence}}`.',
    ),
  ...{ code, environment },
  compute: compute
    .optional()
    .describe('Name of a compute target in the workspace. Omitted: that of the pipeline.'),
  ...{ resources, distribution, environmentVariables },
  timeout: timeout.describe(
    'How long the step may run, as an ISO 8601 duration. One that takes longer is cancelled, and the pipeline fails. The steps together are what a run may take of a budget.',
  ),
});

const port = z
  .string()
  .regex(
    /^[A-Za-z_]\w{0,254}$/,
    'the name of an input or output of a component: letters, digits and underscores, not beginning with a digit',
  );

const componentFields = {
  inputs: z
    .record(port, z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe(
      "The component's inputs, by its own names: `${{inputs.NAME}}`, an input of the job, `${{steps.STEP.outputs.NAME}}`, what another step has written, or a value. What it requires and is not given is found before anything is submitted.",
    ),
  outputs: z
    .strictObject({
      model: port.optional().describe('Of a training: the output that holds the files of the new model.'),
      evidence: port.optional().describe('Of an evaluation: the output that holds the evidence.'),
    })
    .optional()
    .describe(
      'Which of its outputs is what the job is for: `{ model: trained_model }`. Other outputs are read by their own names. Omitted: none is.',
    ),
};

const ComponentStepSchema = z.strictObject({
  kind: z
    .literal('component')
    .describe(
      'A published component in place of a command. docs/pipeline-training.md, "Published components".',
    ),
  component: asset('components').describe(
    'The component, of type command: `azureml:NAME:VERSION`, or one of a registry, `azureml://registries/REGISTRY/components/NAME/versions/VERSION`. Always a version: labels move.',
  ),
  ...componentFields,
  compute: CommandStepSchema.shape.compute,
  resources: resources.describe(
    'Machines and memory. Omitted: one machine. A component that takes several of its own accord is refused unless `instanceCount` says as many: they count in hours.',
  ),
  ...{ distribution, environmentVariables },
  timeout: CommandStepSchema.shape.timeout,
});

export const PipelineSchema = z.strictObject({
  kind: z
    .literal('pipeline')
    .describe(
      'A pipeline job of Azure ML: several commands or components, each with its own machines. docs/pipeline-training.md.',
    ),
  steps: z
    .record(
      z
        .string()
        .regex(
          /^(?=.{1,40}$)[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/,
          'the name of a step: lower-case letters, digits and single underscores, beginning with a letter, 40 at most',
        ),
      z.discriminatedUnion('kind', [CommandStepSchema, ComponentStepSchema]),
    )
    .refine((steps) => Object.keys(steps).length > 0, 'at least one step')
    .refine((steps) => Object.keys(steps).length <= 30, 'at most 30 steps')
    .describe('The steps, by name. Which comes first follows from what each reads.'),
  compute: compute.describe(
    'Name of the compute target of the steps; `serverless` for machines that the service brings and takes away.',
  ),
  identity: JobSchema.shape.identity,
  settings: JobSchema.shape.settings,
  retries: JobSchema.shape.retries.describe(
    'How often a pipeline that failed is submitted again, from its first step on, by why its step failed: docs/runs.md, "Attempts". All attempts share the timeouts of the steps. Omitted: the defaults of each kind.',
  ),
  tags: JobSchema.shape.tags,
});

export const PublishedSchema = z.strictObject({
  kind: z
    .literal('pipeline-component')
    .describe(
      'A published pipeline as the whole job: a component of type pipeline. docs/pipeline-training.md, "A published pipeline".',
    ),
  component: asset('components').describe(
    'The component, of type pipeline: `azureml:NAME:VERSION`, or one of a registry. Always a version: labels move.',
  ),
  ...componentFields,
  compute: compute.describe(
    'Name of the compute target of those steps that name none; `serverless` for machines that the service brings and takes away.',
  ),
  machines: z
    .int()
    .min(1)
    .max(1_000)
    .describe(
      'How many machines its steps take at the same time, at the most: what stands in the pipeline, for Ratchet cannot know it. `timeout` times so many hours are reserved of a budget.',
    ),
  timeout: duration('timeout', { least: 'PT1S', most: 'P90D' }).describe(
    'How long the pipeline may take from its submission on, waiting for machines included, as an ISO 8601 duration. Ratchet cancels one that takes longer, for Azure ML has no time limit of a pipeline.',
  ),
  identity: JobSchema.shape.identity,
  retries: JobSchema.shape.retries,
  tags: JobSchema.shape.tags,
});

export type PipelineConfig = z.infer<typeof PipelineSchema>;
export type StepConfig = PipelineConfig['steps'][string];
export type ComponentStep = z.infer<typeof ComponentStepSchema>;
export type PublishedConfig = z.infer<typeof PublishedSchema>;

/** What is wrong with a pipeline whose fields may each stand as they do; paths begin at it. */
export function* findPipelineProblems(job: PipelineConfig, phase: Phase): Generator<Problem> {
  yield* findStepProblems(job, phase);
  yield* findComputeProblems({ compute: job.compute, identity: job.identity });
  for (const [name, step] of Object.entries(job.steps)) {
    const at = ['steps', name];
    if (step.kind === 'component') yield* findComponentProblems(step, phase, job, at);
    for (const { path, message } of findComputeProblems({ ...step, compute: step.compute ?? job.compute })) {
      // How its processes work together may stand in the component.
      if (step.kind === 'component' && path.at(-1) === 'instanceCount') continue;
      yield { path: [...at, ...path], message };
    }
    if (step.compute === serverless && job.compute !== serverless) {
      const message = `is chosen for the whole pipeline; give ${phase}.compute: ${serverless}, and a cluster to the steps that need one`;
      yield { path: [...at, 'compute'], message };
    }
  }
}

/** The same of a published pipeline. */
export function* findPublishedProblems(job: PublishedConfig, phase: Phase): Generator<Problem> {
  yield* findComputeProblems({ compute: job.compute, identity: job.identity });
  yield* findComponentProblems(job, phase, { settings: {} }, []);
  const result = resultOf[phase];
  if (job.outputs?.[result] === undefined) {
    const message = `missing: say which output of the pipeline is the ${result}, as outputs: { ${result}: NAME }`;
    yield { path: ['outputs'], message };
  }
  for (const [input, value] of Object.entries(job.inputs)) {
    if (readBinding(value).from !== 'step') continue;
    const message = `${value} names a step, and a published pipeline stands by itself; bind it to \${{inputs.NAME}} or a value`;
    yield { path: ['inputs', input], message };
  }
}

function* findComponentProblems(
  { inputs, outputs = {} }: Pick<ComponentStep, 'inputs' | 'outputs'>,
  phase: Phase,
  { settings }: Pick<PipelineConfig, 'settings'>,
  at: readonly string[],
): Generator<Problem> {
  for (const [input, value] of Object.entries(inputs)) {
    const path = [...at, 'inputs', input];
    const why = describeBinding(readBinding(value), value);
    if (why !== null) yield { path, message: why };
    if (typeof value !== 'string') continue;
    for (const message of findUnknownInputs(value, phase, Object.keys(settings))) yield { path, message };
  }
  for (const name of Object.keys(outputs)) {
    if (name === resultOf[phase]) continue;
    const message = `${phase} leaves no ${name}; it leaves ${resultOf[phase]}`;
    yield { path: [...at, 'outputs', name], message };
  }
}

function describeBinding(binding: Binding, value: unknown): string | null {
  if (binding.from === 'other')
    return `${value} is neither \${{inputs.NAME}}, \${{steps.STEP.outputs.NAME}} nor a value`;
  if (binding.from !== 'value' || /[a-zA-Z0-9_]/.test(binding.value)) return null;
  return 'Azure ML takes no literal input without a letter, a digit or an underscore; leave it out, or give it another value';
}
