/**
 * A training that is an AutoML job: a command of the user's that writes the table of the training rows, and the job of the service
 * that looks for the best model of it.
 *
 * Owns: the fields, and what must fit together in them. Does not own: how many hours follow (automl-time.ts), how it is sent
 * (shared/azure/build-automl.ts).
 *
 * Source: specification 2024-04-01, Classification, Regression, TableVertical and TableVerticalLimitSettings, for fields and the
 * names of algorithms; "Set up AutoML training for tabular data" (v2) for what each limit means, and for the metrics by the names
 * under which MLflow has them. A job has 15 minutes at least: the least that is named anywhere (AutoMLConfig of the service's first
 * version, `experiment_timeout_hours`).
 */
import { z } from 'zod';
import { automlAlgorithms, automlMetrics } from './automl-names.ts';
import { allEnsembles, tableOutput } from './automl-time.ts';
import { findShellProblem, findUnknownInputs } from './command.ts';
import { parseDurationMs } from './duration.ts';
import { duration } from './fields.ts';
import type { Problem } from './gate-fields.ts';
import { JobSchema } from './job-schema.ts';
import { portsOf } from './pipeline-ports.ts';
import { suggest } from './suggest.ts';

const column = (what: string) =>
  z
    .string()
    .min(1)
    .max(200)
    .regex(/^(?!.*\$\{\{)\P{Cc}+$/u, `${what}: the name of a column, without control characters and \${{`);
const names = (what: string) => z.array(z.string().min(1).max(100)).min(1).max(20).describe(what).optional();

const { command, code, environment, compute, resources, distribution, environmentVariables, timeout } =
  JobSchema.shape;

const PrepareSchema = z
  .strictObject({
    command: command.describe(
      'The command line, as of one job. It writes a table into `${{outputs.table}}`: a file `MLTable` and the rows that it names. AutoML sees these rows and no others, so that it leaves out those that are held out.',
    ),
    ...{ code, environment },
    compute: compute
      .optional()
      .describe('Name of a compute target in the workspace. Omitted: that of the trials.'),
    ...{ resources, distribution, environmentVariables },
    timeout: timeout.describe(
      'How long it may run, as an ISO 8601 duration. One that takes longer is cancelled, and the training fails.',
    ),
  })
  .describe('The command that writes the table to train on.');

const LimitsSchema = z
  .strictObject({
    maxTrials: z.int().min(1).max(1_000).describe('How many models are tried at most.'),
    maxConcurrentTrials: z
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe(
        'How many are tried at the same time, each on a machine of its own: no more than the cluster has.',
      ),
    trialTimeout: duration('trialTimeout', { least: 'PT1M', most: 'P30D' }).describe(
      'How long one trial may run, as an ISO 8601 duration of whole minutes. One that takes longer is ended, and is not the best.',
    ),
    timeout: duration('timeout', { least: 'PT15M', most: 'P60D' }).describe(
      'How long the job looks for models, as an ISO 8601 duration of whole minutes; ensembles come after it. When it is over, the best model so far is the challenger. The service refuses an hour and less where rows times columns are more than 10,000,000.',
    ),
    earlyTermination: z
      .boolean()
      .default(true)
      .describe('Whether the job ends where the last trials have found nothing better.'),
    exitScore: z
      .number()
      .optional()
      .describe('The job ends once a model reaches this value of the metric. Omitted: none is enough.'),
  })
  .describe('How many trials, how many at once, and how long.');

export const AutomlSchema = z.strictObject({
  kind: z
    .literal('automl')
    .describe(
      'An AutoML job of Azure ML over a table: the service chooses algorithm and hyperparameters. docs/automl-training.md.',
    ),
  task: z
    .enum(
      ['classification', 'regression'],
      'classification or regression; for another one write a pipeline, kind: pipeline, with a program of your own (docs/pipeline-training.md)',
    )
    .describe('What is predicted: one of some classes, or a number.'),
  targetColumn: column('targetColumn').describe('The column of the table that is predicted.'),
  primaryMetric: z
    .enum([...automlMetrics.classification, ...automlMetrics.regression])
    .describe('By what the best trial is known: a metric of the task, as MLflow names it.'),
  prepare: PrepareSchema,
  compute: compute.describe(
    'Name of the compute target of the trials; `serverless` for machines that the service brings and takes away.',
  ),
  limits: LimitsSchema,
  algorithms: z
    .strictObject({
      allowed: names('Only these are tried.'),
      blocked: names('These are not tried.'),
    })
    .optional()
    .describe(
      'Which algorithms are tried, by the names of the service, such as `LightGBM`: `allowed` or `blocked`. Omitted: all of the task.',
    ),
  ensembles: z
    .array(z.enum(allEnsembles))
    .max(2)
    .optional()
    .describe(
      'Which ensembles are built of the trials at the end: `voting` and `stacking`; `[]` for none. Omitted: both, as the service has it.',
    ),
  featurization: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe(
      'Whether columns are made into numbers, and what is missing is filled in. `off`: they are taken as they are.',
    ),
  validation: z
    .union([
      z.strictObject({ folds: z.int().min(2).max(25).describe('Of cross-validation.') }),
      z.strictObject({
        share: z.number().gt(0).lt(1).describe('The share of the rows that each trial is measured on.'),
      }),
    ])
    .optional()
    .describe(
      'How trials are measured. Omitted: as the service has it, ten folds below 1,000 rows, three up to 20,000, and a tenth of the rows beyond.',
    ),
  weightColumn: column('weightColumn')
    .optional()
    .describe('The column with the weight of a row. Omitted: all weigh the same.'),
  positiveLabel: z
    .string()
    .min(1)
    .max(200)
    .regex(/^(?!.*\$\{\{)\P{Cc}+$/u, 'positiveLabel: a label, without control characters and ${{')
    .optional()
    .describe('Of two classes, the one that metrics of one class are of. Omitted: none.'),
  identity: JobSchema.shape.identity,
  settings: JobSchema.shape.settings.describe(
    'Literal inputs of the preparing command: `${{inputs.NAME}}` in it. A string contains a letter, a digit or an underscore.',
  ),
  retries: JobSchema.shape.retries.describe(
    'How often a training that failed is submitted again, from its preparation on, by why it failed: docs/runs.md, "Attempts". All attempts share the hours. Omitted: the defaults of each kind.',
  ),
  tags: JobSchema.shape.tags,
});

export type AutomlConfig = z.infer<typeof AutomlSchema>;

/** What is wrong with an AutoML job whose fields may each stand as they do; paths begin at it. */
export function* findAutomlProblems(job: AutomlConfig): Generator<Problem> {
  const { task, primaryMetric, limits, positiveLabel, targetColumn, weightColumn } = job;
  yield* findPrepareProblems(job);
  const ofTask: readonly string[] = automlMetrics[task];
  if (!ofTask.includes(primaryMetric)) {
    const message = `${primaryMetric} is no metric of ${task}${suggest(primaryMetric, ofTask)}; there are ${ofTask.join(', ')}`;
    yield { path: ['primaryMetric'], message };
  }
  yield* findAlgorithmProblems(job);
  if (limits.maxConcurrentTrials > limits.maxTrials) {
    const message = `there are ${limits.maxTrials} trials at most, and ${limits.maxConcurrentTrials} cannot run at once; lower it`;
    yield { path: ['limits', 'maxConcurrentTrials'], message };
  }
  for (const field of ['trialTimeout', 'timeout'] as const) {
    if (parseDurationMs(limits[field])! % 60_000 === 0) continue;
    const message = `the service takes whole minutes; found ${limits[field]}`;
    yield { path: ['limits', field], message };
  }
  if (parseDurationMs(limits.trialTimeout)! > parseDurationMs(limits.timeout)!) {
    const message = `is longer than limits.timeout, ${limits.timeout}, which ends all trials; lower it`;
    yield { path: ['limits', 'trialTimeout'], message };
  }
  if (positiveLabel !== undefined && task !== 'classification')
    yield { path: ['positiveLabel'], message: `${task} has no labels; leave it out` };
  if (weightColumn === targetColumn) {
    const message = 'is the column that is predicted; name another one, or leave it out';
    yield { path: ['weightColumn'], message };
  }
}

function* findPrepareProblems({ prepare, settings }: AutomlConfig): Generator<Problem> {
  const path = ['prepare', 'command'];
  const shell = findShellProblem(prepare.command);
  if (shell !== null) yield { path, message: shell };
  for (const message of findUnknownInputs(prepare.command, 'training', Object.keys(settings)))
    yield { path, message };
  const { outputs } = portsOf(prepare);
  if (outputs.length === 1 && outputs[0] === tableOutput) return;
  const seen = outputs.length === 0 ? 'none' : outputs.join(', ');
  const message = `it writes \${{outputs.${tableOutput}}}, the table that AutoML reads, and nothing else; found ${seen}`;
  yield { path, message };
}

function* findAlgorithmProblems({ task, algorithms: chosen = {} }: AutomlConfig): Generator<Problem> {
  const known: readonly string[] = automlAlgorithms[task];
  const { allowed, blocked } = chosen;
  for (const [field, list] of Object.entries({ allowed, blocked })) {
    const unknown = list?.find((one) => !known.includes(one));
    if (unknown === undefined) continue;
    const message = `${unknown} is no algorithm of ${task}${suggest(unknown, known)}; there are ${known.join(', ')}`;
    yield { path: ['algorithms', field], message };
  }
  if (allowed && blocked) {
    yield { path: ['algorithms'], message: 'takes one of allowed and blocked; found both' };
  }
  if (blocked && known.every((one) => blocked.includes(one)))
    yield { path: ['algorithms', 'blocked'], message: 'leaves none to try; leave one out' };
}
