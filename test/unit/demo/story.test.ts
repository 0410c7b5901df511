import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeModelFile } from '../../../demo/colleague.ts';
import { spoilFile } from '../../../demo/spoil-file.ts';
import type { Mail } from '../../../examples/spam-filter/corpus.ts';
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

describe('the model file of the demo', () => {
  it('is the sample, but that it releases over stages', () => {
    const folder = mkdtempSync(join(tmpdir(), 'demo-file-'));
    const file = join(folder, 'spam-filter.yaml');
    writeFileSync(file, makeModelFile());
    const [ours, sample] = [file, 'models/spam-filter.yaml'].map((path) => {
      const read = readModelFile(path);
      if (!('model' in read)) throw new Error(JSON.stringify(read.problems));
      return read.model.config;
    });
    rmSync(folder, { recursive: true });
    expect({ ...ours, release: null }).toEqual({ ...sample, release: null });
    expect(ours!.release.stages.map(({ kind }) => kind)).toEqual(['approval', 'canary', 'production']);
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
