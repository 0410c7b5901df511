import { type Clock, VirtualClock } from './clock.ts';
import { utcTimeMs } from './utc-time.ts';
import type { Work } from './work.ts';

/** What a local process says of its time: the body of `GET {control}/clock`. Times are ISO 8601 in UTC. */
export interface ClockReport {
  mode: 'system' | 'virtual';
  now: string;
  /** Pieces of work under way. */
  busy: number;
  /** Pieces of work begun since the start. */
  begun: number;
  /** The earliest moment something waits for, or null. */
  nextDue: string | null;
}

export function reportClock(clock: Clock, work: Work): ClockReport {
  const nextDueMs = clock.nextDueMs();
  return {
    mode: clock.mode,
    now: new Date(clock.now()).toISOString(),
    busy: work.busy,
    begun: work.begun,
    nextDue: nextDueMs === null ? null : new Date(nextDueMs).toISOString(),
  };
}

/** Serves `PUT {control}/clock` with `{"now": "<ISO 8601>"}`. Returns the status and JSON body to answer. */
export function setClock(clock: Clock, work: Work, body: unknown): { status: number; body: unknown } {
  if (!(clock instanceof VirtualClock)) {
    return {
      status: 409,
      body: { error: 'the system clock cannot be set; start with RATCHET_CLOCK=virtual' },
    };
  }
  const now = typeof body === 'object' && body !== null && 'now' in body ? body.now : undefined;
  const nowMs = typeof now === 'string' ? utcTimeMs(now) : Number.NaN;
  if (Number.isNaN(nowMs)) {
    return { status: 400, body: { error: `now: expected an ISO 8601 time, got ${JSON.stringify(now)}` } };
  }
  clock.setNow(nowMs);
  return { status: 200, body: reportClock(clock, work) };
}
