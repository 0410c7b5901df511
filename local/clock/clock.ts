/**
 * The one clock of a local process.
 *
 * Owns: what time it is, and calling back when a moment has come.
 * Does not own: how time moves under a virtual clock (advance.ts does), nor anything the application reads:
 * orchestrators take time from their context.
 *
 * Invariants
 * 1. A callback never runs before `now() >= dueMs`, and never twice.
 * 2. Under a virtual clock time moves only by `setNow`, never backwards.
 * 3. Callbacks run in due order; those due at the same moment run in the order they were asked for. One that throws
 *    keeps none of the others from running.
 */
export interface Clock {
  readonly mode: 'system' | 'virtual';
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `fn` once when the clock reaches `dueMs`. The returned function withdraws the call. */
  at(dueMs: number, fn: () => void): () => void;
  /** The earliest moment somebody waits for, or null. */
  nextDueMs(): number | null;
}

interface Waiter {
  readonly dueMs: number;
  readonly order: number;
  readonly fn: () => void;
}

abstract class WaitingList {
  protected readonly waiters = new Set<Waiter>();
  #order = 0;

  protected add(dueMs: number, fn: () => void): Waiter {
    const waiter = { dueMs, order: this.#order++, fn };
    this.waiters.add(waiter);
    return waiter;
  }

  nextDueMs(): number | null {
    let next: number | null = null;
    for (const waiter of this.waiters) if (next === null || waiter.dueMs < next) next = waiter.dueMs;
    return next;
  }
}

/** setTimeout takes a signed 32-bit number of milliseconds; longer waits are cut into pieces. */
const longestTimeoutMs = 2 ** 31 - 1;

export class SystemClock extends WaitingList implements Clock {
  readonly mode = 'system';

  now(): number {
    return Date.now();
  }

  at(dueMs: number, fn: () => void): () => void {
    const waiter = this.add(dueMs, fn);
    let timeout: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = waiter.dueMs - Date.now();
      timeout = setTimeout(
        () => {
          if (Date.now() < waiter.dueMs) return arm();
          this.waiters.delete(waiter);
          fn();
        },
        Math.min(Math.max(leftMs, 0), longestTimeoutMs),
      );
    };
    arm();
    return () => {
      clearTimeout(timeout);
      this.waiters.delete(waiter);
    };
  }
}

export class VirtualClock extends WaitingList implements Clock {
  readonly mode = 'virtual';
  #nowMs: number;

  constructor(startMs: number) {
    super();
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  at(dueMs: number, fn: () => void): () => void {
    const waiter = this.add(dueMs, fn);
    if (dueMs <= this.#nowMs) queueMicrotask(() => this.#fire(waiter));
    return () => void this.waiters.delete(waiter);
  }

  /** Moves to `nowMs` and calls whoever is due by then. An earlier moment is ignored. */
  setNow(nowMs: number): void {
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
    const due = [...this.waiters].filter((waiter) => waiter.dueMs <= this.#nowMs);
    due.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
    const failures: unknown[] = [];
    for (const waiter of due) {
      try {
        this.#fire(waiter);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} of ${due.length} due calls failed`);
  }

  #fire(waiter: Waiter): void {
    if (this.waiters.delete(waiter)) waiter.fn();
  }
}
