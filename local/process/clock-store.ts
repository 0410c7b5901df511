/** Keeps a virtual clock's time in HOME, so that a restart goes on from it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, SystemClock, VirtualClock } from '../clock/clock.ts';
import { LocalError } from './local-error.ts';
import { replaceFile } from './write-file-atomically.ts';

const fileName = 'clock.json';

export interface ClockOptions {
  readonly home: string;
  readonly mode: 'system' | 'virtual';
  /** ISO 8601; for a virtual clock without a stored time. */
  readonly start: string | null;
}

/** The clock a process runs by. A stored virtual time wins over `start`: time does not go back. */
export function openClock({ home, mode, start }: ClockOptions): Clock {
  if (mode === 'system') return new SystemClock();
  const startMs = start === null ? Date.now() : Date.parse(start);
  if (Number.isNaN(startMs)) {
    throw new LocalError(
      'options',
      `--clock-start: expected an ISO 8601 time such as 2026-01-01T00:00:00Z, got ${JSON.stringify(start)}`,
    );
  }
  return new VirtualClock(readStored(join(home, fileName)) ?? startMs);
}

function readStored(file: string): number | null {
  if (!existsSync(file)) return null;
  const { now } = JSON.parse(readFileSync(file, 'utf8')) as { now: string };
  const nowMs = Date.parse(now);
  if (Number.isNaN(nowMs))
    throw new LocalError('options', `${file}: now: expected an ISO 8601 time; delete the file to begin anew`);
  return nowMs;
}

export function storeClock(home: string, nowMs: number): void {
  replaceFile(join(home, fileName), `${JSON.stringify({ now: new Date(nowMs).toISOString() })}\n`);
}
