import { hash } from 'node:crypto';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { GatesSchema } from '../../../shared/config/gate-schema.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { GateResult } from '../../../shared/domain/gate-report.ts';
import { isLook } from '../../../shared/gates/makes-claim.ts';
import { countShared, hashIds } from '../../../shared/gates/predictions/hash-ids.ts';
import { parseTrainIds, readTrainIds } from '../../../shared/gates/predictions/read-train-ids.ts';
import { lookAgain } from '../../../shared/gates/spend-error.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const dataGate = (rule: object) => readGate({ gate: 'data', kind: 'data', ...rule });
const balance = (rule: object, more: object = {}) =>
  dataGate({ labelBalance: { class: 1, ...rule }, ...more });

/** So many rows, the first of them of class 1. */
const labelled = (rows: number, ones: number, more: Row = {}): Row[] =>
  Array.from({ length: rows }, (_, at) => ({ label: at < ones ? 1 : 0, challenger: 0.5, ...more }));

const judge = (gate: ReturnType<typeof dataGate>, rows: readonly Row[], over = {}): GateResult =>
  judgeRows([gate], rows, over).gates[0]!;
const said = ({ verdict, sentence }: GateResult): string => `${verdict}: ${sentence}`;

describe('a data gate on rows', () => {
  it('passes from the number on, and fails below it', () => {
    const gate = dataGate({ rows: { atLeast: 100 } });
    expect(judge(gate, labelled(100, 5))).toMatchObject({
      kind: 'data',
      metric: 'rows',
      rule: 'rows at least 100',
      verdict: 'passed',
      sentence: 'rows 100 >= 100 (n=100)',
      estimate: 100,
      limit: 100,
      challenger: null,
      champion: null,
      n: 100,
      slices: null,
    });
    expect(said(judge(gate, labelled(99, 5)))).toBe('failed: rows 99 < 100 (n=99)');
  });
});

describe('a data gate on the balance of labels', () => {
  it('takes the share as measured, on either side', () => {
    const gate = balance({ atLeast: 0.2, atMost: 0.6 });
    expect(judge(gate, labelled(100, 20))).toMatchObject({
      metric: 'label_share',
      rule: 'share of label "1" at least 0.2 and at most 0.6, as measured',
      verdict: 'passed',
      sentence: 'share of label "1" 0.2000 >= 0.2000 (n=100)',
      interval: null,
    });
    expect(said(judge(gate, labelled(100, 60)))).toBe('passed: share of label "1" 0.6000 <= 0.6000 (n=100)');
    expect(said(judge(gate, labelled(100, 19)))).toBe('failed: share of label "1" 0.1900 < 0.2000 (n=100)');
    expect(said(judge(gate, labelled(100, 61)))).toBe('failed: share of label "1" 0.6100 > 0.6000 (n=100)');
  });

  it('wants the whole exact interval within the bounds where it has a confidence', () => {
    const gate = balance({ atLeast: 0.2, atMost: 0.6 }, { confidence: 0.95 });
    expect(judge(gate, labelled(1000, 400))).toMatchObject({
      verdict: 'passed',
      rule: 'share of label "1" at least 0.2 and at most 0.6, with 95 % confidence',
      // Clopper and Pearson for 400 of 1,000.
      interval: {
        low: expect.closeTo(0.3695, 4),
        high: expect.closeTo(0.4311, 4),
        method: 'exact binomial interval',
      },
    });
    expect(judge(gate, labelled(1000, 210)).verdict).toBe('inconclusive');
    expect(judge(gate, labelled(1000, 590)).verdict).toBe('inconclusive');
    expect(judge(gate, labelled(1000, 100)).verdict).toBe('failed');
    expect(judge(gate, labelled(1000, 700)).verdict).toBe('failed');
  });

  it('weighs rows that have weights, and has no interval then', () => {
    const rows = [...labelled(50, 50, { weight: 3 }), ...labelled(50, 0, { weight: 1 })];
    expect(judge(balance({ atLeast: 0.7 }), rows).estimate).toBeCloseTo(0.75, 12);
    expect(said(judge(balance({ atLeast: 0.7 }, { confidence: 0.9 }), rows))).toBe(
      'inconclusive: share of label "1" 0.7500: no interval, rows have weights, and a weighted share no exact one (n=100, worth 80)',
    );
  });

  it('knows classes by name, and passes none that it does not know', () => {
    const rows = Array.from({ length: 40 }, (_, at) => ({
      label: at % 4 === 0 ? 'cat' : 'dog',
      challenger: 'dog',
      champion: at === 0 ? 'cat' : 'emu',
    }));
    const of = (name: string) => balance({ class: name, atMost: 0.5 });
    const over = { task: 'multiclass' as const };
    expect(said(judge(of('cat'), rows, over))).toBe('passed: share of label "cat" 0.2500 <= 0.5000 (n=40)');
    expect(said(judge(of('dog'), rows, over))).toBe('failed: share of label "dog" 0.7500 > 0.5000 (n=40)');
    expect(said(judge(of('emu'), rows, over))).toBe('passed: share of label "emu" 0 <= 0.5000 (n=40)');
    expect(said(judge(of('gnu'), rows, over))).toBe(
      'error: no row has the label "gnu", and no side decides for it',
    );
  });
});

describe('a data gate on overlap', () => {
  const gate = dataGate({ overlap: { atMost: 0 } });

  it.each<[string, (at: number) => string, string]>([
    ['floats', (at) => `r${at}.0`, 'every id that training read has a point, and none of the predictions'],
    [
      'quoted spaces',
      (at) => `r${at} `,
      'every id that training read has a space, and none of the predictions',
    ],
    [
      'upper case',
      (at) => `R${at}`,
      'every id of the predictions has a lower-case letter, and none that training read',
    ],
    [
      'numbers alone',
      (at) => `${at}`,
      'every id of the predictions has a lower-case letter, and none that training read',
    ],
  ])('is an error where ids are written as %s on one side, and could never meet', (_what, idOf, why) => {
    const list = Array.from({ length: 30 }, (_, at) => `"${idOf(at)}"`);
    const trainIds = parseTrainIds(['id', ...list].join('\n'));
    expect(said(judge(gate, labelled(30, 5), { trainIds }))).toBe(
      `error: no id could be in both files: ${why}; ids are compared byte by byte: write them alike`,
    );
  });

  it('is judged where ids have no more in common than how they are written', () => {
    const list = (from: number) => Array.from({ length: 30 }, (_, at) => `r${at + from}x`);
    const trainIds = parseTrainIds(['id', ...list(0), ...list(1000), 'r7'].join('\n'));
    expect(judge(gate, labelled(30, 5), { trainIds }).verdict).toBe('passed');
    const few = parseTrainIds(['id', '7.0'].join('\n'));
    expect(judge(gate, labelled(30, 5), { trainIds: few }).verdict).toBe('passed');
  });
  const rows = labelled(40, 20);
  const listed = (...ids: readonly (string | number)[]) => parseTrainIds(['id', ...ids].join('\n'));

  it('counts the rows that training saw, however often', () => {
    expect(judge(gate, rows, { trainIds: listed('a', 'b', 'R000001') })).toMatchObject({
      metric: 'overlap',
      rule: 'rows that training saw at most 0',
      verdict: 'passed',
      sentence: 'rows of the holdout among the 3 that training read: 0 <= 0 (n=40)',
    });
    const two = listed('r000007', 'a', 'r000003', 'r000007');
    expect(said(judge(gate, rows, { trainIds: two }))).toBe(
      'failed: rows of the holdout among the 4 that training read: 2 > 0 (n=40)',
    );
    expect(judge(dataGate({ overlap: { atMost: 2 } }), rows, { trainIds: two }).verdict).toBe('passed');
    expect(judge(dataGate({ overlap: { atMost: 1 } }), rows, { trainIds: two }).verdict).toBe('failed');
  });

  it('reads hashes of ids in their place, in either case', () => {
    const digits = (id: string) => hash('sha256', id).slice(0, 16);
    const text = ['row,hash', `1,${digits('x')}`, `2,${digits('r000005').toUpperCase()}`].join('\n');
    expect(judge(gate, rows, { trainIds: parseTrainIds(text) })).toMatchObject({
      verdict: 'failed',
      estimate: 1,
    });
  });

  it('reads Parquet as CSV', async () => {
    const data = ['r000002', 'x', 'r000009'];
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'id', data }] }));
    async function* chunks() {
      yield bytes.subarray(0, 50);
      yield bytes.subarray(50);
    }
    expect(await readTrainIds([{ name: 'train-ids.parquet', chunks: chunks() }])).toEqual(listed(...data));
    expect(await readTrainIds([])).toBeNull();
  });

  it.each<[string, string | null, string]>([
    [
      'no file',
      null,
      'train-ids.csv, the ids that training saw, is missing; have the jobs leave it (docs/jobs.md)',
    ],
    ['no rows', 'id\n', 'train-ids.csv: no rows; whatever was trained saw some'],
    ['nothing in the file', '', 'train-ids.csv: it is empty: not even a header line'],
    [
      'no ids',
      'name,text\na,b',
      'train-ids.csv: the header must name one column id or one column hash; it has: name, text',
    ],
    [
      'ids and hashes',
      'id,hash\na,b',
      'train-ids.csv: the header must name one column id or one column hash; it has: id, hash',
    ],
    ['an empty id', 'id,x\na,1\n,2', 'train-ids.csv: row 2: id is "", not an id'],
    [
      'a short hash',
      'hash\n0123456789abcde',
      'train-ids.csv: row 1: hash is "0123456789abcde", not the first 16 hexadecimal digits of a SHA-256',
    ],
    [
      'a hash with another letter',
      'hash\n0123456789abcdef\n0123456789abcdeg',
      'train-ids.csv: row 2: hash is "0123456789abcdeg", not the first 16 hexadecimal digits of a SHA-256',
    ],
    ['a row of other width', 'id\na\nb,c', 'train-ids.csv: row 2: it has 2 fields, the header has 1'],
  ])('is an error for %s', (_what, text, sentence) => {
    const trainIds = text === null ? null : parseTrainIds(text);
    expect(said(judge(gate, rows, { trainIds }))).toBe(`error: ${sentence}`);
  });

  it('is an error without predictions or rows, as every data gate is but that on rows', () => {
    const over = { trainIds: listed('a') };
    const metrics = { challenger: { size_bytes: 1 } };
    for (const each of [gate, balance({ atMost: 1 }), dataGate({ rows: { atLeast: 1 } })]) {
      expect(said(judge(each, [], { ...over, predictions: null, metrics }))).toBe(
        'error: the predictions, whose rows the gate judges, are missing',
      );
    }
    const predictions = 'id,label,challenger\n';
    expect(said(judge(gate, [], { ...over, predictions }))).toBe('error: the predictions have no rows');
    expect(judge(dataGate({ rows: { atLeast: 1 } }), [], { predictions }).verdict).toBe('failed');
  });

  it('counts among a million ids in bounded memory', () => {
    const many = (from: number, count: number) => {
      const bytes = Buffer.from(
        Array.from({ length: count }, (_, at) => String(from + at).padStart(8, '0')).join(''),
      );
      return hashIds(
        bytes,
        Float64Array.from({ length: count }, (_, at) => 8 * (at + 1)),
      );
    };
    const [holdout, training] = [many(0, 100_000), many(90_000, 200_000)];
    expect(holdout.byteLength).toBe(800_000);
    expect(countShared(holdout, training)).toBe(10_000);
  });
});

describe('data gates and looks', () => {
  it('are no look: of the same rows they say the same of every challenger', () => {
    const gates = [balance({ atLeast: 0.1 }, { confidence: 0.95 }), dataGate({ rows: { atLeast: 1 } })];
    expect(isLook(gates, true)).toBe(false);
    const look = { ...lookAgain(50, undefined), alpha: undefined };
    expect(judge(gates[0]!, labelled(100, 50), { look })).toMatchObject({ verdict: 'passed', holdout: null });
  });
});

describe('a data gate in a model file', () => {
  const problemsOf = (gate: object) =>
    GatesSchema.safeParse([{ gate: 'data', kind: 'data', ...gate }]).error?.issues.map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );

  it.each<[object, string]>([
    [
      {},
      '0: give exactly one of rows, labelBalance, overlap and unlabelledShare; a second rule is a second gate',
    ],
    [
      { rows: { atLeast: 1 }, overlap: { atMost: 0 } },
      '0: give exactly one of rows, labelBalance, overlap and unlabelledShare; a second rule is a second gate',
    ],
    [{ rows: { atLeast: 0 } }, '0.rows.atLeast: Too small: expected number to be >=1'],
    [
      { rows: { atLeast: 9 }, confidence: 0.9 },
      '0.confidence: rows is counted, not estimated: it has no interval; leave confidence out',
    ],
    [
      { overlap: { atMost: 0 }, confidence: 0.9 },
      '0.confidence: overlap is counted, not estimated: it has no interval; leave confidence out',
    ],
    [{ overlap: {} }, '0.overlap.atMost: a whole number of rows, such as 0'],
    [{ overlap: { atMost: 0.01 } }, '0.overlap.atMost: a whole number of rows, such as 0'],
    [{ overlap: { atMost: -1 } }, '0.overlap.atMost: a whole number of rows, such as 0'],
    [
      { labelBalance: { class: 1 } },
      '0.labelBalance: without a bound every share passes; give atLeast, atMost or both',
    ],
    [
      { labelBalance: { class: 1, atLeast: 30 } },
      '0.labelBalance.atLeast: a share of the rows, from 0 to 1, such as 0.3 (30 percent as a share is 0.3)',
    ],
    [
      { labelBalance: { class: 1, atMost: -0.1 } },
      '0.labelBalance.atMost: a share of the rows, from 0 to 1, such as 0.3 (30 percent as a share is 0.3)',
    ],
    [
      { labelBalance: { class: 1, atLeast: 0.6, atMost: 0.4 } },
      '0.labelBalance: no share is at least 0.6 and at most 0.4',
    ],
    [
      { labelBalance: { class: true, atLeast: 0.6 } },
      '0.labelBalance.class: a label: its text, or 0 or 1 of a binary model',
    ],
  ])('is refused as %j', (gate, problem) => {
    expect(problemsOf(gate)).toEqual([problem]);
  });

  const text = (task: string, gate: string) => `model: m
task: ${task}
data: { path: m/ }
training: &job { command: a, code: 'azureml:a:1', environment: 'azureml:e:1', compute: c }
evaluation: *job
gates:
  - { gate: data, ${gate} }
release: { stages: [{ stage: s, channel: event-grid }] }
`;
  const share = (name: string) => `kind: data, labelBalance: { class: ${name}, atLeast: 0.1 }`;

  it.each([
    [
      'regression',
      share('1'),
      'gates.0.labelBalance',
      "shares are those of classes, and this one's task is regression",
    ],
    [
      'binary',
      share('spam'),
      'gates.0.labelBalance.class',
      'the labels of a binary model are 0 and 1, never spam',
    ],
    [
      'binary',
      'kind: data, rows: { atLeast: 5 }, metric: accuracy',
      'gates.0.metric',
      'unknown field here; it belongs to another part of the file',
    ],
    [
      'multiclass',
      "kind: against-champion, metric: accuracy, slices: { by: [source, 'challenger:cat'] }",
      'gates.0.slices.by',
      'the column challenger:cat of a multiclass model is a probability; slice by another',
    ],
  ])('of a %s model is refused with the line for %s', (task, gate, path, message) => {
    expect(parseModelFile('m.yaml', text(task, gate))).toEqual({
      problems: [{ file: 'm.yaml', line: 7, path, message }],
    });
  });

  it('takes the names of classes', () => {
    expect(parseModelFile('m.yaml', text('multiclass', share('spam')))).toHaveProperty('model');
  });

  it.each<[unknown, string]>([
    [
      ['source'],
      '0.slices.by: two different columns, such as [source, week]; one column stands without a list',
    ],
    [
      ['source', 'source'],
      '0.slices.by: two different columns, such as [source, week]; one column stands without a list',
    ],
    [['a', 'b', 'c'], '0.slices.by: a column of the predictions, or a list of two'],
    [
      ['source', 'label'],
      '0.slices.by.1: the column label has a meaning of its own; slice by another than id, label, challenger, champion, weight',
    ],
    [5, '0.slices.by: a column of the predictions, or a list of two'],
  ])('takes pairs of two columns only, not %j', (by, problem) => {
    const gate = { kind: 'against-champion', metric: 'accuracy', slices: { by } };
    expect(problemsOf(gate)).toEqual([problem]);
  });
});
