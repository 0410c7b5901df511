/**
 * The hyperparameters that a sweep tries: each a name with the values it may take.
 *
 * Source: "CLI (v2) sweep job YAML schema", Parameter expressions, whose names these are. Values of a choice are numbers and texts: how the service writes others into a command
 * is said nowhere.
 */
import { z } from 'zod';
import type { Problem } from './gate-fields.ts';

const number = z.number();
const least = number.describe('The least value, included.');
const most = number.describe('The greatest value, included.');
const ofLog = 'of its natural logarithm: the value is `exp` of it';
const q = number.positive().describe('The step: values are multiples of it.');
const mu = number.describe('The mean.');
const sigma = number.positive().describe('The standard deviation, above 0.');
const logged = {
  min: number.describe(`The least value ${ofLog}.`),
  max: number.describe(`The greatest value ${ofLog}.`),
};

const ParameterSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('choice').describe('One of some values.'),
    values: z
      .array(
        z.union([number, z.string().regex(/[a-zA-Z0-9_]/, 'a text with a letter, a digit or an underscore')]),
      )
      .min(1)
      .max(1_000)
      .refine((values) => new Set(values).size === values.length, 'has a value twice')
      .describe('The values, each a number or a text.'),
  }),
  z.strictObject({
    type: z.literal('randint').describe('A whole number from 0.'),
    upper: z.int().min(1).describe('The whole number that is the first not taken.'),
  }),
  z.strictObject({ type: z.literal('uniform').describe('Any number between two.'), min: least, max: most }),
  z.strictObject({
    type: z.literal('quniform').describe('As `uniform`, in steps.'),
    ...{ min: least, max: most, q },
  }),
  z.strictObject({ type: z.literal('loguniform').describe('Even on a logarithmic scale.'), ...logged }),
  z.strictObject({ type: z.literal('qloguniform').describe('As `loguniform`, in steps.'), ...logged, q }),
  z.strictObject({ type: z.literal('normal').describe('Normally distributed.'), mu, sigma }),
  z.strictObject({ type: z.literal('qnormal').describe('As `normal`, in steps.'), mu, sigma, q }),
  z.strictObject({
    type: z.literal('lognormal').describe('Its natural logarithm is normally distributed.'),
    ...{ mu, sigma },
  }),
  z.strictObject({ type: z.literal('qlognormal').describe('As `lognormal`, in steps.'), mu, sigma, q }),
]);

export const SearchSpaceSchema = z
  .record(
    z
      .string()
      .regex(
        /^[A-Za-z_][A-Za-z0-9_]{0,99}$/,
        'the name of a hyperparameter: letters, digits and underscores, not beginning with a digit, 100 at most',
      ),
    ParameterSchema,
  )
  .refine((space) => Object.keys(space).length > 0, 'at least one hyperparameter')
  .refine((space) => Object.keys(space).length <= 50, 'at most 50 hyperparameters');

export type Parameter = z.infer<typeof ParameterSchema>;
type SearchSpace = Readonly<Record<string, Parameter>>;

/** What each kind of sampling can draw from. Source: "Hyperparameter tuning a model (v2)", Sampling. */
const drawn: Readonly<Record<string, readonly string[]>> = {
  grid: ['choice'],
  bayesian: ['choice', 'uniform', 'quniform'],
};

/** What is wrong with hyperparameters whose fields may each stand as they do; paths begin at the search space. */
export function* findSpaceProblems(space: SearchSpace, sampling: string): Generator<Problem> {
  for (const [name, parameter] of Object.entries(space)) {
    if ('min' in parameter && parameter.min >= parameter.max) {
      const message = `must be above min, ${parameter.min}; found ${parameter.max}`;
      yield { path: [name, 'max'], message };
    }
    const takes = drawn[sampling];
    if (takes && !takes.includes(parameter.type)) {
      const message = `${sampling} sampling draws from ${takes.join(', ')} alone; found ${parameter.type}; choose among values, or sample at random`;
      yield { path: [name, 'type'], message };
    }
  }
}
