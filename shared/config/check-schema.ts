/** The checks of a release: what must hold of the requests that a version answers. */
import { z } from 'zod';
import { name } from './fields.ts';

const share = 'a share, more than 0 and less than 1: 5 % is 0.05';
const rate = z.number().gt(0, share).lt(1, share);

export const CheckSchema = z
  .strictObject({
    check: name('a check name').describe('Name of the check, shown in the reasons of a release.'),
    metric: z
      .enum(['error_rate', 'slow_rate'])
      .describe(
        'Share of the requests that a deployment answered with a status of 400 or more of its own making (`error_rate`: 5xx, 408 and 424), or later than `slowerThanMs` or not at all (`slow_rate`).',
      ),
    slowerThanMs: z
      .int()
      .min(1)
      .max(180_000)
      .optional()
      .describe(
        'From how many milliseconds on an answer is slow. `slow_rate` with `atMost: 0.05` says that 95 % of the answers are faster.',
      ),
    atMost: rate.optional().describe('The largest share that passes, between 0 and 1.'),
    worseBy: rate
      .optional()
      .describe(
        'By how much more than the champion, in the same window, the share may be, between 0 and 1. Only where the champion has traffic, too.',
      ),
    confidence: z
      .number()
      .gt(0.5)
      .lt(1)
      .default(0.95)
      .describe(
        'Confidence of the interval, all of which must lie within the limit, over all looks at a step together: docs/release-checks.md.',
      ),
  })
  .refine(({ atMost, worseBy }) => (atMost === undefined) !== (worseBy === undefined), {
    message: 'give either atMost or worseBy',
  })
  .refine(({ metric, slowerThanMs }) => (metric === 'slow_rate') === (slowerThanMs !== undefined), {
    message: 'slowerThanMs belongs to slow_rate, and slow_rate needs it',
    path: ['slowerThanMs'],
  });

export type CheckConfig = z.infer<typeof CheckSchema>;
