/** The tasks of runs that the agent has run, in SQLite: how each ended, what it printed, and what it has attached. */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '../process/open-database.ts';

export interface TaskRecord {
  /** Number of its log, too. */
  readonly id: number;
  readonly record: string;
  readonly name: string;
  readonly state: 'inProgress' | 'completed';
  /** Null: it has not ended. */
  readonly result: string | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly issues: readonly string[];
  readonly lines: number;
}

interface Attachment {
  readonly type: string;
  readonly name: string;
  readonly content: Buffer;
}

const schema = `
CREATE TABLE IF NOT EXISTS tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, record TEXT NOT NULL, name TEXT NOT NULL,
  result TEXT, started_ms REAL NOT NULL, ended_ms REAL
);
CREATE TABLE IF NOT EXISTS issues (task INTEGER NOT NULL, message TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lines (task INTEGER NOT NULL, line TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attachments (task INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS lines_of ON lines (task);
`;

export type Tasks = ReturnType<typeof openTasks>;

export function openTasks(file: string) {
  const database = openDatabase(file, schema);
  const begin = database.prepare('INSERT INTO tasks (run, record, name, started_ms) VALUES (?, ?, ?, ?)');
  const end = database.prepare('UPDATE tasks SET result = ?, ended_ms = ? WHERE id = ? AND result IS NULL');
  const list = database.prepare('SELECT * FROM tasks WHERE run = ? ORDER BY id');
  const addIssue = database.prepare('INSERT INTO issues VALUES (?, ?)');
  const issues = database.prepare('SELECT message FROM issues WHERE task = ? ORDER BY rowid');
  const addLine = database.prepare('INSERT INTO lines VALUES (?, ?)');
  const lines = database.prepare('SELECT line FROM lines WHERE task = ? ORDER BY rowid');
  const size = database.prepare(
    'SELECT COUNT(*) AS lines, COALESCE(SUM(LENGTH(line)), 0) AS chars FROM lines WHERE task = ?',
  );
  const attach = database.prepare('INSERT INTO attachments VALUES (?, ?, ?, ?)');
  const attached = database.prepare(
    'SELECT t.record, a.name, a.content FROM attachments a JOIN tasks t ON t.id = a.task WHERE t.run = ? AND a.type = ? ORDER BY a.rowid',
  );

  return {
    begin: (run: number, name: string, nowMs: number): number =>
      Number(begin.run(run, randomUUID(), name, nowMs).lastInsertRowid),
    end: (task: number, result: string, nowMs: number): void => void end.run(result, nowMs, task),
    /** Of a run whose agent went: its tasks that have not ended are abandoned. */
    lose(run: number, nowMs: number, why: string): void {
      for (const row of list.all(run)) {
        if (row['result'] !== null) continue;
        addIssue.run(Number(row['id']), why);
        end.run('abandoned', nowMs, Number(row['id']));
      }
    },
    addIssue: (task: number, message: string): void => void addIssue.run(task, message),
    addLine(task: number, line: string, mostChars: number): void {
      if (Number(size.get(task)!['chars']) < mostChars) addLine.run(task, line);
    },
    attach: (task: number, { type, name, content }: Attachment): void =>
      void attach.run(task, type, name, content),
    list: (run: number): TaskRecord[] =>
      list.all(run).map((row) => ({
        id: Number(row['id']),
        record: String(row['record']),
        name: String(row['name']),
        state: row['result'] === null ? 'inProgress' : 'completed',
        result: row['result'] === null ? null : String(row['result']),
        startedMs: Number(row['started_ms']),
        endedMs: row['ended_ms'] === null ? null : Number(row['ended_ms']),
        issues: issues.all(Number(row['id'])).map(({ message }) => String(message)),
        lines: Number(size.get(Number(row['id']))!['lines']),
      })),
    linesOf: (task: number): string[] => lines.all(task).map(({ line }) => String(line)),
    attachments: (run: number, type: string): { record: string; name: string; content: Uint8Array }[] =>
      attached.all(run, type).map(({ record, name, content }) => ({
        ...{ record: String(record), name: String(name), content: content as Uint8Array },
      })),
    close: () => database.close(),
  };
}
