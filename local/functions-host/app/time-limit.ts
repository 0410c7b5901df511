/** Waiting no longer than agreed. By the real clock: these limits guard against code that hangs. */

/** A function that ran longer than host.json allows. It cannot be stopped, only given up. */
class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError';
}

/** setTimeout takes a signed 32-bit number of milliseconds. */
const longestTimeoutMs = 2 ** 31 - 1;

/** Whether a promise is fulfilled or rejected within `limitMs`. */
export async function settlesWithin(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  let timeout: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolve) => {
    timeout = setTimeout(() => resolve(false), Math.min(limitMs, longestTimeoutMs));
  });
  const settled = promise.then(
    () => true as const,
    () => true as const,
  );
  const inTime = await Promise.race([settled, limit]);
  clearTimeout(timeout);
  return inTime;
}

/**
 * Gives what a run gives, or a FunctionTimeoutError when it takes longer than `limitMs`. Null: no limit.
 *
 * The limit is the same for all, so they come due in the order they began: one timer, for the first of them, is enough.
 */
export function createTimeLimit(limitMs: number | null): <T>(name: string, run: Promise<T>) => Promise<T> {
  if (limitMs === null) return (_name, run) => run;
  const waiting = new Set<{ readonly dueMs: number; giveUp(): void }>();
  let timeout: NodeJS.Timeout | null = null;
  const arm = (): void => {
    const [first] = waiting;
    if (first === undefined) return;
    const leftMs = Math.max(0, first.dueMs - performance.now());
    timeout = setTimeout(expire, Math.min(leftMs, longestTimeoutMs));
    timeout.unref();
  };
  const expire = (): void => {
    timeout = null;
    for (const wait of waiting) {
      if (wait.dueMs > performance.now()) break;
      waiting.delete(wait);
      wait.giveUp();
    }
    arm();
  };
  return (name, run) =>
    new Promise((resolve, reject) => {
      const giveUp = (): void =>
        reject(new FunctionTimeoutError(`function ${name} ran longer than functionTimeout, ${limitMs} ms`));
      const wait = { dueMs: performance.now() + limitMs, giveUp };
      waiting.add(wait);
      if (timeout === null) arm();
      run.then(
        (value) => {
          waiting.delete(wait);
          resolve(value);
        },
        (error) => {
          waiting.delete(wait);
          reject(error);
        },
      );
    });
}
