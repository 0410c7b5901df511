import { describe, expect, it } from 'vitest';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { readGate } from './read-gate.ts';

/** What the usual tools write, as they write it: pandas, scikit-learn, R, spreadsheets. */
const judge = (predictions: string, metric: string, task: 'binary' | 'multiclass' | 'regression') =>
  judgeEvidence({
    runId: 'm-20020902-1f2e3d4c',
    task,
    gates: [
      readGate({
        ...{ gate: 'g', kind: 'bound', metric, minimumRows: 1 },
        ...(metric === 'log_loss' || metric === 'mae' ? { atMost: 99 } : { atLeast: 0 }),
      }),
    ],
    hasChampion: false,
    predictions,
    metrics: null,
    trackedMetrics: {},
    look: null,
  });
const measure = (...asked: Parameters<typeof judge>) => {
  const report = judge(...asked);
  expect(report.verdict, report.sentence).toBe('passed');
  return report.gates[0]!.challenger;
};

const plain = ['id,label,challenger', 'a,1,0.9', 'b,0,0.2', 'c,1,0.4', 'd,0,0.1'];
const edit = (change: (line: string, at: number) => string, end = '\n'): string =>
  plain.map(change).join(end);

describe('predictions of a binary model are the same', () => {
  const accuracy = 0.75;
  const loss = -(2 * Math.log(0.9) + Math.log(0.8) + Math.log(0.4)) / 4;

  it.each([
    ['as they stand', edit((line) => line)],
    ['with the mark of UTF-8 that spreadsheets write first', `\ufeff${edit((line) => line)}`],
    ['with the line ends of Windows, and one behind the last', `${edit((line) => line, '\r\n')}\r\n`],
    [
      "with the index of a data frame, a column without a name, as pandas' to_csv() writes it",
      edit((line, at) => `${at === 0 ? '' : at - 1},${line}`),
    ],
    [
      "with the index as R's write.csv() does, all texts in quotes",
      edit((line, at) =>
        at === 0 ? `"",${line.replaceAll(/\w+/g, '"$&"')}` : `"${at}",${line.replace(/^\w/, '"$&"')}`,
      ),
    ],
    ['with every cell in quotes', edit((line) => line.replaceAll(/[^,]+/g, '"$&"'))],
    [
      'with labels that went through floats, as where some were missing once',
      edit((line) => line.replace(/,([01]),/, ',$1.0,')),
    ],
    [
      'with labels that are booleans of Python',
      edit((line) => line.replace(',1,', ',True,').replace(',0,', ',False,')),
    ],
    ['with scores in exponents', edit((line) => line.replace(/0\.(\d)$/, '$1.000000000000000000e-01'))],
    ['with columns in another order', plain.map((line) => line.split(',').reverse().join(',')).join('\n')],
  ])('%s', (_, csv) => {
    expect(measure(csv, 'accuracy', 'binary')).toBe(accuracy);
    expect(measure(csv, 'log_loss', 'binary')).toBeCloseTo(loss, 12);
  });
});

describe('predictions of a multiclass model', () => {
  const labels = ['Iris setosa', 'Iris versicolor', 'Iris virginica'];
  /** `predict_proba` beside `classes_`, whose columns are in the order of the classes. */
  const proba = [
    [0.8, 0.15, 0.05],
    [0.1, 0.6, 0.3],
    [0.05, 0.55, 0.4],
  ];
  const table = (names: readonly string[]): string =>
    [
      `id,label,${names.map((name) => `challenger:${name}`).join(',')}`,
      ...proba.map((row, at) => `r${at},${labels[at]},${row.join(',')}`),
    ].join('\n');

  it('have classes with spaces in their names, and probabilities in columns named by them', () => {
    expect(measure(table(labels), 'accuracy', 'multiclass')).toBeCloseTo(2 / 3, 12);
    expect(measure(table(labels), 'log_loss', 'multiclass')).toBeCloseTo(
      -(Math.log(0.8) + Math.log(0.6) + Math.log(0.4)) / 3,
      12,
    );
  });

  it('whose columns are named otherwise than the labels are an error that shows both', () => {
    const { verdict, sentence } = judge(
      table(['Iris-setosa', 'Iris-versicolor', 'Iris-virginica']),
      'accuracy',
      'multiclass',
    );
    expect(verdict).toBe('error');
    expect(sentence).toContain('Iris setosa');
  });

  it('whose decisions went through floats and whose labels did not are an error, not all wrong', () => {
    const csv = ['id,label,challenger', 'a,1,1.0', 'b,2,2.0', 'c,3,3.0'].join('\n');
    const { verdict, sentence } = judge(csv, 'accuracy', 'multiclass');
    expect(verdict).toBe('error');
    expect(sentence).toMatch(/"1".*"1\.0"|"1\.0".*"1"/);
  });
});

describe('predictions of a regression', () => {
  it('are numbers in whatever way their tools write them', () => {
    const csv = ['id,label,challenger', '0,1e3,1000.5', '1,-2.50,-2', '2,+3,3', '3,.5,0.5'].join('\n');
    expect(measure(csv, 'mae', 'regression')).toBe(0.25);
  });
});
