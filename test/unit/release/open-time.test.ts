/** Time that counts only in business hours, held against a count of minutes by the clock of the zone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOpenMs, type OpenHours, readHours } from '../../../shared/config/business-hours.ts';
import { addOpenTime, openTimeBetween } from '../../../shared/release/transitions/open-time.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const two = '2-digit' as const;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: two, minute: two });
  clocks.set(timeZone, clock);
  return clock;
}

/** Whether the clock on the wall shows a time within the hours. */
function isOpen(atMs: number, { days, fromMs, toMs, zone }: OpenHours): boolean {
  const shown = clockOf(zone).format(atMs);
  const [, weekday, hour, minute] = /^(\w{3})\D*(\d\d):(\d\d)$/.exec(shown)!;
  const sinceMidnightMs = (Number(hour) * 60 + Number(minute)) * minuteMs;
  return days.includes(weekdays.indexOf(weekday!)) && sinceMidnightMs >= fromMs && sinceMidnightMs < toMs;
}

/** Clocks that are put forward and back: at night, at midnight, by half an hour, by a whole day; and some that are not. */
const changes = fc.constantFrom(
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['America/Santiago', '2026-04-05T03:00:00Z'],
  ['Asia/Beirut', '2026-03-28T22:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Kolkata', '2026-07-01T00:00:00Z'],
  ['UTC', '2026-03-29T01:00:00Z'],
);

const hoursOf = (zone: string) =>
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 0, max: 22 * 4 }),
      fc.integer({ min: 4, max: 96 }),
    )
    .map(
      ([days, from, length]): OpenHours => ({
        days,
        fromMs: from * 15 * minuteMs,
        toMs: Math.min(from + length, 96) * 15 * minuteMs,
        zone,
      }),
    );

const cases = changes.chain(([zone, at]) =>
  fc.record({
    hours: hoursOf(zone!),
    startMs: fc
      .integer({ min: -4 * 24 * 60, max: 24 * 60 })
      .map((minutes) => Date.parse(at!) + minutes * minuteMs),
    minutes: fc.integer({ min: 1, max: 2 * 24 * 60 }),
  }),
);

describe('open time', () => {
  it('is as many minutes as the clock shows one of the hours, whatever is done to the clock', () => {
    fc.assert(
      fc.property(cases, ({ hours, startMs, minutes }) => {
        const endMs = startMs + minutes * minuteMs;
        let open = 0;
        for (let atMs = startMs; atMs < endMs; atMs += minuteMs) if (isOpen(atMs, hours)) open += 1;
        expect(openTimeBetween(startMs, endMs, hours)).toBe(open * minuteMs);
      }),
      { numRuns: 60 },
    );
  });

  it('that is added is there, no more and no less, and ends while it is open', () => {
    fc.assert(
      fc.property(cases, ({ hours, startMs, minutes }) => {
        const endMs = addOpenTime(startMs, minutes * minuteMs, hours);
        expect(openTimeBetween(startMs, endMs, hours)).toBe(minutes * minuteMs);
        expect(isOpen(endMs - minuteMs, hours)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('is added in parts as in one piece', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 1_000 }), ({ hours, startMs, minutes }, more) => {
        const [first, second] = [minutes * minuteMs, more * minuteMs];
        const between = addOpenTime(startMs, first, hours);
        expect(addOpenTime(between, second, hours)).toBe(addOpenTime(startMs, first + second, hours));
      }),
      { numRuns: 200 },
    );
  });

  const berlin = readHours({ days: 'mon-fri', from: '09:00', to: '17:00', zone: 'Europe/Berlin' });
  const due = (from: string, duration: string, hours = berlin): string =>
    new Date(addOpenTime(Date.parse(from), countOpenMs(duration, hours), hours)).toISOString();

  it.each([
    ['a day is one day’s hours', '2026-03-03T13:00:00Z', 'P1D', '2026-03-04T13:00:00.000Z'],
    ['a day from Friday on is Monday', '2026-03-06T13:00:00Z', 'P1D', '2026-03-09T13:00:00.000Z'],
    [
      'a day from the night on begins in the morning',
      '2026-03-06T22:00:00Z',
      'P1D',
      '2026-03-09T16:00:00.000Z',
    ],
    ['hours are open hours', '2026-03-06T15:00:00Z', 'PT2H', '2026-03-09T09:00:00.000Z'],
    ['a week is seven days’ hours', '2026-03-02T08:00:00Z', 'P1W', '2026-03-10T16:00:00.000Z'],
    ['the clock goes forward over the weekend', '2026-03-27T13:00:00Z', 'P1D', '2026-03-30T12:00:00.000Z'],
    ['and back', '2026-10-23T12:00:00Z', 'P1D', '2026-10-26T13:00:00.000Z'],
  ])('%s', (_what, from, duration, until) => {
    expect(due(from, duration)).toBe(until);
  });

  it('that the clock skips does not count, and that it shows twice counts twice', () => {
    const night = readHours({ days: 'sun', from: '02:00', to: '03:00', zone: 'Europe/Berlin' });
    const day = (date: string): number =>
      openTimeBetween(Date.parse(`${date}T00:00:00Z`) - 12 * hourMs, Date.parse(`${date}T12:00:00Z`), night);
    expect([day('2026-03-22'), day('2026-03-29'), day('2026-10-25')]).toEqual([hourMs, 0, 2 * hourMs]);
  });
});
