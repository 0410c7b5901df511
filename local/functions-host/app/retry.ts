/** Runs functions again after a failure, as their retry policies say. */
import type { Clock } from '../../clock/clock.ts';
import type { Work } from '../../clock/work.ts';
import { errorText } from '../../process/local-error.ts';
import type { Log } from '../../process/log.ts';
import type { Invocation, InvocationResult, RegisteredFunction } from '../contract.ts';
import { holdWork, type WorkHold } from '../work-hold.ts';
import type { LoadedApp } from './load-app.ts';
import { readRetryOptions, retryDelayMs } from './retry-options.ts';

export interface RetryDependencies {
  readonly app: LoadedApp;
  readonly clock: Clock;
  readonly work: Work;
  readonly log: Log;
  /** Aborted when the host stops: a wait between two attempts ends with the last failure. */
  readonly stopping: AbortSignal;
}

/**
 * Runs a function, and again after a failure as its retry options say. Rejects with the last failure.
 * It counts as work throughout, but for the waits between two attempts; `outer`, the work the caller has in hand, is
 * laid down for those, too.
 */
export async function invokeWithRetry(
  dependencies: RetryDependencies,
  fn: RegisteredFunction,
  invocation: Invocation,
  outer?: WorkHold,
): Promise<InvocationResult> {
  if (fn.retryOptions === undefined) return dependencies.app.invoke(fn, invocation);
  const own = holdWork(dependencies.work);
  try {
    return await attempt(dependencies, fn, invocation, outer === undefined ? [own] : [own, outer]);
  } finally {
    own.end();
  }
}

async function attempt(
  { app, clock, log, stopping }: RetryDependencies,
  fn: RegisteredFunction,
  invocation: Invocation,
  holds: readonly WorkHold[],
): Promise<InvocationResult> {
  const options = readRetryOptions(fn.retryOptions);
  const { maxRetryCount } = options;
  let failure: unknown;
  for (let retry = 0; ; retry++) {
    const retryContext = { retryCount: retry, maxRetryCount, exception: { message: errorText(failure) } };
    try {
      return await app.invoke(fn, invocation, retry === 0 ? {} : { retryContext });
    } catch (error) {
      failure = error;
    }
    if ((maxRetryCount !== -1 && retry >= maxRetryCount) || stopping.aborted) throw failure;
    const delayMs = retryDelayMs(options, retry + 1);
    log('warn', `failed, retry ${retry + 1} in ${delayMs} ms: ${errorText(failure)}`, { function: fn.name });
    if (!(await waitOn(clock, delayMs, stopping, holds))) throw failure;
  }
}

/** Waits on the clock; false when the host stopped before. What was laid down is taken up as the moment comes. */
function waitOn(
  clock: Clock,
  delayMs: number,
  stopping: AbortSignal,
  holds: readonly WorkHold[],
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (reached: boolean): void => {
      for (const hold of holds) hold.resume();
      stopping.removeEventListener('abort', stop);
      resolve(reached);
    };
    const stop = (): void => {
      withdraw();
      end(false);
    };
    const withdraw = clock.at(clock.now() + delayMs, () => end(true));
    for (const hold of holds) hold.pause();
    stopping.addEventListener('abort', stop, { once: true });
  });
}
