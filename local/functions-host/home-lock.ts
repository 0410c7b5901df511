/**
 * One host a HOME.
 *
 * The lock is an exclusive transaction on an empty database file: the operating system lets go of it when the process
 * ends, however it ends, so that a stale lock, or one whose process id now belongs to another program, cannot exist.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errorText, HostError } from './host-error.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

export interface HostState {
  readonly pid: number;
  readonly url: string;
  /** ISO 8601, UTC, by the real clock. */
  readonly startedAt: string;
}

export interface HomeLock {
  /** Writes HOME/host.json, by which others find this host. */
  announce(state: HostState): void;
  release(): void;
}

export function lockHome(home: string): HomeLock {
  mkdirSync(home, { recursive: true });
  const stateFile = join(home, 'host.json');
  const database = openLock(join(home, 'host.lock'), home, stateFile);
  rmSync(stateFile, { force: true });
  return {
    announce: (state) => writeFileAtomically(stateFile, `${JSON.stringify(state, null, 2)}\n`),
    release() {
      rmSync(stateFile, { force: true });
      database.close();
    },
  };
}

function openLock(file: string, home: string, stateFile: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test(errorText(error))) throw error;
    throw new HostError(
      'home-in-use',
      `${home}: another host runs there${describeOwner(stateFile)}; stop it, or give this one its own --home`,
      error,
    );
  }
}

function describeOwner(stateFile: string): string {
  try {
    const { pid, url } = JSON.parse(readFileSync(stateFile, 'utf8')) as HostState;
    return ` (process ${pid}, ${url})`;
  } catch {
    return ''; // It is still starting: it has not said who it is.
  }
}
