/** The part of a model file that says how training runs: as one command, as a pipeline, as a sweep, by AutoML, or elsewhere. */
import { z } from 'zod';
import { isElsewhere } from '../domain/elsewhere.ts';
import { AutomlSchema, findAutomlProblems } from './automl-schema.ts';
import { findCommandProblems } from './command.ts';
import { findComputeProblems } from './compute-schema.ts';
import { ElsewhereSchema } from './elsewhere-schema.ts';
import { duration } from './fields.ts';
import { type Problem, sourceOf } from './gate-fields.ts';
import type { GateConfig } from './gate-schema.ts';
import { JobSchema } from './job-schema.ts';
import {
  findPipelineProblems,
  findPublishedProblems,
  PipelineSchema,
  PublishedSchema,
} from './pipeline-schema.ts';
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

export const TrainingSchema = z.discriminatedUnion(
  'kind',
  [
    CommandTrainingSchema,
    PipelineSchema.extend(beforeTraining),
    PublishedSchema.extend(beforeTraining),
    SweepSchema.extend(beforeTraining),
    AutomlSchema.extend(beforeTraining),
    ElsewhereSchema.extend({ pastChampions }),
  ],
  {
    error: ({ input }) => findOtherKind((input as { kind?: unknown } | null)?.kind),
  },
);

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
  if (training.kind === 'pipeline') {
    yield* findPipelineProblems(training, 'training');
    return;
  }
  if (training.kind === 'pipeline-component') {
    yield* findPublishedProblems(training, 'training');
    return;
  }
  const { command, settings } = training;
  for (const message of findCommandProblems(command, 'training', Object.keys(settings)))
    yield { path: ['command'], message };
  yield* findComputeProblems(training);
}
