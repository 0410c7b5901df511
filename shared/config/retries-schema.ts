/** How often a job that failed is submitted again, by why it failed. Defaults: retry-limits.ts. */
import { z } from 'zod';
import type { FailureKind, failureKinds } from '../domain/job-attempt.ts';
import { duration } from './fields.ts';
import { defaultLimits } from './retry-limits.ts';

const kindSchema = (kind: FailureKind, what: string) => {
  const { times, wait } = defaultLimits[kind];
  return z
    .strictObject({
      times: z.int().min(0).max(10).optional().describe(`How many more attempts. When omitted, ${times}.`),
      wait: duration('wait', { least: 'PT1S', most: 'P1D' })
        .optional()
        .describe(
          `Pause before the first of them, as an ISO 8601 duration; each further one is twice as long, an hour at most unless this is more. When omitted, \`${wait}\`.`,
        ),
    })
    .optional()
    .describe(what);
};

export const RetriesSchema = z.strictObject({
  throttled: kindSchema('throttled', 'The service or the storage had too much to do.'),
  capacity: kindSchema('capacity', 'No machine was free, or the quota was used up.'),
  preempted: kindSchema('preempted', 'Its machine was taken away, as those of low priority are.'),
  platform: kindSchema('platform', 'The service or the machine broke.'),
  code: kindSchema(
    'code',
    "The job's own code failed, or ran out of its timeout: the same code mostly fails again.",
  ),
} satisfies Record<(typeof failureKinds)[number], z.ZodType>);
