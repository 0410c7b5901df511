/**
 * What a sweep job may be: the shape of its definition, and what must fit together in it. Pure.
 *
 * Source: specification 2024-04-01, SweepJob, which leaves the content of `searchSpace` open; what is in it is what azure-ai-ml
 * sends (entities/_job/sweep/search_space.py). Bounds, and what each kind of sampling takes: "Hyperparameter tuning a model (v2)"
 * and "CLI (v2) sweep job YAML schema". A field that is not known from there is refused.
 *
 * The narrower reading, where nobody says: an output has no address of the caller's (all trials would write to one place), values
 * of a choice are numbers and texts, and Bayesian sampling takes no early termination (said of the service's first version).
 */
import { z } from 'zod';
import { userError } from '../http/service-error.ts';
import { type DetailsChange, DetailsSchema, optional, problemsOf, withoutDetails } from './details.ts';
import { computeFields } from './job-compute.ts';
import {
  codeId,
  durationMs,
  environmentId,
  experimentName,
  fileTypes,
  InputSchema,
  portName,
  resourceId,
  wordy,
} from './job-definition.ts';
import { gridSize } from './sweep-sampling.ts';

const number = z.number();
const sigma = number.positive();
const q = number.positive();
const between = (more: readonly z.ZodType[] = []) =>
  z
    .tuple([number, number, ...more] as [typeof number, typeof number])
    .refine(([min, max]) => min < max, 'the first must be below the second');
const value = z.union([number, wordy]);

const ExpressionSchema = z.union([
  z.tuple([z.literal('choice'), z.tuple([z.array(value).min(1)])]),
  z.tuple([z.literal('randint'), z.tuple([z.int().min(1)])]),
  z.tuple([z.literal(['uniform', 'loguniform']), between()]),
  z.tuple([z.literal(['quniform', 'qloguniform']), between([q])]),
  z.tuple([z.literal(['normal', 'lognormal']), z.tuple([number, sigma])]),
  z.tuple([z.literal(['qnormal', 'qlognormal']), z.tuple([number, sigma, q])]),
]);

const intervals = {
  evaluationInterval: optional(z.int().min(0)),
  delayEvaluation: optional(z.int().min(0)),
};
const TerminationSchema = z.discriminatedUnion('policyType', [
  z.strictObject({
    policyType: z.literal('Bandit'),
    slackFactor: optional(number.min(0)),
    slackAmount: optional(number.min(0)),
    ...intervals,
  }),
  z.strictObject({ policyType: z.literal('MedianStopping'), ...intervals }),
  z.strictObject({
    policyType: z.literal('TruncationSelection'),
    truncationPercentage: z.int().min(1).max(99),
    ...intervals,
  }),
]);

const SamplingSchema = z.discriminatedUnion('samplingAlgorithmType', [
  z.strictObject({
    samplingAlgorithmType: z.literal('Random'),
    rule: optional(z.literal('Random', 'must be Random; Sobol sequences are not drawn here')),
    seed: optional(z.int().min(0)),
  }),
  z.strictObject({ samplingAlgorithmType: z.literal('Grid') }),
  z.strictObject({ samplingAlgorithmType: z.literal('Bayesian') }),
]);

const DefinitionSchema = z.looseObject({
  jobType: z.literal('Sweep'),
  componentId: z.undefined('components do not run here as trials; send trial.command').optional(),
  computeId: optional(resourceId('computes/[^/]+')),
  identity: computeFields.identity,
  queueSettings: computeFields.queueSettings,
  experimentName,
  inputs: optional(z.record(portName, InputSchema)).default({}),
  outputs: optional(
    z.record(
      portName,
      z.looseObject({
        jobOutputType: z.literal(fileTypes),
        uri: optional(
          z.undefined('leave it out: all trials would write there, and each has a place of its own'),
        ),
      }),
    ),
  ).default({}),
  trial: z.strictObject({
    command: wordy,
    environmentId,
    codeId: optional(codeId),
    environmentVariables: optional(z.record(z.string(), z.string())),
    resources: computeFields.resources,
    distribution: computeFields.distribution,
  }),
  searchSpace: z
    .record(portName, ExpressionSchema)
    .refine((space) => Object.keys(space).length > 0, 'no hyperparameters; a sweep has one at least'),
  samplingAlgorithm: SamplingSchema,
  objective: z.strictObject({ goal: z.enum(['Minimize', 'Maximize']), primaryMetric: wordy }),
  limits: z.strictObject({
    jobLimitsType: z.literal('Sweep'),
    maxTotalTrials: z.int().min(1).max(1_000),
    maxConcurrentTrials: optional(z.int().min(1).max(100)),
    timeout: optional(z.string()),
    trialTimeout: optional(z.string()),
  }),
  earlyTermination: optional(TerminationSchema),
});

/** The part that is fixed once submitted. */
export type SweepDefinition = z.infer<typeof DefinitionSchema>;

/** What each kind of sampling can draw from. */
const drawn: Readonly<Record<string, readonly string[]>> = {
  Grid: ['choice'],
  Bayesian: ['choice', 'uniform', 'quniform'],
};

/** How many trials there will be; a grid has no more than its combinations. */
export function countTrials({ searchSpace, samplingAlgorithm, limits }: SweepDefinition): number {
  const all = samplingAlgorithm.samplingAlgorithmType === 'Grid' ? gridSize(searchSpace) : Infinity;
  return Math.min(limits.maxTotalTrials, all);
}

/** Reads the `properties` of a PUT. Throws a UserError that lists every problem of the shape, or the first of what fits not. */
export function parseSweep(
  properties: unknown,
  apiVersion: string | null,
): { definition: SweepDefinition; change: DetailsChange } {
  const change = DetailsSchema.safeParse(properties);
  const parsed = DefinitionSchema.safeParse(properties);
  if (!parsed.success || !change.success)
    throw userError(`The job cannot be read: ${problemsOf('properties', parsed.error, change.error)}`);
  const definition = withoutDetails(parsed.data) as SweepDefinition;
  for (const key of ['status', 'services']) delete definition[key];
  checkFit(definition, apiVersion);
  return { definition, change: change.data };
}

function checkFit(definition: SweepDefinition, apiVersion: string | null): void {
  const { samplingAlgorithm, searchSpace, earlyTermination, trial, limits, queueSettings } = definition;
  const kind = samplingAlgorithm.samplingAlgorithmType;
  const refuse = (where: string, why: string) => userError(`properties.${where}: ${why}`);
  for (const [parameter, [type]] of Object.entries(searchSpace)) {
    const takes = drawn[kind];
    if (takes && !takes.includes(type))
      throw refuse(`searchSpace.${parameter}`, `${kind} sampling takes ${takes.join(', ')}; found ${type}`);
  }
  const named = [...trial.command.matchAll(/\$\{\{\s*search_space\.(\w+)\s*\}\}/g)].map(
    ([, parameter]) => parameter!,
  );
  const unknown = named.find((parameter) => !Object.hasOwn(searchSpace, parameter));
  if (unknown !== undefined)
    throw refuse(
      'trial.command',
      `\${{search_space.${unknown}}} is no hyperparameter; add searchSpace.${unknown}`,
    );
  if (kind === 'Bayesian' && earlyTermination)
    throw refuse('earlyTermination', 'Bayesian sampling takes no early termination');
  if (earlyTermination?.policyType === 'Bandit') {
    const { slackFactor, slackAmount } = earlyTermination;
    if (Boolean(slackFactor) === Boolean(slackAmount))
      throw refuse('earlyTermination', 'a Bandit policy has one of slackFactor and slackAmount');
  }
  durationMs('properties.limits.timeout', limits.timeout);
  durationMs('properties.limits.trialTimeout', limits.trialTimeout);
  if (queueSettings && (apiVersion ?? '') < '2024-04-01')
    throw refuse('queueSettings', `api-version ${apiVersion} does not have it, and would lose it`);
}
