import { describe, expect, it } from 'vitest';
import type { Mail } from '../../../examples/spam-filter/corpus.ts';
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
  it('before the first day are files, oldest first, without empty ones', () => {
    const files = historyFiles(mails, start);
    expect(files.map((file) => file.name)).toEqual(['2002-07-25.jsonl', '2002-08-08.jsonl']);
    expect(files[1]?.text.trim().split('\n')).toHaveLength(2);
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

  it('are written as one JSON document a line', () => {
    const { name, text } = mailFile(start, mails.slice(3, 4));
    expect(name).toBe('2002-08-15.jsonl');
    expect(JSON.parse(text)).toEqual(mails[3]);
  });
});
