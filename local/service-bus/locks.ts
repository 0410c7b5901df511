/**
 * The locks of one queue: which delivered message is not settled yet, and until when.
 *
 * Locks run on real time, since clients renew them in real time. A lock counts as work until it ends. Locks do not
 * outlive the process: what was locked is ready after a restart.
 */
import type { Work } from '../clock/work.ts';
import { newLockToken } from './amqp.ts';

export interface Lock<Holder> {
  /** As management requests spell it; the delivery tag is its byte-swapped form. */
  readonly token: Buffer;
  readonly seq: number;
  /** Null: taken through a management request, by no link. */
  readonly holder: Holder | null;
  readonly expiresMs: number;
}

interface Held<Holder> extends Lock<Holder> {
  expiresMs: number;
  timer: NodeJS.Timeout;
  readonly endWork: () => void;
}

export class Locks<Holder> {
  readonly durationMs: number;
  readonly #work: Work;
  readonly #onExpiry: (lock: Lock<Holder>) => void;
  readonly #held = new Map<string, Held<Holder>>();
  readonly #seqs = new Set<number>();

  /** `onExpiry` must end the lock. */
  constructor(durationMs: number, work: Work, onExpiry: (lock: Lock<Holder>) => void) {
    this.durationMs = durationMs;
    this.#work = work;
    this.#onExpiry = onExpiry;
  }

  get size(): number {
    return this.#held.size;
  }

  take(seq: number, holder: Holder | null): Lock<Holder> {
    const token = newLockToken();
    const lock = {
      token,
      seq,
      holder,
      expiresMs: Date.now() + this.durationMs,
      timer: this.#expireLater(token),
      endWork: this.#work.begin(),
    };
    this.#held.set(keyOf(token), lock);
    this.#seqs.add(seq);
    return lock;
  }

  find(token: Buffer): Lock<Holder> | undefined {
    return this.#held.get(keyOf(token));
  }

  of(holder: Holder): Lock<Holder>[] {
    return [...this.#held.values()].filter((lock) => lock.holder === holder);
  }

  isLocked(seq: number): boolean {
    return this.#seqs.has(seq);
  }

  /** Returns when the lock now ends. */
  renew({ token }: Lock<Holder>): number {
    const lock = this.#held.get(keyOf(token));
    if (!lock) return 0;
    clearTimeout(lock.timer);
    lock.timer = this.#expireLater(token);
    lock.expiresMs = Date.now() + this.durationMs;
    return lock.expiresMs;
  }

  end({ token, seq }: Lock<Holder>): void {
    const lock = this.#held.get(keyOf(token));
    if (!lock) return;
    clearTimeout(lock.timer);
    this.#held.delete(keyOf(token));
    this.#seqs.delete(seq);
    lock.endWork();
  }

  stop(): void {
    for (const lock of [...this.#held.values()]) this.end(lock);
  }

  #expireLater(token: Buffer): NodeJS.Timeout {
    return setTimeout(() => {
      const lock = this.find(token);
      if (lock) this.#onExpiry(lock);
    }, this.durationMs).unref();
  }
}

function keyOf(token: Buffer): string {
  return token.toString('hex');
}
