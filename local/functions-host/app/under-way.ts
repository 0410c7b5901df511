/**
 * The invocations under way: each counts as work until it ends, and is given up when it takes longer than agreed.
 *
 * Limits go by the real clock: they guard against code that hangs.
 *
 * A request that only reads (GET is safe: RFC 9110, 9.2.1) and takes long waits for something to happen, as a long poll does:
 * it counts as work no longer, for time would never move on to what it waits for, and a host that stops does not wait for it.
 */
import type { Work } from '../../clock/work.ts';

/** A function that ran longer than host.json allows. It cannot be stopped, only given up. */
class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError';
}

interface Run {
  readonly dueMs: number;
  giveUp(): void;
}

/** setTimeout takes a signed 32-bit number of milliseconds. */
const longestTimeoutMs = 2 ** 31 - 1;
/** So long a request that only reads counts as work. */
export const longestReadMs = 2_000;

export class UnderWay {
  readonly #work: Work;
  readonly #limitMs: number;
  /** In the order of their beginnings, and since the limit is the same for all, in that of their limits. */
  readonly #runs = new Set<Run>();
  #timeout: NodeJS.Timeout | null = null;
  #onIdle: (() => void) | null = null;
  /** Those that only read, and take long. */
  readonly #waits = new Set<Run>();

  /** `limitMs` null: no limit. */
  constructor(work: Work, limitMs: number | null) {
    this.#work = work;
    this.#limitMs = limitMs ?? Number.POSITIVE_INFINITY;
  }

  /** Gives what a run gives, or a FunctionTimeoutError when it takes longer than the limit. */
  watch<T>(name: string, started: Promise<T>, { isRead = false } = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      const endWork = this.#work.begin();
      const layDown = (): void => {
        this.#waits.add(run);
        endWork();
        this.#tellIdle();
      };
      const waits = isRead ? setTimeout(layDown, longestReadMs).unref() : undefined;
      const end = (): void => {
        clearTimeout(waits);
        this.#runs.delete(run);
        this.#waits.delete(run);
        endWork();
        this.#tellIdle();
      };
      const run: Run = {
        dueMs: performance.now() + this.#limitMs,
        giveUp: () => {
          end();
          reject(
            new FunctionTimeoutError(`function ${name} ran longer than functionTimeout, ${this.#limitMs} ms`),
          );
        },
      };
      this.#runs.add(run);
      if (this.#timeout === null) this.#arm();
      started.then(
        (value) => {
          end();
          resolve(value);
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }

  /** Waits up to `graceMs` until none is left. Says whether that is so. */
  async drain(graceMs: number): Promise<boolean> {
    if (this.#isIdle()) return true;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    return settlesWithin(graceMs, idle);
  }

  #isIdle(): boolean {
    return this.#runs.size === this.#waits.size;
  }

  #tellIdle(): void {
    if (this.#isIdle()) this.#onIdle?.();
  }

  /** One timer, for the run that began first, is enough. */
  #arm(): void {
    const [first] = this.#runs;
    if (first === undefined || first.dueMs === Number.POSITIVE_INFINITY) return;
    const leftMs = Math.max(0, first.dueMs - performance.now());
    this.#timeout = setTimeout(() => this.#expire(), Math.min(leftMs, longestTimeoutMs));
    this.#timeout.unref();
  }

  #expire(): void {
    this.#timeout = null;
    for (const run of this.#runs) {
      if (run.dueMs > performance.now()) break;
      run.giveUp();
    }
    this.#arm();
  }
}

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
