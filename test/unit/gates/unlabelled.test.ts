import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { GatesSchema } from '../../../shared/config/gate-schema.ts';
import { findMetric, metricNames, type Task } from '../../../shared/config/metric-catalog.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { readingOptionsOf, readPredictions } from '../../../shared/gates/predictions/read-predictions.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const allowed = (atMost: number) => readGate({ gate: 'labelled', kind: 'data', unlabelledShare: { atMost } });
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
    const small = (slices: object) => judgeRows([allowed(1), by(slices)], rows).gates[1]!;
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

  it('say that nothing is known where a metric has no bounds, and are in no gap', () => {
    const auc = judgeRows([allowed(1), bound({ metric: 'roc_auc' })], rowsOf(100, 20)).gates[1]!;
    expect(auc.unlabelled).toEqual({ rows: 20, low: null, high: null });
    expect(auc.sentence).toMatch(
      /; 20 rows have no label, and no bounds are known of what they could change$/,
    );
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

  it.each(['binary', 'multiclass'] as const)('of a %s model are the ends of all labellings', (task) => {
    const all = metricNames
      .filter((name) => findMetric(name)!.tasks.includes(task satisfies Task))
      .map((name) => name.replace('@CLASS', '@b'));
    const bounded = new Set<string>();
    const cases = fc.tuple(
      fc.constantFrom(...all),
      fc.boolean(),
      fc.array(rowOf(task), { minLength: 3, maxLength: 7 }),
      fc.array(rowOf(task), { minLength: 1, maxLength: task === 'binary' ? 4 : 3 }),
    );
    fc.assert(
      fc.property(cases, ([metric, compared, labelled, others]) => {
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
        expect(found.unlabelled.low).toBeCloseTo(Math.min(...values), 9);
        expect(found.unlabelled.high).toBeCloseTo(Math.max(...values), 9);
      }),
      { numRuns: 400 },
    );
    expect([...bounded].sort()).toEqual(
      task === 'binary'
        ? [
            'accuracy',
            'accuracy, compared',
            'balanced_accuracy',
            'brier',
            'brier, compared',
            'expected_cost',
            'expected_cost, compared',
            'f1',
            'false_negative_rate',
            'false_positive_rate',
            'log_loss',
            'log_loss, compared',
            'precision',
            'recall',
          ].sort()
        : [
            'accuracy',
            'accuracy, compared',
            'brier',
            'brier, compared',
            'expected_cost',
            'expected_cost, compared',
            'f1@b',
            'f1_micro',
            'f1_micro, compared',
            'log_loss',
            'log_loss, compared',
            'precision@b',
            'precision_micro',
            'precision_micro, compared',
            'recall@b',
            'recall_micro',
            'recall_micro, compared',
            'recall_weighted',
            'recall_weighted, compared',
          ].sort(),
    );
  });

  it('of a relative error are those of a prediction that is right, or of one that is its opposite', () => {
    const rows: Row[] = [1, 2, 0, -3].map((challenger, at) => ({
      label: at < 2 ? challenger : '',
      challenger,
    }));
    const gate = readGate({ gate: 'g', kind: 'bound', metric: 'smape', atMost: 2, minimumRows: 1 });
    const found = judgeRows([allowed(1), gate], rows, { task: 'regression' }).gates[1]!;
    expect(found.unlabelled).toEqual({ rows: 2, low: 0, high: 1 });
    const mae = readGate({ gate: 'g', kind: 'bound', metric: 'mae', atMost: 2, minimumRows: 1 });
    expect(judgeRows([allowed(1), mae], rows, { task: 'regression' }).gates[1]!.unlabelled).toEqual({
      rows: 2,
      low: null,
      high: null,
    });
  });
});
