import { describe, expect, it } from 'vitest';
import type { Mail } from '../../../examples/spam-filter/corpus.ts';
import { parseCsv } from '../../../examples/spam-filter/csv.ts';
import { historyFiles, mailFile, weeksFrom } from '../../../examples/spam-filter/weeks.ts';

const start = Date.parse('2002-08-15T00:00:00Z');
const mailOf = (date: string): Mail => ({ id: date, date, source: 'easy-ham-1', text: 'x', label: 0 });
const mails = [
  '2002-07-31T23:59:59.000Z',
  '2002-08-08T00:00:00.000Z',
  '2002-08-14T23:59:59.000Z',
  '2002-08-15T00:00:00.000Z',
  '2002-08-29T10:00:00.000Z',
].map(mailOf);

describe('the weeks of the corpus', () => {
  it('before the first day are an archive and the latest weeks, oldest first, without empty ones', () => {
    const old = ['2001-02-08T00:00:00.000Z', '2002-07-11T00:00:00.000Z'].map(mailOf);
    const files = historyFiles([...old, ...mails], start);
    expect(files.map((file) => file.name)).toEqual(['2001-02-08.csv', '2002-07-25.csv', '2002-08-08.csv']);
    expect(files.map((file) => parseCsv(file.text).length - 1)).toEqual([2, 1, 2]);
  });

  it('from the first day on follow each other, with empty ones', () => {
    const weeks = weeksFrom(mails, start);
    expect(weeks.map((week) => week.mails.length)).toEqual([1, 0, 1]);
    expect(weeks[2]?.startMs).toBe(Date.parse('2002-08-29T00:00:00Z'));
    expect(weeks[2]?.endMs).toBe(Date.parse('2002-09-05T00:00:00Z'));
  });

  it('can be cut short, but not drawn out', () => {
    expect(weeksFrom(mails, start, 2)).toHaveLength(2);
    expect(weeksFrom(mails, start, 99)).toHaveLength(3);
    expect(weeksFrom([], start)).toEqual([]);
  });

  it('are written as CSV', () => {
    const mail = { ...mailOf('2002-08-15T00:00:00.000Z'), text: 'Hi, "all"\r\n\nbye' };
    const { name, text } = mailFile(start, [mail]);
    expect(name).toBe('2002-08-15.csv');
    expect(parseCsv(text)).toEqual([
      ['id', 'date', 'source', 'label', 'text'],
      [mail.id, mail.date, mail.source, '0', mail.text],
    ]);
  });
});
