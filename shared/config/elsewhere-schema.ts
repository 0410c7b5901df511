/** A training that runs outside of the workspace: a run of Azure Pipelines trains, and says where the model lies. */
import { z } from 'zod';
import { trainingParameters } from '../domain/elsewhere.ts';
import { JobSchema } from './job-schema.ts';
import { branch, parameterName, pipelineName, projectName } from './pipeline-fields.ts';

const settings = z
  .record(
    z
      .string()
      .regex(parameterName, 'a parameter: letters, digits and underscores, not beginning with a digit')
      .refine(
        (key) => !trainingParameters.some((sent) => sent.toLowerCase() === key.toLowerCase()),
        `Ratchet sends ${trainingParameters.join(', ')} itself; choose another name`,
      ),
    z.union([z.string().max(1_000), z.number(), z.boolean()]),
  )
  .refine((all) => Object.keys(all).length <= 15, 'at most 15')
  .default({})
  .describe(
    'Parameters of the pipeline beside those that Ratchet sends, each as text. Never secrets: they stand in the model file and in the history of the run.',
  );

export const ElsewhereSchema = z.strictObject({
  kind: z
    .literal('azure-pipelines')
    .describe(
      'A run of Azure Pipelines, in the organization of `RATCHET_AZURE_DEVOPS_URL`, that trains wherever it likes and leaves the model in the container of the workspace. docs/elsewhere-training.md.',
    ),
  project: projectName.describe('Project of the pipeline.'),
  pipeline: pipelineName,
  branch: branch
    .optional()
    .describe('Branch whose YAML is run. Omitted: the default branch of the pipeline.'),
  settings,
  timeout: JobSchema.shape.timeout.describe(
    'How long the run of the pipeline may take from its start on, as an ISO 8601 duration, with what it waits for an agent or an approval. Ratchet cancels one that takes longer, and it counts as failed. It is what a run reserves of a budget.',
  ),
  retries: JobSchema.shape.retries.describe(
    'How often a pipeline whose run failed is run again, by why it failed: docs/elsewhere-training.md. All attempts share the timeout. Omitted: the defaults of each kind.',
  ),
});

export type ElsewhereConfig = z.infer<typeof ElsewhereSchema>;
