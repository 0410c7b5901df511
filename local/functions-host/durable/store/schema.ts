import type { DatabaseSync } from 'node:sqlite';
import { openState } from '../../../process/state-file.ts';

export const storeVersion = 1;

const tables = `
  CREATE TABLE instances (
    id TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT,
    custom_status TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    parent TEXT,
    locks TEXT
  );
  CREATE INDEX instances_by_creation ON instances (created_ms, id);

  CREATE TABLE history (
    seq INTEGER PRIMARY KEY,
    instance_id TEXT NOT NULL,
    events TEXT NOT NULL
  );
  CREATE INDEX history_by_instance ON history (instance_id, seq);

  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    execution_id TEXT,
    body TEXT NOT NULL
  );

  CREATE TABLE activities (
    seq INTEGER PRIMARY KEY,
    instance_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    task_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    input TEXT NOT NULL
  );

  CREATE TABLE timers (
    instance_id TEXT NOT NULL,
    timer_id INTEGER NOT NULL,
    execution_id TEXT NOT NULL,
    fire_at_ms INTEGER NOT NULL,
    PRIMARY KEY (instance_id, timer_id)
  ) WITHOUT ROWID;

  CREATE TABLE entities (
    id TEXT PRIMARY KEY,
    present INTEGER NOT NULL,
    state TEXT,
    locked_by TEXT,
    updated_ms INTEGER NOT NULL
  );
`;

/**
 * A commit is in the system's hands when it returns, on the disk when the log is next taken into the file: at every 4000
 * pages, 16 MB, since all work waits meanwhile, and at SQLite's own 1000 that is several times a second.
 */
const pragmas = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;';

/** Makes the tables in an empty file; refuses a file of another layout rather than guess at it. */
export function prepareSchema(db: DatabaseSync, file: string): void {
  openState(file, () => db.exec(pragmas));
  const found = db.prepare('PRAGMA user_version').get()?.['user_version'];
  if (found === storeVersion) return;
  if (found !== 0) {
    throw new Error(
      `durable store ${file}: layout ${String(found)} found, ${storeVersion} expected; ` +
        'it was written by another version: move the file elsewhere to start with an empty one',
    );
  }
  db.exec(`BEGIN; ${tables} PRAGMA user_version = ${storeVersion}; COMMIT;`);
}
