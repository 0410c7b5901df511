/** What the system says of a process: processor time and memory. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Linux counts processor time in these, whatever its timer does. */
const ticksPerSecond = 100;

/** Processor time of the processes so far, all threads, in milliseconds. Null where the system does not tell. */
export function cpuMs(pids: readonly number[]): number | null {
  if (process.platform !== 'linux') return null;
  return pids.reduce((sum, pid) => sum + readCpuTicks(pid) * (1000 / ticksPerSecond), 0);
}

function readCpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the command in parentheses, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

export interface Memory {
  /** Pages in memory, shared ones counted in full. */
  readonly residentMb: number;
  /** Shared pages divided among those who share them. Null where the system does not tell. */
  readonly proportionalMb: number | null;
  /** The most that was ever resident. Null where the system does not tell. */
  readonly peakMb: number | null;
}

export function readMemory(pid: number): Memory {
  if (process.platform === 'linux') {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      residentMb: kilobytesIn(status, 'VmRSS') / 1024,
      peakMb: kilobytesIn(status, 'VmHWM') / 1024,
      proportionalMb: readProportional(pid),
    };
  }
  if (process.platform === 'win32') {
    throw new Error('resident memory: expected /proc or ps to ask, found Windows; measure on Linux or macOS');
  }
  const text = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return { residentMb: Number(text) / 1024, proportionalMb: null, peakMb: null };
}

function readProportional(pid: number): number | null {
  try {
    return kilobytesIn(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss') / 1024;
  } catch {
    return null; // Some kernels keep it from ordinary users.
  }
}

function kilobytesIn(text: string, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text);
  if (!found) throw new Error(`/proc: expected a line "${field}: N kB"; found none`);
  return Number(found[1]);
}

/** The processes a process has started and that still live. */
export function childrenOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
