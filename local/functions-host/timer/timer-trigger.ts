/**
 * Runs one function on its schedule.
 *
 * Owns: waiting on the clock, the past-due tick at start, the schedule status a function is given.
 * Does not own: when a schedule is due (schedule.ts), nor retries (app/retry.ts).
 *
 * Invariants
 * 1. Runs of one timer never overlap. Ticks that passed during a run, or while the machine slept, are not made up for.
 * 2. A tick missed while the host was down fires once at the next start, with `isPastDue`.
 * 3. A tick is written down after its run has ended: a host killed in between runs it again.
 */
import { crashPoint } from '../../crash-point.ts';
import { errorDetail, errorText, LocalError } from '../../process/local-error.ts';
import { invokeWithRetry, type RetryDependencies } from '../app/retry.ts';
import type { RegisteredFunction } from '../contract.ts';
import { parseSchedule, type Schedule } from './schedule.ts';
import type { ScheduleStatus, ScheduleStore } from './schedule-store.ts';

interface TimerDependencies extends RetryDependencies {
  readonly store: ScheduleStore;
}

interface TimerTrigger {
  readonly fn: RegisteredFunction;
  start(): void;
  /** Resolves when the run under way, if any, has ended and is written down. */
  stop(): Promise<void>;
  /** The text a function is given when it is run by hand. */
  input(): string;
}

const iso = (ms: number): string => new Date(ms).toISOString();
/** What the real host writes for "never". */
const never = '0001-01-01T00:00:00+00:00';
const monitorFromMs = 60_000;

export function createTimerTrigger(dependencies: TimerDependencies, fn: RegisteredFunction): TimerTrigger {
  const { clock, store, log } = dependencies;
  const schedule = readSchedule(fn);
  const monitored =
    fn.trigger['useMonitor'] !== false && shortestStepMs(schedule, clock.now()) >= monitorFromMs;
  const runOnStartup = fn.trigger['runOnStartup'] === true;
  let status: ScheduleStatus | null = monitored ? store.get(fn.name) : null;
  let withdraw: () => void = () => undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  const keep = (next: ScheduleStatus): void => {
    status = next;
    if (monitored) store.set(fn.name, next);
  };

  const wait = (dueMs: number | null): void => {
    if (dueMs === null) log('warn', 'its schedule has no further occurrence', { function: fn.name });
    else if (!stopped) {
      withdraw = clock.at(dueMs, () => {
        running = tick(dueMs, false);
      });
    }
  };

  const tick = async (dueMs: number, isPastDue: boolean): Promise<void> => {
    try {
      await invokeWithRetry(dependencies, fn, {
        trigger: { string: toInput(schedule, status, clock.now(), isPastDue) },
      });
    } catch (error) {
      log('error', `failed: ${errorDetail(error)}`, { function: fn.name });
      // The host stopped it between two attempts: the next start takes it up as past due.
      if (dependencies.stopping.aborted) return;
    }
    crashPoint(`timer-after-run:${fn.name}`);
    const nextMs = schedule.next(Math.max(dueMs, clock.now()));
    keep({ last: iso(dueMs), next: nextMs === null ? null : iso(nextMs), lastUpdated: iso(clock.now()) });
    wait(nextMs);
  };

  return {
    fn,
    input: () => toInput(schedule, status, clock.now(), false),
    start() {
      const now = clock.now();
      const dueMs = schedule.next(status === null ? now : Date.parse(status.lastUpdated));
      if (status === null)
        keep({ last: null, next: dueMs === null ? null : iso(dueMs), lastUpdated: iso(now) });
      const isPastDue = dueMs !== null && dueMs < now;
      if (isPastDue || runOnStartup) running = tick(now, isPastDue);
      else wait(dueMs);
    },
    async stop() {
      stopped = true;
      withdraw();
      await running;
    },
  };
}

function readSchedule(fn: RegisteredFunction): Schedule {
  const { schedule } = fn.trigger;
  const timeZone = process.env['WEBSITE_TIME_ZONE'] || 'UTC';
  try {
    if (typeof schedule !== 'string') throw new Error(`expected a string, got ${JSON.stringify(schedule)}`);
    requireTimeZone(timeZone);
    return parseSchedule(schedule, timeZone);
  } catch (error) {
    throw new LocalError('binding', `function ${fn.name}: schedule: ${errorText(error)}`, error);
  }
}

function requireTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new Error(
      `WEBSITE_TIME_ZONE: expected an IANA name such as Europe/Berlin, got ${JSON.stringify(timeZone)}`,
    );
  }
}

/** The shortest of the next few steps: schedules that tick more often than each minute are not written down. */
function shortestStepMs(schedule: Schedule, nowMs: number): number {
  let shortestMs = Number.POSITIVE_INFINITY;
  let atMs = schedule.next(nowMs);
  for (let step = 0; step < 5 && atMs !== null; step++) {
    const nextMs = schedule.next(atMs);
    if (nextMs !== null) shortestMs = Math.min(shortestMs, nextMs - atMs);
    atMs = nextMs;
  }
  return shortestMs;
}

function toInput(
  schedule: Schedule,
  status: ScheduleStatus | null,
  nowMs: number,
  isPastDue: boolean,
): string {
  const nextMs = schedule.next(nowMs);
  return JSON.stringify({
    Schedule: { AdjustForDST: true },
    ScheduleStatus: {
      Last: status?.last ?? never,
      Next: nextMs === null ? never : iso(nextMs),
      LastUpdated: status?.lastUpdated ?? never,
    },
    IsPastDue: isPastDue,
  });
}
