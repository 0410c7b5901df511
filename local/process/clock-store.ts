/** Keeps a virtual clock's time in HOME, so that a restart goes on from it. */
import { join } from 'node:path';
import { z } from 'zod';
import { type Clock, SystemClock, VirtualClock } from '../clock/clock.ts';
import { utcTimeMs } from '../clock/utc-time.ts';
import { LocalError } from './local-error.ts';
import { readStateFile } from './state-file.ts';
import { replaceFile } from './write-file-atomically.ts';

const fileName = 'clock.json';
const StoredSchema = z.object({ now: z.iso.datetime() });

interface ClockOptions {
  readonly home: string;
  readonly mode: 'system' | 'virtual';
  /** ISO 8601; for a virtual clock without a stored time. */
  readonly start: string | null;
}

/** The clock a process runs by. A stored virtual time wins over `start`: time does not go back. */
export function openClock({ home, mode, start }: ClockOptions): Clock {
  if (mode === 'system') return new SystemClock();
  const startMs = start === null ? Date.now() : utcTimeMs(start);
  if (Number.isNaN(startMs)) {
    throw new LocalError(
      'options',
      `--clock-start: expected an ISO 8601 time such as 2026-01-01T00:00:00Z, got ${JSON.stringify(start)}`,
    );
  }
  return new VirtualClock(readStored(join(home, fileName)) ?? startMs);
}

function readStored(file: string): number | null {
  const stored = readStateFile(file, StoredSchema);
  return stored && Date.parse(stored.now);
}

export function storeClock(home: string, nowMs: number): void {
  replaceFile(join(home, fileName), `${JSON.stringify({ now: new Date(nowMs).toISOString() })}\n`);
}
