/** When a version of a model is too old to be let anywhere. */
import { z } from 'zod';
import { duration } from './fields.ts';

export const EmbargoSchema = z
  .strictObject({
    after: duration('after', { least: 'PT1H', most: 'P3660D' })
      .optional()
      .describe(
        'How old a version may become, from the beginning of its first release on, as an ISO 8601 duration. Omitted: any age.',
      ),
    whenDriftConfirmed: z
      .boolean()
      .default(false)
      .describe(
        'Whether a confirmed drift puts every version under embargo whose first release began before it.',
      ),
  })
  .refine(({ after, whenDriftConfirmed }) => after !== undefined || whenDriftConfirmed, {
    message: 'says nothing; give after, whenDriftConfirmed: true, or leave it out',
  });

export type EmbargoConfig = z.infer<typeof EmbargoSchema>;
