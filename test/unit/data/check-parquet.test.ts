import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { ColumnSource } from 'hyparquet-writer';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { describe, expect, it } from 'vitest';
import { checkData } from '../../../shared/data/check-data.ts';
import { cpuMsOf } from '../../cpu-time.ts';
import { checkCsv, checkParquet, expecting, fileOf, parquetOf, parquetWithSurplus } from './files.ts';

const numbers = (data: readonly (number | null)[], more: Partial<ColumnSource> = {}): ColumnSource => ({
  name: 'amount',
  data: [...data],
  type: 'DOUBLE',
  ...more,
});
const amount = { columns: { amount: { type: 'number', nullShare: 1 } } };
const unreadable = /^the file cannot be read: /;

describe('the check of a Parquet file', () => {
  it.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'] as const)('reads %s', async (codec) => {
    const data = Array.from({ length: 5000 }, (_, row) => (row % 10 === 0 ? null : row / 4));
    const bytes = parquetOf([numbers(data)], { codec, rowGroupSize: 700, pageSize: 1000 });
    const expected = { columns: { amount: { type: 'number', nullShare: 0.05, atMost: 1000 } } };
    expect(await checkParquet(bytes, expected)).toMatchObject({
      rows: 5000,
      bytes: bytes.length,
      problems: [
        'column amount: 10 % of 5,000 values are missing, 5 % allowed',
        'column amount: 900 of 5,000 values are above 1000 (the highest 1249.75, the first in row 4,002)',
      ],
    });
  });

  it.each([
    ['INT32', 'PLAIN', 'integer', [1, 2, -3]],
    ['INT32', 'DELTA_BINARY_PACKED', 'integer', [1, 2_000_000_000, -2_000_000_000]],
    ['INT64', 'DELTA_BINARY_PACKED', 'integer', [1n, 2n ** 60n, -(2n ** 60n)]],
    ['INT64', 'PLAIN', 'integer', [1n, 2n ** 60n, -(2n ** 60n)]],
    ['DOUBLE', 'BYTE_STREAM_SPLIT', 'number', [0.5, -1e300, 3]],
    ['FLOAT', 'PLAIN', 'number', [0.5, 2, 3]],
    ['BOOLEAN', 'PLAIN', 'boolean', [true, false, true]],
    ['BOOLEAN', 'RLE', 'boolean', [true, false, true]],
    ['TIMESTAMP', 'PLAIN', 'time', [new Date(0), new Date(1e12), new Date(2e12)]],
    ['STRING', 'PLAIN', 'string', ['a', 'häuser', 'c']],
    ['STRING', 'RLE_DICTIONARY', 'string', ['a', 'a', 'b']],
    ['STRING', 'DELTA_LENGTH_BYTE_ARRAY', 'string', ['a', 'bb', 'ccc']],
    ['STRING', 'DELTA_BYTE_ARRAY', 'string', ['abc', 'abd', 'abdx']],
  ] as const)('reads %s encoded as %s', async (type, encoding, columnType, values) => {
    const repeated = Array.from({ length: 600 }, (_, row) => values[row % 3]);
    const data = [...repeated, null];
    for (const nullable of [true, false]) {
      const bytes = parquetOf([
        { name: 'v', data: (nullable ? data : repeated) as unknown[], type, encoding, nullable },
      ]);
      const good = { columns: { v: { type: columnType, nullShare: 0.01 } } };
      expect((await checkParquet(bytes, good)).problems).toEqual([]);
      const key = await checkParquet(bytes, { ...good, unique: ['v'] });
      const distinct = new Set(repeated.map(String)).size;
      expect(key.problems).toEqual([
        expect.stringMatching(new RegExp(`^unique v: ${600 - distinct} rows repeat an earlier one`)),
      ]);
    }
  });

  it.each([
    ['FIXED_LEN_BYTE_ARRAY', 16],
    ['BYTE_ARRAY', undefined],
  ] as const)('tells decimals of 38 digits apart that differ in the last: %s', async (type, length) => {
    const key = (last: bigint) => 2n ** 100n + last;
    const schema = [
      { name: 'root', num_children: 1 },
      {
        name: 'id',
        type,
        ...(length && { type_length: length }),
        repetition_type: 'REQUIRED' as const,
        converted_type: 'DECIMAL' as const,
        scale: 0,
        precision: 38,
      },
    ];
    const bytes = parquetOf([{ name: 'id', data: [key(1n), key(2n), key(3n), key(2n)] }], { schema });
    const expected = { columns: { id: { type: 'integer' } }, unique: ['id'] };
    expect((await checkParquet(bytes, expected)).problems).toEqual([
      'unique id: 1 row repeats an earlier one (the first is row 4)',
    ]);
  });

  it('takes NaN for missing, infinity for no number, and broken UTF-8 for no text', async () => {
    const text = [Buffer.from('fine'), Buffer.from([0xff, 0xfe])];
    const bytes = parquetOf([
      numbers([Number.NaN, Number.POSITIVE_INFINITY]),
      { name: 'text', data: text, type: 'BYTE_ARRAY' },
    ]);
    const expected = { columns: { amount: { type: 'number' }, text: { type: 'string' } } };
    expect((await checkParquet(bytes, expected)).problems).toEqual([
      'column amount: 50 % of 2 values are missing, 0 % allowed',
      'column amount: 1 of 2 values are no number (the first in row 2)',
      'column text: 1 of 2 values are no text (the first in row 2)',
    ]);
  });

  it('tells of types that are others, and of columns that are nested', async () => {
    const bytes = parquetOf([
      { name: 'amount', data: ['1', '2'], type: 'STRING' },
      { name: 'list', data: [[1], [2]], type: 'JSON' },
    ]);
    const expected = { columns: { amount: { type: 'number' }, list: { type: 'number' } } };
    expect((await checkParquet(bytes, expected)).problems).toEqual([
      'column amount: 2 of 2 values are no number (the first in row 1)',
      'column list: 2 of 2 values are no number (the first in row 1)',
    ]);
    const nested = parquetOf([{ name: 'amount', data: [[1], [2]] }], {
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'amount', num_children: 1, repetition_type: 'OPTIONAL', converted_type: 'LIST' },
        { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
        { name: 'element', type: 'INT32', repetition_type: 'OPTIONAL' },
      ],
    });
    expect((await checkParquet(nested, amount)).problems[0]).toBe(
      'column amount: is nested; only flat columns can be checked',
    );
  });

  it('is refused where whole pages hold more values than the footer counts rows', async () => {
    const amounts = Array.from({ length: 300 }, (_, row) => row + 0.5);
    const { problems } = await checkParquet(parquetWithSurplus([{ name: 'amount', data: amounts }]), amount);
    expect(problems.join()).toContain('has other than the 200 values that its row group has rows');
  });

  it('comes to the same verdict as of CSV with the same rows', async () => {
    const row = fc.record({
      id: fc.option(fc.integer({ min: 0, max: 6 }), { nil: null, freq: 9 }),
      amount: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
        nil: null,
      }),
      colour: fc.option(fc.constantFrom('red', 'green', 'a "b",\nc', 'ü'), { nil: null }),
      ok: fc.option(fc.boolean(), { nil: null, freq: 3 }),
    });
    const column = { nullShare: fc.constantFrom(0, 0.1, 0.5, 1) };
    const expectations = fc.record({
      columns: fc.record({
        id: fc.record({ type: fc.constant('integer'), ...column }),
        amount: fc.record({
          type: fc.constantFrom('number', 'integer'),
          ...column,
          atLeast: fc.constantFrom(-1e9, -10, 0),
          atMost: fc.constantFrom(1, 1e9),
        }),
        colour: fc.record({ type: fc.constant('string'), ...column, oneOf: fc.constant(['red', 'green']) }),
        ok: fc.record({ type: fc.constant('boolean'), ...column }),
      }),
      otherColumns: fc.constantFrom('allow', 'refuse'),
      rows: fc.record({ atLeast: fc.constantFrom(0, 3), atMost: fc.constantFrom(5, 100) }),
      unique: fc.constantFrom([], ['id'], ['id', 'colour']),
    });
    const cell = (value: unknown) =>
      value === null ? '' : typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), expectations, async (rows, expected) => {
        const names = ['id', 'amount', 'colour', 'ok'] as const;
        const csv = [names.join(','), ...rows.map((each) => names.map((name) => cell(each[name])).join(','))];
        const types = { id: 'INT32', amount: 'DOUBLE', colour: 'STRING', ok: 'BOOLEAN' } as const;
        const bytes = parquetOf(
          names.map((name) => ({ name, data: rows.map((each) => each[name]), type: types[name] })),
          { rowGroupSize: 5 },
        );
        const [ofCsv, ofParquet] = [
          await checkCsv(csv.join('\n'), expected),
          await checkParquet(bytes, expected),
        ];
        expect(ofParquet).toEqual({ ...ofCsv, bytes: bytes.length });
        expect(ofCsv.problems.length > 0).toBe(isBroken(rows, expected));
      }),
      { numRuns: 300 },
    );
  });
});

type Row = Readonly<Record<'id' | 'amount' | 'colour' | 'ok', number | string | boolean | null>>;

/** The rules once more, as plainly as they can be said. */
function isBroken(rows: readonly Row[], raw: unknown): boolean {
  const expected = expecting(raw);
  const { atLeast, atMost = Number.POSITIVE_INFINITY } = expected.rows;
  if (rows.length < atLeast || rows.length > atMost) return true;
  for (const [name, rule] of Object.entries(expected.columns)) {
    const values = rows.map((row) => row[name as keyof Row]);
    const present = values.filter((value) => value !== null);
    if (rows.length > 0 && (rows.length - present.length) / rows.length > rule.nullShare) return true;
    if (rule.type === 'integer' && !present.every(Number.isInteger)) return true;
    if (rule.atLeast !== undefined && present.some((value) => Number(value) < rule.atLeast!)) return true;
    if (rule.atMost !== undefined && present.some((value) => Number(value) > rule.atMost!)) return true;
    if (rule.oneOf && present.some((value) => !rule.oneOf!.includes(String(value)))) return true;
  }
  const { unique } = expected;
  if (unique.length === 0) return false;
  const keys = rows
    .map((row) => unique.map((name) => row[name as keyof Row]))
    .filter((key) => !key.includes(null))
    .map((key) => JSON.stringify(key));
  return new Set(keys).size < keys.length;
}

describe('a hostile Parquet file', () => {
  const good = parquetOf([
    numbers(Array.from({ length: 200 }, (_, row) => (row % 7 === 0 ? null : row))),
    { name: 'text', data: Array.from({ length: 200 }, (_, row) => `t${row % 5}`), type: 'STRING' },
    {
      name: 'delta',
      data: Array.from({ length: 200 }, (_, row) => row),
      type: 'INT32',
      encoding: 'DELTA_BINARY_PACKED',
    },
    {
      name: 'shared',
      data: Array.from({ length: 200 }, (_, row) => `s${row}`),
      type: 'STRING',
      encoding: 'DELTA_BYTE_ARRAY',
    },
  ]);
  const all = {
    columns: {
      amount: { type: 'number', nullShare: 1 },
      text: { type: 'string' },
      delta: { type: 'integer' },
      shared: { type: 'string' },
    },
    unique: ['shared', 'delta'],
  };

  it('is accepted as long as it is whole', async () => {
    expect(await checkParquet(good, all)).toMatchObject({ rows: 200, problems: [] });
  });

  it('is refused wherever it is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), async (length) => {
        const { problems } = await checkParquet(good.slice(0, length), all);
        expect(problems.at(0)).toMatch(unreadable);
      }),
    );
  });

  it('gets a verdict and never throws, whichever bytes are changed', async () => {
    const change = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const bytes = Uint8Array.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        const check = await checkParquet(bytes, all);
        expect(check.rows === null || check.rows >= 0).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('gets a verdict when its footer is noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        const tail = Buffer.alloc(8);
        tail.writeUInt32LE(noise.length, 0);
        tail.write('PAR1', 4);
        const { problems } = await checkParquet(Buffer.concat([Buffer.from('PAR1'), noise, tail]), all);
        expect(problems.at(0)).toMatch(unreadable);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['that is CSV', Buffer.from('amount\n1\n2\n3\n4'), 'it does not end as Parquet does: it may be cut off'],
    ['that is empty', new Uint8Array(), 'it is too short for Parquet'],
    ['whose footer is encrypted', Buffer.from('PAR1    \0\0\0\0PARE'), 'its footer is encrypted'],
    [
      'whose footer is too long',
      Buffer.from('PAR1    \xff\xff\xff\x7fPAR1', 'latin1'),
      'its footer has 2,147,483,647 bytes, at most 4,194,304 are read',
    ],
  ])('is refused %s', async (_name, bytes, problem) => {
    expect((await checkParquet(bytes, amount)).problems[0]).toBe(`the file cannot be read: ${problem}`);
  });

  it('that numbers without end would hold up is refused at once', async () => {
    // One number of 2 MB in the footer: a reader that adds up its bits copies them for every byte.
    const footer = Buffer.alloc(2_000_000, 0xff);
    footer[0] = 0x36;
    const tail = Buffer.from([...Buffer.from(Uint32Array.of(footer.length).buffer), ...Buffer.from('PAR1')]);
    const file = Buffer.concat([Buffer.from('PAR1'), footer, tail]);
    const spent = await cpuMsOf(async () => {
      const { problems } = await checkParquet(file, amount);
      expect(problems[0]).toContain('its metadata has a number of more than 64 bits');
    });
    expect(spent).toBeLessThan(1000);
  });

  it('whose pages unpack to more than they say is refused, with every codec', async () => {
    for (const codec of ['SNAPPY', 'GZIP', 'ZSTD'] as const) {
      // The writer compresses a page ten times as long as it says.
      const bomb = (bytes: Uint8Array) => new Uint8Array(bytes.length * 10);
      const packers = {
        SNAPPY: (bytes: Uint8Array) => snappyCompress(bomb(bytes)),
        GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bomb(bytes))),
        ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdCompressSync(bomb(bytes))),
      };
      const bytes = parquetOf([numbers(Array.from({ length: 1000 }, (_, row) => row))], {
        codec,
        compressors: packers,
      });
      const { rows, problems } = await checkParquet(bytes, amount);
      expect([rows, problems[0]]).toEqual([null, expect.stringMatching(unreadable)]);
    }
  });

  it('fails with the storage, and is not called bad for it', async () => {
    const file = { ...fileOf('a.parquet', good), read: () => Promise.reject(new Error('throttled')) };
    await expect(checkData(file, expecting(amount))).rejects.toThrow('throttled');
  });
});
