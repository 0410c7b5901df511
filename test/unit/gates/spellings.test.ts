import fc from 'fast-check';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/config/metric-catalog.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { readingOptionsOf, readPredictions } from '../../../shared/gates/predictions/read-predictions.ts';
import { lookOf, noteAlike, spellAll } from '../../../shared/gates/predictions/spellings.ts';
import { readGate } from './read-gate.ts';

type Cell = string | number | boolean | null;
type Columns = Readonly<Record<string, readonly Cell[]>>;

const better = readGate({
  gate: 'better',
  kind: 'against-champion',
  metric: 'accuracy',
  rule: 'superiority',
  minimumRows: 1,
});
const floor = readGate({ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.4, minimumRows: 1 });
const bySource = readGate({ ...floor, confidence: 0.95, slices: { by: 'source', minimumRows: 1 } });

function toCsv(columns: Columns): Uint8Array {
  const cell = (value: Cell): string => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`);
  const names = Object.keys(columns);
  const rows = columns[names[0]!]!.map((_, row) => names.map((name) => cell(columns[name]![row]!)).join(','));
  return Buffer.from([names.join(','), ...rows].join('\n'));
}

async function judge(name: string, bytes: Uint8Array, gate = better, task: Task = 'multiclass') {
  const chunks = (async function* () {
    yield bytes;
  })();
  const predictions = await readPredictions([{ name, chunks }], readingOptionsOf({ task, gates: [gate] }));
  const request = { runId: 'r', task, gates: [gate], hasChampion: true, predictions };
  return judgeEvidence({ ...request, metrics: null, trackedMetrics: {}, look: null });
}
const judgeCsv = (columns: Columns, gate = better) => judge('predictions.csv', toCsv(columns), gate);

const rows = 300;
const cycle = (names: readonly string[]): string[] =>
  Array.from({ length: rows }, (_, at) => names[at % names.length]!);
/** Right but in every tenth row. */
const nearly = (names: readonly string[]): string[] =>
  Array.from({ length: rows }, (_, at) => names[(at + (at % 10 === 0 ? 1 : 0)) % names.length]!);
const ids = Array.from({ length: rows }, (_, at) => `r${at}`);

const composed = ['caf\u00e9', 'th\u00e9'];
const decomposed = composed.map((name) => name.normalize('NFD'));

describe('classes that labels and a side spell differently', () => {
  it.each<[string, string[], string[], string]>([
    [
      'as floats',
      ['1', '2', '3'],
      ['1.0', '2.0', '3.0'],
      '"1.0", "2.0", "3.0", and the labels are "1", "2", "3"',
    ],
    ['with a space', ['cat', 'dog'], ['cat ', 'dog '], '"cat ", "dog ", and the labels are "cat", "dog"'],
    ['as truth values', ['1', '0'], ['True', 'False'], '"False", "True", and the labels are "0", "1"'],
    ['in other letters', ['cat', 'dog'], ['CAT', 'DOG'], '"CAT", "DOG", and the labels are "cat", "dog"'],
    ['by other names', ['cat', 'dog'], ['0', '1'], '"0", "1", and the labels are "cat", "dog"'],
    [
      'in another normal form, shown by its codes',
      composed,
      decomposed,
      '"cafe\\u0301", "the\\u0301", and the labels are "caf\\u00e9", "th\\u00e9"',
    ],
  ])('%s are an error on either side', async (_what, labels, others, spelled) => {
    for (const [side, other] of [
      ['champion', 'challenger'],
      ['challenger', 'champion'],
    ] as const) {
      const columns = { id: ids, label: cycle(labels), [other]: nearly(labels), [side]: cycle(others) };
      expect(await judgeCsv(columns)).toMatchObject({
        verdict: 'error',
        sentence: `The evidence cannot be used: predictions.csv: no decision of the ${side} is for a class that a row has: it decides for ${spelled}; classes are compared byte by byte: write them alike.`,
      });
    }
  });

  it.each<[string, string, string]>([
    ['a float among names', '1', '1.0'],
    ['a space', 'cat', 'cat '],
    ['a space without a break', 'cat', 'cat\u00a0'],
    ['a character without a width', 'cat', 'c\u200bat'],
    ['a normal form', 'caf\u00e9', 'cafe\u0301'],
    ['leading zeros', '7', '007'],
    ['upper case', 'cat', 'Cat'],
  ])('in one class of several by %s are an error, too', async (_what, label, other) => {
    const names = [label, 'dog', 'emu'];
    const columns = {
      id: ids,
      label: cycle(names),
      challenger: nearly(names),
      champion: cycle([other, 'dog', 'emu']),
    };
    const [found, wanted] = spellAll([other, label]);
    expect((await judgeCsv(columns)).sentence).toBe(
      `The evidence cannot be used: predictions.csv: the champion decides for ${found} in 100 rows, which no row has, and never for ${wanted}, the label of 100 rows; classes are compared byte by byte: write them alike.`,
    );
  });

  it('are none where the side decides for both, as between upper and lower case: that is noted', async () => {
    const names = ['a', 'b', 'A'];
    const columns = {
      id: ids,
      label: cycle(['a', 'b']),
      challenger: cycle(['a', 'b']),
      champion: cycle(names),
    };
    const report = await judgeCsv(columns);
    expect(report.verdict).toBe('passed');
    expect(report.notes).toEqual([
      'classes "A" (decided by the champion in 100 rows) and "a" (label in 150 rows, decided by the challenger in 150 rows, decided by the champion in 100 rows) look alike and are 2: they are compared byte by byte',
    ]);
  });

  it('are none where a side decides wrongly and never for what looks like a label', async () => {
    const columns = { id: ids, label: cycle(['a', 'b']), challenger: cycle(['b', 'c']) };
    expect(await judgeCsv(columns, floor)).toMatchObject({ verdict: 'failed', notes: [] });
  });

  it.each(['nan', 'NaN', ' ', '<NA>', 'null', '\u200b'])(
    'are %j where a decision is missing, and an error',
    async (name) => {
      const champion = cycle(['cat', 'dog']).map((decision, at) => (at % 30 === 0 ? name : decision));
      const columns = { id: ids, label: cycle(['cat', 'dog']), challenger: cycle(['cat', 'dog']), champion };
      expect((await judgeCsv(columns)).sentence).toBe(
        `The evidence cannot be used: predictions.csv: the champion decides for ${spellAll([name])[0]} in 10 rows, which is the label of none: a decision is missing; have the side decide in every row.`,
      );
      expect(spellAll(['\u200b'])).toEqual(['"\\u200b"']);
      // A class may be called so, if rows are of it; that is noted.
      const label = columns.label.map((each, at) => (at % 30 === 0 ? name : each));
      const report = await judgeCsv({ ...columns, label }, floor);
      expect(report.verdict).toBe('passed');
      expect(report.notes).toEqual([
        `class ${spellAll([name])[0]} (label in 10 rows, decided by the champion in 10 rows) is one as any other: is a name missing?`,
      ]);
    },
  );

  it('do not matter where probabilities name the classes', async () => {
    const half = ids.map(() => 0.5);
    const columns = { id: ids, label: cycle(['1', '2']), 'challenger:1': half, 'challenger:2': half };
    expect(await judgeCsv({ ...columns, label: cycle(['1.0', '2.0']) }, floor)).toMatchObject({
      verdict: 'error',
      sentence: expect.stringContaining(
        'label is "1.0", not one of the classes with a column of probabilities',
      ),
    });
    expect((await judgeCsv(columns, floor)).verdict).toBe('passed');
  });
});

describe('classes', () => {
  const name = fc.constantFrom('a', 'A', 'a ', ' a', '1', '1.0', '01', 'true', '\u00e9', 'e\u0301', 'b', 'c');
  const pair = fc.tuple(name, name);

  it('are right where the bytes are the same, and no two of them are ever one', async () => {
    let judged = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 20 }), async (rows) => {
        const columns = {
          id: rows.map((_, at) => `r${at}`),
          label: rows.map(([label]) => label),
          challenger: rows.map(([, decision]) => decision),
        };
        const report = await judgeCsv(columns, floor);
        const right = rows.filter(([label, decision]) => label === decision).length;
        if (report.rows === null) {
          // Whatever is refused has a decision that no row has.
          expect(rows.some(([, decision]) => rows.every(([label]) => label !== decision))).toBe(true);
          return;
        }
        judged++;
        expect(report.gates[0]!.challenger).toBeCloseTo(right / rows.length, 12);
      }),
      { numRuns: 300 },
    );
    expect(judged).toBeGreaterThan(50);
  });
});

describe('Parquet columns of classes and slices', () => {
  const columnsOf = (type: 'DOUBLE' | 'FLOAT', data: ColumnSource['data']): ColumnSource[] => [
    { name: 'id', type: 'STRING', data: ids },
    { name: 'label', type: 'INT32', data: ids.map((_, at) => at % 3) },
    { name: 'challenger', type: 'INT64', data: ids.map((_, at) => BigInt(at % 3)) },
    { name: 'champion', type, data },
  ];
  const judgeParquet = (columns: ColumnSource[], gate = better) =>
    judge('predictions.parquet', new Uint8Array(parquetWriteBuffer({ columnData: columns })), gate);

  it.each(['DOUBLE', 'FLOAT'] as const)(
    'of %s are other classes than whole numbers, as in CSV',
    async (type) => {
      const data = ids.map((_, at) => at % 3);
      const fromParquet = await judgeParquet(columnsOf(type, data));
      const asText = (name: string, point = '') => ids.map((_, at) => `${at % 3}${name === '' ? '' : point}`);
      const fromCsv = await judgeCsv({
        id: ids,
        label: asText('label'),
        challenger: asText('challenger'),
        champion: asText('champion', '.0'),
      });
      expect(fromParquet.sentence).toContain(
        'it decides for "0.0", "1.0", "2.0", and the labels are "0", "1", "2"',
      );
      expect(fromParquet.sentence.replace('.parquet', '.csv')).toBe(fromCsv.sentence);
    },
  );

  it('of floats on both sides are the same classes', async () => {
    const data = ids.map((_, at) => at % 3);
    const columns = columnsOf('DOUBLE', data).map(
      (column): ColumnSource => (column.name === 'id' ? column : { name: column.name, type: 'DOUBLE', data }),
    );
    expect(await judgeParquet(columns, floor)).toMatchObject({ verdict: 'passed', notes: [] });
  });

  it('of floats without a number are missing', async () => {
    const data = ids.map((_, at) => (at === 7 ? Number.NaN : at % 3));
    expect((await judgeParquet(columnsOf('DOUBLE', data))).sentence).toContain(
      'row 8: champion is "", not the name of a class',
    );
  });

  it('show floats of either precision with the fewest digits', async () => {
    const values = [0.1, 0.25, 1, -0, 1e21, 16_777_216];
    for (const type of ['DOUBLE', 'FLOAT'] as const) {
      const columns: ColumnSource[] = [
        { name: 'id', type: 'STRING', data: ids.slice(0, 6) },
        { name: 'label', type: 'STRING', data: ids.slice(0, 6) },
        { name: 'challenger', type: 'STRING', data: ids.slice(0, 6) },
        { name: 'source', type, data: values },
      ];
      const report = await judgeParquet(columns, bySource);
      expect(report.gates[0]!.slices!.results.map(({ slice }) => slice).sort()).toEqual(
        ['-0.0', '0.1', '0.25', '1.0', '16777216.0', '1e+21'].sort(),
      );
    }
  });
});

describe('a label that a gate names', () => {
  it('is a class of the rows by its bytes; the error shows one that looks alike', async () => {
    const columns = { id: ids, label: cycle(['1.0', '2.0']), challenger: cycle(['1.0', '2.0']) };
    const gate = (name: string) =>
      readGate({ gate: 'share', kind: 'data', labelBalance: { class: name, atLeast: 0.4 } });
    expect((await judgeCsv(columns, gate('1.0'))).verdict).toBe('passed');
    expect((await judgeCsv(columns, gate('1'))).sentence).toBe(
      'Gate share: no row has the label "1", and no side decides for it; "1.0" looks like "1" and is another: they are compared byte by byte.',
    );
  });
});

describe('values of a slice that look alike', () => {
  it('are noted with how many rows have each, and stay two slices', async () => {
    const names = ['list', 'list ', 'shop'];
    const columns = {
      id: ids,
      label: cycle(['a', 'b']),
      challenger: cycle(['a', 'b']),
      source: cycle(names),
    };
    const report = await judgeCsv(columns, bySource);
    expect(report.gates[0]!.slices!.results.map(({ slice, n }) => [slice, n])).toEqual([
      ['list', 100],
      ['list ', 100],
      ['shop', 100],
    ]);
    expect(report.notes).toEqual([
      'values of the column source "list" (100 rows) and "list " (100 rows) look alike and are 2: they are compared byte by byte',
    ]);
  });
});

describe('a column that looks like one with a meaning of its own', () => {
  it.each(['Weight', 'weight ', ' champion'])('%j is noted, and not read as it', async (name) => {
    const columns = { id: ids, label: cycle(['a', 'b']), challenger: cycle(['a', 'b']), [name]: ids };
    const report = await judgeCsv(columns, floor);
    expect(report.verdict).toBe('passed');
    expect(report.notes).toEqual([
      `the column "${name}" looks like ${name.trim().toLowerCase()} and is not read as it: rename it if it is meant`,
    ]);
  });

  it('is no matter beside that one', async () => {
    const weight = ids.map(() => 2);
    const columns = { id: ids, label: cycle(['a', 'b']), challenger: cycle(['a', 'b']), weight, Weight: ids };
    expect((await judgeCsv(columns, floor)).notes).toEqual([]);
  });
});

describe('names that look alike', () => {
  it.each([
    ['1', '1.0', '01', ' 1 ', '1e0', '+1', '10e-1', 'true', 'TRUE', '1.'],
    ['0', '-0', '0.00', 'False', '0e5'],
    ['.5', '0.50', '5e-1'],
    ['Caf\u00e9', 'cafe\u0301', 'caf\u00e9\ufeff'],
    ['-12.50', '-12.5', '-0012.5'],
  ])('are %s and the like', (...names) => {
    expect(new Set(names.map(lookOf)).size).toBe(1);
  });

  it('are not those that differ in a digit, however long', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{0,40}$/);
    fc.assert(
      fc.property(digits, digits, (one, other) => {
        expect(lookOf(one) === lookOf(other)).toBe(one === other);
        expect(lookOf(`${one}.0`)).toBe(lookOf(one));
        expect(lookOf(`-${one}`)).not.toBe(lookOf(one));
      }),
    );
  });

  it('are shown so that no two are the same in print, and in an order of their own', () => {
    const name = fc.constantFrom(
      'a',
      'a ',
      'a\u00a0',
      '\u00e9',
      'e\u0301',
      'e\u0301\u200b',
      'A',
      '1',
      '1.0',
      'b',
    );
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        expect(new Set(spellAll(names)).size).toBe(names.length);
        const found = (of: readonly string[]) => noteAlike('x', new Map(of.map((each) => [each, '1 row'])));
        expect(found(names.toReversed())).toEqual(found(names));
      }),
    );
  });

  it('are listed as few and counted as all', () => {
    const found = new Map(Array.from({ length: 16 }, (_, at) => [at < 8 ? `n${at}` : `N${at - 8}`, '1 row']));
    const notes = noteAlike('classes', found);
    expect(notes).toHaveLength(6);
    expect(notes.at(-1)).toBe('classes: 3 more that look alike');
  });
});
