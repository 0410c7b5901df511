/**
 * The messages of every queue in one SQLite file.
 *
 * Owns: what is on disk. Does not own: locks, which end with the process, nor who gets which message.
 *
 * Invariants
 * 1. When `accept` returns, the messages are on disk; a batch is there completely or not at all.
 * 2. A message leaves the file only when it was completed, dropped as a duplicate, expired or cancelled.
 * 3. Sequence numbers grow and are never used twice, not even after a message is gone.
 */
import { join } from 'node:path';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { crashPoint } from '../crash-point.ts';
import { openDatabase } from '../process/open-database.ts';

type MessageState = 'active' | 'scheduled' | 'deferred';

export interface NewMessage {
  readonly messageId: string;
  readonly sessionId: string | null;
  readonly enqueuedMs: number;
  /** When a scheduled message becomes active, else null. */
  readonly dueMs: number | null;
  /** When it may no longer be delivered, else null. */
  readonly expiresMs: number | null;
  /** The encoded AMQP message. */
  readonly body: Buffer;
}

export interface StoredMessage extends NewMessage {
  readonly seq: number;
  readonly state: MessageState;
  /** Deliveries that ended without the message being settled. */
  readonly deliveryCount: number;
}

/** A message as far as the queue keeps it in memory. */
export interface MessageKey {
  readonly seq: number;
  readonly state: MessageState;
  readonly sessionId: string | null;
  readonly dueMs: number | null;
}

interface DuplicateWindow {
  readonly windowMs: number;
  readonly nowMs: number;
}

const tables = `
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,
    state TEXT NOT NULL,
    message_id TEXT NOT NULL,
    session_id TEXT,
    enqueued_ms INTEGER NOT NULL,
    due_ms INTEGER,
    expires_ms INTEGER,
    delivery_count INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS messages_by_entity ON messages (entity, seq);
  CREATE TABLE IF NOT EXISTS seen (
    entity TEXT NOT NULL, message_id TEXT NOT NULL, seen_ms INTEGER NOT NULL, PRIMARY KEY (entity, message_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sessions (
    entity TEXT NOT NULL, session_id TEXT NOT NULL, state BLOB, PRIMARY KEY (entity, session_id)
  ) WITHOUT ROWID;
`;

/** The statements, prepared once. */
function prepare(db: DatabaseSync) {
  return {
    insert: db.prepare(
      `INSERT INTO messages (entity, state, message_id, session_id, enqueued_ms, due_ms, expires_ms, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    markSeen: db.prepare(
      `INSERT INTO seen (entity, message_id, seen_ms) VALUES (?1, ?2, ?3)
       ON CONFLICT DO UPDATE SET seen_ms = ?3 WHERE seen_ms <= ?3 - ?4`,
    ),
    forgetSeen: db.prepare('DELETE FROM seen WHERE entity = ? AND seen_ms <= ?'),
    select: db.prepare('SELECT * FROM messages WHERE seq = ?'),
    selectKeys: db.prepare(
      'SELECT seq, state, session_id, due_ms FROM messages WHERE entity = ? ORDER BY seq',
    ),
    selectFrom: db.prepare(
      `SELECT * FROM messages WHERE entity = ?1 AND seq >= ?2 AND (?3 IS NULL OR session_id = ?3)
       ORDER BY seq LIMIT ?4`,
    ),
    remove: db.prepare('DELETE FROM messages WHERE seq = ?'),
    setState: db.prepare('UPDATE messages SET state = ?, due_ms = NULL, enqueued_ms = ? WHERE seq = ?'),
    setReturned: db.prepare('UPDATE messages SET delivery_count = ?, state = ?, body = ? WHERE seq = ?'),
    moveTo: db.prepare(`UPDATE messages SET entity = ?, state = 'active', body = ? WHERE seq = ?`),
    getSession: db.prepare('SELECT state FROM sessions WHERE entity = ? AND session_id = ?'),
    putSession: db.prepare('INSERT OR REPLACE INTO sessions (entity, session_id, state) VALUES (?, ?, ?)'),
  };
}

export class MessageStore {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(home: string) {
    this.#database = openDatabase(join(home, 'service-bus.sqlite'), tables);
    this.#statements = prepare(this.#database);
  }

  /**
   * Takes over messages of one send. Returns, in their order, the sequence numbers; null for a duplicate, which
   * is dropped as the service does: accepted, and gone.
   */
  accept(
    entity: string,
    messages: readonly NewMessage[],
    duplicates: DuplicateWindow | null,
  ): (number | null)[] {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      if (duplicates) this.#statements.forgetSeen.run(entity, duplicates.nowMs - duplicates.windowMs);
      const seqs = messages.map((message) => {
        const { messageId, sessionId, enqueuedMs, dueMs, expiresMs, body } = message;
        if (duplicates) {
          const marked = this.#statements.markSeen.run(
            entity,
            messageId,
            duplicates.nowMs,
            duplicates.windowMs,
          );
          if (marked.changes === 0) return null;
        }
        const state = dueMs === null ? 'active' : 'scheduled';
        const row = this.#statements.insert.run(
          entity,
          state,
          messageId,
          sessionId,
          enqueuedMs,
          dueMs,
          expiresMs,
          body,
        );
        return Number(row.lastInsertRowid);
      });
      crashPoint('service-bus-before-accept-commit');
      this.#database.exec('COMMIT');
      crashPoint('service-bus-after-accept-commit');
      return seqs;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  keys(entity: string): MessageKey[] {
    return this.#statements.selectKeys.all(entity).map((row) => ({
      seq: Number(row['seq']),
      state: row['state'] as MessageState,
      sessionId: row['session_id'] as string | null,
      dueMs: row['due_ms'] as number | null,
    }));
  }

  get(seq: number): StoredMessage | undefined {
    const row = this.#statements.select.get(seq);
    return row && toMessage(row);
  }

  /** Messages of any state from a sequence number on, for peeking. */
  from(entity: string, seq: number, sessionId: string | null, limit: number): StoredMessage[] {
    return this.#statements.selectFrom.all(entity, seq, sessionId, limit).map(toMessage);
  }

  remove(seq: number): void {
    this.#statements.remove.run(seq);
  }

  activate(seq: number, enqueuedMs: number): void {
    this.#statements.setState.run('active', enqueuedMs, seq);
  }

  /** Writes back a message that was delivered and not completed. */
  putBack(seq: number, deliveryCount: number, state: MessageState, body: Buffer): void {
    this.#statements.setReturned.run(deliveryCount, state, body, seq);
  }

  move(seq: number, entity: string, body: Buffer): void {
    this.#statements.moveTo.run(entity, body, seq);
  }

  sessionState(entity: string, sessionId: string): Buffer | null {
    const state = this.#statements.getSession.get(entity, sessionId)?.['state'];
    return state instanceof Uint8Array ? Buffer.from(state) : null;
  }

  setSessionState(entity: string, sessionId: string, state: Buffer | null): void {
    this.#statements.putSession.run(entity, sessionId, state);
  }

  close(): void {
    this.#database.close();
  }
}

function toMessage(row: Record<string, SQLOutputValue>): StoredMessage {
  return {
    seq: Number(row['seq']),
    state: row['state'] as MessageState,
    messageId: String(row['message_id']),
    sessionId: row['session_id'] as string | null,
    enqueuedMs: Number(row['enqueued_ms']),
    dueMs: row['due_ms'] as number | null,
    expiresMs: row['expires_ms'] as number | null,
    deliveryCount: Number(row['delivery_count']),
    body: Buffer.from(row['body'] as Uint8Array),
  };
}
