import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findMetric, metricNames, parseMetricName } from '../../../shared/config/metric-catalog.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { parsePredictions } from '../../../shared/gates/predictions/read-predictions.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { judgeRows } from './tables.ts';

interface OracleCase {
  readonly name: string;
  readonly classes: readonly string[];
  readonly labels: readonly string[];
  readonly probabilities: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly expected: Readonly<Record<string, number>>;
}

const oracle = JSON.parse(readFileSync('test/oracles/multiclass.json', 'utf8')) as OracleCase[];

const quoted = (cell: string | number): string => `"${String(cell).replaceAll('"', '""')}"`;
const lines = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => row.map(quoted).join(',')).join('\n');

function judge(gate: object, predictions: string, over: object = {}) {
  const gates = [readGate({ gate: 'g', kind: 'bound', minimumRows: 1, ...gate })];
  const request = { runId: 'r', task: 'multiclass' as const, gates, hasChampion: true, predictions };
  return judgeEvidence({ ...request, metrics: null, trackedMetrics: {}, look: null, ...over });
}

const side = (metric: string) => (findMetric(metric)!.better === 'higher' ? 'atLeast' : 'atMost');
const boundOn = (metric: string) => ({ metric, [side(metric)]: side(metric) === 'atLeast' ? 0 : 1 });

/** Rows of three classes, each side right with its chance; a wrong row is decided for the next class. */
function drawWorld(rows: number, right: { challenger: number; champion: number }, seed: string): string {
  const random = seedRandom(seed);
  const names = ['cat', 'dog', 'emu'];
  const decide = (label: number, chance: number) => names[(label + (random.unit() < chance ? 0 : 1)) % 3]!;
  const drawn = Array.from({ length: rows }, (_, row) => {
    const label = random.index(3);
    return [row, names[label]!, decide(label, right.challenger), decide(label, right.champion), row % 2];
  });
  return lines([['id', 'label', 'challenger', 'champion', 'source'], ...drawn]);
}

describe('a file in which all is of one class', () => {
  it.each(['f1_weighted', 'precision_weighted', 'matthews'])('shows nothing of %s', (metric) => {
    const rows = Array.from({ length: 40 }, () => ({ label: 'cat', challenger: 'cat' }));
    const gate = readGate({
      gate: 'g',
      kind: 'bound',
      metric,
      atLeast: 0.2,
      confidence: 0.95,
      minimumRows: 1,
    });
    const report = judgeRows([gate], rows, { task: 'multiclass', hasChampion: false });
    expect(report.verdict, report.sentence).not.toBe('passed');
  });
});

describe('metrics of several classes', () => {
  it.each(oracle)(
    'equal scikit-learn on $name to 1e-9',
    ({ classes, labels, probabilities, weights, expected }) => {
      const header = ['id', 'label', 'weight', ...classes.map((name) => `challenger:${name}`)];
      const rows = labels.map((label, row) => [row, label, weights[row]!, ...probabilities[row]!]);
      const table = lines([header, ...rows]);
      for (const [metric, value] of Object.entries(expected)) {
        const [gate] = judge(boundOn(metric), table).gates;
        expect(
          Math.abs(gate!.challenger! - value),
          `${metric}: ${gate!.challenger} for ${value}`,
        ).toBeLessThan(1e-9);
      }
    },
  );

  it('have an oracle for every name of the catalog', () => {
    const checked = new Set(
      oracle.flatMap(({ expected }) => Object.keys(expected)).map((name) => parseMetricName(name)!.base),
    );
    const names = metricNames.filter((name) => findMetric(name)!.tasks.includes('multiclass'));
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !checked.has(name))).toEqual([]);
  });

  const undecided = lines([
    ['id', 'label', 'challenger'],
    [1, 'cat', 'cat'],
    [2, 'dog', 'cat'],
    [3, 'emu', 'emu'],
  ]);
  it.each([
    ['precision_macro', 'nothing is decided dog'],
    ['precision_weighted', 'nothing is decided dog'],
    ['precision@dog', 'nothing is decided dog'],
    ['recall@gnu', 'no row is a gnu, nor decided one'],
    ['log_loss', 'there are no probabilities'],
    ['roc_auc_ovr', 'there are no probabilities'],
    ['ece', 'there are no probabilities'],
  ])('leave %s undefined where %s, which passes nothing', (metric) => {
    const report = judge(boundOn(metric), undecided);
    expect(report).toMatchObject({ verdict: 'error', gates: [{ challenger: null }] });
  });

  it('leave balanced accuracy and the mean recall undefined where a class has no row', () => {
    const table = lines([
      ['id', 'label', 'challenger'],
      [1, 'cat', 'cat'],
      [2, 'cat', 'dog'],
    ]);
    expect(judge(boundOn('recall_macro'), table).verdict).toBe('error');
    expect(judge(boundOn('balanced_accuracy'), table).verdict).toBe('error');
    expect(judge(boundOn('recall_weighted'), table).gates[0]!.challenger).toBe(0.5);
  });
});

describe('gates of a multiclass model', () => {
  const world = drawWorld(900, { challenger: 0.92, champion: 0.85 }, 'world');

  it.each([
    ['accuracy', 'exact binomial interval', 'score interval of matched proportions (Tango)'],
    ['f1_micro', 'exact binomial interval', 'score interval of matched proportions (Tango)'],
    ['recall@dog', 'exact binomial interval', 'score interval of matched proportions (Tango)'],
    ['precision@dog', 'exact binomial interval', 'empirical-likelihood interval'],
    ['f1@dog', 'exact binomial interval', 'empirical-likelihood interval'],
    ['f1_macro', 'empirical-likelihood interval', 'empirical-likelihood interval'],
    ['matthews', 'empirical-likelihood interval', 'empirical-likelihood interval'],
  ])('judge %s by intervals', (metric, ofValue, ofGain) => {
    const bound = judge({ metric, atLeast: 0.7, confidence: 0.95 }, world).gates[0]!;
    expect(bound).toMatchObject({ verdict: 'passed', interval: { method: ofValue } });
    const gate = { kind: 'against-champion', metric, rule: 'superiority' };
    const compared = judge(gate, world).gates[0]!;
    expect(compared).toMatchObject({ verdict: 'passed', interval: { method: ofGain } });
    expect(compared.interval!.low).toBeLessThan(compared.estimate!);
  });

  it('take the most probable class for the decision, of equal ones the first by name', () => {
    const table = lines([
      ['id', 'label', 'challenger:dog', 'challenger:cat'],
      [1, 'cat', 0.5, 0.5],
      [2, 'dog', 0.6, 0.4],
    ]);
    expect(judge(boundOn('accuracy'), table).gates[0]!.challenger).toBe(1);
  });

  it('compare probabilities on the same rows', () => {
    const random = seedRandom('probabilities');
    const rows = Array.from({ length: 3000 }, (_, row) => {
      const label = random.index(3);
      const give = (sure: number) => {
        const parts = [0, 1, 2].map((of) => random.unit() + (of === label ? sure : 0));
        const sum = parts.reduce((total, part) => total + part, 0);
        return parts.map((part) => part / sum);
      };
      return [row, ['a', 'b', 'c'][label]!, ...give(1), ...give(0.6)];
    });
    const columns = ['challenger', 'champion'].flatMap((who) =>
      ['a', 'b', 'c'].map((name) => `${who}:${name}`),
    );
    const table = lines([['id', 'label', ...columns], ...rows]);
    for (const metric of ['log_loss', 'brier', 'roc_auc_ovr', 'accuracy']) {
      const gate = { kind: 'against-champion', metric, rule: 'superiority' };
      expect(judge(gate, table), metric).toMatchObject({ verdict: 'passed' });
    }
  });

  it.each<[string, (string | number)[][], string]>([
    [
      'a row without a class',
      [
        ['id', 'label', 'challenger'],
        [1, '', 'cat'],
      ],
      'row 1: label is "", not the name of a class; to allow rows without a label, and to bound their share, give a data gate with unlabelledShare',
    ],
    [
      'probabilities that do not sum to 1',
      [
        ['id', 'label', 'challenger:a', 'challenger:b'],
        [1, 'a', 0.5, 0.4],
      ],
      'row 1: the probabilities of the challenger sum to 0.9, not to 1',
    ],
    [
      'a probability above 1',
      [
        ['id', 'label', 'challenger:a', 'challenger:b'],
        [1, 'a', 1.5, -0.5],
      ],
      'row 1: challenger:a is "1.5", not a probability between 0 and 1',
    ],
    [
      'a label nobody gave a probability',
      [
        ['id', 'label', 'challenger:a', 'challenger:b'],
        [1, 'c', 0.5, 0.5],
      ],
      'row 1: label is "c", not one of the classes with a column of probabilities',
    ],
    [
      'a decision that is not the most probable',
      [
        ['id', 'label', 'challenger', 'challenger:a', 'challenger:b'],
        [1, 'a', 'a', 0.5, 0.5],
        [2, 'a', 'a', 0.4, 0.6],
      ],
      'row 2: challenger is "a", not the class it finds most probable',
    ],
    [
      'a champion of other classes',
      [
        ['id', 'label', 'challenger:a', 'challenger:b', 'champion:a'],
        [1, 'a', 0.5, 0.5, 1],
      ],
      'the two sides have probabilities of different classes: challenger has a, b; champion has a',
    ],
    [
      'a champion that decided some rows',
      [
        ['id', 'label', 'challenger', 'champion'],
        [1, 'a', 'a', 'a'],
        [2, 'a', 'a', ''],
      ],
      'row 2: champion is "", not the name of a class',
    ],
  ])('call %s broken evidence', (_what, rows, why) => {
    const read = parsePredictions(lines(rows), { task: 'multiclass', sliceColumns: [] });
    expect(read).toHaveProperty('broken', `predictions.csv: ${why}`);
  });

  it('call more classes than are told apart broken evidence', () => {
    const rows = (names: number) =>
      lines([
        ['id', 'label', 'challenger'],
        ...Array.from({ length: names }, (_, at) => [at, `c${at}`, 'c0']),
      ]);
    const read = (names: number) => parsePredictions(rows(names), { task: 'multiclass', sliceColumns: [] });
    const question = '1000 at most; is label the name of a class?';
    expect(read(1001)).toHaveProperty('broken', `predictions.csv: 1001 classes, ${question}`);
    expect(read(70_000)).toHaveProperty('broken', `predictions.csv: more than 65535 classes, ${question}`);
  });

  it('are wrong about 1 time in 40 at equal sides', () => {
    const worlds = 100;
    const passed = Array.from({ length: worlds }, (_, at) =>
      judge(
        { kind: 'against-champion', metric: 'f1_macro', rule: 'superiority' },
        drawWorld(300, { challenger: 0.85, champion: 0.85 }, `w${at}`),
        { runId: `r${at}` },
      ),
    ).filter(({ verdict }) => verdict === 'passed').length;
    expect(passed).toBeLessThanOrEqual(9);
  });
});
