import { Cron } from 'croner';

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
  try {
    return openCron(pattern, 'UTC').nextRun(new Date('2026-01-01T00:00:00Z')) !== null;
  } catch {
    return false;
  }
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
