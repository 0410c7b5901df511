/** Kinds of fields that several parts of the model file have. */
import { z } from 'zod';
import { readIsoTime } from '../domain/iso-time.ts';
import { isCron, isTimeZone } from './cron.ts';
import { durationPattern, parseDurationMs, sayDuration } from './duration.ts';

export const name = (what: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/,
      `${what}: lower-case letters, digits and inner hyphens, 48 at most`,
    );

/** The name of an environment variable. */
export const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'the name of an environment variable: letters, digits and underscores, not beginning with a digit',
  );

/** Bounds of a duration, each as ISO 8601 writes it, and why it may not be longer. */
interface DurationBounds {
  readonly least: string;
  readonly most: string;
  readonly because?: string;
}

/** A duration within bounds, which the JSON Schema and the reference page state with it. */
export function duration(field: string, { least, most, because }: DurationBounds) {
  const [leastMs, mostMs] = [parseDurationMs(least)!, parseDurationMs(most)!];
  const why = because === undefined ? '' : `: ${because}`;
  return z
    .string()
    .refine((text) => parseDurationMs(text) !== null, {
      abort: true,
      error: ({ input }) =>
        `an ISO 8601 duration without months or years, such as PT30M or P7D${found(input)}`,
    })
    .refine((text) => parseDurationMs(text)! >= leastMs, {
      error: ({ input }) => `${field}: at least ${sayDuration(least)}, ${least}${found(input)}`,
    })
    .refine((text) => parseDurationMs(text)! <= mostMs, {
      error: ({ input }) => `${field}: ${sayDuration(most)} at most, ${most}${why}${found(input)}`,
    })
    .meta({ pattern: durationPattern, durationMinimum: least, durationMaximum: most });
}

/** More than any table that is judged or uploaded has rows. */
export const rowsAtMost = 1_000_000_000_000;

const isoPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

export const isoTime = z.string().refine(isIsoTime, {
  error: ({ input }) =>
    `an ISO 8601 time with a zone, such as 2026-12-20T00:00:00Z, of a day that there is${found(input)}`,
});

function found(input: unknown): string {
  return `; found ${JSON.stringify(input)?.slice(0, 80)}`;
}

function isIsoTime(text: string): boolean {
  return isoPattern.test(text) && readIsoTime(text) !== null;
}

export const cron = z.string().refine(isCron, {
  error: ({ input }) =>
    `a cron pattern of five fields that comes round, such as 30 6 * * 1-5; found ${JSON.stringify(input)}`,
});

export const timeZone = z.string().refine(isTimeZone, {
  error: ({ input }) => `an IANA time zone, such as Europe/Berlin; found ${JSON.stringify(input)}`,
});

export const folder = z
  .string()
  .regex(
    /^(?!\/)(?!.*\/\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._/-]+\/$/,
    'a relative folder that ends with a slash, such as mail/spam/',
  );

export const glob = z
  .string()
  .max(200)
  .refine(
    (text) => /^(?![/!])(?!.*\/\/)(?!.*\/$)[^\\{}[\]\p{Cc}]+$/u.test(text),
    'a pattern of names below data.path, such as *.csv or archive/**: *, ? and ** are special, a slash neither begins nor ends it',
  );
