/** The part of a model file that says how a job of it runs: training and evaluation alike. */
import { z } from 'zod';
import { asset } from './asset-field.ts';
import { DistributionSchema, IdentitySchema, QueueSchema, ResourcesSchema } from './compute-schema.ts';
import { duration, variableName } from './fields.ts';
import { RetriesSchema } from './retries-schema.ts';

/** Inputs of a job that Ratchet fills: docs/jobs.md. */
const ownInputs = ['data', 'manifest', 'challenger', 'champion'];

export const JobSchema = z.strictObject({
  command: z
    .string()
    .min(1)
    .describe(
      'The command line, with `${{inputs.NAME}}` and `${{outputs.NAME}}` as Azure ML writes them. A part in `$[[ ]]` is left out when an input in it has no value (the champion, before there is one). Words and quotes only: no shell is involved.',
    ),
  code: asset('codes').describe(
    'The code asset the job runs in, `azureml:NAME:VERSION`, or one of a registry, `azureml://registries/REGISTRY/codes/NAME/versions/VERSION`.',
  ),
  environment: asset('environments').describe(
    'The environment the job runs in, `azureml:NAME:VERSION`, or one of a registry, `azureml://registries/REGISTRY/environments/NAME/versions/VERSION`.',
  ),
  compute: z
    .string()
    .min(1)
    .describe(
      'Name of the compute target in the workspace; `serverless` for machines that the service brings and takes away.',
    ),
  resources: ResourcesSchema.optional().describe('Machines and memory. Omitted: one machine of the compute.'),
  distribution: DistributionSchema.optional(),
  identity: IdentitySchema.optional().describe(
    'As whom the job reads data and writes its outputs. Omitted: `aml-token`, as the service has it.',
  ),
  queue: QueueSchema.optional().describe(
    'Where the job stands among others. Omitted: the tier of the service, `standard`.',
  ),
  timeout: duration('timeout', { least: 'PT1S', most: 'P90D' })
    .default('PT2H')
    .describe(
      'How long the job may run, as an ISO 8601 duration. A job that takes longer is cancelled and counts as failed.',
    ),
  settings: z
    .record(
      z
        .string()
        .regex(
          /^[a-z][A-Za-z0-9_]*$/,
          'the name of an input: letters, digits and underscores, beginning with a lower-case letter',
        )
        .refine(
          (key) => !ownInputs.includes(key),
          `Ratchet fills the inputs ${ownInputs.join(', ')} itself; choose another name`,
        ),
      z.union([
        z
          .string()
          .regex(
            /[a-zA-Z0-9_]/,
            'Azure ML takes no literal input without a letter, a digit or an underscore; leave it out, or give it another value',
          ),
        z.number(),
        z.boolean(),
      ]),
    )
    .default({})
    .describe(
      'Literal inputs of the job: `${{inputs.NAME}}` in the command. A string contains a letter, a digit or an underscore: Azure ML refuses others.',
    ),
  environmentVariables: z
    .record(variableName, z.string())
    .default({})
    .describe('Environment variables of the job. Not for secrets: they are shown in the workspace.'),
  retries: RetriesSchema.optional().describe(
    'How often a job that failed is submitted again, by why it failed: docs/runs.md, "Attempts". All attempts share the timeout. Omitted: the defaults of each kind.',
  ),
  tags: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, 'a tag: letters, digits, dots, underscores and hyphens')
        .refine(
          (tag) => !/^ratchet/i.test(tag),
          'tags that begin with ratchet are those that Ratchet finds its jobs by; choose another name',
        ),
      z.string().max(256),
    )
    .optional()
    .describe('Tags of the job, such as a cost centre, beside those that Ratchet sets. Omitted: none.'),
});
