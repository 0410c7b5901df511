/**
 * The durable timers that wait, mirrored from the store, behind one wait of the clock.
 *
 * Invariants
 * 1. The clock is asked for the earliest waiting timer and for no other moment: a withdrawn timer holds back nothing.
 * 2. A timer is handed to `onDue` once, never before its time; timers due together in the order of their times.
 */
import type { Clock } from '../../clock/clock.ts';
import type { TimerRow } from './store/records.ts';

interface Entry {
  readonly timer: TimerRow;
  readonly order: number;
  withdrawn: boolean;
}

export class Timers {
  readonly #clock: Clock;
  readonly #onDue: (timer: TimerRow) => void;
  /** A binary heap, earliest first; withdrawn entries leave it when they reach the top. */
  readonly #heap: Entry[] = [];
  readonly #byInstance = new Map<string, Map<number, Entry>>();
  #order = 0;
  #armed: { readonly fireAtMs: number; readonly disarm: () => void } | null = null;

  constructor(clock: Clock, onDue: (timer: TimerRow) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  has(instanceId: string, timerId: number): boolean {
    return this.#byInstance.get(instanceId)?.has(timerId) ?? false;
  }

  add(timer: TimerRow): void {
    const entry = { timer, order: this.#order++, withdrawn: false };
    const entries = this.#byInstance.get(timer.instanceId);
    if (entries) entries.set(timer.timerId, entry);
    else this.#byInstance.set(timer.instanceId, new Map([[timer.timerId, entry]]));
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    this.#arm();
  }

  withdraw(instanceId: string, timerId: number): void {
    const entry = this.#byInstance.get(instanceId)?.get(timerId);
    if (!entry) return;
    this.#forget(entry);
    this.#arm();
  }

  withdrawAll(instanceId: string): void {
    const entries = this.#byInstance.get(instanceId);
    if (!entries) return;
    for (const entry of [...entries.values()]) this.#forget(entry);
    this.#arm();
  }

  stop(): void {
    this.#armed?.disarm();
    this.#armed = null;
  }

  #forget(entry: Entry): void {
    entry.withdrawn = true;
    const { instanceId, timerId } = entry.timer;
    const entries = this.#byInstance.get(instanceId);
    entries?.delete(timerId);
    if (entries?.size === 0) this.#byInstance.delete(instanceId);
  }

  #arm(): void {
    while (this.#heap[0]?.withdrawn) this.#pop();
    const fireAtMs = this.#heap[0]?.timer.fireAtMs;
    if (fireAtMs === this.#armed?.fireAtMs) return;
    this.stop();
    if (fireAtMs === undefined) return;
    this.#armed = { fireAtMs, disarm: this.#clock.at(fireAtMs, () => this.#fire()) };
  }

  #fire(): void {
    this.#armed = null;
    const nowMs = this.#clock.now();
    for (let first = this.#heap[0]; first && first.timer.fireAtMs <= nowMs; first = this.#heap[0]) {
      this.#pop();
      if (first.withdrawn) continue;
      this.#forget(first);
      this.#onDue(first.timer);
    }
    this.#arm();
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #before(a: number, b: number): boolean {
    const first = this.#heap[a] as Entry;
    const second = this.#heap[b] as Entry;
    const differenceMs = first.timer.fireAtMs - second.timer.fireAtMs;
    return differenceMs < 0 || (differenceMs === 0 && first.order < second.order);
  }

  #swap(a: number, b: number): void {
    const entry = this.#heap[a] as Entry;
    this.#heap[a] = this.#heap[b] as Entry;
    this.#heap[b] = entry;
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#heap.length) return;
      const right = left + 1;
      const child = right < this.#heap.length && this.#before(right, left) ? right : left;
      if (!this.#before(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }
}
