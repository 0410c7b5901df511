import { Cron } from 'croner';
import { parseDurationMs } from './duration.ts';

/** Times that a pattern begins and that last. */
export interface Repeated {
  readonly cron: string;
  readonly lasts: string;
  readonly timeZone: string;
}

const opened = new Map<string, Cron>();

/**
 * A schedule of five fields (minute, hour, day of month, month, day of week) in an IANA time zone. Parsed once for
 * each pattern: admission asks at every signal.
 */
export function openCron(pattern: string, timeZone: string): Cron {
  const key = `${timeZone} ${pattern}`;
  let cron = opened.get(key);
  if (!cron) {
    cron = new Cron(pattern, {
      mode: '5-part',
      timezone: timeZone,
      paused: true,
      // Around a change of the clocks, a list of hours is as fixed as a single one.
      fixedTimeRule: 'no-wildcard',
    });
    opened.set(key, cron);
  }
  return cron;
}

/** Whether the text is a cron pattern of five fields. */
export function isCron(pattern: string): boolean {
  // A date is a pattern to the library: it comes once.
  if (pattern.trim().split(/\s+/).length !== 5) return false;
  try {
    return openCron(pattern, 'UTC').nextRun(new Date('2026-01-01T00:00:00Z')) !== null;
  } catch {
    return false;
  }
}

const endless = new Map<string, boolean>();

/** Whether a pattern comes round anew before each of its times is over, a hundred times at two times of the year. */
export function isEndless({ cron, lasts, timeZone }: Repeated): boolean {
  const lastsMs = parseDurationMs(lasts);
  if (lastsMs === null || !isCron(cron) || !isTimeZone(timeZone)) return false;
  const key = `${timeZone} ${lasts} ${cron}`;
  const known = endless.get(key);
  if (known !== undefined) return known;
  const answer = ['2026-01-01T00:00:00Z', '2026-07-07T12:00:00Z'].every((from) =>
    neverPauses(openCron(cron, timeZone), lastsMs, new Date(from)),
  );
  endless.set(key, answer);
  return answer;
}

function neverPauses(cron: Cron, lastsMs: number, from: Date): boolean {
  let begin = cron.nextRun(from);
  for (let times = 0; begin && times < 100; times++) {
    const next = cron.nextRun(begin);
    if (!next || next.getTime() - begin.getTime() > lastsMs) return false;
    begin = next;
  }
  return begin !== null;
}

/** Whether the text is an IANA time zone that this machine knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
