/** Retry policies of functions, as `retry` in their options: fixed delay or exponential backoff. */
import { z } from 'zod';
import type { Clock } from '../../clock/clock.ts';
import type { Invocation, InvocationResult, RegisteredFunction } from '../contract.ts';
import { errorText } from '../host-error.ts';
import type { Log } from '../log.ts';
import type { WorkHold } from '../work-hold.ts';
import type { LoadedApp } from './load-app.ts';

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

export interface RetryDependencies {
  readonly app: LoadedApp;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the host stops: a wait between two attempts ends with the last failure. */
  readonly stopping: AbortSignal;
}

/**
 * Runs a function, and again after a failure as its retry options say. Rejects with the last failure.
 * `hold`, the work the caller has in hand, is laid down between two attempts: that is a wait for the clock.
 */
export async function invokeWithRetry(
  { app, clock, log, stopping }: RetryDependencies,
  fn: RegisteredFunction,
  invocation: Invocation,
  hold?: WorkHold,
): Promise<InvocationResult> {
  if (fn.retryOptions === undefined) return app.invoke(fn, invocation);
  const options = RetryOptionsSchema.parse(fn.retryOptions);
  let failure: unknown;
  for (let retry = 0; ; retry++) {
    try {
      const { maxRetryCount } = options;
      const retryContext = { retryCount: retry, maxRetryCount, exception: { message: errorText(failure) } };
      return await app.invoke(fn, invocation, retry === 0 ? {} : { retryContext });
    } catch (error) {
      failure = error;
    }
    const spent = options.maxRetryCount !== -1 && retry >= options.maxRetryCount;
    if (spent || stopping.aborted) throw failure;
    const delayMs = retryDelayMs(options, retry + 1);
    log('warn', `failed, retry ${retry + 1} in ${delayMs} ms: ${errorText(failure)}`, { function: fn.name });
    const waited = waitOn(clock, delayMs, stopping);
    hold?.pause();
    const goOn = await waited;
    hold?.resume();
    if (!goOn) throw failure;
  }
}

/** Waits on the clock. False when the host stopped before. */
function waitOn(clock: Clock, delayMs: number, stopping: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = (): void => {
      withdraw();
      resolve(false);
    };
    const withdraw = clock.at(clock.now() + delayMs, () => {
      stopping.removeEventListener('abort', stop);
      resolve(true);
    });
    stopping.addEventListener('abort', stop, { once: true });
  });
}
