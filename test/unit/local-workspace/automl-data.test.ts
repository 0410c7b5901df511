import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readData, splitsOf } from '../../../local/azure-ml/automl/data.ts';
import { AutomlStepSchema } from '../../../local/azure-ml/automl/definition.ts';
import { predict, trainModel } from '../../../local/azure-ml/automl/learners.ts';
import { measure } from '../../../local/azure-ml/automl/metrics.ts';
import { readTable } from '../../../local/azure-ml/automl/table.ts';

const step = (more: object = {}) =>
  AutomlStepSchema.parse({
    ...{ type: 'automl', task: 'classification', primary_metric: 'accuracy', target_column_name: 'y' },
    training_data: '${{parent.inputs.table}}',
    ...more,
  });
const root = mkdtempSync(join(tmpdir(), 'ratchet-table-'));
afterAll(() => rmSync(root, { recursive: true }));
let tables = 0;
function table(files: Readonly<Record<string, string>>): string {
  const folder = join(root, String(tables++));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
const reads = (more = '', file = './a.csv') =>
  `paths:\n  - file: ${file}\ntransformations:\n  - read_delimited:${more}\n`;

describe('a table', () => {
  it('is read as it is written, whatever is in its cells', () => {
    const folder = table({ MLTable: reads(), 'a.csv': '\uFEFFa,b\r\n"1,5","say ""x"""\r\n\r\n2,\n' });
    expect(readTable(folder)).toEqual({
      columns: ['a', 'b'],
      rows: [
        ['1,5', 'say "x"'],
        ['2', ''],
      ],
    });
    const semicolons = table({ MLTable: reads('\n      delimiter: ";"'), 'a.csv': 'a;b\n1;2\n' });
    expect(readTable(semicolons).rows).toEqual([['1', '2']]);
  });

  it.each([
    ['no file of that name', {}, 'the table has no file MLTable'],
    ['a file that is not there', { MLTable: reads() }, 'MLTable names ./a.csv, which is not there'],
    [
      'a row of another width',
      { MLTable: reads(), 'a.csv': 'a,b\n1\n' },
      'a.csv: row 1 has 1 cells, and the header 2',
    ],
    ['a quote that is open', { MLTable: reads(), 'a.csv': 'a\n"1\n' }, 'a quote is not closed'],
    [
      'files of the cloud',
      { MLTable: reads('', 'https://example.com/a.csv') },
      'must be a file of this folder',
    ],
    ['files elsewhere', { MLTable: reads('', '../a.csv') }, 'lies outside of the table'],
    [
      'a pattern',
      { MLTable: 'paths:\n  - pattern: ./*.csv\ntransformations:\n  - read_delimited\n' },
      'MLTable cannot be read',
    ],
  ])('is refused with %s', (_what, files, says) => {
    expect(() => readTable(table(files))).toThrow(says);
  });

  it('is refused with a link that leads out of it', () => {
    const folder = table({ MLTable: reads() });
    symlinkSync('/etc/hostname', join(folder, 'a.csv'));
    expect(() => readTable(folder)).toThrow('lies outside of the table');
  });

  it('is too large for an hour where it has more than ten million cells', () => {
    const rows = new Array<readonly string[]>(1_000_001).fill(['1', 'a', '', '', '', '', '', '', '', '']);
    const columns = ['y', 'x', ...'abcdefgh'];
    expect(() => readData({ columns, rows }, step({ limits: { timeout_minutes: 60 } }))).toThrow(
      '1000001 rows times 10 columns are more than 10000000: the job needs more than 60 minutes, and has 60',
    );
  });

  it('is split as the service splits it where nobody says how', () => {
    const shape = (count: number, more: object = {}) => {
      const splits = splitsOf(step(more), count);
      return [splits.length, splits[0]![1].length];
    };
    expect(shape(900)).toEqual([10, 90]);
    expect(shape(3_000)).toEqual([3, 1_000]);
    expect(shape(30_000)).toEqual([1, 3_000]);
    expect(shape(100, { n_cross_validations: 5 })).toEqual([5, 20]);
    expect(shape(100, { validation_data_size: 0.25 })).toEqual([1, 25]);
    for (const [train, held] of splitsOf(step(), 50)) expect(new Set([...train, ...held]).size).toBe(50);
  });
});

describe('a metric', () => {
  const ofClasses = (metric: string) =>
    measure(metric, {
      truth: [0, 0, 1, 1],
      said: [0.1, 0.6, 0.35, 0.8].map((one) => [1 - one, one]),
      ...{ classes: 2, range: 1 },
    });
  const ofValues = (metric: string) =>
    measure(metric, { truth: [1, 2, 3, 4], said: [[1], [2], [4], [3]], classes: 0, range: 3 });

  // By hand: three of four pairs are in order; two rows are on their side.
  it.each([
    ['accuracy', 0.5],
    ['auc_weighted', 0.75],
    ['norm_macro_recall', 0],
    ['precision_score_weighted', 0.5],
    ['average_precision_score_weighted', (5 / 6 + 5 / 6) / 2],
  ])('%s is what scikit-learn says of it', (metric, value) => {
    expect(ofClasses(metric)).toBeCloseTo(value, 9);
  });

  it.each([
    ['normalized_root_mean_squared_error', Math.sqrt(0.5) / 3],
    ['normalized_mean_absolute_error', 0.5 / 3],
    ['r2_score', 1 - 2 / 5],
    ['spearman_correlation', 0.8],
  ])('%s is that of values', (metric, value) => {
    expect(ofValues(metric)).toBeCloseTo(value, 9);
  });
});

describe('a learner', () => {
  const x = Array.from({ length: 60 }, (_, at) => Float64Array.from([(at % 10) / 5 - 1, (at % 7) / 3 - 1]));
  const sample = (y: readonly number[], classes: number) => ({ x, y, classes, weights: y.map(() => 1) });
  const share = (y: readonly number[], said: readonly number[]) =>
    y.filter((one, at) => one === said[at]).length / y.length;
  const sides = x.map(([a, b]) => (a! + b! > 0 ? 1 : 0));

  it.each([
    ['LogisticRegression', { l2: 0.001 }, 0.93],
    ['DecisionTree', { depth: 6, leaf: 2 }, 0.9],
    ['BernoulliNaiveBayes', { alpha: 1 }, 0.8],
  ] as const)('%s learns which side a row is on', (algorithm, settings, atLeast) => {
    const model = trainModel({ algorithm, settings }, sample(sides, 2));
    const said = x.map((row) => predict(model, row, true));
    expect(
      share(
        sides,
        said.map(([no, yes]) => (yes! > no! ? 1 : 0)),
      ),
    ).toBeGreaterThanOrEqual(atLeast);
    for (const chances of said) expect(chances[0]! + chances[1]!).toBeCloseTo(1, 9);
  });

  it('ElasticNet finds the line, and leaves out what says nothing', () => {
    const y = x.map(([a]) => 3 * a! + 5);
    const model = trainModel(
      { algorithm: 'ElasticNet', settings: { alpha: 0.001, l1Ratio: 1 } },
      sample(y, 0),
    );
    if (model.kind !== 'linear') throw new Error('no line');
    expect(model.weights[0]![0]).toBeCloseTo(3, 1);
    expect(model.weights[0]![1]).toBeCloseTo(0, 1);
    expect(model.bias[0]).toBeCloseTo(5, 1);
  });

  it('gives rows of no weight no say', () => {
    const y = x.map((_, at) => (at < 30 ? 1 : 9));
    const weights = x.map((_, at) => (at < 30 ? 1 : 0));
    for (const candidate of [
      { algorithm: 'ElasticNet', settings: { alpha: 0.01, l1Ratio: 0.5 } },
      { algorithm: 'DecisionTree', settings: { depth: 1, leaf: 5 } },
    ] as const) {
      const model = trainModel(candidate, { ...sample(y, 0), weights });
      expect(predict(model, x[0]!, false)[0]).toBeCloseTo(1, 6);
    }
  });
});
