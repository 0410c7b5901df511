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
import type { SQLOutputValue } from 'node:sqlite';
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

export type MessageStore = ReturnType<typeof openMessageStore>;

export function openMessageStore(home: string) {
  const db = openDatabase(join(home, 'service-bus.sqlite'), tables);
  const insert = db.prepare(
    `INSERT INTO messages (entity, state, message_id, session_id, enqueued_ms, due_ms, expires_ms, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const markSeen = db.prepare(
    `INSERT INTO seen (entity, message_id, seen_ms) VALUES (?1, ?2, ?3)
     ON CONFLICT DO UPDATE SET seen_ms = ?3 WHERE seen_ms <= ?3 - ?4`,
  );
  const forgetSeen = db.prepare('DELETE FROM seen WHERE entity = ? AND seen_ms <= ?');
  const select = db.prepare('SELECT * FROM messages WHERE seq = ?');
  const selectKeys = db.prepare(
    'SELECT seq, state, session_id, due_ms FROM messages WHERE entity = ? ORDER BY seq',
  );
  const selectFrom = db.prepare(
    `SELECT * FROM messages WHERE entity = ?1 AND seq >= ?2 AND (?3 IS NULL OR session_id = ?3)
     ORDER BY seq LIMIT ?4`,
  );
  const remove = db.prepare('DELETE FROM messages WHERE seq = ?');
  const setState = db.prepare('UPDATE messages SET state = ?, due_ms = NULL, enqueued_ms = ? WHERE seq = ?');
  const setReturned = db.prepare('UPDATE messages SET delivery_count = ?, state = ?, body = ? WHERE seq = ?');
  const moveTo = db.prepare(`UPDATE messages SET entity = ?, state = 'active', body = ? WHERE seq = ?`);
  const getSession = db.prepare('SELECT state FROM sessions WHERE entity = ? AND session_id = ?');
  const putSession = db.prepare(
    'INSERT OR REPLACE INTO sessions (entity, session_id, state) VALUES (?, ?, ?)',
  );

  return {
    /**
     * Takes over messages of one send. Returns, in their order, the sequence numbers; null for a duplicate, which
     * is dropped as the service does: accepted, and gone.
     */
    accept(
      entity: string,
      messages: readonly NewMessage[],
      duplicates: DuplicateWindow | null,
    ): (number | null)[] {
      db.exec('BEGIN IMMEDIATE');
      try {
        if (duplicates) forgetSeen.run(entity, duplicates.nowMs - duplicates.windowMs);
        const seqs = messages.map((message) => {
          const { messageId, sessionId, enqueuedMs, dueMs, expiresMs, body } = message;
          if (duplicates) {
            const marked = markSeen.run(entity, messageId, duplicates.nowMs, duplicates.windowMs);
            if (marked.changes === 0) return null;
          }
          const state = dueMs === null ? 'active' : 'scheduled';
          const row = insert.run(entity, state, messageId, sessionId, enqueuedMs, dueMs, expiresMs, body);
          return Number(row.lastInsertRowid);
        });
        crashPoint('service-bus-before-accept-commit');
        db.exec('COMMIT');
        crashPoint('service-bus-after-accept-commit');
        return seqs;
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },

    keys: (entity: string): MessageKey[] =>
      selectKeys.all(entity).map((row) => ({
        seq: Number(row['seq']),
        state: row['state'] as MessageState,
        sessionId: row['session_id'] as string | null,
        dueMs: row['due_ms'] as number | null,
      })),

    get(seq: number): StoredMessage | undefined {
      const row = select.get(seq);
      return row && toMessage(row);
    },

    /** Messages of any state from a sequence number on, for peeking. */
    from: (entity: string, seq: number, sessionId: string | null, limit: number): StoredMessage[] =>
      selectFrom.all(entity, seq, sessionId, limit).map(toMessage),

    remove: (seq: number): void => void remove.run(seq),

    activate: (seq: number, enqueuedMs: number): void => void setState.run('active', enqueuedMs, seq),

    /** Writes back a message that was delivered and not completed. */
    putBack: (seq: number, deliveryCount: number, state: MessageState, body: Buffer): void =>
      void setReturned.run(deliveryCount, state, body, seq),

    move: (seq: number, entity: string, body: Buffer): void => void moveTo.run(entity, body, seq),

    sessionState: (entity: string, sessionId: string): Buffer | null => {
      const state = getSession.get(entity, sessionId)?.['state'];
      return state instanceof Uint8Array ? Buffer.from(state) : null;
    },

    setSessionState: (entity: string, sessionId: string, state: Buffer | null): void =>
      void putSession.run(entity, sessionId, state),

    close: () => db.close(),
  };
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
