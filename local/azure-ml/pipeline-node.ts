/**
 * A step of a pipeline, as a job and a published pipeline have it: its shape, and what it waits for. Pure.
 *
 * Source: as pipeline-definition.ts.
 */
import { z } from 'zod';
import { AutomlStepSchema } from './automl/definition.ts';
import { optional } from './details.ts';
import { fileTypes, inputUri, portName, resourceId, wordy } from './job-definition.ts';
import { sourceOf } from './pipeline-bindings.ts';

export const stepName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,254}$/, 'a name of lower-case letters, digits and underscores');
const mode = optional(z.string());

/** What runs here is of the workspace: no registry is emulated that it could come from. */
export const componentId = z
  .string()
  .refine(
    (id) => !id.startsWith('azureml://registries/'),
    'there are no registries here to take components from; publish it into the workspace, and name that',
  )
  .pipe(resourceId('components/[^/]+/versions/[^/]+'));

const StepInputSchema = z.discriminatedUnion('job_input_type', [
  z.strictObject({ job_input_type: z.literal('literal'), value: wordy }),
  z.strictObject({ job_input_type: z.literal(fileTypes), uri: inputUri.min(1), mode }),
]);
const StepOutputSchema = z.union([
  z.strictObject({
    type: z.literal('literal'),
    value: z.string().regex(/^\$\{\{parent\.outputs\.[A-Za-z_]\w*\}\}$/, 'must be ${{parent.outputs.NAME}}'),
  }),
  z.strictObject({ job_output_type: z.literal(fileTypes), uri: optional(z.string().min(1)), mode }),
]);

export const StepSchema = z.strictObject({
  type: z.literal('command', 'must be command; steps of other types do not run here'),
  componentId,
  name: optional(z.string()),
  display_name: optional(z.string()),
  computeId: optional(resourceId('computes/[^/]+')),
  inputs: optional(z.record(portName, StepInputSchema)).default({}),
  outputs: optional(z.record(portName, StepOutputSchema)).default({}),
  limits: optional(z.strictObject({ job_limits_type: z.literal('Command'), timeout: optional(z.string()) })),
  resources: optional(z.record(z.string(), z.unknown())),
  distribution: optional(z.record(z.string(), z.unknown())),
  environment_variables: optional(z.record(z.string(), z.string())),
  tags: optional(z.record(z.string(), z.string())),
  properties: optional(z.record(z.string(), z.string())),
  _source: optional(z.string()),
});

export type PipelineStep = z.infer<typeof StepSchema>;

/** What a step of a job may be; published pipelines have commands alone. */
export const AnyStepSchema = z.discriminatedUnion('type', [StepSchema, AutomlStepSchema], {
  error: 'type must be command or automl; steps of other types do not run here',
});

export type AnyStep = z.infer<typeof AnyStepSchema>;

/** The steps that must have ended well before this one begins. */
export function stepsBefore(step: AnyStep): readonly string[] {
  const sources =
    step.type === 'automl'
      ? [sourceOf(step.training_data)]
      : Object.values(step.inputs).map((port) => ('value' in port ? sourceOf(port.value) : null));
  return [...new Set(sources.flatMap((source) => (source && 'step' in source ? [source.step] : [])))];
}
