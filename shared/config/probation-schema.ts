/**
 * The stage that judges a version by labelled rows of production, once there are some.
 *
 * Owns: its shape, defaults and text, and what of a model file it does not go together with.
 * Does not own: what a probation does (shared/release/transitions/probation.ts), the judgement (shared/gates).
 */
import { z } from 'zod';
import { findCommandProblems } from './command.ts';
import { findComputeProblems } from './compute-schema.ts';
import { findDecisionProblems } from './evaluation-schema.ts';
import { duration, folder, name } from './fields.ts';
import type { Problem } from './gate-fields.ts';
import { allowsUnlabelled, findTaskProblems, type GateConfig, GatesSchema, sourceOf } from './gate-schema.ts';
import { JobSchema } from './job-schema.ts';

const UntilSchema = z.strictObject({
  labels: z
    .int()
    .min(30, 'at least 30: fewer labelled rows decide nothing')
    .max(5_000_000)
    .describe('How many labelled rows must have been judged before the version can be settled.'),
  atMost: duration('atMost', { least: 'PT1M', most: 'P180D' })
    .default('P21D')
    .describe(
      'How long the labels are waited for, as an ISO 8601 duration. Then a person is asked: the version is neither settled nor rolled back.',
    ),
});

export const ProbationSchema = z.strictObject({
  stage: name('a stage name').describe('Name of the stage.'),
  kind: z
    .literal('probation')
    .describe(
      'Judges the version, while it serves, by labelled rows of production, with the version before beside it: docs/probation.md.',
    ),
  data: folder.describe(
    "Folder of the labelled rows of production in the workspace's default datastore, each file complete when it is put there. Those put there since the version serves everybody are judged; `data.files` and `data.ignore` say which files count.",
  ),
  until: UntilSchema.describe('How much evidence there must be, and how long it is waited for.'),
  every: duration('every', { least: 'PT1M', most: 'P30D' })
    .default('P1D')
    .describe(
      'Pause between the beginnings of two looks at the labelled rows, as an ISO 8601 duration. Each is a job; looks share the error that the gates allow.',
    ),
  evaluation: JobSchema.optional().describe(
    'The job that scores the rows, in place of that of the file. Thresholds, costs and groups are those of the file in any case. Omitted: the job of the file, with `data` as its input and every row of it as held out.',
  ),
  gates: GatesSchema.describe(
    'What must hold of the labelled rows. Each that blocks needs a confidence and is computed from predictions, but for data gates, of which there must be one more.',
  ),
});

export type ProbationStage = z.infer<typeof ProbationSchema>;

type FileOfStage = Omit<Parameters<typeof findDecisionProblems>[0], 'gates'>;

/** What is wrong with a probation in such a file; paths begin at the stage. */
export function* findProbationProblems(stage: ProbationStage, file: FileOfStage): Generator<Problem> {
  const { gates } = stage;
  yield* findTaskProblems(file.task, gates);
  for (const problem of findDecisionProblems({ ...file, gates }))
    if (problem.path[0] === 'gates') yield problem;
  if (file.evaluation.priors && allowsUnlabelled(gates)) {
    const message =
      'rows without a label have no class to be weighed by, as evaluation.priors would have it; leave the gate with unlabelledShare out';
    yield { path: ['gates'], message };
  }
  yield* findUnsure(gates);
  if (!stage.evaluation) {
    if (file.evaluation.kind !== 'pipeline-component') return;
    const message =
      'missing: the evaluation of the file is a published pipeline, which Azure ML gives no time limit, and no run waits for that of a look; give a job of its own';
    yield { path: ['evaluation'], message };
    return;
  }
  const { command, settings } = stage.evaluation;
  for (const message of findCommandProblems(command, 'evaluation', Object.keys(settings)))
    yield { path: ['evaluation', 'command'], message };
  if (stage.evaluation.retries) {
    const message = 'the job of a look is not repeated, for the next look asks anew; leave retries out';
    yield { path: ['evaluation', 'retries'], message };
  }
  for (const { path, message } of findComputeProblems(stage.evaluation))
    yield { path: ['evaluation', ...path], message };
}

/** Looked at daily, a number that is taken as it is would pass by luck sooner or later. */
function* findUnsure(gates: readonly GateConfig[]): Generator<Problem> {
  const deciding = gates.filter(({ severity }) => severity === 'block');
  if (deciding.length > 0 && deciding.every(({ kind }) => kind === 'data'))
    yield { path: ['gates'], message: 'data gates say nothing of the version; give one on a metric, too' };
  for (const [index, gate] of gates.entries()) {
    if (gate.kind === 'data' || gate.severity !== 'block') continue;
    const path = ['gates', index, 'confidence'];
    if (sourceOf(gate) === 'reported') {
      const message = `${gate.metric} is a number the job reports: looked at again and again it would pass by luck; give a metric that is computed from predictions, or severity: record`;
      yield { path, message };
    } else if (gate.confidence === undefined) {
      const message =
        'missing: looked at again and again, a value taken as it is would pass by luck; set confidence, such as 0.95';
      yield { path, message };
    }
  }
}
