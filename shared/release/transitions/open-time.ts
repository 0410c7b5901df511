/**
 * Time that counts only in business hours. Pure: moments are input, in milliseconds since the epoch.
 *
 * A moment is open where the clock of the zone, at that moment, shows one of the days and a time from `from` on and before
 * `to`. So an hour that the clock skips does not count, and one that it shows twice counts twice.
 *
 * Owns: adding open time, and counting it. Does not own: how much of it a duration is (business-hours.ts).
 */
import type { OpenHours } from '../../config/business-hours.ts';

const dayMs = 86_400_000;
/** Deadlines are closer: the schema sees to it. */
const daysAtMost = 800;

/** The moment at which so much open time has passed, counted from `startMs`. */
export function addOpenTime(startMs: number, openMs: number, hours: OpenHours): number {
  let leftMs = openMs;
  for (const [fromMs, toMs] of openSpans(startMs, hours)) {
    if (leftMs <= toMs - fromMs) return fromMs + leftMs;
    leftMs -= toMs - fromMs;
  }
  return startMs + daysAtMost * dayMs;
}

/** How much open time there is between two moments. */
export function openTimeBetween(startMs: number, endMs: number, hours: OpenHours): number {
  let sumMs = 0;
  for (const [fromMs, toMs] of openSpans(startMs, hours)) {
    if (fromMs >= endMs) break;
    sumMs += Math.min(toMs, endMs) - fromMs;
  }
  return sumMs;
}

/** Open spans from a moment on, one after the other. */
function* openSpans(startMs: number, hours: OpenHours): Generator<readonly [number, number]> {
  const endMs = startMs + daysAtMost * dayMs;
  for (let fromMs = startMs; fromMs < endMs; ) {
    const offsetMs = offsetAt(fromMs, hours.zone);
    const toMs = endOfOffset(fromMs, offsetMs, hours.zone);
    // While the clock goes evenly it is a shifted one.
    for (const [opens, closes] of spansOfEvenClock(fromMs + offsetMs, toMs + offsetMs, hours))
      yield [opens - offsetMs, closes - offsetMs];
    fromMs = toMs;
  }
}

/** `fromMs` and `toMs` are what the clock shows, as if it were that of UTC. */
function* spansOfEvenClock(
  fromMs: number,
  toMs: number,
  hours: OpenHours,
): Generator<readonly [number, number]> {
  for (let day = Math.floor(fromMs / dayMs); day * dayMs < toMs; day++) {
    // The epoch was a Thursday.
    if (!hours.days.includes((((day + 4) % 7) + 7) % 7)) continue;
    const opens = Math.max(day * dayMs + hours.fromMs, fromMs);
    const closes = Math.min(day * dayMs + hours.toMs, toMs);
    if (opens < closes) yield [opens, closes];
  }
}

/** No clock of our time changes twice within so long: the closest are a month apart (Morocco's, around Ramadan). */
const evenlyMs = 7 * dayMs;

/** When the clock next changes, or a week later. */
function endOfOffset(fromMs: number, offsetMs: number, zone: string): number {
  let sameMs = fromMs;
  let otherMs = fromMs + evenlyMs;
  if (offsetAt(otherMs, zone) === offsetMs) return otherMs;
  while (otherMs - sameMs > 1) {
    const middleMs = Math.floor((sameMs + otherMs) / 2);
    if (offsetAt(middleMs, zone) === offsetMs) sameMs = middleMs;
    else otherMs = middleMs;
  }
  return otherMs;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** How far the clock of a zone is ahead of that of UTC. */
function offsetAt(atMs: number, zone: string): number {
  let clock = clocks.get(zone);
  if (!clock) {
    const numeric = 'numeric' as const;
    clock = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, calendar: 'gregory', hourCycle: 'h23', era: 'short' },
      ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
    });
    clocks.set(zone, clock);
  }
  const shown: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(atMs)) shown[type] = Number(value);
  const { year, month, day, hour, minute, second } = shown as Record<
    'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
    number
  >;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}
