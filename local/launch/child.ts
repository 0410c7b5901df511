/**
 * One child process of the local cloud, from its start until it is gone.
 *
 * Owns: starting it with its log file, knowing when it is ready, stopping and killing it.
 * Does not own: what the process is; cloud-process.ts and host-process.ts say that.
 *
 * Invariants
 * 1. A child does not outlive this process: it has a leash (leash.ts), and its own process group keeps a Ctrl-C from
 *    reaching it before its parent decides the order of the ends.
 * 2. Whoever waits for a child learns of its death, with the end of its log.
 * 3. A child has of this process's environment what it needs, and no key that happens to be there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programFile } from '../process/project-folder.ts';
import { childEnvironment } from './environment.ts';

export interface ChildOptions {
  /** For messages: `the Functions host`. */
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  /** On top of what every child gets of this process's environment (environment.ts). */
  readonly env: Readonly<Record<string, string>>;
  /** Standard output and standard error are appended here. */
  readonly logFile: string;
  /** Ends every wait for the child when it is aborted; the child itself goes on. */
  readonly signal?: AbortSignal | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  /** Resolves when the process is gone, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** Calls `look` until it gives a value. Rejects when the process dies first, or after `limitMs`. */
  until<T>(what: string, look: () => Promise<T | undefined>, limitMs?: number): Promise<T>;
  /** Asks it to end (SIGTERM), and ends it after `graceMs`. */
  stop(graceMs?: number): Promise<Exit>;
  /** Ends it as a power cut would (SIGKILL). */
  kill(): Promise<Exit>;
  /** Has it die the next time it passes a crash point (local/crash-point.ts). Resolves once that is so. */
  dieAt(crashPoint: string): Promise<void>;
  /** Cuts the server on one of its ports off, or connects it again (local/reach.ts). */
  setReachable(port: number, reachable: boolean): Promise<void>;
}

const leash = programFile(new URL('./leash.ts', import.meta.url));
const lookEveryMs = 25;

export function startChild(options: ChildOptions): Child {
  const logStart = statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0;
  const child = spawnWithLog(options);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.name} could not be started: ${options.script}`);
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });

  async function until<T>(what: string, look: () => Promise<T | undefined>, limitMs = 60_000): Promise<T> {
    const giveUpAt = Date.now() + limitMs;
    for (;;) {
      options.signal?.throwIfAborted();
      if (exit) throw new Error(describeDeath({ ...options, logStart }, exit, what));
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > giveUpAt) {
        throw new Error(
          `${options.name}: ${limitMs} ms passed before ${what}.\n${logTail(options.logFile, logStart)}`,
        );
      }
      await sleep(lookEveryMs);
    }
  }

  async function stop(graceMs = 10_000): Promise<Exit> {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), graceMs);
    const result = await exited;
    clearTimeout(late);
    return result;
  }

  function kill(): Promise<Exit> {
    child.kill('SIGKILL');
    return exited;
  }

  /** Resolves once the child (leash.ts) has done it. */
  function tell(message: object): Promise<void> {
    return new Promise((resolve, reject) => {
      child.once('message', () => resolve());
      child.send(message, (error) => error && reject(error));
    });
  }
  const dieAt = (crashAt: string) => tell({ crashAt });
  const setReachable = (port: number, reachable: boolean) => tell({ port, reachable });

  return { pid, exited, until, stop, kill, dieAt, setReachable };
}

function spawnWithLog({ script, args, env, logFile }: ChildOptions): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    return spawn(process.execPath, ['--import', leash, script, ...args], {
      env: { ...childEnvironment(), ...env },
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

function describeDeath(
  options: ChildOptions & { readonly logStart: number },
  exit: Exit,
  what: string,
): string {
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`;
  return `${options.name} ${how} before ${what}.\n${logTail(options.logFile, options.logStart)}`;
}

/** The last lines of a log file, under its name. What lies before `fromByte` is of an earlier start. */
export function logTail(file: string, fromByte = 0, lineCount = 25): string {
  let text: string;
  try {
    text = readFileSync(file).subarray(fromByte).toString('utf8');
  } catch {
    return `(no log at ${file})`;
  }
  const lines = text.trimEnd().split('\n').slice(-lineCount);
  return [`The last lines of ${file}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}
