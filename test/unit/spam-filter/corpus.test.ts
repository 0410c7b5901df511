import { describe, expect, it } from 'vitest';
import { parseMailDate, readMail } from '../../../examples/spam-filter/corpus.ts';

const iso = (value: string): string | null => {
  const ms = parseMailDate(value);
  return ms === null ? null : new Date(ms).toISOString();
};

describe('the date of a mail', () => {
  it('is read in UTC', () => {
    expect(iso('Thu, 22 Aug 2002 18:26:25 +0700')).toBe('2002-08-22T11:26:25.000Z');
    expect(iso('Wed, 7 Aug 2002 23:30:00 -0930')).toBe('2002-08-08T09:00:00.000Z');
  });

  it('is read as broken mailers write it', () => {
    expect(iso('Thu, 18 Jul 0102 19:51:35 -0100')).toBe('2002-07-18T20:51:35.000Z');
    expect(iso('Thu, 18 Jul 19102 19:51:35 -0100')).toBe('2002-07-18T20:51:35.000Z');
    expect(iso('Fri, 30 Aug 02 21:48:08 Eastern Daylight Time')).toBe('2002-08-30T21:48:08.000Z');
    expect(iso('Thu, 29 Aug 2002 15:36:58 +-0500')).toBe('2002-08-29T10:36:58.000Z');
    expect(iso('Mon, 22 Jul 2002 0:4:52 GMT')).toBe('2002-07-22T00:04:52.000Z');
  });

  it('is null where there is none to read', () => {
    expect(iso('')).toBeNull();
    expect(iso('2002/09/14 Sat 02:29:32 CDT')).toBeNull();
    expect(iso('Thu, 22 Foo 2002 18:26:25 +0700')).toBeNull();
    expect(iso('Thu, 99 Aug 2002 18:26:25 +0700')).toBeNull();
  });
});

describe('a mail as a row', () => {
  const raw = [
    'From nobody  Thu Aug 22 12:36:23 2002',
    'X-Mailer: secret-header',
    'Subject: A folded',
    '\tsubject',
    'Date: Thu, 22 Aug 2002 18:26:25 +0700',
    '',
    'The body.',
    'Date: Fri, 23 Aug 2002 10:00:00 +0000',
  ].join('\n');

  it('holds subject and body and no other header', () => {
    expect(readMail('easy-ham-1/00001', raw)).toEqual({
      id: 'easy-ham-1/00001',
      date: '2002-08-22T11:26:25.000Z',
      source: 'easy-ham-1',
      text: 'A folded subject\n\nThe body.\nDate: Fri, 23 Aug 2002 10:00:00 +0000',
      label: 0,
    });
  });

  it('is labelled by its group', () => {
    expect(readMail('spam-2/00001', raw)?.label).toBe(1);
    expect(readMail('hard-ham-1/00001', raw)?.label).toBe(0);
  });

  it('is left out when its date is missing, or outside the years the corpus was collected in', () => {
    expect(readMail('spam-2/1', 'Subject: x\n\nDate: Thu, 22 Aug 2002 18:26:25 +0700')).toBeNull();
    expect(readMail('spam-2/1', raw.replace('22 Aug 2002', '22 Aug 2028'))).toBeNull();
    expect(readMail('spam-2/1', raw.replace('22 Aug 2002', '22 Aug 1998'))).toBeNull();
  });
});
