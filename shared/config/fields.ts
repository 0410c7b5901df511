/** Kinds of fields that several parts of the model file have. */
import { z } from 'zod';
import { readIsoTime } from '../domain/iso-time.ts';
import { isCron, isTimeZone } from './cron.ts';
import { parseDurationMs } from './duration.ts';

export const name = (what: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/,
      `${what}: lower-case letters, digits and inner hyphens, 48 at most`,
    );

export const duration = z
  .string()
  .refine(
    (text) => parseDurationMs(text) !== null,
    'an ISO 8601 duration without months or years, such as PT30M or P7D',
  );

export const isoTime = z
  .string()
  .refine(
    (text) => /(?:Z|[+-]\d\d:\d\d)$/.test(text) && readIsoTime(text) !== null,
    'an ISO 8601 time with a zone, such as 2026-12-20T00:00:00Z',
  );

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
