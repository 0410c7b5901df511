import { describe, expect, test } from 'vitest';
import { parseTimeSpan } from '../../../local/functions-host/time-span.ts';
import { parseSchedule } from '../../../local/functions-host/timer/schedule.ts';

const from = Date.parse('2026-01-30T12:00:00Z');

function nextThree(schedule: string, timeZone = 'UTC'): string[] {
  const parsed = parseSchedule(schedule, timeZone);
  const moments: string[] = [];
  for (let at: number | null = from; at !== null && moments.length < 3; ) {
    at = parsed.next(at);
    if (at !== null) moments.push(new Date(at).toISOString().slice(0, 19));
  }
  return moments;
}

describe('a schedule', () => {
  test.each([
    ['0 */5 * * * *', ['2026-01-30T12:05:00', '2026-01-30T12:10:00', '2026-01-30T12:15:00']],
    ['30 5/20 * * * *', ['2026-01-30T12:05:30', '2026-01-30T12:25:30', '2026-01-30T12:45:30']],
    ['0 0 9-17/4 * * MON-FRI', ['2026-01-30T13:00:00', '2026-01-30T17:00:00', '2026-02-02T09:00:00']],
    ['0 0 0 13 * Friday', ['2026-02-13T00:00:00', '2026-03-13T00:00:00', '2026-11-13T00:00:00']],
    ['*/5 * * * *', ['2026-01-30T12:05:00', '2026-01-30T12:10:00', '2026-01-30T12:15:00']],
    ['01:30:00', ['2026-01-30T13:30:00', '2026-01-30T15:00:00', '2026-01-30T16:30:00']],
    ['0 0 0 31 2 *', []],
  ])('%s', (schedule, expected) => {
    expect(nextThree(schedule)).toEqual(expected);
  });

  test('follows the clocks of its time zone over the change to summer time', () => {
    const daily = parseSchedule('0 0 9 * * *', 'Europe/Berlin');
    expect(new Date(daily.next(Date.parse('2026-03-28T12:00:00Z'))!).toISOString()).toBe(
      '2026-03-29T07:00:00.000Z',
    );
    expect(new Date(daily.next(Date.parse('2026-03-27T12:00:00Z'))!).toISOString()).toBe(
      '2026-03-28T08:00:00.000Z',
    );
  });

  test.each([
    ['0 0 0 L * *', 'day field "L"'],
    ['0 0 0 ? * *', 'day field "?"'],
    ['0 0 0 * * 7', 'day of week field "7"'],
    ['0 0 24 * * *', 'hour field "24"'],
    ['0 0 0 * * FRI-MON', 'day of week field "FRI-MON"'],
    ['0 0 0 5-1 * *', 'day field "5-1"'],
    ['*/0 * * * * *', 'second field "*/0"'],
    ['1 2 3', 'got 3 field(s)'],
    ['', 'got 1 field(s)'],
    ['00:00:00', 'longer than 0'],
  ])('%j is refused, since Azure would not run it', (schedule, message) => {
    expect(() => parseSchedule(schedule, 'UTC')).toThrow(message);
  });
});

test.each([
  ['00:05:00', 300_000],
  ['1.00:00:00', 86_400_000],
  ['00:00:00.5', 500],
  ['24:00:00', null],
  ['00:60:00', null],
  ['5 minutes', null],
])('the time span %j is %j ms', (text, expected) => {
  expect(parseTimeSpan(text)).toBe(expected);
});
