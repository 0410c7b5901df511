/**
 * Ends the processes of deployments when this program is killed: one that serves would run on for ever, and nobody would
 * know its port.
 *
 * A small process of its own (warden-process.ts) is told of every process that begins or ends, and holds the other end of
 * a pipe. When this program dies, however it dies, the pipe ends, and it ends what is left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ProcessMark } from '../store/jobs.ts';

export interface Watched extends ProcessMark {
  /** What it has left is known by it. */
  readonly folder: string;
}

export type WardenMessage = { readonly watch: Watched } | { readonly forget: number };

const program = fileURLToPath(new URL('./warden-process.ts', import.meta.url));

export class Warden {
  readonly #watched = new Map<number, Watched>();
  #child: ChildProcess | null = null;

  watch(process: Watched): void {
    this.#watched.set(process.pid, process);
    const isNew = this.#child === null;
    if (isNew) this.#begin();
    for (const watch of isNew ? this.#watched.values() : [process]) this.#send({ watch });
  }

  forget(pid: number): void {
    if (this.#watched.delete(pid)) this.#send({ forget: pid });
  }

  /** Call it once no process is left. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
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
  }

  #send(message: WardenMessage): void {
    this.#child?.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}
