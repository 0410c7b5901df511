/**
 * One queue, or the dead-letter queue of one.
 *
 * Owns: what becomes of a message between its acceptance and its settlement, and which consumer gets the next.
 * Does not own: the bytes on disk (store.ts) or on the wire (inlets.ts, outlets.ts), when a lock ends (locks.ts).
 *
 * Invariants
 * 1. A message is ready, locked, deferred or scheduled: in one of these places only.
 * 2. A locked message comes back when its lock ends unsettled, with its delivery count raised; at the limit it goes
 *    to the dead-letter queue instead.
 * 3. Ready messages are delivered in order of sequence number; in a session queue, within each session.
 * 4. Schedules and duplicate detection run on the clock.
 */
import type { Clock } from '../clock/clock.ts';
import type { Work } from '../clock/work.ts';
import type { AmqpMessage } from './amqp.ts';
import { type Lock, Locks } from './locks.ts';
import { modifyProperties, toDeadLetter, toNewMessage } from './message.ts';
import type { Consumer, QueueOptions, Settlement } from './queue-contract.ts';
import { ReadyList } from './ready-list.ts';
import { lockLost, notFound, sessionMissing } from './refusals.ts';
import type { MessageKey, MessageStore, StoredMessage } from './store.ts';

interface Dependencies {
  readonly store: MessageStore;
  readonly clock: Clock;
  readonly work: Work;
  /** Null: this is a dead-letter queue, whose messages stay until somebody completes them. */
  readonly deadLetters: Queue | null;
}

export class Queue {
  readonly name: string;
  readonly requiresSession: boolean;
  readonly #options: QueueOptions;
  readonly #store: MessageStore;
  readonly #clock: Clock;
  readonly #deadLetters: Queue | null;
  readonly #ready = new ReadyList();
  readonly #locks: Locks<Consumer>;
  readonly #consumers = new Set<Consumer>();
  readonly #scheduled = new Map<number, () => void>();
  #sent = 0;
  #delivered = 0;

  constructor(options: QueueOptions, { store, clock, work, deadLetters }: Dependencies) {
    this.name = options.name;
    this.requiresSession = options.requiresSession ?? false;
    this.#options = options;
    this.#store = store;
    this.#clock = clock;
    this.#deadLetters = deadLetters;
    this.#locks = new Locks(options.lockDurationMs ?? 60_000, work, (lock) => {
      this.#giveBack(lock);
      this.dispatch();
    });
    for (const key of store.keys(this.name)) this.#take(key);
  }

  /** Messages ready for a receiver. */
  get activeCount(): number {
    return this.#ready.size;
  }

  /** Messages taken and handed out, again and again included, since this start: what the service bills. */
  get operations(): { readonly sent: number; readonly delivered: number } {
    return { sent: this.#sent, delivered: this.#delivered };
  }

  get lockedCount(): number {
    return this.#locks.size;
  }

  get lockDurationMs(): number {
    return this.#locks.durationMs;
  }

  /** Returns the sequence numbers in the messages' order, null for a duplicate. The messages are then on disk. */
  send(messages: readonly AmqpMessage[]): (number | null)[] {
    const nowMs = this.#clock.now();
    const incoming = messages.map((message) => toNewMessage(message, nowMs));
    if (this.requiresSession && incoming.some(({ sessionId }) => sessionId === null)) {
      throw sessionMissing(this.name);
    }
    this.#sent += incoming.length;
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

  holdsLocks(consumer: Consumer): boolean {
    return this.#locks.of(consumer).length > 0;
  }

  /** Ends a consumer's locks at once: the connection they were given over is gone. */
  release(consumer: Consumer): void {
    for (const lock of this.#locks.of(consumer)) this.#giveBack(lock);
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
    if (!message) throw lockLost(this.name);
    this.#locks.end(lock);
    switch (settlement.kind) {
      case 'complete':
        this.#store.remove(lock.seq);
        break;
      case 'abandon':
        this.#putBack(message, settlement.properties);
        this.dispatch();
        break;
      case 'defer': {
        const body = modifyProperties(message.body, settlement.properties);
        this.#store.putBack(lock.seq, message.deliveryCount + 1, 'deferred', body);
        break;
      }
      case 'dead-letter':
        this.#moveToDeadLetters(message, settlement);
        break;
    }
  }

  /** Returns when the lock now ends. */
  renew(token: Buffer): number {
    return this.#locks.renew(this.#requireLock(token));
  }

  cancelScheduled(seqs: readonly number[]): void {
    for (const seq of seqs) {
      const withdraw = this.#scheduled.get(seq);
      if (!withdraw) {
        throw notFound(`no scheduled message ${seq} in ${this.name}`);
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
  receiveDeferred(
    seqs: readonly number[],
    locks: boolean,
  ): { message: StoredMessage; lock: Lock<Consumer> | null }[] {
    return seqs.map((seq) => {
      const message = this.#store.get(seq);
      if (message?.state !== 'deferred' || this.#locks.isLocked(seq)) {
        throw notFound(`no deferred message ${seq} in ${this.name}`);
      }
      if (!locks) this.#store.remove(seq);
      this.#delivered++;
      return { message, lock: locks ? this.#locks.take(seq, null) : null };
    });
  }

  /** The first session with a ready message that `isFree`, or null. */
  nextSession(isFree: (sessionId: string) => boolean): string | null {
    return this.#ready.findSession(isFree);
  }

  stop(): void {
    this.#locks.stop();
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
    this.#ready.add(seq, this.requiresSession ? sessionId : null);
  }

  #deliverNext(consumer: Consumer): boolean {
    const sessionId = this.requiresSession ? consumer.sessionId : null;
    for (;;) {
      const seq = this.#ready.take(sessionId);
      if (seq === undefined) return false;
      const message = this.#store.get(seq);
      if (!message) continue;
      const expired = message.expiresMs !== null && message.expiresMs <= this.#clock.now();
      if (expired || !consumer.locks) this.#store.remove(seq);
      if (expired) continue;
      this.#delivered++;
      consumer.deliver(message, consumer.locks ? this.#locks.take(seq, consumer) : null);
      return true;
    }
  }

  /** The lock ended and the message was not settled. */
  #giveBack(lock: Lock<Consumer>): void {
    const message = this.#store.get(lock.seq);
    this.#locks.end(lock);
    if (message) this.#putBack(message, undefined);
  }

  /** Ready again (deferred stays deferred), or dead after too many deliveries. */
  #putBack(message: StoredMessage, properties: Record<string, unknown> | undefined): void {
    const deliveryCount = message.deliveryCount + 1;
    const limit = this.#options.maxDeliveryCount ?? 10;
    if (this.#deadLetters && deliveryCount >= limit) {
      this.#moveToDeadLetters(message, {
        kind: 'dead-letter',
        reason: 'MaxDeliveryCountExceeded',
        description: `Message could not be consumed after ${limit} delivery attempts.`,
        properties,
      });
      return;
    }
    const body = modifyProperties(message.body, properties);
    this.#store.putBack(message.seq, deliveryCount, message.state, body);
    if (message.state === 'active') this.#makeReady(message.seq, message.sessionId);
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

  #requireLock(token: Buffer): Lock<Consumer> {
    const lock = this.#locks.find(token);
    if (!lock) throw lockLost(this.name);
    return lock;
  }
}
