/** The part of a model file that says how training runs: as one command, or as a pipeline of several. */
import { z } from 'zod';
import { serverless } from '../domain/asset-id.ts';
import { findCommandProblems } from './command.ts';
import { findComputeProblems } from './compute-schema.ts';
import type { Problem } from './gate-fields.ts';
import { JobSchema } from './job-schema.ts';
import { findStepProblems } from './pipeline-ports.ts';
import { findOtherKind } from './unknown-fields.ts';

const CommandTrainingSchema = JobSchema.extend({
  kind: z
    .literal('command')
    .optional()
    .describe('One job that runs one command. This is what it is when omitted.'),
});

const { code, environment, compute, resources, distribution, environmentVariables, timeout } =
  JobSchema.shape;

const StepSchema = z.strictObject({
  command: z
    .string()
    .min(1)
    .describe(
      'The command line, as of one job; `${{inputs.NAME}}` is an input of the pipeline, `${{steps.STEP.outputs.NAME}}` a folder that another step has written, which then comes first, and `${{outputs.NAME}}` a folder that this step writes. One step writes `${{outputs.model}}`.',
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

const PipelineSchema = z.strictObject({
  kind: z
    .literal('pipeline')
    .describe(
      'A pipeline job of Azure ML: several commands, each with its own machines. docs/pipeline-training.md.',
    ),
  steps: z
    .record(
      z
        .string()
        .regex(
          /^(?=.{1,40}$)[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/,
          'the name of a step: lower-case letters, digits and single underscores, beginning with a letter, 40 at most',
        ),
      StepSchema,
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

export const TrainingSchema = z.discriminatedUnion('kind', [CommandTrainingSchema, PipelineSchema], {
  error: ({ input }) => findOtherKind((input as { kind?: unknown } | null)?.kind),
});

export type PipelineConfig = z.infer<typeof PipelineSchema>;
type TrainingConfig = z.infer<typeof TrainingSchema>;

/** What is wrong with a training whose fields may each stand as they do; paths begin at it. */
export function* findTrainingProblems(training: TrainingConfig): Generator<Problem> {
  if (training.kind !== 'pipeline') {
    const { command, settings } = training;
    for (const message of findCommandProblems(command, 'training', Object.keys(settings)))
      yield { path: ['command'], message };
    yield* findComputeProblems(training);
    return;
  }
  yield* findStepProblems(training);
  yield* findComputeProblems({ compute: training.compute, identity: training.identity });
  for (const [name, step] of Object.entries(training.steps)) {
    const at = ['steps', name];
    for (const { path, message } of findComputeProblems({
      ...step,
      compute: step.compute ?? training.compute,
    }))
      yield { path: [...at, ...path], message };
    if (step.compute === serverless && training.compute !== serverless) {
      const message = `is chosen for the whole pipeline; give training.compute: ${serverless}, and a cluster to the steps that need one`;
      yield { path: [...at, 'compute'], message };
    }
  }
}
