import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { GateConfig } from '../../../shared/config/gate-schema.ts';
import type { Task } from '../../../shared/config/metric-catalog.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { readingOptionsOf, readPredictions } from '../../../shared/gates/predictions/read-predictions.ts';
import { cpuMsOf } from '../../cpu-time.ts';
import { parquetWithSurplus } from '../data/files.ts';
import { readGate } from './read-gate.ts';

const floor = readGate({ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.4, minimumRows: 1 });
const sliced = readGate({
  gate: 'sliced',
  kind: 'against-champion',
  metric: 'accuracy',
  margin: 0.9,
  minimumRows: 1,
  slices: { by: 'source', minimumRows: 2, tooSmall: 'ignore' },
});
const gates = [floor, sliced];

async function* chunksOf(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function judge(
  name: string,
  bytes: Uint8Array,
  over: { task?: Task; gates?: GateConfig[]; chunk?: number } = {},
) {
  const request = { task: over.task ?? 'binary', gates: over.gates ?? gates };
  const file = { name, chunks: chunksOf(bytes, over.chunk) };
  const predictions = await readPredictions([file], readingOptionsOf(request));
  return judgeEvidence({
    ...request,
    runId: 'r',
    hasChampion: true,
    predictions,
    metrics: null,
    trackedMetrics: {},
    look: null,
  });
}

type Options = Partial<Parameters<typeof parquetWriteBuffer>[0]>;

function parquet(columnData: ColumnSource[], options: Options = {}): Uint8Array {
  const compressors = {
    GZIP: (input: Uint8Array) => gzipSync(input),
    ZSTD: (input: Uint8Array) => zstdCompressSync(input),
  };
  return new Uint8Array(parquetWriteBuffer({ columnData, compressors, ...options }));
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function csv(columns: readonly ColumnSource[]): Uint8Array {
  const cell = (value: unknown): string =>
    value === null || value === undefined ? '' : quoted(String(value));
  const rows = Array.from(columns[0]!.data, (_, row) => columns.map(({ data }) => cell(data[row])).join(','));
  return Buffer.from([columns.map(({ name }) => quoted(name)).join(','), ...rows].join('\n'));
}

const fixed: ColumnSource[] = [
  { name: 'id', type: 'INT64', data: [9_007_199_254_740_993n, 2n, -3n, 40n] },
  { name: 'label', type: 'INT32', data: [1, 0, 1, 0] },
  { name: 'challenger', type: 'DOUBLE', data: [0.9, 0.1, 0.8, 0.3] },
  { name: 'champion', type: 'DOUBLE', data: [0.9, 0.6, 0.2, 0.3] },
  { name: 'source', type: 'STRING', data: ['a', 'b', 'a', 'b'] },
];
const withColumn = (name: string, over: Partial<ColumnSource>): ColumnSource[] =>
  fixed.map((column) => (column.name === name ? { ...column, ...over } : column));

describe('predictions as Parquet', () => {
  const probability = fc.double({ min: 0, max: 1, noNaN: true });
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 });
  const table = fc
    .uniqueArray(
      fc.tuple(text, fc.constantFrom(0, 1), probability, probability, fc.constantFrom('a', 'b', null)),
      {
        selector: ([id]) => id,
        minLength: 1,
        maxLength: 40,
      },
    )
    .map((rows): ColumnSource[] => [
      { name: 'note', type: 'STRING', data: rows.map(([id]) => `${id},"`) },
      { name: 'id', type: 'STRING', data: rows.map(([id]) => id) },
      { name: 'label', type: 'INT32', data: rows.map(([, label]) => label) },
      { name: 'challenger', type: 'DOUBLE', data: rows.map(([, , score]) => score) },
      { name: 'champion', type: 'DOUBLE', data: rows.map(([, , , score]) => score) },
      { name: 'source', type: 'STRING', data: rows.map((row) => row[4]), nullable: true },
    ]);
  const options = fc.record({
    codec: fc.constantFrom('UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'),
    rowGroupSize: fc.constantFrom(3, 1000),
    pageSize: fc.constantFrom(16, 1_000_000),
  });

  it('are judged to the letter as the same rows in CSV, whatever the chunks they come in', async () => {
    await fc.assert(
      fc.asyncProperty(table, options, fc.integer({ min: 1, max: 50 }), async (columns, written, chunk) => {
        const fromCsv = await judge('predictions.csv', csv(columns), { chunk });
        const fromParquet = await judge('predictions.parquet', parquet(columns, written as Options));
        expect(fromParquet).toEqual(fromCsv);
        expect(fromCsv.rows).toBe(columns[0]!.data.length);
      }),
      { numRuns: 150 },
    );
  });

  it.each<[string, ColumnSource[], (string | number)[]]>([
    ['64-bit ids past what a double holds', fixed, ['9007199254740993', 2, -3, 40]],
    ['boolean labels', withColumn('label', { type: 'BOOLEAN', data: [true, false, true, false] }), []],
    [
      'labels and scores as text',
      withColumn('challenger', { type: 'STRING', data: ['0.9', '1e-1', ' 0.8', '.3'] }),
      [],
    ],
    [
      'ids and scores as differences and shared beginnings',
      [
        { ...fixed[0]!, encoding: 'DELTA_BINARY_PACKED' },
        fixed[1]!,
        { ...fixed[2]!, encoding: 'BYTE_STREAM_SPLIT' },
        fixed[3]!,
        { ...fixed[4]!, encoding: 'DELTA_BYTE_ARRAY' },
      ],
      [],
    ],
    ['labels as doubles', withColumn('label', { type: 'DOUBLE', data: [1, 0, 1, 0] }), []],
    [
      'scores of single precision',
      withColumn('challenger', { type: 'FLOAT', data: [0.9, 0.1, 0.8, 0.3] }),
      [],
    ],
  ])('may have %s', async (_what, columns) => {
    const report = await judge('predictions.parquet', parquet(columns));
    expect(report.gates.map(({ verdict, challenger }) => [verdict, challenger])).toEqual([
      ['passed', 1],
      ['passed', 1],
    ]);
  });

  it('may have decimals', async () => {
    const schema = [
      { name: 'root', num_children: 5 },
      { name: 'id', type: 'INT64', repetition_type: 'REQUIRED' },
      { name: 'label', type: 'INT32', repetition_type: 'REQUIRED' },
      {
        name: 'challenger',
        type: 'INT32',
        converted_type: 'DECIMAL',
        scale: 2,
        precision: 5,
        repetition_type: 'OPTIONAL',
      },
      { name: 'champion', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      { name: 'source', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    ] as Options['schema'];
    const columns = fixed.map(({ name, data }) => ({ name, data }));
    const report = await judge('predictions.parquet', parquet(columns, schema ? { schema } : {}));
    expect(report.gates[0]).toMatchObject({ verdict: 'passed', challenger: 1 });
  });

  it('may have ids of 38 digits, no two of which are one', async () => {
    const ids = [2n ** 53n, 2n ** 53n + 1n, -(10n ** 38n - 1n), 10n ** 38n - 2n];
    const schema = [
      { name: 'root', num_children: 3 },
      {
        name: 'id',
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: 16,
        converted_type: 'DECIMAL',
        scale: 0,
        precision: 38,
        repetition_type: 'REQUIRED',
      },
      { name: 'label', type: 'INT32', repetition_type: 'REQUIRED' },
      { name: 'challenger', type: 'DOUBLE', repetition_type: 'REQUIRED' },
    ] as Options['schema'];
    const write = (data: bigint[]) =>
      parquet(
        [
          { name: 'id', data },
          { name: 'label', data: [1, 0, 1, 0] },
          { name: 'challenger', data: [0.9, 0.1, 0.8, 0.3] },
        ],
        schema ? { schema } : {},
      );
    expect(await judge('p.parquet', write(ids), { gates: [floor] })).toMatchObject({
      verdict: 'passed',
      rows: 4,
    });
    const repeated = await judge('p.parquet', write([...ids.slice(0, 3), ids[1]!]), { gates: [floor] });
    expect(repeated.sentence).toContain('row 4: its id "9007199254740993" stands in an earlier row');
  });

  it.each<[string, ColumnSource[], string]>([
    [
      'a score that is null',
      withColumn('challenger', { data: [0.9, null, 0.8, null], nullable: true }),
      'predictions.parquet: row 2: challenger is "", not a score between 0 and 1',
    ],
    [
      'a score that is NaN',
      withColumn('challenger', { data: [0.9, 0.1, Number.NaN, 0.3] }),
      'predictions.parquet: row 3: challenger is "NaN", not a score between 0 and 1',
    ],
    [
      'an id that is null',
      withColumn('id', { type: 'INT64', data: [1n, 2n, 3n, null], nullable: true }),
      'predictions.parquet: row 4: its id is empty',
    ],
    [
      'an id twice',
      withColumn('id', { type: 'INT64', data: [1n, 2n, 1n, 4n] }),
      'predictions.parquet: row 3: its id "1" stands in an earlier row',
    ],
    [
      'a column that is missing',
      fixed.slice(0, 2),
      'predictions.parquet: the header lacks challenger; it has: id, label',
    ],
    [
      'a label of times',
      withColumn('label', { type: 'TIMESTAMP', data: fixed.map(() => new Date(0)).slice(0, 4) }),
      'predictions.parquet: column label has type TIMESTAMP_MILLIS; write it as numbers or text',
    ],
    [
      'a column of JSON',
      withColumn('source', { type: 'JSON', data: [{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }] }),
      'predictions.parquet: column source has type JSON; write it as numbers or text',
    ],
  ])('with %s are an error that says so', async (_what, columns, why) => {
    const report = await judge('predictions.parquet', parquet(columns));
    expect(report.verdict).toBe('error');
    expect(report.sentence).toBe(`The evidence cannot be used: ${why}.`);
  });

  it('count the rows that break each rule', async () => {
    const columns = withColumn('challenger', { data: [0.9, null, 2, 0.3], nullable: true });
    const twice = columns.map((column) =>
      column.name === 'id' ? { ...column, data: [1n, 1n, 1n, 2n] } : column,
    );
    expect((await judge('predictions.parquet', parquet(twice))).notes).toEqual([
      'predictions.parquet: 2 of 4 rows have the id of an earlier row',
      'predictions.parquet: 2 of 4 rows have a challenger that is not a score between 0 and 1',
    ]);
  });
});

describe('Parquet that is damaged, or made to harm', () => {
  const good = parquet(
    fixed
      .map((column) => ({ ...column, data: Array.from({ length: 300 }, (_, row) => column.data[row % 4]) }))
      .map((column) =>
        column.name === 'id'
          ? { ...column, data: Array.from({ length: 300 }, (_, row) => BigInt(row)) }
          : column,
      ),
  );

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /it is too short for Parquet/],
    ['text', Buffer.from('id,label,challenger\na,1,0.5\n'), /does not end as Parquet does/],
    ['a footer cut off', good.subarray(0, good.length - 9), /predictions.parquet: cannot be read as Parquet/],
    [
      'a footer longer than the file',
      withFooterLength(good, 3_000_000),
      /its footer is longer than the file/,
    ],
    [
      'a footer of a gigabyte',
      withFooterLength(good, 2 ** 30),
      /its footer has 1,073,741,824 bytes, at most 4,194,304 are read/,
    ],
  ])('is an error: %s', async (_what, bytes, why) => {
    const report = await judge('predictions.parquet', bytes);
    expect(report.verdict).toBe('error');
    expect(report.sentence).toMatch(why);
  });

  it('is an error where whole pages hold more values than the footer counts rows', async () => {
    const of = (name: string, value: (row: number) => number) => ({
      name,
      data: Array.from({ length: 300 }, (_, row) => value(row)),
    });
    const score = (row: number) => (row % 2) / 2 + 0.25;
    const columns = [of('id', (row) => row + 0.5), of('label', (row) => row % 2)];
    const bytes = parquetWithSurplus([...columns, of('challenger', score), of('champion', score)]);
    const report = await judge('predictions.parquet', bytes);
    expect(report.sentence).toContain('column id has other than the 200 values that its row group has rows');
  });

  it('never throws, never takes long, and never turns an error into more rows than there are', async () => {
    const edit = fc.record({
      at: fc.nat({ max: good.length - 1 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
      // Most harm is in headers and the footer.
      footer: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const bytes = new Uint8Array(good);
        for (const { at, bytes: put, footer } of edits) {
          const place = footer ? bytes.length - 9 - (at % 400) : at;
          bytes.set(put.subarray(0, bytes.length - place), place);
        }
        const before = process.memoryUsage.rss();
        const spent = await cpuMsOf(async () => {
          const report = await judge('predictions.parquet', bytes);
          expect(['error', 'passed', 'failed', 'inconclusive']).toContain(report.verdict);
          if (report.verdict === 'passed') expect(report.rows).toBe(300);
        });
        expect(spent).toBeLessThan(3000);
        expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1024 * 1024);
      }),
      { numRuns: 1500 },
    );
  }, 60_000);

  it('is refused where a dictionary makes gigabytes of ids of a few', async () => {
    const rows = 30_000;
    const id = 'x'.repeat(30_000);
    const columns = fixed.map(({ name, type, data }) => ({
      name,
      ...(name === 'id' ? { type: 'STRING' as const } : type && { type }),
      data: Array.from({ length: rows }, (_, row) => (name === 'id' ? id : data[row % 4])),
    }));
    const report = await judge('predictions.parquet', parquet(columns));
    expect(report.sentence).toContain('the ids are more than 512 MB; shorten them');
  });

  it.each(['id', 'source'])(
    'is refused where a column of text holds bytes that are none: %s',
    async (name) => {
      // Two spellings of Latin-1, which a lossy reader takes for the same.
      const bytes = [0xc4, 0xd6, 0xdc, 0xdf].map((letter) => Buffer.from([letter, 0x62]));
      for (const type of ['STRING', 'BYTE_ARRAY'] as const) {
        const report = await judge('predictions.parquet', parquet(withColumn(name, { type, data: bytes })));
        expect(report.sentence).toContain(
          `column ${name}: value 1 of a page (0xc462) is not UTF-8; write text as UTF-8`,
        );
      }
    },
  );

  it('is refused where a text claims more than its page, though the file goes on', async () => {
    const columns = withColumn('id', { type: 'STRING', data: ['aaaa', 'bbbb', 'cccc', 'dddd'] });
    const bytes = parquet(columns, { codec: 'UNCOMPRESSED' });
    const at = Buffer.from(bytes).indexOf('dddd') - 4;
    expect(Buffer.from(bytes).readUInt32LE(at)).toBe(4);
    bytes[at] = 40;
    const report = await judge('predictions.parquet', bytes);
    expect(report.sentence).toContain('column id: a page ends before its values do');
  });

  it('is refused where values are nested', async () => {
    const schema = [
      { name: 'root', num_children: 4 },
      { name: 'id', type: 'INT64', repetition_type: 'REQUIRED' },
      { name: 'label', type: 'INT32', repetition_type: 'REQUIRED' },
      { name: 'challenger', num_children: 1, repetition_type: 'OPTIONAL' },
      { name: 'score', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      { name: 'champion', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ] as NonNullable<Options['schema']>;
    const columns = fixed.slice(0, 4).map(({ name, data }) => ({
      name,
      data: name === 'challenger' ? [1, 2, 3, 4].map((score) => ({ score })) : data,
    }));
    const report = await judge('predictions.parquet', parquet(columns, { schema }), { gates: [floor] });
    expect(report.sentence).toBe(
      'The evidence cannot be used: predictions.parquet: column challenger has nested values; write it flat.',
    );
  });
});

function withFooterLength(file: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(file);
  new DataView(copy.buffer).setUint32(copy.length - 8, length, true);
  return copy;
}

describe('several files', () => {
  it('are an error, whatever is in them', async () => {
    const files = ['predictions.csv', 'predictions.parquet'].map((name) => ({
      name,
      chunks: chunksOf(csv(fixed)),
    }));
    expect(await readPredictions(files, { task: 'binary', sliceColumns: [] })).toMatchObject({
      broken:
        'predictions.csv and predictions.parquet are both there, and only one can be the evidence; write one',
    });
    expect(await readPredictions([], { task: 'binary', sliceColumns: [] })).toBeNull();
  });
});
