import { DatabaseSync } from 'node:sqlite';
import { openState } from './state-file.ts';

/**
 * Opens a service's state with its tables, making it when absent. A commit survives a killed process; the last ones may
 * be lost in a power cut. A damaged file is named.
 */
export function openDatabase(file: string, tables: string): DatabaseSync {
  return openState(file, () => {
    const database = new DatabaseSync(file, { timeout: 5000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec(tables);
    return database;
  });
}
