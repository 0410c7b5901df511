/**
 * Who holds which session of which queue. A session is held by one link at a time, until the link closes or the
 * lock runs out; like message locks, it lasts in real time and does not outlive the process.
 */
import { conditions, ServiceBusRefusal } from './amqp.ts';
import type { Queue } from './queue.ts';

export interface SessionLock {
  readonly sessionId: string;
  expiresMs: number;
}

export class Sessions {
  readonly #held = new Map<string, SessionLock>();

  /** Takes the session, or with null the next one that has a message. */
  accept(queue: Queue, wanted: string | null): SessionLock {
    const isFree = (sessionId: string): boolean => this.#find(queue, sessionId) === undefined;
    const sessionId = wanted ?? queue.nextSession(isFree);
    if (sessionId === null) {
      throw new ServiceBusRefusal(
        conditions.timeout,
        `no session of ${queue.name} has a message for a new receiver`,
      );
    }
    if (!isFree(sessionId)) {
      const rule = 'a session has one receiver at a time';
      throw new ServiceBusRefusal(
        conditions.sessionTaken,
        `session ${sessionId} of ${queue.name} is taken: ${rule}`,
      );
    }
    const lock = { sessionId, expiresMs: Date.now() + queue.lockDurationMs };
    this.#held.set(keyOf(queue, sessionId), lock);
    return lock;
  }

  release(queue: Queue, lock: SessionLock): void {
    const key = keyOf(queue, lock.sessionId);
    if (this.#held.get(key) === lock) this.#held.delete(key);
  }

  /** Returns when the lock now ends. */
  renew(queue: Queue, sessionId: string): number {
    const lock = this.#find(queue, sessionId);
    if (!lock) {
      const next = 'accept the session again';
      throw new ServiceBusRefusal(
        conditions.sessionLockLost,
        `session ${sessionId} of ${queue.name} is not held; ${next}`,
      );
    }
    lock.expiresMs = Date.now() + queue.lockDurationMs;
    return lock.expiresMs;
  }

  #find(queue: Queue, sessionId: string): SessionLock | undefined {
    const lock = this.#held.get(keyOf(queue, sessionId));
    return lock && lock.expiresMs > Date.now() ? lock : undefined;
  }
}

function keyOf(queue: Queue, sessionId: string): string {
  return `${queue.name}\n${sessionId}`;
}
