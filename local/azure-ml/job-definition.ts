/**
 * What a command job may be: the shape of its definition, and what may change after submission.
 * Pure. Whether the assets it names exist is asked by the caller.
 */
import { z } from 'zod';
import { parseDurationMs } from '../clock/duration.ts';
import { localCloud } from '../cloud-context.ts';
import { userError } from '../http/service-error.ts';
import { type DetailsChange, DetailsSchema, optional, problemsOf, withoutDetails } from './details.ts';
import { computeFields, findComputeProblem } from './job-compute.ts';
import { parseCommandLine } from './job-runner/command-line.ts';

const text = z.string().refine((value) => !value.includes('\0'), 'may not contain a NUL character');
export const portName = z
  .string()
  .regex(
    /^[A-Za-z_]\w{0,254}$/,
    'a name of letters, digits and underscores that does not begin with a digit',
  );
export const fileTypes = [
  'uri_file',
  'uri_folder',
  'custom_model',
  'mlflow_model',
  'triton_model',
  'mltable',
] as const;

/** The usual cause is the client: version 2.1.1 does not send the field at all. */
export const inputUri = z.string({
  error: (issue) =>
    issue.input === undefined
      ? "missing; if it was given, the client's serializer lost it (azure-sdk-for-js issue 29328): send the body with client.sendRequest"
      : 'expected a text',
});

/** The specification's pattern of a literal's value and of a command: an empty one, `-`, `/` and `*` are refused. */
export const wordy = text.regex(/[a-zA-Z0-9_]/, 'must hold a letter, a digit or an underscore');

const inWorkspace = (path: string): string =>
  `^(?:azureml:/{0,2})?/?subscriptions/[^/]+/resourceGroups/[^/]+/.*workspaces/[^/]+/${path}$`;
const inRegistry = (kind: string): string => `^azureml://registries/[^/]+/${kind}/[^/]+/versions/[^/]+$`;

/** What a job names is told by its resource id, says the specification: the clients resolve `azureml:NAME:VERSION`. */
export const resourceId = (path: string, pattern = inWorkspace(path)) =>
  z
    .string()
    .regex(
      new RegExp(pattern, 'i'),
      `must be a resource id, ${localCloud.workspaceId}/${path.replaceAll('[^/]+', 'X')}`,
    );

const environmentPath = 'environments/[^/]+/versions/[^/]+';
/** Of the workspace, or of a registry. */
export const environmentId = resourceId(
  environmentPath,
  `${inWorkspace(environmentPath)}|${inRegistry('environments')}`,
);

/** Code is fetched when the job starts, and no registry is emulated that it could come from. */
export const codeId = z
  .string()
  .refine(
    (id) => !new RegExp(inRegistry('codes'), 'i').test(id),
    'there are no registries here to fetch code from; publish it into the workspace, and name that',
  )
  .pipe(resourceId('codes/[^/]+/versions/[^/]+'));

export const InputSchema = z.discriminatedUnion('jobInputType', [
  z.looseObject({ jobInputType: z.literal('literal'), value: wordy }),
  z.looseObject({ jobInputType: z.literal(fileTypes), uri: inputUri.min(1) }),
]);
export const OutputSchema = z.looseObject({
  jobOutputType: z.literal(fileTypes),
  uri: optional(text.min(1)),
});

/** Of an experiment the specification names no pattern: the narrower reading, that of other names. */
export const experimentName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/, 'must be 1 to 255 letters, digits, hyphens and underscores')
  .default('Default');

const DefinitionSchema = z.looseObject({
  jobType: z.literal('Command'),
  command: wordy,
  environmentId,
  codeId: optional(codeId),
  computeId: optional(resourceId('computes/[^/]+')),
  ...computeFields,
  experimentName,
  inputs: optional(z.record(portName, InputSchema)).default({}),
  outputs: optional(z.record(portName, OutputSchema)).default({}),
  limits: optional(z.looseObject({ jobLimitsType: z.literal('Command'), timeout: optional(z.string()) })),
  environmentVariables: optional(
    z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.]*$/, 'the name of an environment variable'), text),
  ).default({}),
});

export type JobInput = z.infer<typeof InputSchema>;
export type JobOutput = z.infer<typeof OutputSchema>;
/** The part that is fixed once submitted. */
export type JobDefinition = z.infer<typeof DefinitionSchema>;

/** What the service adds to what it returns, and takes back without comment; `train` is of the parts of AutoML jobs alone. */
const readOnly = ['status', 'services', 'parameters', 'train'];
const jobName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/;

export function checkJobName(name: string): void {
  if (jobName.test(name)) return;
  throw userError(
    `job name: ${JSON.stringify(name)} must be 1 to 255 letters, digits, hyphens and underscores, beginning with a letter or digit`,
  );
}

/** Reads the `properties` of a PUT. Throws a UserError that lists every problem. */
export function parseJob(
  name: string,
  properties: unknown,
  apiVersion: string | null,
): { definition: JobDefinition; change: DetailsChange } {
  const jobType = (properties as { jobType?: unknown } | null)?.jobType;
  if (jobType !== undefined && jobType !== 'Command') {
    throw userError(
      `properties.jobType: ${JSON.stringify(jobType)} does not run locally; submit a Command, a Pipeline or a Sweep job`,
    );
  }
  const change = DetailsSchema.safeParse(properties);
  const definition = DefinitionSchema.safeParse(properties);
  if (!definition.success || !change.success) {
    throw userError(`The job cannot be read: ${problemsOf('properties', definition.error, change.error)}`);
  }
  const problem = findComputeProblem(definition.data, apiVersion);
  if (problem !== null) throw userError(`The job cannot be read: ${problem}`);
  return { definition: settle(name, definition.data), change: change.data };
}

/** Fills in what the service decides, so that a definition read back and sent again compares equal. */
function settle(name: string, given: JobDefinition): JobDefinition {
  const definition = withoutDetails(given) as JobDefinition;
  for (const key of readOnly) delete definition[key];
  definition.outputs = Object.fromEntries(
    Object.entries(given.outputs).map(([output, port]) => [
      output,
      { ...port, uri: port.uri ?? defaultOutputUri(name, output) },
    ]),
  );
  parseCommandLine(definition.command, declaredNames(definition));
  jobTimeoutMs(definition);
  return definition;
}

function defaultOutputUri(job: string, output: string): string {
  return `azureml://datastores/${localCloud.datastore}/paths/azureml/${job}/${output}/`;
}

export function declaredNames(definition: JobDefinition): { inputs: Set<string>; outputs: Set<string> } {
  return {
    inputs: new Set(Object.keys(definition.inputs)),
    outputs: new Set(Object.keys(definition.outputs)),
  };
}

/** How long the process may run, or undefined for as long as it likes. */
export function jobTimeoutMs(definition: JobDefinition): number | undefined {
  return durationMs('properties.limits.timeout', definition.limits?.timeout);
}

/** Of a limit that may be absent. Throws a UserError that begins with `subject`. */
export function durationMs(subject: string, duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const ms = parseDurationMs(duration);
  if (ms !== undefined && ms > 0) return ms;
  throw userError(
    `${subject}: ${JSON.stringify(duration)} must be an ISO 8601 duration above zero without years and months, such as PT30M`,
  );
}
