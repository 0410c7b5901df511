/**
 * The model file: everything Ratchet knows about one model.
 *
 * Owns: shape, units, defaults and the text of the reference page and the JSON Schema, both generated from here.
 * Does not own: reading files and reporting problems (load.ts), the meaning of policy and gates (admission, gates).
 */
import { z } from 'zod';
import { filesByDefault, ignoredByDefault } from './data-files.ts';
import { ExpectationsSchema } from './data-schema.ts';
import { EmbargoSchema } from './embargo-schema.ts';
import { estimateHours, limitHours } from './estimate.ts';
import { EvaluationSchema, findEvaluationProblems } from './evaluation-job-schema.ts';
import { findDecisionProblems } from './evaluation-schema.ts';
import { folder, glob, name } from './fields.ts';
import { findTaskProblems, GatesSchema } from './gate-schema.ts';
import { HoldoutSchema } from './holdout-schema.ts';
import type { JobSchema } from './job-schema.ts';
import { tasks } from './metric-catalog.ts';
import { NoticesSchema } from './notice-schema.ts';
import { PolicySchema } from './policy-schema.ts';
import { findProbationProblems } from './probation-schema.ts';
import { ReleaseSchema } from './release-schema.ts';
import {
  findPastChampionsProblem,
  findTrainingProblems,
  type TrainingConfig,
  TrainingSchema,
} from './training-schema.ts';
import { findTriggerProblems, TriggersSchema } from './triggers-schema.ts';

const DataSchema = z.strictObject({
  path: folder.describe(
    "Folder of the model's data in the workspace's default datastore. Each file in it is one partition, and partitions are used in the order of their names: begin a name with its date.",
  ),
  files: z
    .array(glob)
    .min(1)
    .max(20)
    .default([...filesByDefault])
    .describe(
      'Which files below `path` are data, as patterns: `*` and `?` as in a shell, `**` across folders. A pattern without a slash is about the name of a file in whatever folder, such as `*.csv`; one with a slash about its path below `path`. Empty files are never data.',
    ),
  ignore: z
    .array(glob)
    .max(50)
    .default([...ignoredByDefault])
    .describe(
      'Which of those are not, as patterns; one may be about a folder, too, and all that lies in it. The default leaves out what writers put beside data: `_SUCCESS`, `_delta_log`, check sums, files that are still being written.',
    ),
  evaluateOn: z
    .int()
    .min(1)
    .max(10_000)
    .default(4)
    .describe('How many of the latest partitions the evaluation scores.'),
  holdoutShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.3)
    .describe(
      'Share of the rows, between 0 and 1, that training leaves out and evaluation scores. A row falls to one side by its id, the same in every run.',
    ),
  expect: ExpectationsSchema.optional().describe(
    'What every file must be like, a `.csv` or `.parquet` file: docs/data.md. A file that is not is refused and no run uses it. Omitted: files are used as they come.',
  ),
});

export const ModelConfigSchema = z
  .strictObject({
    model: name('a model name').describe(
      "Name of the model, in the workspace's registry and everywhere in Ratchet.",
    ),
    description: z.string().default('').describe('What the model is for.'),
    task: z
      .enum(tasks)
      .default('binary')
      .describe(
        'What the model does: `binary` scores the probability of class 1, between 0 and 1, `regression` predicts a number, `multiclass` decides for one of several classes or gives each a probability. It says how predictions are read and which metrics there are.',
      ),
    data: DataSchema.describe('Where the data lies and how it is split.'),
    training: TrainingSchema.describe('The job that trains a challenger into the output `model`.'),
    evaluation: EvaluationSchema.describe(
      'The job that scores challenger and champion into the output `evidence`.',
    ),
    triggers: TriggersSchema.prefault({}).describe(
      'What requests a run. Manual requests are always possible.',
    ),
    policy: PolicySchema.prefault({}).describe('What blocks a run.'),
    gates: GatesSchema.describe(
      'What a challenger must pass. Every gate that blocks must pass: docs/gates.md.',
    ),
    onInconclusive: z
      .enum(['hold', 'ask', 'recollect'])
      .default('hold')
      .describe(
        'What becomes of a run whose gates are inconclusive. `hold`: it ends `inconclusive`. `ask`: it waits for a person, until `policy.longestRun` after its start, and is released where one accepts it. `recollect`: it ends `inconclusive`, and the next signal of automation has the same challenger judged again, with the data there is then, in place of training a new one; three times at most.',
      ),
    holdout: HoldoutSchema.optional().describe(
      'How the error is spent when gates judge the same held-out rows again: docs/gates.md, "Looking again".',
    ),
    release: ReleaseSchema.describe('How a champion reaches those it serves.'),
    embargo: EmbargoSchema.optional().describe(
      'When a version is too old to be let anywhere: docs/embargo.md. Needs release.target. Omitted: only versions that somebody has quarantined are under embargo.',
    ),
    notices: NoticesSchema.optional().describe(
      'Who is told of what is asked of people, and of how releases go: docs/notices.md. Omitted: nobody, and what is asked is seen by asking.',
    ),
  })
  .superRefine(({ task, gates, data, triggers }, context) => {
    for (const problem of findTaskProblems(task, gates)) context.addIssue({ code: 'custom', ...problem });
    for (const problem of findTriggerProblems(triggers)) context.addIssue({ code: 'custom', ...problem });
    if (typeof triggers.data === 'object' && triggers.data.minimumRows !== undefined && !data.expect) {
      const message = 'rows are counted only where files are checked; add data.expect, or give minimumBytes';
      context.addIssue({ code: 'custom', path: ['triggers', 'data', 'minimumRows'], message });
    }
  })
  .superRefine((config, context) => {
    for (const problem of findDecisionProblems(config)) context.addIssue({ code: 'custom', ...problem });
    const { training, evaluation } = config;
    const unproven = findPastChampionsProblem(training, config.gates);
    if (unproven !== null)
      context.addIssue({ code: 'custom', path: ['training', 'pastChampions'], message: unproven });
    for (const { path, message } of findTrainingProblems(training))
      context.addIssue({ code: 'custom', path: ['training', ...path], message });
    for (const { path, message } of findEvaluationProblems(evaluation))
      context.addIssue({ code: 'custom', path: ['evaluation', ...path], message });
  })
  .superRefine(({ release: { stages }, ...file }, context) => {
    for (const [at, stage] of stages.entries()) {
      if (stage.kind !== 'probation') continue;
      for (const { path, message } of findProbationProblems(stage, file))
        context.addIssue({ code: 'custom', path: ['release', 'stages', at, ...path], message });
    }
  })
  .superRefine(({ embargo, release: { target, rollback } }, context) => {
    if (target) return;
    const message = 'is about versions that are released to what serves the model; add release.target';
    if (embargo) context.addIssue({ code: 'custom', path: ['embargo'], message });
    if (rollback) context.addIssue({ code: 'custom', path: ['release', 'rollback'], message });
  })
  .superRefine(({ policy, data }, context) => {
    if (data.expect) return;
    const message = 'rows are counted only where files are checked; add data.expect';
    for (const field of ['minimumNewRows', 'rowsAfterChange'] as const)
      if (policy[field] !== undefined) context.addIssue({ code: 'custom', path: ['policy', field], message });
  })
  .superRefine(({ policy: { lossPerDay, budget }, triggers }, context) => {
    if (lossPerDay === undefined) return;
    const path = ['policy', 'lossPerDay'];
    if (budget?.pricePerHour === undefined) {
      const message = 'is weighed against what a run costs; add policy.budget with pricePerHour';
      context.addIssue({ code: 'custom', path, message });
    }
    if (triggers.metrics.length === 0) {
      const message = 'is about a metric and its threshold; add a rule to triggers.metrics';
      context.addIssue({ code: 'custom', path, message });
    }
  })
  .superRefine(({ policy: { budget }, ...jobs }, context) => {
    if (!budget) return;
    const [needed, limit] = [estimateHours(jobs, 'retrain'), limitHours(budget)];
    if (needed <= limit) return;
    const message = `the budget of ${hours(limit)} never covers a run: its jobs may take ${hours(needed)} by their timeouts; raise it, or shorten training.timeout and evaluation.timeout`;
    context.addIssue({ code: 'custom', path: ['policy', 'budget'], message });
  });

const hours = (value: number): string => `${Number(value.toFixed(2))} h`;

export type ModelConfig = z.infer<typeof ModelConfigSchema>;
/** A job of one command. */
export type JobConfig = z.infer<typeof JobSchema>;
/** What a phase of a run submits. */
export type AnyJobConfig = JobConfig | TrainingConfig | ModelConfig['evaluation'];
export type QueryTrigger = ModelConfig['triggers']['queries'][number];
export type RunTrigger = ModelConfig['triggers']['runs'][number];
export type Schedule = ModelConfig['triggers']['schedules'][number];
/** Whether data asks for a run, and from how much on. */
export type DataTrigger = ModelConfig['triggers']['data'];
export type Policy = ModelConfig['policy'];
export type Freeze = Policy['freezes'][number];
export type { Expectations } from './data-schema.ts';
export type { GateConfig } from './gate-schema.ts';

/** A model file as one run uses it from beginning to end, whatever happens to the file meanwhile. */
export interface PinnedModel {
  readonly config: ModelConfig;
  /** SHA-256 over the canonical JSON of `config`, hex. */
  readonly configHash: string;
}
