/**
 * When a timer trigger is due: an NCRONTAB expression of six fields (or five, without seconds), or a TimeSpan.
 *
 * croner computes the moments. It knows more than NCRONTAB does (`L`, `#`, `?`, a seventh field), so that an
 * expression is checked first: what runs here must run in Azure.
 */
import { Cron } from 'croner';
import { parseTimeSpan } from '../time-span.ts';

export interface Schedule {
  /** The first moment after `afterMs`. Null: never again. */
  next(afterMs: number): number | null;
}

const fieldNames = ['second', 'minute', 'hour', 'day', 'month', 'day of week'] as const;
const limits = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;
const months = 'january february march april may june july august september october november december'.split(
  ' ',
);
const days = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

/** Throws an Error that says which field is wrong. */
export function parseSchedule(text: string, timeZone: string): Schedule {
  const intervalMs = parseTimeSpan(text);
  if (intervalMs !== null) {
    if (intervalMs <= 0) throw new Error(`${JSON.stringify(text)}: an interval must be longer than 0`);
    return { next: (afterMs) => afterMs + intervalMs };
  }
  const fields = text.trim().split(/\s+/);
  if (fields.length === 5) fields.unshift('0');
  if (fields.length !== 6) {
    throw new Error(
      `${JSON.stringify(text)}: expected six fields {second} {minute} {hour} {day} {month} {day of week}, ` +
        `or an interval such as "00:05:00", got ${fields.length} field(s)`,
    );
  }
  const cron = new Cron(fields.map(normalizeField).join(' '), {
    mode: '6-part',
    timezone: timeZone,
    domAndDow: true,
    paused: true,
  });
  return { next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() ?? null };
}

/** Checks one field and spells names as numbers. */
function normalizeField(field: string, index: number): string {
  return field
    .split(',')
    .map((part) => normalizePart(part, index, field))
    .join(',');
}

function normalizePart(part: string, index: number, field: string): string {
  const [least, most] = limits[index]!;
  const fail = (): never => {
    throw new Error(
      `${fieldNames[index]} field ${JSON.stringify(field)}: expected *, numbers ${least} to ${most}, ranges a-b, lists a,b or steps */n`,
    );
  };
  const match = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,3}))?$/.exec(part);
  if (match === null) return fail();
  const [, star, from, to, step] = match;
  if (step !== undefined && Number(step) === 0) return fail();
  const suffix = step === undefined ? '' : `/${step}`;
  if (star !== undefined) return `*${suffix}`;
  const first = toNumber(from!, index) ?? fail();
  // NCRONTAB reads `5/10` as "from 5 to the end, every 10".
  const last = to === undefined ? (step === undefined ? first : most) : (toNumber(to, index) ?? fail());
  if (first > last || first < least || last > most) return fail();
  return first === last ? `${first}` : `${first}-${last}${suffix}`;
}

function toNumber(text: string, index: number): number | null {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const names = index === 4 ? months : index === 5 ? days : [];
  const at = names.findIndex((name) => text.length >= 3 && name.startsWith(text.toLowerCase()));
  return at < 0 ? null : at + (index === 4 ? 1 : 0);
}
