/**
 * A training that is a sweep job: one command, tried with many values of its hyperparameters.
 *
 * Owns: the fields, and what must fit together in them. Does not own: the hyperparameters (search-space.ts), how many trials and
 * hours follow (sweep-time.ts), how it is sent (shared/azure/build-sweep.ts).
 *
 * Source: "CLI (v2) sweep job YAML schema" and "Hyperparameter tuning a model (v2)" for fields and limits. That Bayesian sampling
 * takes no early termination is said of the service's first version (azureml.train.hyperdrive.BayesianParameterSampling), and of the second nothing else.
 */
import { z } from 'zod';
import { findCommandProblems } from './command.ts';
import { duration } from './fields.ts';
import type { Problem } from './gate-fields.ts';
import { JobSchema } from './job-schema.ts';
import { findSpaceProblems, SearchSpaceSchema } from './search-space.ts';
import { suggest } from './suggest.ts';
import { trialsAtMost } from './sweep-time.ts';

const SamplingSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('random').describe('Values are drawn at random.'),
      seed: z
        .int()
        .min(0)
        .max(2_147_483_647)
        .optional()
        .describe('Where the draw begins: the same seed, the same values. Omitted: other values each time.'),
    }),
    z.strictObject({
      type: z.literal('grid').describe('Every combination is tried; each hyperparameter is a `choice`.'),
    }),
    z.strictObject({
      type: z
        .literal('bayesian')
        .describe('Values are chosen by how earlier trials did: `choice`, `uniform` and `quniform`.'),
    }),
  ])
  .default({ type: 'random' })
  .describe('How values are chosen. Omitted: at random.');

const intervals = {
  evaluationInterval: z
    .int()
    .min(1)
    .default(1)
    .describe('A trial is looked at each time it has logged the metric so often again.'),
  delayEvaluation: z
    .int()
    .min(0)
    .default(0)
    .describe('A trial is not looked at before it has logged the metric so often.'),
};
const EarlyTerminationSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('bandit').describe('Stops a trial that is too far behind the best one.'),
      slackFactor: z
        .number()
        .positive()
        .optional()
        .describe('How far: a share of the best value. Either this or `slackAmount`.'),
      slackAmount: z
        .number()
        .positive()
        .optional()
        .describe('How far: an amount of the metric. Either this or `slackFactor`.'),
      ...intervals,
    }),
    z.strictObject({
      type: z
        .literal('median-stopping')
        .describe('Stops a trial whose best value is worse than the median of the means of all trials.'),
      ...intervals,
    }),
    z.strictObject({
      type: z.literal('truncation-selection').describe('Stops a share of the worst trials.'),
      percentage: z.int().min(1).max(99).describe('How many of the trials, in percent.'),
      ...intervals,
    }),
  ])
  .describe('Which trials are stopped before they end. Omitted: none.');

const LimitsSchema = z.strictObject({
  maxTotalTrials: z.int().min(1).max(1_000).describe('How many trials there are at most.'),
  maxConcurrentTrials: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe(
      'How many trials run at the same time. It shortens the sweep, and takes no fewer hours of machines.',
    ),
  trialTimeout: duration('trialTimeout', { least: 'PT1S', most: 'P90D' })
    .default('PT2H')
    .describe('How long one trial may run, as an ISO 8601 duration. One that takes longer is cancelled.'),
  timeout: duration('timeout', { least: 'PT1S', most: 'P90D' })
    .optional()
    .describe(
      'How long the whole sweep may take, waiting for machines included. One that takes longer is cancelled with its trials, and counts as failed. Omitted: as long as the service lets it, 60 days.',
    ),
});

export const SweepSchema = JobSchema.omit({ timeout: true }).extend({
  kind: z
    .literal('sweep')
    .describe(
      'A sweep job of Azure ML: one command, tried with many values of its hyperparameters. docs/sweep-training.md.',
    ),
  command: JobSchema.shape.command.describe(
    'The command line of each trial, as of one job; `${{search_space.NAME}}` is the value of a hyperparameter. It names `${{outputs.model}}`.',
  ),
  searchSpace: SearchSpaceSchema.describe('The hyperparameters, by name, and the values that each may take.'),
  objective: z
    .strictObject({
      metric: z
        .string()
        .regex(/^[A-Za-z0-9_][A-Za-z0-9_ ./-]{0,199}$/, 'the name of a metric, 200 characters at most')
        .describe('The metric that each trial logs through MLflow, by that very name.'),
      goal: z
        .enum(['maximize', 'minimize'])
        .describe('Which trial is the best: that with the most, or the least.'),
    })
    .describe('By what the best trial is known.'),
  sampling: SamplingSchema,
  limits: LimitsSchema.describe('How many trials, how many at once, and how long.'),
  earlyTermination: EarlyTerminationSchema.optional(),
  retries: JobSchema.shape.retries.describe(
    'How often a sweep that failed is submitted again, from its first trial on, by why a trial failed: docs/runs.md, "Attempts". All attempts share the hours of the limits. Omitted: the defaults of each kind.',
  ),
});

export type SweepConfig = z.infer<typeof SweepSchema>;

const parameter = /\$\{\{\s*search_space\.(\w+)\s*\}\}/g;

/** The hyperparameters that the command names. */
export function parametersIn(command: string): readonly string[] {
  return [...new Set([...command.matchAll(parameter)].map(([, name]) => name!))];
}

/** What is wrong with a sweep whose fields may each stand as they do; paths begin at it. */
export function* findSweepProblems(sweep: SweepConfig): Generator<Problem> {
  const { command, settings, searchSpace, sampling, limits, earlyTermination } = sweep;
  // Of equal length: what is told of a character is where it stands in the file.
  const blanked = command.replaceAll(parameter, (text) => 'x'.repeat(text.length));
  for (const message of findCommandProblems(blanked, 'training', Object.keys(settings)))
    yield { path: ['command'], message };
  const known = Object.keys(searchSpace);
  for (const name of parametersIn(command)) {
    if (known.includes(name)) continue;
    const message = `\${{search_space.${name}}} names no hyperparameter${suggest(name, known)}; there are ${known.join(', ')}`;
    yield { path: ['command'], message };
  }
  if (!/\$\{\{\s*outputs\.model\s*\}\}/.test(command)) {
    const message =
      'names no ${{outputs.model}}, and the files of the best trial are looked for there; add it';
    yield { path: ['command'], message };
  }
  for (const { path, message } of findSpaceProblems(searchSpace, sampling.type))
    yield { path: ['searchSpace', ...path], message };
  if (limits.maxConcurrentTrials > trialsAtMost(sweep)) {
    const message = `there are ${trialsAtMost(sweep)} trials at most, and ${limits.maxConcurrentTrials} cannot run at once; lower it`;
    yield { path: ['limits', 'maxConcurrentTrials'], message };
  }
  if (earlyTermination?.type === 'bandit') {
    const given = [earlyTermination.slackFactor, earlyTermination.slackAmount].filter(
      (one) => one !== undefined,
    );
    const message = `takes one of slackFactor and slackAmount; found ${given.length === 0 ? 'neither' : 'both'}`;
    if (given.length !== 1) yield { path: ['earlyTermination'], message };
  }
  if (earlyTermination && sampling.type === 'bayesian') {
    const message =
      'bayesian sampling takes none: it learns from trials that have ended; leave it out, or sample at random';
    yield { path: ['earlyTermination'], message };
  }
}
