/** Cuts the corpus into what happened before a day and the weeks after it. Pure. */
import type { Mail } from './corpus.ts';
import { toCsv } from './csv.ts';

export const weekMs = 7 * 24 * 3_600_000;

export interface Week {
  readonly startMs: number;
  readonly endMs: number;
  readonly mails: readonly Mail[];
}

/** A file of mail as the production application uploads it, named by its first day. */
export interface MailFile {
  readonly name: string;
  readonly text: string;
}

/** The latest weeks of the history have a file each: as many as a challenger is judged on. */
const historyWeeks = 4;

/** The mail before `startMs`, oldest first: an archive of all but the latest weeks, and these in weekly files. */
export function historyFiles(mails: readonly Mail[], startMs: number): MailFile[] {
  const before = mails.filter((mail) => Date.parse(mail.date) < startMs);
  const byFile = Map.groupBy(before, (mail) => Math.max(weekIndex(mail, startMs), -historyWeeks - 1));
  return [...byFile.keys()]
    .sort((a, b) => a - b)
    .map((index) => {
      const mailsOfFile = byFile.get(index)!;
      const first = index < -historyWeeks ? weekIndex(mailsOfFile[0]!, startMs) : index;
      return mailFile(startMs + first * weekMs, mailsOfFile);
    });
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

const columns = ['id', 'date', 'source', 'label', 'text'] as const;

export function mailFile(weekStartMs: number, mails: readonly Mail[]): MailFile {
  const rows = mails.map((mail) => columns.map((column) => String(mail[column])));
  return { name: `${isoDay(weekStartMs)}.csv`, text: toCsv([columns, ...rows]) };
}

export function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function weekIndex(mail: Mail, startMs: number): number {
  return Math.floor((Date.parse(mail.date) - startMs) / weekMs);
}
