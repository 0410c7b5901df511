/**
 * One queue, or the dead-letter queue of one.
 *
 * Owns: which messages are ready, who holds which, and which consumer gets the next.
 * Does not own: the bytes on disk (store.ts) or on the wire (broker.ts).
 *
 * Invariants
 * 1. A message is ready, locked, deferred or scheduled: in one of these places only.
 * 2. A locked message comes back when its lock ends unsettled, with its delivery count raised; at the limit it goes
 *    to the dead-letter queue instead.
 * 3. Ready messages are delivered in order of sequence number; in a session queue, within each session.
 * 4. A lock counts as work until it ends. Locks run on real time, since clients renew them in real time; schedules
 *    and duplicate detection run on the clock.
 */
import type { Clock } from '../clock/clock.ts';
import type { Work } from '../clock/work.ts';
import { type AmqpMessage, conditions, newLockToken, ServiceBusRefusal } from './amqp.ts';
import { modifyProperties, toDeadLetter, toNewMessage } from './message.ts';
import type { MessageKey, MessageStore, StoredMessage } from './store.ts';

export interface QueueOptions {
  readonly name: string;
  /** Drop a message whose id was seen this long ago or less. Omitted: no duplicate detection. */
  readonly duplicateDetection?: { readonly windowMs: number };
  /** Omitted: 10. */
  readonly maxDeliveryCount?: number;
  readonly requiresSession?: boolean;
  /** Omitted: 60 s. */
  readonly lockDurationMs?: number;
}

/** A link that takes messages. */
export interface Consumer {
  /** The session it holds, in a session queue. */
  readonly sessionId: string | null;
  /** False: receive and delete. */
  readonly locks: boolean;
  credit(): number;
  deliver(message: StoredMessage, lock: Lock | null): void;
}

export interface Lock {
  /** As management requests spell it; the delivery tag is its byte-swapped form. */
  readonly token: Buffer;
  readonly seq: number;
  readonly consumer: Consumer | null;
  expiresMs: number;
  /** Ends the count of the work the lock is. */
  readonly end: () => void;
  timer: NodeJS.Timeout;
}

export type Settlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'abandon' | 'defer'; readonly properties?: Record<string, unknown> | undefined }
  | {
      readonly kind: 'dead-letter';
      readonly reason?: string | undefined;
      readonly description?: string | undefined;
      readonly properties?: Record<string, unknown> | undefined;
    };

interface Dependencies {
  readonly store: MessageStore;
  readonly clock: Clock;
  readonly work: Work;
  /** Null: this is a dead-letter queue, whose messages stay until somebody completes them. */
  readonly deadLetters: Queue | null;
}

const noSession = '';

export class Queue {
  readonly name: string;
  readonly requiresSession: boolean;
  readonly lockDurationMs: number;
  readonly #options: QueueOptions;
  readonly #store: MessageStore;
  readonly #clock: Clock;
  readonly #work: Work;
  readonly #deadLetters: Queue | null;
  readonly #ready = new Map<string, number[]>();
  readonly #locks = new Map<string, Lock>();
  readonly #consumers = new Set<Consumer>();
  readonly #scheduled = new Map<number, () => void>();

  constructor(options: QueueOptions, { store, clock, work, deadLetters }: Dependencies) {
    this.name = options.name;
    this.requiresSession = options.requiresSession ?? false;
    this.lockDurationMs = options.lockDurationMs ?? 60_000;
    this.#options = options;
    this.#store = store;
    this.#clock = clock;
    this.#work = work;
    this.#deadLetters = deadLetters;
    for (const key of store.keys(this.name)) this.#take(key);
  }

  /** Messages ready for a receiver. */
  get activeCount(): number {
    let count = 0;
    for (const seqs of this.#ready.values()) count += seqs.length;
    return count;
  }

  get lockedCount(): number {
    return this.#locks.size;
  }

  /** Returns the sequence numbers in the messages' order, null for a duplicate. The messages are then on disk. */
  send(messages: readonly AmqpMessage[]): (number | null)[] {
    const nowMs = this.#clock.now();
    const incoming = messages.map((message) => toNewMessage(message, nowMs));
    if (this.requiresSession && incoming.some(({ sessionId }) => sessionId === null)) {
      throw new ServiceBusRefusal(
        conditions.notAllowed,
        `queue ${this.name} requires sessions: every message needs a sessionId`,
      );
    }
    const { duplicateDetection } = this.#options;
    const seqs = this.#store.accept(
      this.name,
      incoming,
      duplicateDetection ? { ...duplicateDetection, nowMs } : null,
    );
    incoming.forEach(({ sessionId, dueMs }, index) => {
      const seq = seqs[index];
      if (seq !== null && seq !== undefined) {
        this.#take({ seq, sessionId, dueMs, state: dueMs === null ? 'active' : 'scheduled' });
      }
    });
    this.dispatch();
    return seqs;
  }

  attach(consumer: Consumer): void {
    this.#consumers.add(consumer);
  }

  detach(consumer: Consumer): void {
    this.#consumers.delete(consumer);
  }

  /** Ends a consumer's locks at once: the connection they were given over is gone. */
  release(consumer: Consumer): void {
    for (const lock of [...this.#locks.values()]) {
      if (lock.consumer === consumer) this.#putBack(lock, undefined);
    }
    this.dispatch();
  }

  /** Gives ready messages to consumers with credit, in turn. */
  dispatch(): void {
    let delivered = true;
    while (delivered) {
      delivered = false;
      for (const consumer of this.#consumers) {
        if (consumer.credit() > 0 && this.#deliverNext(consumer)) delivered = true;
      }
    }
  }

  settle(token: Buffer, settlement: Settlement): void {
    const lock = this.#requireLock(token);
    const message = this.#store.get(lock.seq);
    if (!message) throw this.#lockLost();
    switch (settlement.kind) {
      case 'complete':
        this.#store.remove(lock.seq);
        break;
      case 'abandon':
        this.#putBack(lock, settlement.properties);
        this.dispatch();
        return;
      case 'defer': {
        const body = modifyProperties(message.body, settlement.properties);
        this.#store.putBack(lock.seq, message.deliveryCount + 1, 'deferred', body);
        break;
      }
      case 'dead-letter':
        this.#moveToDeadLetters(message, settlement);
        break;
    }
    this.#endLock(lock);
  }

  /** Returns when the lock now ends. */
  renew(token: Buffer): number {
    const lock = this.#requireLock(token);
    clearTimeout(lock.timer);
    lock.expiresMs = Date.now() + this.lockDurationMs;
    lock.timer = this.#expireLater(lock.token);
    return lock.expiresMs;
  }

  cancelScheduled(seqs: readonly number[]): void {
    for (const seq of seqs) {
      const withdraw = this.#scheduled.get(seq);
      if (!withdraw) {
        throw new ServiceBusRefusal(
          conditions.messageNotFound,
          `no scheduled message ${seq} in ${this.name}`,
        );
      }
      withdraw();
      this.#scheduled.delete(seq);
      this.#store.remove(seq);
    }
  }

  peek(fromSeq: number, limit: number, sessionId: string | null): StoredMessage[] {
    return this.#store.from(this.name, fromSeq, sessionId, limit);
  }

  /** Locks deferred messages for a receiver that knows their numbers, or takes them at once. */
  receiveDeferred(seqs: readonly number[], locks: boolean): { message: StoredMessage; lock: Lock | null }[] {
    return seqs.map((seq) => {
      const message = this.#store.get(seq);
      const held = [...this.#locks.values()].some((lock) => lock.seq === seq);
      if (message?.state !== 'deferred' || held) {
        throw new ServiceBusRefusal(conditions.messageNotFound, `no deferred message ${seq} in ${this.name}`);
      }
      if (!locks) this.#store.remove(seq);
      return { message, lock: locks ? this.#lock(seq, null) : null };
    });
  }

  /** The first session with a ready message that `isFree`, or null. */
  nextSession(isFree: (sessionId: string) => boolean): string | null {
    for (const [sessionId, seqs] of this.#ready) if (seqs.length > 0 && isFree(sessionId)) return sessionId;
    return null;
  }

  stop(): void {
    for (const lock of this.#locks.values()) {
      clearTimeout(lock.timer);
      lock.end();
    }
    for (const withdraw of this.#scheduled.values()) withdraw();
    this.#consumers.clear();
  }

  #take({ seq, state, sessionId, dueMs }: MessageKey): void {
    if (state === 'active') this.#makeReady(seq, sessionId);
    if (state === 'scheduled') {
      const activate = (): void => {
        this.#scheduled.delete(seq);
        this.#store.activate(seq, this.#clock.now());
        this.#makeReady(seq, sessionId);
        this.dispatch();
      };
      this.#scheduled.set(seq, this.#clock.at(dueMs ?? 0, activate));
    }
  }

  #makeReady(seq: number, sessionId: string | null): void {
    const key = this.requiresSession ? (sessionId ?? noSession) : noSession;
    const seqs = this.#ready.get(key) ?? [];
    this.#ready.set(key, seqs);
    // Nearly always the largest yet; one that comes back is put where it was.
    let at = seqs.length;
    while (at > 0 && (seqs[at - 1] as number) > seq) at--;
    seqs.splice(at, 0, seq);
  }

  #deliverNext(consumer: Consumer): boolean {
    const seqs = this.#ready.get(this.requiresSession ? (consumer.sessionId ?? noSession) : noSession);
    for (let seq = seqs?.shift(); seq !== undefined; seq = seqs?.shift()) {
      const message = this.#store.get(seq);
      if (!message) continue;
      if (message.expiresMs !== null && message.expiresMs <= this.#clock.now()) {
        this.#store.remove(seq);
        continue;
      }
      if (!consumer.locks) this.#store.remove(seq);
      consumer.deliver(message, consumer.locks ? this.#lock(seq, consumer) : null);
      return true;
    }
    return false;
  }

  #lock(seq: number, consumer: Consumer | null): Lock {
    const token = newLockToken();
    const expiresMs = Date.now() + this.lockDurationMs;
    const lock = {
      token,
      seq,
      consumer,
      expiresMs,
      end: this.#work.begin(),
      timer: this.#expireLater(token),
    };
    this.#locks.set(token.toString('hex'), lock);
    return lock;
  }

  #expireLater(token: Buffer): NodeJS.Timeout {
    return setTimeout(() => {
      const lock = this.#locks.get(token.toString('hex'));
      if (!lock) return;
      this.#putBack(lock, undefined);
      this.dispatch();
    }, this.lockDurationMs).unref();
  }

  /** The message was not settled: ready again (deferred stays deferred), or dead after too many deliveries. */
  #putBack(lock: Lock, properties: Record<string, unknown> | undefined): void {
    const message = this.#store.get(lock.seq);
    if (message) {
      const deliveryCount = message.deliveryCount + 1;
      const limit = this.#options.maxDeliveryCount ?? 10;
      if (this.#deadLetters && deliveryCount >= limit) {
        this.#moveToDeadLetters(message, {
          kind: 'dead-letter',
          reason: 'MaxDeliveryCountExceeded',
          description: `Message could not be consumed after ${limit} delivery attempts.`,
          properties,
        });
      } else {
        const body = modifyProperties(message.body, properties);
        this.#store.putBack(lock.seq, deliveryCount, message.state, body);
        if (message.state === 'active') this.#makeReady(lock.seq, message.sessionId);
      }
    }
    this.#endLock(lock);
  }

  #moveToDeadLetters(
    message: StoredMessage,
    { reason, description, properties }: Settlement & { kind: 'dead-letter' },
  ): void {
    const target = this.#deadLetters ?? this;
    const body = toDeadLetter(message.body, this.name, reason, description, properties);
    this.#store.move(message.seq, target.name, body);
    target.#take({ ...message, state: 'active', dueMs: null });
    target.dispatch();
  }

  #requireLock(token: Buffer): Lock {
    const lock = this.#locks.get(token.toString('hex'));
    if (!lock) throw this.#lockLost();
    return lock;
  }

  #lockLost(): ServiceBusRefusal {
    const why = 'the lock is not held any more: it expired, its connection broke, or the message was settled';
    return new ServiceBusRefusal(
      conditions.lockLost,
      `queue ${this.name}: ${why}; receive the message again`,
    );
  }

  #endLock(lock: Lock): void {
    clearTimeout(lock.timer);
    this.#locks.delete(lock.token.toString('hex'));
    lock.end();
  }
}
