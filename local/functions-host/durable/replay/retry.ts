import type { RetryOptions } from '../orchestrator-result.ts';

const longestDelayMs = 6 * 86_400_000;

/** The wait after the `attempts`th failed attempt: first interval times backoff to the power of attempts before it. */
export function retryDelayMs(options: RetryOptions, attempts: number): number {
  const factor = (options.backoffCoefficient ?? 1) ** (attempts - 1);
  const limitMs = options.maxRetryIntervalInMilliseconds ?? longestDelayMs;
  return Math.min(options.firstRetryIntervalInMilliseconds * factor, limitMs);
}

/** The moment after which no further attempt is made. */
export function retryExpiresMs(options: RetryOptions, firstAttemptMs: number): number {
  return options.retryTimeoutInMilliseconds === undefined
    ? Number.POSITIVE_INFINITY
    : firstAttemptMs + options.retryTimeoutInMilliseconds;
}
