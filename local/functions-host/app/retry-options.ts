/** Retry policies of functions, as `retry` in their options: fixed delay or exponential backoff. */
import { z } from 'zod';

const DurationSchema = z.looseObject({ seconds: z.coerce.number().default(0) }).nullish();

const RetryOptionsSchema = z.looseObject({
  /** -1: for ever. */
  maxRetryCount: z.int().min(-1),
  retryStrategy: z.enum(['fixedDelay', 'exponentialBackoff']),
  delayInterval: DurationSchema,
  minimumInterval: DurationSchema,
  maximumInterval: DurationSchema,
});

type RetryOptions = z.infer<typeof RetryOptionsSchema>;

/** How long to wait before retry number `retry` (the first is 1). Pure. */
export function retryDelayMs(options: RetryOptions, retry: number): number {
  const seconds = (duration: RetryOptions['delayInterval']): number => duration?.seconds ?? 0;
  if (options.retryStrategy === 'fixedDelay') return seconds(options.delayInterval) * 1000;
  const doubled = seconds(options.minimumInterval) * 2 ** (retry - 1);
  return Math.min(doubled, seconds(options.maximumInterval)) * 1000;
}

/** Reads what a function was registered with; throws an Error that says what is wrong. */
export function readRetryOptions(raw: unknown): RetryOptions {
  const parsed = RetryOptionsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues.map((issue) => `retry.${issue.path.join('.')}: ${issue.message}`).join('; '),
  );
}
