import { describe, expect, it } from 'vitest';
import { checkData } from '../../../shared/data/check-data.ts';
import { KeyTally } from '../../../shared/data/key-tally.ts';
import { checkCsv, expecting, fileOf } from './files.ts';

const amount = { columns: { amount: { type: 'number' } } };

describe('the check of a CSV file', () => {
  it('accepts what is expected, and counts', async () => {
    const text = '\uFEFFid,amount,note\r\n1,2.5,"two\nlines"\r\n2,-1e3,\r\n';
    const expected = { columns: { id: { type: 'integer' }, amount: { type: 'number' } }, unique: ['id'] };
    expect(await checkCsv(text, expected)).toEqual({
      rows: 2,
      bytes: Buffer.byteLength(text),
      problems: [],
      problemCount: 0,
    });
  });

  it.each([
    [
      'missing',
      { type: 'number', nullShare: 0.05 },
      ['1', '', '3'],
      '33.3 % of 3 values are missing, 5 % allowed',
    ],
    [
      'texts for numbers',
      { type: 'number' },
      ['1', 'one', ' 2', 'NaN'],
      '3 of 4 values are no number (the first in row 2)',
    ],
    [
      'fractions',
      { type: 'integer' },
      ['1', '2.0', '2.5'],
      '1 of 3 values are no whole number (the first in row 3)',
    ],
    [
      'infinity',
      { type: 'integer' },
      ['1', '1e999', '9'.repeat(399)],
      '2 of 3 values are no whole number (the first in row 2)',
    ],
    [
      'odd truths',
      { type: 'boolean' },
      ['true', 'False', '0', 'no'],
      '1 of 4 values are neither true nor false (the first in row 4)',
    ],
    [
      'days that are none',
      { type: 'time' },
      ['2024-02-29', '2026-02-29', '2026-03-01T10:00:00.5+01:00', '2026-13-01', 'soon'],
      '3 of 5 values are no time in ISO 8601 (the first in row 2)',
    ],
    [
      'too small',
      { type: 'number', atLeast: 0 },
      ['1', '-5', '-7'],
      '2 of 3 values are below 0 (the lowest -7, the first in row 2)',
    ],
    [
      'too large, exactly',
      { type: 'integer', atMost: 9007199254740992 },
      ['9007199254740992', '9007199254740993'],
      '1 of 2 values are above 9007199254740992 (the highest 9007199254740993, the first in row 2)',
    ],
    [
      'not listed',
      { type: 'string', oneOf: ['red', 'green'] },
      ['red', 'blue'],
      '1 of 2 values are none of red, green (the first in row 2)',
    ],
  ])('tells of values that are %s', async (_name, column, values, problem) => {
    const { problems } = await checkCsv(`amount,x\n${values.map((value) => `${value},x`).join('\n')}`, {
      columns: { amount: column },
    });
    expect(problems).toEqual([`column amount: ${problem}`]);
  });

  it('never rounds a share to the one that is allowed', async () => {
    const lines = Array.from({ length: 10_000 }, (_, row) => (row < 501 ? ',x' : '1,x'));
    const expected = { columns: { amount: { type: 'number', nullShare: 0.0501 } } };
    expect((await checkCsv(`amount,x\n${lines.join('\n')}`, expected)).problems).toEqual([]);
    const tighter = { columns: { amount: { type: 'number', nullShare: 0.05009 } } };
    expect((await checkCsv(`amount,x\n${lines.join('\n')}`, tighter)).problems).toEqual([
      'column amount: 5.01 % of 10,000 values are missing, 5.009 % allowed',
    ]);
  });

  it.each([
    ['a column that is missing', 'amuont\n1', amount, ['the file lacks column amount; it has amuont']],
    ['a column that is there twice', 'amount,amount\n1,2', amount, ['the file names a column twice: amount']],
    [
      'columns that are refused',
      'amount,a,"b c"\n1,2,3',
      { ...amount, otherColumns: 'refuse' },
      ['the file has 2 other columns: a, "b c"'],
    ],
    [
      'ragged rows',
      'amount,b\n1,2\n1\n1,2,3\n',
      amount,
      ["2 of 3 rows have another number of fields than the header's 2 (the first is row 2 with 1)"],
    ],
    [
      'quotes that are wrong',
      'amount,b\n1,a"b\n',
      amount,
      ['1 of 1 row has a quote where none may be (the first is row 1: a quote stands within a field)'],
    ],
    ['no rows', 'amount\n', amount, ['0 rows, at least 1 expected']],
    ['too many rows', 'amount\n1\n2', { ...amount, rows: { atMost: 1 } }, ['2 rows, at most 1 expected']],
    [
      'keys that are there twice',
      'amount,day\n1,mon\n2,mon\n01,mon\n1,tue',
      { columns: { amount: { type: 'number' }, day: { type: 'string' } }, unique: ['amount', 'day'] },
      ['unique amount, day: 1 row repeats an earlier one (the first is row 3)'],
    ],
  ])('tells of %s', async (_name, text, expected, problems) => {
    expect((await checkCsv(text, expected)).problems).toEqual(problems);
  });

  it('keeps the first 20 problems, counts them all, and quotes no text of the file but names', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `c${index}`);
    const expected = { columns: Object.fromEntries(names.map((name) => [name, { type: 'number' }])) };
    const check = await checkCsv(`${names.join(',')}\n${names.map(() => 'secret').join(',')}`, expected);
    expect([check.problems.length, check.problemCount]).toEqual([20, 30]);
    expect(check.problems.join()).not.toContain('secret');
  });

  it('says when there are more rows than can be compared', () => {
    const keys = new KeyTally(['id'], 3);
    for (const row of [1, 2, 3, 4]) keys.add(BigInt(row), row);
    expect(keys.problems()).toEqual(['unique id: at most 3 rows of a file can be compared; split the file']);
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['.jsonl', 'only .csv and .parquet files can be checked; it ends in .jsonl'],
    ['', 'only .csv and .parquet files can be checked; it has no extension'],
  ])('is refused by its name %j', async (extension, problem) => {
    const check = await checkData(fileOf(`a${extension}`, 'amount\n1'), expecting(amount));
    expect(check).toMatchObject({ rows: null, problems: [`the file cannot be read: ${problem}`] });
  });

  it.each([
    ['that is empty', '', 'it is empty: not even a header line'],
    [
      'in Latin-1',
      Buffer.from('amount\n\xe4b', 'latin1'),
      'row 1: byte 8 of the file (0xE4) is not UTF-8; save the file as UTF-8',
    ],
    ['in UTF-16', Buffer.from('\uFEFFamount\n1', 'utf16le'), 'it is UTF-16: save it as UTF-8'],
    [
      'cut off within a character',
      Buffer.from('amount\nä').subarray(0, -1),
      'row 1: byte 8 of the file (0xC3) is not UTF-8; save the file as UTF-8',
    ],
    ['that is binary', 'amount\n\0\u0001', 'row 1: byte 8 of the file is NUL; it is no text'],
    [
      'with a quote that is never closed',
      `amount\n"${'1\n'.repeat(600_000)}`,
      'row 1: it is longer than 1 MB; is a quote not closed?',
    ],
  ])('is refused %s', async (_name, content, problem) => {
    const { rows, problems } = await checkCsv(content, amount);
    expect([rows, problems]).toEqual([null, [`the file cannot be read: ${problem}`]]);
  });

  it('fails with the storage, and is not called bad for it', async () => {
    const file = { ...fileOf('a.csv', 'amount\n1'), read: () => Promise.reject(new Error('throttled')) };
    await expect(checkData(file, expecting(amount))).rejects.toThrow('throttled');
  });
});

describe('a large file', () => {
  /** A file that is made as it is read: `piece` again and again. */
  const made = (bytes: number, header: string, piece: string) => {
    const block = Buffer.from(piece.repeat(Math.ceil(2 ** 20 / piece.length) + 1));
    let read = 0;
    const file = {
      name: 'large.csv',
      bytes,
      async read(start: number, end: number) {
        read += end - start;
        if (start < header.length) return Buffer.concat([Buffer.from(header), block]).subarray(start, end);
        const from = (start - header.length) % piece.length;
        return block.subarray(from, from + (end - start));
      },
    };
    return { file, read: () => read };
  };

  it('of 200 MB is checked in memory that does not grow with it', async () => {
    const rows = 10_000_000;
    const { file, read } = made(7 + rows * 20, 'amount\n', `${'1'.padEnd(19, '0')}\n`);
    let highest = 0;
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage().arrayBuffers);
    }, 5);
    const check = await checkData(file, expecting(amount)).finally(() => clearInterval(watch));
    expect(check).toMatchObject({ rows, problems: [] });
    expect(read()).toBe(file.bytes);
    expect(highest).toBeLessThan(150 * 2 ** 20);
  }, 60_000);

  it('of one line of 100 MB is given up at its first megabytes', async () => {
    const { file, read } = made(100 * 2 ** 20, 'amount\n', '1');
    const { problems } = await checkData(file, expecting(amount));
    expect(problems[0]).toContain('row 1: it is longer than 1 MB');
    expect(read()).toBeLessThan(5 * 2 ** 20);
  });
});
