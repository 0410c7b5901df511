import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { GatesSchema } from '../../../shared/config/gate-schema.ts';
import { findMetric, metricNames, type Task } from '../../../shared/config/metric-catalog.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { readingOptionsOf, readPredictions } from '../../../shared/gates/predictions/read-predictions.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const allowed = (atMost: number, more: object = {}) =>
  readGate({ gate: 'labelled', kind: 'data', unlabelledShare: { atMost, ...more } });
const atRandom = { assume: 'missing-at-random' };
const bound = (over: object = {}) =>
  readGate({ gate: 'g', kind: 'bound', metric: 'accuracy', atLeast: 0.5, confidence: 0.95, ...over });

/** So many rows, every tenth decided wrongly, of which those at the end have no label. */
const rowsOf = (size: number, without: number, more: (at: number) => Row = () => ({})): Row[] =>
  Array.from({ length: size }, (_, at) => ({
    label: at >= size - without ? '' : at % 2,
    challenger: (at % 2 === 1) === (at % 10 !== 0) ? 0.9 : 0.1,
    champion: at % 2 === 1 ? 0.6 : 0.4,
    ...more(at),
  }));

describe('rows without a label', () => {
  it('are an error that says how to allow them, unless a gate bounds their share', () => {
    expect(judgeRows([bound()], rowsOf(100, 1))).toMatchObject({
      verdict: 'error',
      sentence:
        'The evidence cannot be used: predictions.csv: row 100: label is "", not 0 or 1; to allow rows without a label, and to bound their share, give a data gate with unlabelledShare.',
    });
  });

  it('are counted, and left out of what gates are judged on', () => {
    const report = judgeRows([allowed(0.2), bound()], rowsOf(100, 20));
    const labelled = judgeRows([bound()], rowsOf(100, 20).slice(0, 80));
    expect(report).toMatchObject({ verdict: 'passed', rows: 80 });
    expect(report.notes).toEqual([
      'predictions.csv: 20 of 100 rows have no label: metrics are of the other 80',
    ]);
    expect(report.gates[0]).toMatchObject({
      metric: 'unlabelled_share',
      rule: 'share of rows without a label at most 0.2',
      sentence: 'share of rows without a label 0.2000 <= 0.2000 (n=100)',
      unlabelled: null,
    });
    const { unlabelled, sentence, ...rest } = report.gates[1]!;
    const { unlabelled: none, sentence: said, ...same } = labelled.gates[0]!;
    expect(rest).toEqual(same);
    expect(none).toBeNull();
    // 72 of 80 are right.
    expect(unlabelled).toEqual({ rows: 20, low: 0.72, high: 0.92 });
    expect(sentence).toBe(
      `${said}; 20 rows have no label: whatever they are, accuracy over all rows is between 0.7200 and 0.9200`,
    );
    expect(report.curves).toEqual(labelled.curves);
  });

  it('fail the gate on their share where there are more, by their weights', () => {
    expect(judgeRows([allowed(0.19), bound()], rowsOf(100, 20)).verdict).toBe('failed');
    const heavy = rowsOf(100, 20, (at) => ({ weight: at < 80 ? 1 : 4 }));
    expect(judgeRows([allowed(0.4), bound()], heavy).gates[0]).toMatchObject({
      verdict: 'failed',
      estimate: 0.5,
    });
    expect(judgeRows([allowed(1), bound()], rowsOf(40, 40)).verdict).toBe('error');
    expect(judgeRows([allowed(0)], rowsOf(40, 0)).verdict).toBe('passed');
  });

  it('must be believable in all else: a score, a label that is there and an id', () => {
    const spoilt = (change: Row) =>
      rowsOf(100, 20).map((row, at) => (at === 95 ? { ...row, ...change } : row));
    for (const change of [
      { challenger: '' },
      { challenger: 2 },
      { champion: '' },
      { label: 'nan' },
      { label: 2 },
    ]) {
      const { sentence } = judgeRows([allowed(1), bound()], spoilt(change));
      expect(sentence).toContain('The evidence cannot be used: predictions.csv: row 96: ');
      expect(sentence).not.toContain('unlabelledShare');
    }
  });

  it('leave slices that have no other rows as too small, and required ones inconclusive', () => {
    const rows = rowsOf(200, 20, (at) => ({ source: at >= 180 ? 'new' : 'old', week: at % 2 }));
    const by = (slices: object) => bound({ slices: { minimumRows: 20, ...slices } });
    const small = (slices: object) => judgeRows([allowed(1, atRandom), by(slices)], rows).gates[1]!;
    expect(small({ by: 'source' })).toMatchObject({
      verdict: 'inconclusive',
      sentence: expect.stringMatching(/^1 of 2 slices inconclusive, first "new": 0 rows, a slice needs 20/),
    });
    expect(small({ by: 'source', tooSmall: 'ignore' }).verdict).toBe('passed');
    expect(small({ by: 'source', tooSmall: 'ignore', require: ['new'] }).verdict).toBe('inconclusive');
    const pairs = small({ by: ['source', 'week'], tooSmall: 'ignore' });
    expect(pairs.slices!.results.map(({ slice, n }) => [slice, n])).toEqual([
      ['source=old, week=0', 90],
      ['source=old, week=1', 90],
      ['source=new, week=0', 0],
      ['source=new, week=1', 0],
    ]);
  });

  it('are among the rows whose ids training may not have seen', async () => {
    const { parseTrainIds } = await import('../../../shared/gates/predictions/read-train-ids.ts');
    const gates = [allowed(1), readGate({ gate: 'leak', kind: 'data', overlap: { atMost: 0 } })];
    const trainIds = parseTrainIds('id\nr000099');
    expect(judgeRows(gates, rowsOf(100, 20), { trainIds }).gates[1]).toMatchObject({
      verdict: 'failed',
      n: 100,
    });
  });

  it('keep a gate from passing where it would not with the worst labels, unless they are said to be missing by chance', () => {
    const rows = rowsOf(400, 40);
    const high = bound({ atLeast: 0.82 });
    // 324 of 360 are right: of all 400 as few as 81 %.
    const unsure = judgeRows([allowed(1), high], rows).gates[1]!;
    expect(unsure).toMatchObject({ verdict: 'inconclusive', unlabelled: { low: 0.81, high: 0.91 } });
    expect(unsure.sentence).toMatch(
      /; with the worst labels it is not shown: label them, or say that labels are missing by chance: unlabelledShare with assume: missing-at-random$/,
    );
    expect(judgeRows([allowed(1, atRandom), high], rows).gates[1]!.verdict).toBe('passed');
    expect(judgeRows([allowed(1), bound({ atLeast: 0.7 })], rows).gates[1]!.verdict).toBe('passed');
    // What does not pass by itself is no better for it.
    expect(judgeRows([allowed(1), bound({ atLeast: 0.99 })], rows).gates[1]!.verdict).toBe('failed');
  });

  it('count in slices, where they could be the worst, too', () => {
    const rows = rowsOf(600, 40, (at) => ({ source: at % 3 === 0 || at >= 560 ? 'a' : 'b' }));
    const sliced = bound({ atLeast: 0.7, slices: { by: 'source', minimumRows: 20 } });
    expect(judgeRows([allowed(1, atRandom), sliced], rows).gates[1]!.verdict).toBe('passed');
    const { verdict, sentence } = judgeRows([allowed(1), sliced], rows).gates[1]!;
    expect(verdict, sentence).toBe('inconclusive');
  });

  it.each([
    [
      'roc_auc with weights',
      bound({ metric: 'roc_auc', atLeast: 0.3 }),
      'of roc_auc no worst labels are known where rows have weights',
    ],
    [
      'calibration_slope',
      bound({ metric: 'calibration_slope', atLeast: -9 }),
      'of calibration_slope no worst labels are known',
    ],
  ])('keep %s inconclusive, which says why, unless they are said to be missing by chance', (_, gate, why) => {
    const rows = rowsOf(400, 20, (at) => ({ source: Math.floor(at / 10) % 2, weight: 1 })).map(
      ({ weight, ...row }, at) =>
        gate.kind === 'bound' && gate.metric === 'roc_auc'
          ? { ...row, weight: weight! }
          : { ...row, challenger: at % 7 === 0 ? 0.3 : row['challenger']! },
    );
    const found = judgeRows([allowed(1), gate], rows).gates[1]!;
    expect(found).toMatchObject({ verdict: 'inconclusive', unlabelled: { rows: 20, low: null, high: null } });
    expect(found.sentence).toContain(why);
    expect(judgeRows([allowed(1, atRandom), gate], rows).gates[1]!).toMatchObject({ verdict: 'passed' });
  });

  it('are the nulls of a column in Parquet, and the empty cells of CSV, alike', async () => {
    const names = ['cat', 'dog'];
    const labels = Array.from({ length: 100 }, (_, at) => (at % 10 === 0 ? null : names[at % 2]!));
    const decisions = Array.from({ length: 100 }, (_, at) => names[at % 2]!);
    const ids = labels.map((_, at) => `r${at}`);
    const csv = ['id,label,challenger', ...ids.map((id, at) => `${id},${labels[at] ?? ''},${decisions[at]}`)];
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: 'id', type: 'STRING', data: ids },
        { name: 'label', type: 'STRING', data: labels, nullable: true },
        { name: 'challenger', type: 'STRING', data: decisions },
      ],
    });
    const task = 'multiclass' as const;
    const gates = [allowed(0.1), bound()];
    const judge = async (name: string, bytes: Uint8Array) => {
      const chunks = (async function* () {
        yield bytes;
      })();
      const predictions = await readPredictions([{ name, chunks }], readingOptionsOf({ task, gates }));
      const request = { runId: 'r', task, gates, hasChampion: false, predictions };
      return judgeEvidence({ ...request, metrics: null, trackedMetrics: {}, look: null });
    };
    const fromCsv = await judge('predictions.csv', Buffer.from(csv.join('\n')));
    const fromParquet = await judge('predictions.parquet', new Uint8Array(parquet));
    expect(fromCsv).toMatchObject({ verdict: 'passed', rows: 90 });
    expect(fromCsv.gates[1]!.unlabelled).toEqual({ rows: 10, low: 0.9, high: 1 });
    expect(fromParquet.gates).toEqual(fromCsv.gates);
  });
});

describe('a data gate with unlabelledShare', () => {
  const problemsOf = (over: object) => {
    const gate = { gate: 'g', kind: 'data', unlabelledShare: { atMost: 0.1 }, ...over };
    const result = GatesSchema.safeParse([gate, { gate: 'other', kind: 'data', rows: { atLeast: 1 } }]);
    return result.success
      ? []
      : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };
  it.each<[object, string[]]>([
    [{}, []],
    [
      { confidence: 0.9 },
      ['0.confidence: unlabelledShare is counted, not estimated: it has no interval; leave confidence out'],
    ],
    [
      { severity: 'warn' },
      ['0.severity: with warn any share of rows without a label would be let through; let the gate block'],
    ],
    [
      { severity: 'record' },
      ['0.severity: with record any share of rows without a label would be let through; let the gate block'],
    ],
    [
      { unlabelledShare: { atMost: 10 } },
      [
        '0.unlabelledShare.atMost: a share of the rows, from 0 to 1, such as 0.3 (30 percent as a share is 0.3)',
      ],
    ],
  ])('%j is told what is wrong with it', (over, problems) => {
    expect(problemsOf(over)).toEqual(problems);
  });
});

describe('a gap between groups in which rows have no label', () => {
  const gapOf = (over: object = {}) =>
    readGate({
      ...{ gate: 'g', kind: 'gap', metric: 'recall', atMost: 0.5 },
      ...{ slices: { by: 'region', minimumRows: 10 }, ...over },
    });
  /** Recalls of 0.9, and so many rows of the first group without a label, decided 1 in every second. */
  const regions = (without: number): Row[] =>
    ['north', 'south'].flatMap((region) =>
      Array.from({ length: 400 }, (_, at) => ({
        ...{ region, label: at % 2 },
        challenger: at % 20 === 1 ? 0.1 : at % 2 === 1 ? 0.9 : 0.1,
      })).concat(
        Array.from({ length: region === 'north' ? without : 0 }, (_, at) => ({
          ...{ region, label: '' as never },
          challenger: at % 2 === 1 ? 0.9 : 0.1,
        })),
      ),
    );

  it('passes only where it would whatever the labels are', () => {
    const few = judgeRows([allowed(1), gapOf()], regions(20)).gates[1]!;
    // North has 180 of 200: 190 of 210 where its decided ones are hits, 180 of 210 where its others are misses.
    expect(few).toMatchObject({ verdict: 'passed', unlabelled: { rows: 20, low: 0 } });
    expect(few.unlabelled!.high).toBeCloseTo(0.9 - 180 / 210, 12);
    expect(few.sentence).toMatch(
      /; 20 rows have no label: whatever they are, the gap over all rows is between 0 and 0\.04286$/,
    );
    const strict = gapOf({ atMost: 0.08 });
    expect(judgeRows([allowed(1, atRandom), strict], regions(20)).gates[1]!.verdict).toBe('passed');
    expect(judgeRows([allowed(1), strict], regions(20)).gates[1]!).toMatchObject({
      verdict: 'inconclusive',
      sentence: expect.stringContaining('; with the worst labels it is not shown: '),
    });
  });

  it('is known as it is where it is of what is decided, which no label changes', () => {
    const gate = gapOf({ metric: 'selection_rate' });
    const [missing, there] = [
      regions(40),
      regions(40).map((row) => ({ ...row, label: row['label'] === '' ? 1 : row['label']! })),
    ];
    const found = judgeRows([allowed(1), gate], missing).gates[1]!;
    const { estimate, verdict } = judgeRows([gate], there).gates[0]!;
    expect(verdict).toBe('passed');
    expect(found.verdict).toBe('passed');
    expect(found.unlabelled!.low).toBeCloseTo(estimate!, 12);
    expect(found.unlabelled!.high).toBeCloseTo(estimate!, 12);
  });

  it('has bounds that no labels go beyond, and that some reach', () => {
    const row = fc.record({ region: fc.constantFrom('a', 'b', 'c'), challenger: fc.constantFrom(0.2, 0.8) });
    const cases = fc.tuple(
      fc.constantFrom('recall', 'false_positive_rate', 'selection_rate'),
      fc.array(row, { minLength: 1, maxLength: 6 }),
    );
    const labelled: Row[] = ['a', 'b', 'c'].flatMap((region, of) =>
      Array.from({ length: 12 }, (_, at) => ({ region, label: at % 2, challenger: at % 4 < of ? 0.8 : 0.2 })),
    );
    fc.assert(
      fc.property(cases, ([metric, unseen]) => {
        const gate = gapOf({ metric, minimumRows: 1, slices: { by: 'region', minimumRows: 1 } });
        const judge = (labels: readonly string[]) =>
          judgeRows(
            [allowed(1), gate],
            [...labelled, ...unseen.map((each, at) => ({ ...each, label: labels[at]! }))],
          ).gates[1]!;
        const { low, high } = judge(unseen.map(() => '')).unlabelled!;
        const values = [...labellings(unseen.length, ['0', '1'])].map((labels) => judge(labels).estimate!);
        expect(low).toBeLessThanOrEqual(Math.min(...values) + 1e-12);
        expect(high).toBeCloseTo(Math.max(...values), 12);
      }),
      { numRuns: 60 },
    );
  });
});

/** Every way to give so many rows labels. */
function* labellings(count: number, labels: readonly string[]): Generator<readonly string[]> {
  if (count === 0) yield [];
  else for (const rest of labellings(count - 1, labels)) for (const label of labels) yield [label, ...rest];
}

describe('bounds over rows without a label', () => {
  const names = { binary: ['0', '1'], multiclass: ['a', 'b', 'c'] } as const;
  const score = fc.constantFrom(0, 0.2, 0.5, 0.7, 1);
  const triple = fc.constantFrom([0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3], [0, 1, 0], [0.5, 0.5, 0]);
  type Task2 = 'binary' | 'multiclass';
  const sideOf = (task: Task2, side: string): fc.Arbitrary<Row> =>
    task === 'binary'
      ? score.map((value) => ({ [side]: value }))
      : triple.map((values) =>
          Object.fromEntries(names.multiclass.map((name, at) => [`${side}:${name}`, values[at]!])),
        );
  const rowOf = (task: Task2) =>
    fc
      .tuple(
        fc.constantFrom(...names[task]),
        sideOf(task, 'challenger'),
        sideOf(task, 'champion'),
        fc.constantFrom(0.5, 1, 2),
      )
      .map(([label, ours, theirs, weight]): Row => ({ label, ...ours, ...theirs, weight }));

  /** Gains whose parts are those of single rows. */
  const exact = [
    'accuracy',
    'brier',
    'expected_cost',
    'log_loss',
    'precision_micro',
    'recall_micro',
    'f1_micro',
    'recall_weighted',
  ];

  /** Both sides are right and wrong about each class: of these, whatever can be bounded is. */
  const mixed: Record<Task2, readonly Row[]> = {
    binary: [
      { label: '1', challenger: 1, champion: 0.2 },
      { label: '1', challenger: 0.2, champion: 0.7 },
      { label: '0', challenger: 0.7, champion: 0 },
      { label: '0', challenger: 0, champion: 0.7 },
    ],
    multiclass: ['a', 'b', 'c'].flatMap((label, at) =>
      [0, 1].map((off): Row => {
        const sureOf = (side: string, of: number) =>
          names.multiclass.map((name, index) => [`${side}:${name}`, index === of % 3 ? 0.8 : 0.1] as const);
        return {
          label,
          ...Object.fromEntries([...sureOf('challenger', at + off), ...sureOf('champion', at + 2 * off)]),
        };
      }),
    ),
  };

  it.each(['binary', 'multiclass'] as const)('of a %s model are the ends of all labellings', (task) => {
    const all = metricNames
      .filter((name) => findMetric(name)!.tasks.includes(task satisfies Task))
      .map((name) => name.replace('@CLASS', '@b'));
    const bounded = new Set<string>();
    const cases = fc.tuple(
      fc.array(rowOf(task), { minLength: 3, maxLength: 7 }),
      fc.array(rowOf(task), { minLength: 1, maxLength: task === 'binary' ? 4 : 3 }),
      fc.boolean(),
    );
    const judgeBounds = (metric: string, compared: boolean) =>
      fc.property(cases, ([seen, unseen, weighed]) => {
        const weigh = ({ weight: _, ...row }: Row): Row => (weighed ? { ...row, weight: _! } : row);
        const [labelled, others] = [seen.map(weigh), unseen.map(weigh)];
        const side = findMetric(metric)!.better === 'higher' ? { atLeast: 0 } : { atMost: 1 };
        const gate = compared
          ? readGate({ gate: 'g', kind: 'against-champion', metric, margin: 0.5, minimumRows: 1 })
          : readGate({ gate: 'g', kind: 'bound', metric, minimumRows: 1, ...side });
        const judge = (labels: readonly string[]) => {
          const rest = others.map((row, at) => ({ ...row, label: labels[at]! }));
          return judgeRows([allowed(1), gate], [...labelled, ...rest], { task }).gates[1]!;
        };
        const found = judge(others.map(() => ''));
        if (!found.unlabelled || found.unlabelled.low === null) return;
        bounded.add(`${metric}${compared ? ', compared' : ''}`);
        const values = [...labellings(others.length, names[task])].map((labels) => judge(labels).estimate!);
        expect(found.unlabelled.rows).toBe(others.length);
        const [least, most] = [Math.min(...values), Math.max(...values)];
        if (compared && !exact.includes(metric)) {
          // Both sides at their ends at once, which no labels may bring about.
          expect(found.unlabelled.low).toBeLessThanOrEqual(least + 1e-9);
          expect(found.unlabelled.high).toBeGreaterThanOrEqual(most - 1e-9);
          return;
        }
        expect(found.unlabelled.low, metric).toBeCloseTo(least, 9);
        expect(found.unlabelled.high, metric).toBeCloseTo(most, 9);
      });
    for (const metric of all)
      for (const compared of [false, true])
        fc.assert(judgeBounds(metric, compared), {
          numRuns: 20,
          examples: [[[[...mixed[task]], [mixed[task][0]!], false]]],
        });
    const anyway = ['accuracy', 'brier', 'expected_cost', 'log_loss', 'ece'];
    const wanted =
      task === 'binary'
        ? [
            ...anyway,
            'balanced_accuracy',
            'f1',
            'false_negative_rate',
            'false_positive_rate',
            'matthews',
            'pr_auc',
            'precision',
            'precision_at',
            'recall',
            'recall_at_fpr',
            'roc_auc',
            'calibration_intercept',
          ]
        : [
            ...anyway,
            'f1@b',
            'f1_micro',
            'precision@b',
            'precision_micro',
            'recall@b',
            'recall_micro',
            'recall_weighted',
            'balanced_accuracy',
            'recall_macro',
            'precision_macro',
            'f1_macro',
          ];
    const both = wanted.flatMap((metric) => [metric, `${metric}, compared`]);
    expect(both.filter((each) => !bounded.has(each))).toEqual([]);
    expect([...bounded].filter((each) => !both.includes(each))).toEqual([]);
  });

  it('of a relative error are those of a prediction that is right, or of one that is its opposite', () => {
    const rows: Row[] = [1, 2, 0, -3].map((challenger, at) => ({
      label: at < 2 ? challenger : '',
      challenger,
    }));
    const gate = readGate({ gate: 'g', kind: 'bound', metric: 'smape', atMost: 2, minimumRows: 1 });
    const found = judgeRows([allowed(1), gate], rows, { task: 'regression' }).gates[1]!;
    expect(found.unlabelled).toEqual({ rows: 2, low: 0, high: 1 });
  });

  it('of errors that a label could make as large as any end on one side, and such a gate does not pass', () => {
    const rows: Row[] = Array.from({ length: 100 }, (_, at) => ({
      label: at < 95 ? at : '',
      challenger: at + 1,
      champion: at + 3 - (at % 2),
    }));
    const judge = (gate: object, more: object = {}) =>
      judgeRows([allowed(1, more), readGate({ gate: 'g', confidence: 0.95, ...gate })], rows, {
        task: 'regression',
      }).gates[1]!;
    const mae = { kind: 'bound', metric: 'mae', atMost: 2 };
    const found = judge({ ...mae, confidence: undefined });
    expect(found).toMatchObject({ verdict: 'inconclusive', unlabelled: { rows: 5, low: 0.95, high: null } });
    expect(found.sentence).toContain(
      'whatever they are, mae over all rows is 0.9500 or more, without a limit',
    );
    expect(found.sentence).toContain('a label could be any number, and mae with it');
    expect(judge({ ...mae, confidence: undefined }, atRandom).verdict).toBe('passed');
    // A gain in it has ends all the same: no label makes one side worse by more than the two are apart.
    const gain = judge({ kind: 'against-champion', metric: 'mae', margin: 0.1 });
    expect(gain.unlabelled!.low).toBeCloseTo(1.36, 9);
    expect(gain.unlabelled!.high).toBeCloseTo(1.5, 9);
  });

  it.each([
    ['bias', { atLeast: -1000 }, 'a label could be any number, and bias with it'],
    ['mape', { atMost: 1000 }, 'a label could be any number, and mape with it'],
    ['r2', { atLeast: -1000 }, 'a label could be any number, and r2 with it 0 or less'],
  ])('of %s are none, since one label could make it anything, and its gate says so', (metric, limit, why) => {
    const rows: Row[] = Array.from({ length: 100 }, (_, at) => ({
      label: at < 95 ? at + 1 : '',
      challenger: at + 1 + (at % 3),
    }));
    const gate = readGate({ gate: 'g', kind: 'bound', metric, ...limit });
    const found = judgeRows([allowed(1), gate], rows, { task: 'regression' }).gates[1]!;
    expect(found).toMatchObject({ verdict: 'inconclusive', unlabelled: { rows: 5, high: null } });
    expect(found.sentence).toContain(why);
    expect(judgeRows([allowed(1, atRandom), gate], rows, { task: 'regression' }).gates[1]!.verdict).toBe(
      'passed',
    );
  });

  const number = fc.constantFrom(-2, 0, 1, 3);
  const interval = fc.tuple(number, number).map((ends) => ends.sort((a, b) => a - b));
  const numbers = fc.tuple(number, number, number, interval, interval).map(
    ([label, challenger, champion, ours, theirs]): Row => ({
      ...{ label, challenger, champion, 'challenger:lower': ours[0]!, 'challenger:upper': ours[1]! },
      ...{ 'champion:lower': theirs[0]!, 'champion:upper': theirs[1]! },
    }),
  );
  const tried = ['-50', '-2', '0', '1', '3', '50'];

  it('of a regression are reached by some labels and passed by none', () => {
    const single = ['mae', 'pinball@0.8', 'interval_coverage', 'interval_score@0.8'];
    const others = [
      'coverage_error@0.9',
      'interval_coverage_error',
      'rmse',
      'mae_trimmed@0.2',
      'median_absolute_error',
    ];
    const cases = fc.tuple(
      fc.constantFrom(...single, ...others),
      fc.boolean(),
      fc.array(numbers, { minLength: 3, maxLength: 6 }),
      fc.array(numbers, { minLength: 1, maxLength: 2 }),
    );
    const bounded = new Set<string>();
    fc.assert(
      fc.property(cases, ([metric, compared, labelled, unseen]) => {
        const limit = metric === 'interval_coverage' ? { atLeast: 0 } : { atMost: 1 };
        const gate = compared
          ? readGate({ gate: 'g', kind: 'against-champion', metric, margin: 0.5, minimumRows: 1 })
          : readGate({ gate: 'g', kind: 'bound', metric, minimumRows: 1, ...limit });
        const judge = (labels: readonly string[]) => {
          const rest = unseen.map((row, at) => ({ ...row, label: labels[at]! }));
          return judgeRows([allowed(1), gate], [...labelled, ...rest], { task: 'regression' }).gates[1]!;
        };
        const { low, high } = judge(unseen.map(() => '')).unlabelled!;
        const values = [...labellings(unseen.length, tried)].map((labels) => judge(labels).estimate!);
        const isReached = !compared || single.includes(metric);
        for (const [end, value] of [
          [low, Math.min(...values)],
          [high === null ? null : -high, -Math.max(...values)],
        ] as const) {
          if (end === null) continue;
          expect(end, metric).toBeLessThanOrEqual(value + 1e-9);
          if (isReached) expect(end, metric).toBeCloseTo(value, 9);
          bounded.add(`${metric}${compared ? ', compared' : ''}`);
        }
      }),
      { numRuns: 300 },
    );
    const gains = [...single, 'coverage_error@0.9', 'interval_coverage_error'].map(
      (each) => `${each}, compared`,
    );
    expect([...bounded].sort()).toEqual([...single, ...others, ...gains].sort());
  });
});
