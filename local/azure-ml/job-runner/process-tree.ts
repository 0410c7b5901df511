/**
 * Ends processes, and knows one again after a restart.
 *
 * A process id is reused by the system, so a process from before is ended only if it also began when ours did.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ProcessMark } from '../store/jobs.ts';

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

export function markProcess(pid: number): ProcessMark {
  return { pid, startedAs: startOf(pid) ?? '' };
}

/** Ends what is left of a job's process after this program was killed. Returns whether there was anything. */
export function killOrphan(mark: ProcessMark): boolean {
  if (mark.startedAs === '' || startOf(mark.pid) !== mark.startedAs) return false;
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
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; the fields after it do not. The 20th of them is the start, in ticks
    // since the machine came up, so the boot belongs to it.
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${startTicks}`;
  } catch {
    return undefined; // no such process
  }
}
