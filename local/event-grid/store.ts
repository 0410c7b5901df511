/**
 * The outbox: accepted events and the deliveries they still owe.
 *
 * Owns: one SQLite file. Does not own: when anything is delivered.
 *
 * Invariants
 * 1. An event and all its deliveries are written in one transaction; when `accept` returns they are on disk.
 * 2. A delivery leaves the file only after it was delivered, dead-lettered or dropped.
 * 3. An event leaves with its last delivery.
 */
import { join } from 'node:path';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { TopicName } from '../cloud-context.ts';
import { crashPoint } from '../crash-point.ts';
import { inTransaction } from '../process/in-transaction.ts';
import { openDatabase } from '../process/open-database.ts';
import type { PlannedDelivery } from './chaos.ts';
import type { StoredEvent } from './event.ts';
import type { DeadLetterReason, Outcome } from './retry.ts';
import type { Subscription } from './subscription.ts';

export interface Delivery {
  readonly seq: number;
  readonly event: StoredEvent;
  readonly acceptedMs: number;
  readonly attempts: number;
  readonly lastOutcome: Outcome | null;
  readonly lastAttemptMs: number | null;
  /** Set when delivery was given up and the event waits for the dead-letter container. */
  readonly deadReason: DeadLetterReason | null;
  readonly deadSinceMs: number | null;
}

interface StoredSubscription {
  readonly subscription: Subscription;
  readonly validated: boolean;
}

const tables = `
  CREATE TABLE IF NOT EXISTS subscriptions (name TEXT PRIMARY KEY, json TEXT NOT NULL, validated INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, topic TEXT NOT NULL, schema TEXT NOT NULL, json TEXT NOT NULL, accepted_ms INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY,
    subscription TEXT NOT NULL,
    event INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_outcome TEXT,
    last_attempt_ms INTEGER,
    dead_reason TEXT,
    dead_since_ms INTEGER
  );
  CREATE INDEX IF NOT EXISTS deliveries_by_due ON deliveries (subscription, due_ms);
  CREATE INDEX IF NOT EXISTS deliveries_by_rank ON deliveries (subscription, rank);
  CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
`;

/** The statements, prepared once. */
function prepare(db: DatabaseSync) {
  return {
    insertEvent: db.prepare('INSERT INTO events (topic, schema, json, accepted_ms) VALUES (?, ?, ?, ?)'),
    insertDelivery: db.prepare(
      'INSERT INTO deliveries (subscription, event, due_ms, rank) VALUES (?, ?, ?, ?)',
    ),
    // Left to itself SQLite finds what is due by time and sorts it: the whole backlog, at every look.
    selectDue: db.prepare(
      `SELECT seq FROM deliveries INDEXED BY deliveries_by_rank
       WHERE subscription = ? AND due_ms <= ? ORDER BY rank, seq LIMIT ?`,
    ),
    selectDelivery: db.prepare(
      `SELECT d.*, e.schema, e.json, e.accepted_ms FROM deliveries d JOIN events e ON e.seq = d.event
       WHERE d.seq = ?`,
    ),
    selectNextDue: db.prepare(
      'SELECT MIN(due_ms) AS due_ms FROM deliveries WHERE subscription = ? AND due_ms > ?',
    ),
    deleteDelivery: db.prepare('DELETE FROM deliveries WHERE seq = ? RETURNING event'),
    deleteEvent: db.prepare(
      'DELETE FROM events WHERE seq = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = ?1)',
    ),
    updateFailed: db.prepare(
      `UPDATE deliveries SET attempts = ?, last_outcome = ?, last_attempt_ms = ?, due_ms = ?,
       dead_reason = ?, dead_since_ms = ? WHERE seq = ?`,
    ),
  };
}

export class EventGridStore {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(home: string) {
    this.#database = openDatabase(join(home, 'event-grid.sqlite'), tables);
    this.#statements = prepare(this.#database);
  }

  /** Takes over events; `plan` says which subscriptions get each, when and in what order. */
  accept(
    topic: TopicName,
    events: readonly StoredEvent[],
    nowMs: number,
    plan: (event: StoredEvent) => readonly { subscription: string; planned: PlannedDelivery }[],
  ): void {
    inTransaction(this.#database, () => {
      for (const event of events) {
        const deliveries = plan(event);
        if (deliveries.length === 0) continue;
        const json = JSON.stringify(event.event);
        const { lastInsertRowid } = this.#statements.insertEvent.run(topic, event.schema, json, nowMs);
        for (const { subscription, planned } of deliveries) {
          const rank = planned.rank ?? Number(lastInsertRowid);
          this.#statements.insertDelivery.run(subscription, lastInsertRowid, nowMs + planned.delayMs, rank);
        }
      }
      crashPoint('event-grid-before-accept-commit');
    });
    crashPoint('event-grid-after-accept-commit');
  }

  /** The first `limit` deliveries that are due and not among `underWay`. */
  due(subscription: string, nowMs: number, limit: number, underWay: ReadonlySet<number>): Delivery[] {
    return this.#statements.selectDue
      .all(subscription, nowMs, limit + underWay.size)
      .map((row) => Number(row['seq']))
      .filter((seq) => !underWay.has(seq))
      .slice(0, limit)
      .map((seq) => toDelivery(this.#statements.selectDelivery.get(seq) as Record<string, SQLOutputValue>));
  }

  nextDueMs(subscription: string, nowMs: number): number | null {
    const dueMs = this.#statements.selectNextDue.get(subscription, nowMs)?.['due_ms'];
    return typeof dueMs === 'number' ? dueMs : null;
  }

  remove(seqs: readonly number[]): void {
    inTransaction(this.#database, () => {
      for (const seq of seqs) {
        const event = this.#statements.deleteDelivery.get(seq)?.['event'];
        if (event !== undefined) this.#statements.deleteEvent.run(event as number);
      }
    });
  }

  /** Writes what became of an attempt and when the delivery is due next. */
  postpone(delivery: Omit<Delivery, 'event' | 'acceptedMs'>, dueMs: number): void {
    const { attempts, lastOutcome, lastAttemptMs, deadReason, deadSinceMs, seq } = delivery;
    this.#statements.updateFailed.run(
      attempts,
      lastOutcome,
      lastAttemptMs,
      dueMs,
      deadReason,
      deadSinceMs,
      seq,
    );
  }

  subscriptions(): StoredSubscription[] {
    return this.#database
      .prepare('SELECT json, validated FROM subscriptions ORDER BY name')
      .all()
      .map((row) => ({
        subscription: JSON.parse(String(row['json'])) as Subscription,
        validated: row['validated'] === 1,
      }));
  }

  putSubscription(subscription: Subscription, validated: boolean): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO subscriptions (name, json, validated) VALUES (?, ?, ?)')
      .run(subscription.name, JSON.stringify(subscription), validated ? 1 : 0);
  }

  /** Deliveries not yet settled, by subscription. */
  pending(): Record<string, number> {
    const counts = this.#database
      .prepare('SELECT subscription, COUNT(*) AS n FROM deliveries GROUP BY subscription')
      .all();
    return Object.fromEntries(counts.map((row) => [String(row['subscription']), Number(row['n'])]));
  }

  close(): void {
    this.#database.close();
  }
}

function toDelivery(row: Record<string, SQLOutputValue>): Delivery {
  return {
    seq: Number(row['seq']),
    event: { schema: row['schema'], event: JSON.parse(String(row['json'])) } as StoredEvent,
    acceptedMs: Number(row['accepted_ms']),
    attempts: Number(row['attempts']),
    lastOutcome: row['last_outcome'] as Outcome | null,
    lastAttemptMs: row['last_attempt_ms'] as number | null,
    deadReason: row['dead_reason'] as DeadLetterReason | null,
    deadSinceMs: row['dead_since_ms'] as number | null,
  };
}
