import { z } from 'zod';

const name = z
  .string()
  .regex(
    /^[a-z0-9-]{1,48}$/,
    'the name of a model or of a stage: small letters, digits and dashes, at most 48',
  );

/** What a controller names of the version it asks about. All three are said: what is left out by mistake is not guessed. */
export const questionFields = {
  model: name,
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'the number of a version in the registry, such as "7", in quotes'),
  stage: z.string().min(1).max(100),
} as const;

/** What controllers are told of an answer. */
export interface ToldAnswer {
  readonly usable: 'yes' | 'no' | 'wait';
  readonly reason: string;
}
