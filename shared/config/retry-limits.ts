/** How often a job that failed is submitted again where the model file does not say. Pure. */
import type { FailureKind } from '../domain/job-attempt.ts';
import { parseDurationMs } from './duration.ts';

interface RetryLimit {
  readonly times: number;
  /** ISO 8601. */
  readonly wait: string;
}

/**
 * Attempts that cost nothing until a machine is there are many and patient; one that uses machines is repeated where it
 * may well end otherwise, and the job's own code never by itself.
 */
export const defaultLimits: Readonly<Record<FailureKind, RetryLimit>> = {
  throttled: { times: 4, wait: 'PT1M' },
  capacity: { times: 6, wait: 'PT5M' },
  preempted: { times: 4, wait: 'PT2M' },
  platform: { times: 2, wait: 'PT1M' },
  code: { times: 0, wait: 'PT1M' },
};

type Retries = Readonly<
  Partial<Record<FailureKind, { readonly [K in keyof RetryLimit]?: RetryLimit[K] | undefined } | undefined>>
>;

/** `waitMs` is the pause before the first repetition. */
export function limitOf(
  kind: FailureKind,
  retries: Retries | undefined,
): { readonly times: number; readonly waitMs: number } {
  const { times = defaultLimits[kind].times, wait = defaultLimits[kind].wait } = retries?.[kind] ?? {};
  return { times, waitMs: parseDurationMs(wait)! };
}
