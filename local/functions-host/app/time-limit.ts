/** Waiting no longer than agreed. By the real clock: these limits guard against code that hangs. */

/** A function that ran longer than host.json allows. It cannot be stopped, only given up. */
export class FunctionTimeoutError extends Error {
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

/** What `run` gives, or a FunctionTimeoutError when it takes longer. Null: no limit. */
export async function withTimeLimit<T>(name: string, limitMs: number | null, run: Promise<T>): Promise<T> {
  if (limitMs === null || (await settlesWithin(limitMs, run))) return run;
  throw new FunctionTimeoutError(`function ${name} ran longer than functionTimeout, ${limitMs} ms`);
}
