/** The part of a model file that says how the evaluation runs: as one command, or as a pipeline; and how its scores are read. */
import { z } from 'zod';
import { findCommandProblems } from './command.ts';
import { findComputeProblems } from './compute-schema.ts';
import { decisionFields } from './evaluation-schema.ts';
import type { Problem } from './gate-fields.ts';
import { JobSchema } from './job-schema.ts';
import {
  findPipelineProblems,
  findPublishedProblems,
  PipelineSchema,
  PublishedSchema,
} from './pipeline-schema.ts';
import { findOtherEvaluation } from './unknown-fields.ts';

const evidenceColumn = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (column) => !/^(?:id|label|weight|(?:challenger|champion)(?::.*)?)$/s.test(column),
    'a column of the predictions beside id, label, weight, challenger and champion',
  );

const readFields = {
  ...decisionFields,
  groups: evidenceColumn
    .optional()
    .describe(
      'Column of the predictions whose equal values are rows that depend on each other, such as `customer_id`: gates then count groups, not rows. docs/gates.md, "Rows that depend on each other".',
    ),
  order: evidenceColumn
    .optional()
    .describe(
      'Column of the predictions in whose order rows depend on their neighbours, such as a time: gates then count blocks of consecutive rows. Numbers are ordered by value where every value is one, all else byte by byte: write times as ISO 8601, all alike. Not together with `groups`.',
    ),
};

const CommandEvaluationSchema = JobSchema.extend({
  ...readFields,
  kind: z
    .literal('command')
    .optional()
    .describe('One job that runs one command. This is what it is when omitted.'),
});

export const EvaluationSchema = z
  .discriminatedUnion(
    'kind',
    [CommandEvaluationSchema, PipelineSchema.extend(readFields), PublishedSchema.extend(readFields)],
    { error: ({ input }) => findOtherEvaluation((input as { kind?: unknown } | null)?.kind) },
  )
  .refine(({ groups, order }) => groups === undefined || order === undefined, {
    message: 'groups and order are two ways to say which rows depend on each other; give one of them',
    path: ['order'],
  });

type EvaluationConfig = z.infer<typeof EvaluationSchema>;

/** What is wrong with an evaluation whose fields may each stand as they do; paths begin at it. */
export function* findEvaluationProblems(evaluation: EvaluationConfig): Generator<Problem> {
  if (evaluation.kind === 'pipeline') {
    yield* findPipelineProblems(evaluation, 'evaluation');
    return;
  }
  if (evaluation.kind === 'pipeline-component') {
    yield* findPublishedProblems(evaluation, 'evaluation');
    return;
  }
  const { command, settings } = evaluation;
  for (const message of findCommandProblems(command, 'evaluation', Object.keys(settings)))
    yield { path: ['command'], message };
  yield* findComputeProblems(evaluation);
}
