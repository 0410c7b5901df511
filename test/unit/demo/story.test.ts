import { describe, expect, it } from 'vitest';
import { scoreWeek } from '../../../demo/score-week.ts';
import { spoilFile } from '../../../demo/spoil-file.ts';
import type { Mail } from '../../../examples/spam-filter/corpus.ts';
import { slotsOf } from '../../../examples/spam-filter/features.ts';
import { newModel } from '../../../examples/spam-filter/model.ts';
import type { ReleasedModel } from '../../../examples/spam-filter/production.ts';
import { mailFile } from '../../../examples/spam-filter/weeks.ts';
import { readModelFile } from '../../../shared/config/load.ts';
import { checkData } from '../../../shared/data/check-data.ts';

const mail = (date: string, label: 0 | 1): Mail => ({
  id: date,
  date,
  label,
  source: label ? 'spam-1' : 'easy-ham-1',
  text: 'hello\n\nworld, and much more that nobody has to read',
});

describe('the score of a week', () => {
  it('is that of the release in force when each mail was sent', () => {
    const release = (releasedAt: string, bias: number): ReleasedModel => {
      const [releaseId, runId, version] = ['r', 'r', releasedAt];
      return { releaseId, runId, version, releasedAt, model: { ...newModel(), bias } };
    };
    // The first calls everything ham, the second everything spam.
    const releases = [release('2002-08-15T00:00:00Z', -5), release('2002-08-24T10:00:00Z', 5)] as const;
    const mails = [
      mail('2002-08-24T09:00:00Z', 0),
      mail('2002-08-24T11:00:00Z', 1),
      mail('2002-08-25T00:00:00Z', 0),
    ];
    expect(slotsOf(mails[0]!.text).length).toBeGreaterThan(0);
    expect(scoreWeek(mails, releases)).toEqual({
      ...{ sample: 3, right: 2, ham: 2, falsePositives: 1, spam: 1, falseNegatives: 0 },
    });
  });
});

describe('the spoiled upload', () => {
  it('is refused by the model file for its labels and for its end, where the good one is accepted', async () => {
    const mails = Array.from({ length: 20 }, (_, index) =>
      mail(new Date(Date.UTC(2002, 7, 15, index)).toISOString(), index % 2 ? 1 : 0),
    );
    const good = mailFile(Date.UTC(2002, 7, 15), mails);
    const check = async ({ name, text }: typeof good) => {
      const bytes = Buffer.from(text);
      const read = async (start: number, end: number) => bytes.subarray(start, end);
      const parsed = readModelFile('models/spam-filter.yaml');
      if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
      return checkData({ name, bytes: bytes.byteLength, read }, parsed.model.config.data.expect!);
    };
    expect(await check(good)).toMatchObject({ problemCount: 0, rows: 20 });
    const { problems } = await check(spoilFile(good));
    expect(problems).toEqual([
      '1 of 20 rows have a quote where none may be (the first is row 20: a quote is not closed)',
      'column label: 10.5 % of 19 values are missing, 0 % allowed',
      'column label: 17 of 19 values are no whole number (the first in row 2)',
    ]);
  });
});
