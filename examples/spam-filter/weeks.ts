/** Cuts the corpus into what happened before a day and the weeks after it. Pure. */
import type { Mail } from './corpus.ts';

export const weekMs = 7 * 24 * 3_600_000;

export interface Week {
  readonly startMs: number;
  readonly endMs: number;
  readonly mails: readonly Mail[];
}

/** A file of mail as the production application uploads it: one week, named by its first day. */
export interface MailFile {
  readonly name: string;
  readonly text: string;
}

/** The mail before `startMs` in weekly files, oldest first. Weeks without mail have no file. */
export function historyFiles(mails: readonly Mail[], startMs: number): MailFile[] {
  const byWeek = Map.groupBy(
    mails.filter((mail) => Date.parse(mail.date) < startMs),
    (mail) => weekIndex(mail, startMs),
  );
  return [...byWeek.keys()]
    .sort((a, b) => a - b)
    .map((index) => mailFile(startMs + index * weekMs, byWeek.get(index)!));
}

/** The first `count` weeks from `startMs`, with those without mail; all until the last mail when not given. */
export function weeksFrom(mails: readonly Mail[], startMs: number, count?: number): Week[] {
  const later = mails.filter((mail) => Date.parse(mail.date) >= startMs);
  const byWeek = Map.groupBy(later, (mail) => weekIndex(mail, startMs));
  const all = later.length === 0 ? 0 : Math.max(...byWeek.keys()) + 1;
  return Array.from({ length: Math.min(count ?? all, all) }, (_, index) => ({
    startMs: startMs + index * weekMs,
    endMs: startMs + (index + 1) * weekMs,
    mails: byWeek.get(index) ?? [],
  }));
}

export function mailFile(weekStartMs: number, mails: readonly Mail[]): MailFile {
  return {
    name: `${isoDay(weekStartMs)}.jsonl`,
    text: mails.map((mail) => `${JSON.stringify(mail)}\n`).join(''),
  };
}

export function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function weekIndex(mail: Mail, startMs: number): number {
  return Math.floor((Date.parse(mail.date) - startMs) / weekMs);
}
