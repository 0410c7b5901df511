/**
 * One process of a kind, host or cloud, a HOME, and one service, which starts both.
 *
 * The lock is an exclusive transaction on an empty database file: the operating system lets go of it when the process
 * ends, however it ends, so that a stale lock, or one whose process id now belongs to another program, cannot exist.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errorText, LocalError } from './local-error.ts';
import { damagedState } from './state-file.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

export interface HomeLock {
  /** Writes HOME/{kind}.json, by which others find this process. */
  announce(state: Readonly<Record<string, unknown>> & { readonly pid: number }): void;
  release(): void;
}

type HomeKind = 'host' | 'cloud' | 'service';

export function lockHome(home: string, kind: HomeKind = 'host'): HomeLock {
  mkdirSync(home, { recursive: true });
  const stateFile = join(home, `${kind}.json`);
  const database = openLock(join(home, `${kind}.lock`), home, kind, stateFile);
  rmSync(stateFile, { force: true });
  return {
    announce: (state) => writeFileAtomically(stateFile, `${JSON.stringify(state, null, 2)}\n`),
    release() {
      rmSync(stateFile, { force: true });
      database.close();
    },
  };
}

function openLock(file: string, home: string, kind: HomeKind, stateFile: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test(errorText(error))) throw damagedState(file, errorText(error), error);
    const elsewhere =
      kind === 'service' ? 'set RATCHET_HOME to another folder' : 'give this one its own --home';
    throw new LocalError(
      'home-in-use',
      `${home}: another ${kind} is already running with this state folder${describeOwner(stateFile)}; stop it, or ${elsewhere}`,
      error,
    );
  }
}

function describeOwner(stateFile: string): string {
  try {
    const { pid, url } = JSON.parse(readFileSync(stateFile, 'utf8')) as { pid: number; url?: string };
    return ` (process ${pid}${url === undefined ? '' : ` at ${url}`})`;
  } catch {
    return ''; // It is still starting: it has not said who it is.
  }
}
