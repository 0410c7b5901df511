/**
 * Tells that whoever has started this process is gone, however that went. Without it a program below npm or npx would go on
 * without anybody who could end it: npm's signals reach the shell between, not what runs in that.
 *
 * A program of ours holds the other end of an IPC channel, which closes with it on every platform. Below npm there is a shell
 * that has no such channel: the ids of the parents up to npm are watched. Linux tells all of them, other systems the nearest (npm's
 * SIGTERM ends that one), and Windows nothing: there Ctrl-C and a closed window reach each process by themselves. Below any other
 * shell nothing is watched: what is sent to the background there outlives its terminal by intention.
 */
import { readFileSync } from 'node:fs';

const lookEveryMs = 500;
const parentsAtMost = 8;

export function whenAlone(act: () => void): void {
  const once = callOnce(act);
  if (process.channel) {
    process.once('disconnect', once);
    process.channel.unref();
  }
  if (process.env['npm_command'] === undefined) return;
  const parents = readParents();
  const timer = setInterval(() => {
    if (readParents() === parents) return;
    clearInterval(timer);
    once();
  }, lookEveryMs);
  timer.unref();
}

function callOnce(act: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) act();
    isCalled = true;
  };
}

/** The ids of the processes between this one and npm, which is the last; where that cannot be read, of the parent alone. */
function readParents(): string {
  const parents = [process.ppid];
  while (process.platform === 'linux' && parents.length < parentsAtMost) {
    const status = readStatus(parents.at(-1)!);
    if (status === null) break;
    if (status.name.startsWith('npm')) return parents.join(' ');
    parents.push(status.parent);
  }
  return String(process.ppid);
}

/** As proc_pid_status(5) has it: `Name:` is the title that a process has given itself. */
function readStatus(pid: number): { readonly name: string; readonly parent: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
    return { name: field('Name'), parent: Number(field('PPid')) };
  } catch {
    return null;
  }
}
