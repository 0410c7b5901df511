/**
 * Ends the processes of deployments when this program is killed: one that serves would run on for ever, and nobody would
 * know its port.
 *
 * A small process of its own (warden-process.ts) is told which folders have a process, and holds the other end of a pipe.
 * When this program dies, however it dies, the pipe ends, and it ends what is left.
 *
 * Invariants
 * 1. A folder is guarded before a process is started in it: a kill in between finds it by its folder (on Linux).
 * 2. The warden of an earlier life has ended before anything is started: it would take what is new for what is left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { programFile } from '../../process/project-folder.ts';
import { writeFileAtomically } from '../../process/write-file-atomically.ts';
import { isStillThere, markProcess } from '../job-runner/process-tree.ts';
import type { ProcessMark } from '../store/jobs.ts';

export interface Guarded {
  readonly folder: string;
  /** Absent until the process has begun. */
  readonly mark?: ProcessMark;
}

export type WardenMessage = { readonly guard: Guarded } | { readonly release: string };

const program = programFile(new URL('./warden-process.ts', import.meta.url));
const earlierLimitMs = 10_000;

export class Warden {
  readonly #guarded = new Map<string, Guarded>();
  /** Says which process it is. */
  readonly #file: string;
  #child: ChildProcess | null = null;

  constructor(home: string) {
    this.#file = join(home, 'warden.json');
  }

  /** Resolves when that of an earlier life is gone. */
  async waitForEarlier(): Promise<void> {
    const giveUpAt = Date.now() + earlierLimitMs;
    const mark = readMark(this.#file);
    while (mark && isStillThere(mark) && Date.now() < giveUpAt) await pause(20);
  }

  guard(guarded: Guarded): void {
    this.#guarded.set(guarded.folder, guarded);
    const isNew = this.#child === null;
    if (isNew) this.#begin();
    for (const guard of isNew ? this.#guarded.values() : [guarded]) this.#send({ guard });
  }

  release(folder: string): void {
    if (this.#guarded.delete(folder)) this.#send({ release: folder });
  }

  /** Call it once no process is left. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    for (const folder of this.#guarded.keys()) this.release(folder);
    const exited = once(child, 'exit');
    child.stdin?.end();
    await exited;
  }

  #begin(): void {
    const child = spawn(process.execPath, [program], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // In a group of its own: what ends ours is not to end it.
      detached: true,
      windowsHide: true,
      env: { ...(process.platform === 'win32' && { SystemRoot: process.env['SystemRoot'] }) },
    });
    child.once('exit', () => {
      if (this.#child === child) this.#child = null;
    });
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    this.#child = child;
    if (child.pid !== undefined) writeFileAtomically(this.#file, JSON.stringify(markProcess(child.pid)));
  }

  #send(message: WardenMessage): void {
    this.#child?.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}

function readMark(file: string): ProcessMark | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessMark;
  } catch {
    return null; // never written, or not to its end
  }
}
