/** When a team works: the hours in which time counts. */
import { z } from 'zod';
import { durationPattern, parseDurationMs } from './duration.ts';
import { timeZone } from './fields.ts';

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const daysPattern = /^(?:sun|mon|tue|wed|thu|fri|sat)(?:[-,](?:sun|mon|tue|wed|thu|fri|sat))*$/;
const dayMs = 86_400_000;

/** Minutes after midnight of `HH:MM`; NaN: it is none. */
function minutesOf(text: string): number {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= 1_440 ? minutes : Number.NaN;
}

const clock = z.string().refine((text) => !Number.isNaN(minutesOf(text)), {
  abort: true,
  error: ({ input }) => `a time of day, such as 09:00, 24:00 at most; found ${JSON.stringify(input)}`,
});

/** The days of a list such as `mon-fri` or `mon-wed,sat`, 0 for Sunday; null: it is none. */
function readDays(text: string): readonly number[] | null {
  if (!daysPattern.test(text)) return null;
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const ends = part.split('-').map((day) => (dayNames as readonly string[]).indexOf(day));
    if (ends.length > 2) return null;
    const [from, to = from] = ends as [number, number?];
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  }
  return [...days].sort();
}

export const BusinessHoursSchema = z
  .strictObject({
    days: z
      .string()
      .refine((text) => readDays(text) !== null, {
        // What is counted with them is not looked at then.
        abort: true,
        error: ({ input }) =>
          `days and ranges of days, such as mon-fri or mon-thu,sat; found ${JSON.stringify(input)}`,
      })
      .default('mon-fri')
      .describe('The days, as days and ranges of days: `mon-fri`, `sun-thu`, `mon,wed`.'),
    from: clock.default('09:00').describe('When the hours begin, by the clock of `zone`.'),
    to: clock.default('17:00').describe('When they end, 24:00 at most. Later than `from`.'),
    zone: timeZone.describe('IANA time zone whose clock it is. Changes of the clock are heeded.'),
  })
  .refine(({ from, to }) => minutesOf(to) - minutesOf(from) >= 60, {
    abort: true,
    message: 'to is at least an hour later than from, on the same day',
    path: ['to'],
  });

type BusinessHours = z.infer<typeof BusinessHoursSchema>;

/** As numbers. */
export interface OpenHours {
  /** 0 for Sunday. */
  readonly days: readonly number[];
  /** After midnight. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
}

/** Of hours that the schema has seen. */
export function readHours({ days, from, to, zone }: BusinessHours): OpenHours {
  return { days: readDays(days)!, fromMs: minutesOf(from) * 60_000, toMs: minutesOf(to) * 60_000, zone };
}

/**
 * How much open time a duration is: a day of it is one day's hours, so that `P2D` is over two working days later at the same
 * time of day; hours and minutes are open hours and minutes.
 */
export function countOpenMs(duration: string, { fromMs, toMs }: OpenHours): number {
  const [, weeks = 0, days = 0] = new RegExp(durationPattern).exec(duration) ?? [];
  const wholeDays = Number(weeks) * 7 + Number(days);
  return (parseDurationMs(duration) ?? 0) + wholeDays * (toMs - fromMs - dayMs);
}
