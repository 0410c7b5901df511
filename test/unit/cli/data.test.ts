import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import { parquetOf } from '../data/files.ts';
import { capturePrinted } from './printed.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-data-'));
const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
const expectations = '\n  expect: { columns: { amount: { type: number, atLeast: 0 } } }';
const { out, err } = capturePrinted();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const model = file('tiny.yaml', tiny.replace('path: tiny/', `path: tiny/${expectations}`));
const good = file('good.csv', 'amount\n1\n');
const bad = file('bad.csv', 'amount\n-1\nx\n');

describe('ratchet data check', () => {
  it.each([
    ['0 for a file that is accepted', 0, [good, '--model', model]],
    [
      '0 for Parquet',
      0,
      [file('a.parquet', parquetOf([{ name: 'amount', data: [1, 2], type: 'DOUBLE' }])), '--model', model],
    ],
    ['1 for a file that is refused', 1, [bad, '--model', model]],
    ['1 for a file of another kind', 1, [file('a.jsonl', '{}'), '--model', model]],
    ['2 without a model file', 2, [good]],
    [
      '2 with a model file that expects nothing',
      2,
      [good, '--model', 'test/fixtures/tiny-model/models/tiny.yaml'],
    ],
    ['2 with more than one file', 2, [good, bad, '--model', model]],
    ['3 for a file that is none', 3, [join(folder, 'nowhere.csv'), '--model', model]],
    ['3 with a model file that is none', 3, [good, '--model', file('broken.yaml', 'model: broken')]],
  ])('exits %s', async (_name, code, args) => {
    expect(await main(['data', 'check', ...args])).toBe(code);
  });

  it('shows every problem, or the whole document with --json', async () => {
    await main(['data', 'check', bad, '--model', model]);
    expect(out.join('\n')).toMatch(
      /refused.*bad\.csv.* 2 rows, 12 bytes\n {2}column amount: 1 of 2 values are no number \(the first in row 2\)\n {2}column amount: 1 of 2 values are below 0 \(the lowest -1, the first in row 1\)$/,
    );
    out.length = 0;
    await main(['data', 'check', bad, '--model', model, '--json']);
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      file: bad,
      model: 'tiny',
      accepted: false,
      rows: 2,
      problemCount: 2,
    });
  });

  it('says what it wants when it is asked wrongly', async () => {
    expect(await main(['data'])).toBe(2);
    expect(await main(['data', 'chekc', good])).toBe(2);
    expect(err.join('\n')).toMatch(
      /name a model, or use data check FILE.*"chekc" is not an action on a file/s,
    );
  });
});
