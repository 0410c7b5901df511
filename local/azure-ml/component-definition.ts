/**
 * What a component may be: one that runs a command, as the steps of pipelines name it, or a whole pipeline of such. Pure.
 *
 * Source: azure-ai-ml, CommandComponent, PipelineComponent and their tests (`component_spec`), which is what the clients send; the specification
 * (2022-10-01, ComponentVersion) leaves the content of `componentSpec` open. A field that they do not have is refused, and so
 * are components of other types, which do not run here.
 */
import { z } from 'zod';
import { userError } from '../http/service-error.ts';
import { optional, problemsOf } from './details.ts';
import { codeId, environmentId, fileTypes, portName, wordy } from './job-definition.ts';
import { parseCommandLine } from './job-runner/command-line.ts';
import { StepSchema, stepName } from './pipeline-node.ts';

const literalTypes = ['string', 'number', 'integer', 'boolean'] as const;
const mode = optional(z.string());
const described = { description: optional(z.string()) };

const InputSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal(literalTypes),
    optional: optional(z.boolean()),
    default: optional(z.string()),
    min: optional(z.string()),
    max: optional(z.string()),
    enum: optional(z.array(z.string())),
    ...described,
  }),
  z.strictObject({ type: z.literal(fileTypes), optional: optional(z.boolean()), mode, ...described }),
]);

const common = {
  $schema: optional(z.string()),
  _source: optional(z.string()),
  name: z.string(),
  version: z.string(),
  display_name: optional(z.string()),
  ...described,
  tags: optional(z.record(z.string(), z.string())),
  is_deterministic: optional(z.boolean()),
  inputs: optional(z.record(portName, InputSchema)).default({}),
  outputs: optional(
    z.record(portName, z.strictObject({ type: z.literal(fileTypes), mode, ...described })),
  ).default({}),
};

const CommandSchema = z.strictObject({
  ...common,
  type: z.literal('command'),
  command: wordy,
  code: optional(codeId),
  environment: environmentId,
  resources: optional(z.record(z.string(), z.unknown())),
  distribution: optional(z.record(z.string(), z.unknown())),
});

const PublishedSchema = z.strictObject({
  ...common,
  type: z.literal('pipeline'),
  jobs: z.record(stepName, StepSchema),
});

const SpecSchema = z.discriminatedUnion('type', [CommandSchema, PublishedSchema], {
  error: () => 'must be command or pipeline; components of other types do not run here',
});

export type ComponentSpec = z.infer<typeof CommandSchema>;
export type PublishedSpec = z.infer<typeof PublishedSchema>;

/** Reads the `componentSpec` of a component's version. Throws a UserError that lists every problem. */
export function parseComponent(
  name: string,
  version: string,
  componentSpec: unknown,
): ComponentSpec | PublishedSpec {
  const parsed = SpecSchema.safeParse(componentSpec);
  const root = 'properties.componentSpec';
  if (!parsed.success) throw userError(`The component cannot be read: ${problemsOf(root, parsed.error)}`);
  const spec = parsed.data;
  for (const [field, said, asked] of [
    ['name', spec.name, name],
    ['version', spec.version, version],
  ] as const) {
    if (said !== asked)
      throw userError(
        `${root}.${field}: ${JSON.stringify(said)} is not that of the address, ${JSON.stringify(asked)}`,
      );
  }
  if (spec.type === 'pipeline') return spec;
  checkOptional(spec);
  parseCommandLine(
    fillOptional(spec.command, () => true),
    {
      inputs: new Set(Object.keys(spec.inputs)),
      outputs: new Set(Object.keys(spec.outputs)),
    },
  );
  return spec;
}

/**
 * The command with its parts in `$[[ ]]`, each with the inputs in it or not at all: "CLI (v2) command component YAML schema" has them
 * for optional inputs, and jobs have none.
 */
export function fillOptional(command: string, hasInput: (name: string) => boolean): string {
  return command.replaceAll(/\$\[\[(.*?)\]\]/gs, (_, part: string) =>
    namesIn(part).every(hasInput) ? part : '',
  );
}

const namesIn = (part: string): string[] =>
  [...part.matchAll(/\$\{\{\s*inputs\.([A-Za-z_]\w*)\s*\}\}/g)].map(([, name]) => name!);

/** An optional input stands in such a part: without a value the command could not be filled. */
function checkOptional({ command, inputs }: ComponentSpec): void {
  const bare = namesIn(fillOptional(command, () => false));
  for (const name of bare)
    if (inputs[name]?.optional)
      throw userError(
        `properties.componentSpec.command: input ${name} is optional, and stands outside of $[[ ]]; write $[[\${{inputs.${name}}}]]`,
      );
}

export const isLiteral = (type: ComponentSpec['inputs'][string]['type']): boolean =>
  literalTypes.some((one) => one === type);
