/** The part of a model file that says how training runs: as one command, as a pipeline of several, as a sweep, or by AutoML. */
import { z } from 'zod';
import { serverless } from '../domain/asset-id.ts';
import { isElsewhere } from '../domain/elsewhere.ts';
import { AutomlSchema, findAutomlProblems } from './automl-schema.ts';
import { findCommandProblems } from './command.ts';
import { findComputeProblems } from './compute-schema.ts';
import { ElsewhereSchema } from './elsewhere-schema.ts';
import { duration } from './fields.ts';
import { type Problem, sourceOf } from './gate-fields.ts';
import type { GateConfig } from './gate-schema.ts';
import { JobSchema } from './job-schema.ts';
import { findStepProblems } from './pipeline-ports.ts';
import { findSweepProblems, SweepSchema } from './sweep-schema.ts';
import { findOtherKind } from './unknown-fields.ts';

const pastChampions = z
  .int()
  .min(1)
  .max(10)
  .optional()
  .describe(
    'How many past champions that are still in the registry are scored on the newest holdout before anything is trained, the latest first, in a run that a signal of drift or of a metric has started. One that passes the gates against the champion is released again, and nothing is trained: docs/past-champions.md. Needs a gate of kind against-champion that shows a version to be better. Omitted: none is, and every run trains.',
  );

const reuse = duration('reuse', { least: 'PT1H', most: 'P365D' })
  .optional()
  .describe(
    'How old an earlier training of the same code, data and settings may be, as an ISO 8601 duration, for a run to take its model in place of training again: docs/reuse.md. Omitted: every run trains.',
  );
/** What a training whose code the model file names may have beside its own fields. */
const beforeTraining = { pastChampions, reuse };

const CommandTrainingSchema = JobSchema.extend({
  ...beforeTraining,
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
  ...beforeTraining,
});

export const TrainingSchema = z.discriminatedUnion(
  'kind',
  [
    CommandTrainingSchema,
    PipelineSchema,
    SweepSchema.extend(beforeTraining),
    AutomlSchema.extend(beforeTraining),
    ElsewhereSchema.extend({ pastChampions }),
  ],
  {
    error: ({ input }) => findOtherKind((input as { kind?: unknown } | null)?.kind),
  },
);

export type PipelineConfig = z.infer<typeof PipelineSchema>;
export type TrainingConfig = z.infer<typeof TrainingSchema>;

/** What is wrong with scoring past champions by these gates; null: nothing. */
export function findPastChampionsProblem(
  { pastChampions }: Pick<TrainingConfig, 'pastChampions'>,
  gates: readonly GateConfig[],
): string | null {
  if (pastChampions === undefined || gates.some(showsBetter)) return null;
  return 'a past champion that is no better than the champion would be released again; add a gate of kind against-champion that blocks, is computed from predictions, and has rule: superiority or a margin of 0';
}

function showsBetter(gate: GateConfig): boolean {
  if (gate.kind !== 'against-champion' || gate.severity === 'warn') return false;
  return sourceOf(gate) === 'predictions' && (gate.rule === 'superiority' || gate.margin === 0);
}

/** What is wrong with a training whose fields may each stand as they do; paths begin at it. */
export function* findTrainingProblems(training: TrainingConfig): Generator<Problem> {
  if (isElsewhere(training)) return;
  if (training.kind === 'sweep') {
    yield* findSweepProblems(training);
    yield* findComputeProblems(training);
    return;
  }
  if (training.kind === 'automl') {
    yield* findAutomlProblems(training);
    const { prepare, compute: ofTrials, identity } = training;
    yield* findComputeProblems({ compute: ofTrials, identity });
    for (const { path, message } of findComputeProblems({ ...prepare, compute: prepare.compute ?? ofTrials }))
      yield { path: ['prepare', ...path], message };
    return;
  }
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
