/**
 * Stages that start something outside and watch it to its end, one schema for each channel.
 *
 * Owns: shape, units, defaults and the text of the reference page. Does not own: what is sent
 * (shared/domain/pipeline.ts), how (shared/release/channels).
 */
import { z } from 'zod';
import { sentParameters } from '../domain/pipeline.ts';
import { duration, name } from './fields.ts';
import { branch, parameterName, pipelineName, projectName } from './pipeline-fields.ts';

const common = {
  stage: name('a stage name').describe('Name of the stage.'),
  kind: z
    .literal('pipeline')
    .describe(
      'Starts something outside, and waits until it has ended well. Where it does not, the release goes back.',
    ),
};

const within = duration('within', { least: 'PT1M', most: 'P14D' })
  .default('PT2H')
  .describe(
    'How long it may take, approvals in it included, as an ISO 8601 duration. Then it is cancelled, and the release goes back.',
  );

const undo = z
  .enum(['nothing', 'run-again'])
  .default('nothing')
  .describe(
    'What is done about it where the release goes back later: nothing, or the same is started once more with the version that is gone back to (`ratchetRelease` then ends in `_back`).',
  );

/** Parameters of a pipeline, beside those that Ratchet sends. */
const parameters = z
  .record(z.string(), z.string().max(1_000))
  .superRefine((all, context) => {
    for (const key of Object.keys(all)) {
      const message = findWrongName(key);
      if (message !== null) context.addIssue({ code: 'custom', path: [key], message });
    }
  })
  .refine((all) => Object.keys(all).length <= 15, 'at most 15')
  .default({})
  .describe(
    'Parameters of your own, each a text; never secrets: they stand in the model file and in the history of the run.',
  );

function findWrongName(key: string): string | null {
  if (!parameterName.test(key))
    return 'a name is letters, digits and underscores, and does not begin with a digit';
  const isSent = sentParameters.some((sent) => sent.toLowerCase() === key.toLowerCase());
  return isSent ? `${key} is sent by Ratchet itself; give yours another name` : null;
}

const AzurePipelinesSchema = z.strictObject({
  ...common,
  channel: z
    .literal('azure-pipelines')
    .describe('Runs a YAML pipeline of Azure Pipelines, in the organization of `RATCHET_AZURE_DEVOPS_URL`.'),
  project: projectName.describe('Project of the pipeline.'),
  pipeline: pipelineName,
  branch: branch
    .optional()
    .describe('Branch whose YAML is run. Omitted: the default branch of the pipeline.'),
  parameters,
  within,
  undo,
});

const AzureReleaseSchema = z.strictObject({
  ...common,
  channel: z
    .literal('azure-release')
    .describe(
      'Creates a classic release of Azure Pipelines, in the organization of `RATCHET_AZURE_DEVOPS_URL`.',
    ),
  project: projectName.describe('Project of the release pipeline.'),
  definition: z
    .union([
      z.int().min(1),
      z.string().regex(/^[^"/:<>\\|?@*\p{Cc}]{1,255}$/u, 'the name or the number of a release pipeline'),
    ])
    .describe('The release pipeline: its name, or its number where several folders have one of that name.'),
  environment: z
    .string()
    .min(1)
    .max(255)
    .describe('Stage of the release pipeline that is waited for, by its name. It is triggered there.'),
  approval: z
    .enum(['follow', 'answer'])
    .default('follow')
    .describe(
      'What becomes of the approval before that stage. `follow`: people give it in Azure DevOps, and the release waits for them. `answer`: Ratchet gives it, after a stage of kind approval of its own.',
    ),
  parameters,
  within,
  undo,
});

const GitHubSchema = z.strictObject({
  ...common,
  channel: z
    .literal('github')
    .describe(
      'Dispatches a workflow of GitHub Actions, whose `run-name` is `${{ inputs.ratchetRelease }}`: its run is found again by that.',
    ),
  repository: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, 'OWNER/NAME')
    .describe('Repository of the workflow, as OWNER/NAME.'),
  workflow: z
    .string()
    .regex(
      /^[A-Za-z0-9_][A-Za-z0-9._ -]{0,199}\.ya?ml$/,
      'the file of a workflow, such as deploy-container.yml',
    )
    .describe('File of the workflow, without `.github/workflows/` before it.'),
  branch: branch.default('main').describe('Branch whose workflow is run.'),
  deployment: z
    .string()
    .regex(/^[^\p{Cc}'"`,;\\]{1,255}$/u, 'the name of an environment')
    .optional()
    .describe(
      'Environment of GitHub that a deployment is shown for, with how it ends. Omitted: none, beside what the `environment` of the workflow shows.',
    ),
  parameters,
  within,
  undo,
});

const WebhookSchema = z.strictObject({
  ...common,
  channel: z
    .literal('webhook')
    .describe(
      'Asks a service of your own, by signed requests (Standard Webhooks), to start something, how it stands, and to end it: docs/pipelines.md.',
    ),
  url: z
    .url({ protocol: /^https$/, error: 'an https address' })
    .max(1_000)
    .refine((text) => {
      const url = URL.parse(text);
      return url !== null && url.username === '' && url.password === '' && url.hash === '';
    }, 'an address without a name, a password and a fragment: requests are signed instead')
    .describe('Address that takes the requests.'),
  parameters,
  within,
  undo,
});

const queueName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._/-]{0,259}$/,
    'the name of a queue: letters, digits, dots, hyphens, underscores, slashes',
  );

const ServiceBusSchema = z.strictObject({
  ...common,
  channel: z
    .literal('service-bus')
    .describe(
      'Sends a message to a Service Bus queue, to start something, and reads how it stands from the replies to it: docs/pipelines.md.',
    ),
  queue: queueName
    .default('model-pipelines')
    .describe(
      'Queue that takes the message. Turn duplicate detection on: the message id is the release and its stage.',
    ),
  replyQueue: queueName
    .default('model-replies')
    .describe(
      'Queue with sessions that takes the replies, in the session named by the release and its stage.',
    ),
  parameters,
  within,
  undo,
});

export const PipelineStageSchema = z.discriminatedUnion('channel', [
  AzurePipelinesSchema,
  AzureReleaseSchema,
  GitHubSchema,
  WebhookSchema,
  ServiceBusSchema,
]);

export type PipelineStage = z.infer<typeof PipelineStageSchema>;
export type AzurePipelinesStage = z.infer<typeof AzurePipelinesSchema>;
export type AzureReleaseStage = z.infer<typeof AzureReleaseSchema>;
export type GitHubStage = z.infer<typeof GitHubSchema>;
export type ServiceBusStage = z.infer<typeof ServiceBusSchema>;
export type WebhookStage = z.infer<typeof WebhookSchema>;
