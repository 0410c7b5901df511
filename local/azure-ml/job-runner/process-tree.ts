/**
 * Ends processes, and knows one again after a restart.
 *
 * A process id is reused by the system, so a process from before is ended only if it also began when ours did.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessMark } from '../store/jobs.ts';
import { homeOf, temporaryOf } from './environment.ts';

/** Ends the process group `pid` leads, or on Windows the process with its descendants. Silent if there is none. */
export function killTree(pid: number): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const killRounds = 100;
const betweenRoundsMs = 20;

/**
 * Ends what a job has left beside its process group: a process that made a session of its own (`setsid`) is in no group
 * of ours any more. It is known by the job's session, or by the job's folders in its environment: one that has shed both
 * is not found. Linux tells these things; elsewhere nothing is done. Resolves when none is left; false when some would
 * not end.
 */
export async function endLeftovers(folder: string, session?: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  for (let round = 0; round < killRounds; round++) {
    const left = findLeftovers(folder, session);
    if (left.length === 0) return true;
    for (const pid of left) killOne(pid);
    await sleep(betweenRoundsMs);
  }
  return false;
}

function findLeftovers(folder: string, session: number | undefined): number[] {
  const marks = [`HOME=${homeOf(folder)}`, `TMPDIR=${temporaryOf(folder)}`].map((mark) => `\0${mark}\0`);
  const isOfJob = (pid: number): boolean => {
    const fields = statOf(pid);
    // A zombie is dead; its parent has not asked yet.
    if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return false;
    if (session !== undefined && Number(fields[3]) === session) return true;
    const environment = attempt(() => readFileSync(`/proc/${pid}/environ`));
    const text = Buffer.concat([zero, environment ?? zero, zero]);
    return marks.some((mark) => text.includes(mark));
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isOfJob(pid));
}

const zero = Buffer.from([0]);

function killOne(pid: number): void {
  attempt(() => process.kill(pid, 'SIGKILL')); // gone meanwhile, or somebody else's
}

/** What `read` gives; undefined where the process is gone, or not ours to look at. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

export function markProcess(pid: number): ProcessMark {
  return { pid, startedAs: startOf(pid) ?? '' };
}

/** Whether it runs, and is no other with its id. */
export function isStillThere({ pid, startedAs }: ProcessMark): boolean {
  return startedAs !== '' && startOf(pid) === startedAs;
}

/** Ends what is left of a job's process after this program was killed. Returns whether there was anything. */
export function killOrphan(mark: ProcessMark): boolean {
  if (!isStillThere(mark)) return false;
  killTree(mark.pid);
  return true;
}

/** What the system says of a process's beginning: equal for the same process, different for the next with its id. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return startOnLinux(pid);
  const [program, ...args] =
    process.platform === 'win32'
      ? ['powershell', '-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`]
      : ['ps', '-o', 'lstart=', '-p', String(pid)];
  const answer = spawnSync(program!, args, { encoding: 'utf8', windowsHide: true });
  return answer.status === 0 && answer.stdout.trim() !== '' ? answer.stdout.trim() : undefined;
}

function startOnLinux(pid: number): string | undefined {
  const fields = statOf(pid);
  if (fields === undefined) return undefined;
  // The 20th is the start, in ticks since the machine came up, so the boot belongs to it.
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
}

/** What Linux says of a process, from its state on: the name in brackets before it may hold anything. */
function statOf(pid: number): string[] | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}
