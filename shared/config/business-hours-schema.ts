/** When a team works: the hours in which time counts. */
import { z } from 'zod';
import { minutesOf, readDays } from './business-hours.ts';
import { timeZone } from './fields.ts';

const clock = z.string().refine((text) => !Number.isNaN(minutesOf(text)), {
  abort: true,
  error: ({ input }) => `a time of day, such as 09:00, 24:00 at most; found ${JSON.stringify(input)}`,
});

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
