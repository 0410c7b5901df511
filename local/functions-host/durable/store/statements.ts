import type { DatabaseSync, StatementSync } from 'node:sqlite';

const texts = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  highestSeq: `SELECT max(seq) AS seq FROM (
    SELECT max(seq) AS seq FROM messages UNION ALL
    SELECT max(seq) FROM activities UNION ALL
    SELECT max(seq) FROM history)`,
  instance: 'SELECT * FROM instances WHERE id = ?',
  putInstance: 'INSERT OR REPLACE INTO instances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  updateInstance: `UPDATE instances SET status = ?, output = ?, custom_status = ?, updated_ms = ?, locks = ?
    WHERE id = ? AND execution_id = ?`,
  deleteInstance: 'DELETE FROM instances WHERE id = ?',
  history: 'SELECT events FROM history WHERE instance_id = ? ORDER BY seq',
  appendHistory: 'INSERT INTO history VALUES (?, ?, ?)',
  deleteHistory: 'DELETE FROM history WHERE instance_id = ?',
  messages: 'SELECT * FROM messages ORDER BY seq',
  putMessage: 'INSERT INTO messages VALUES (?, ?, ?, ?)',
  deleteMessage: 'DELETE FROM messages WHERE seq = ?',
  deleteMessages: 'DELETE FROM messages WHERE target = ?',
  activities: 'SELECT * FROM activities ORDER BY seq',
  putActivity: 'INSERT INTO activities VALUES (?, ?, ?, ?, ?, ?)',
  deleteActivity: 'DELETE FROM activities WHERE seq = ?',
  deleteActivities: 'DELETE FROM activities WHERE instance_id = ?',
  timers: 'SELECT * FROM timers',
  putTimer: 'INSERT INTO timers VALUES (?, ?, ?, ?)',
  deleteTimer: 'DELETE FROM timers WHERE instance_id = ? AND timer_id = ?',
  deleteFiredTimer: 'DELETE FROM timers WHERE instance_id = ? AND timer_id = ? AND execution_id = ?',
  deleteTimers: 'DELETE FROM timers WHERE instance_id = ?',
  entity: 'SELECT * FROM entities WHERE id = ?',
  orphanedLocks: `SELECT * FROM entities WHERE locked_by IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM instances WHERE id = locked_by AND status IN ('Pending', 'Running', 'Suspended'))`,
  putEntity: 'INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?, ?)',
  deleteEntity: 'DELETE FROM entities WHERE id = ?',
} as const;

export type Statements = Readonly<Record<keyof typeof texts, StatementSync>>;

export function prepareStatements(db: DatabaseSync): Statements {
  const prepared = Object.entries(texts).map(([name, text]) => [name, db.prepare(text)]);
  return Object.fromEntries(prepared) as Statements;
}
