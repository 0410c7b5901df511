import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatesSchema } from '../../../shared/config/gate-schema.ts';
import { metricNames } from '../../../shared/config/metric-catalog.ts';
import { classesOfMetric } from '../../../shared/config/metric-classes.ts';
import { countRows } from '../../../shared/gates/find-too-few.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const bound = (over: object) =>
  readGate({ gate: 'g', kind: 'bound', metric: 'accuracy', atLeast: 0.1, confidence: 0.95, ...over });

/** So many rows of each class, all right but every fifth. */
const rowsOf = (positives: number, negatives: number, more: (at: number) => Row = () => ({})): Row[] =>
  Array.from({ length: positives + negatives }, (_, at) => {
    const label = at < positives ? 1 : 0;
    const right = at % 5 !== 0;
    return {
      label,
      challenger: (label === 1) === right ? 0.8 : 0.2,
      champion: label === 1 ? 0.7 : 0.3,
      ...more(at),
    };
  });

const judge = (gate: ReturnType<typeof bound>, rows: readonly Row[], over = {}) =>
  judgeRows([gate], rows, over).gates[0]!;

describe('the rows that a gate needs', () => {
  it.each<[string, object, [number, number], string]>([
    ['recall', {}, [29, 500], '29 rows of class 1, the gate needs 30'],
    ['false_positive_rate', { atMost: 0.9 }, [500, 12], '12 rows of class 0, the gate needs 30'],
    ['false_negative_rate', { atMost: 0.9 }, [12, 500], '12 rows of class 1, the gate needs 30'],
    ['precision', {}, [15, 10], '14 rows decided class 1, the gate needs 30'],
    ['f1', {}, [20, 30], '26 rows that are class 1 or decided so, the gate needs 30'],
    ['accuracy', {}, [20, 9], '29 rows, the gate needs 30'],
    [
      'balanced_accuracy',
      {},
      [9, 500],
      'class 1 has 9 rows, and balanced_accuracy needs 10 of each class that it is about',
    ],
    ['roc_auc', {}, [500, 9], 'class 0 has 9 rows, and roc_auc needs 10 of each class that it is about'],
    [
      'matthews',
      { minimumPerClass: 40 },
      [500, 39],
      'class 0 has 39 rows, and matthews needs 40 of each class that it is about',
    ],
  ])('are for %s those it is of', (metric, over, [positives, negatives], sentence) => {
    const atLeast = 'atMost' in over ? {} : { atLeast: 0.1 };
    const gate = readGate({ gate: 'g', kind: 'bound', metric, confidence: 0.9, ...atLeast, ...over });
    expect(judge(gate, rowsOf(positives, negatives))).toMatchObject({
      verdict: 'inconclusive',
      sentence: `${metric}: ${sentence}`,
      interval: null,
    });
  });

  it('are, where a share is of decided rows, those of the side that has fewer', () => {
    const gate = readGate({ gate: 'g', kind: 'against-champion', metric: 'precision', margin: 0.5 });
    const few = rowsOf(100, 100).map((row, at) => ({ ...row, champion: at < 20 ? 0.9 : 0.1 }));
    expect(judge(gate, few).sentence).toBe('precision: 20 rows decided class 1, the gate needs 30');
  });

  it('are those of one class of several, and of each class for a mean over classes', () => {
    const names = ['cat', 'dog', 'emu'];
    const rows = Array.from({ length: 300 }, (_, at) => {
      const label = at < 8 ? 'emu' : names[at % 2]!;
      return { label, challenger: at % 6 === 0 ? 'dog' : label };
    });
    const over = { task: 'multiclass' as const };
    const said = (metric: string) => judge(bound({ metric }), rows, over).sentence;
    expect(said('recall@emu')).toBe('recall@emu: 8 rows of class "emu", the gate needs 30');
    expect(said('f1_macro')).toBe(
      'f1_macro: class "emu" has 8 rows, and f1_macro needs 10 of each class that it is about',
    );
    expect(judge(bound({ metric: 'recall@cat' }), rows, over).verdict).toBe('passed');
    // An interval has a least of its own.
    const fewer = judge(bound({ metric: 'f1_macro', minimumPerClass: 8 }), rows, over);
    expect(fewer.sentence).toContain('no interval, class "emu" has 8 rows');
    const measured = bound({ metric: 'f1_macro', minimumPerClass: 8, confidence: undefined });
    expect(judge(measured, rows, over).verdict).toBe('passed');
  });

  it('are no more than the least that is asked of all of them where that is less than ten', () => {
    const gate = bound({ metric: 'balanced_accuracy', minimumRows: 4, confidence: undefined });
    expect(judge(gate, rowsOf(4, 4)).verdict).toBe('passed');
    expect(judge(gate, rowsOf(3, 5)).verdict).toBe('inconclusive');
  });

  it('count with weights as so many of equal weight, in gates, slices and data gates', () => {
    const six = rowsOf(500, 500, (at) => ({ weight: at % 200 < 1 ? 1 : 0, source: 'a' }));
    expect(judge(bound({}), six).sentence).toBe(
      'accuracy: 5 effective rows (1000 with weights), the gate needs 30',
    );
    const uneven = rowsOf(40, 40, (at) => ({ weight: at === 1 ? 40 : 1, source: 'a' }));
    // (79 + 40)^2 / (79 + 1600)
    expect(judge(bound({}), uneven).sentence).toBe(
      'accuracy: 8.4 effective rows (80 with weights), the gate needs 30',
    );
    const sliced = bound({ minimumRows: 1, slices: { by: 'source', minimumRows: 9, tooSmall: 'ignore' } });
    expect(judge(sliced, uneven).slices!.results[0]).toMatchObject({
      verdict: 'ignored',
      sentence: '8.4 effective rows (80 with weights), a slice needs 9',
    });
    const data = readGate({ gate: 'd', kind: 'data', rows: { atLeast: 9 } });
    expect(judge(data, uneven)).toMatchObject({
      verdict: 'failed',
      sentence: 'effective rows 8.434 < 9 (n=80, worth 8.4)',
    });
  });

  it('are said in the sentence, with what they are worth', () => {
    const weighted = rowsOf(100, 100, (at) => ({ weight: at % 2 === 0 ? 3 : 1, source: 'a' }));
    const slices = { by: 'source', minimumRows: 1 };
    const plain = rowsOf(100, 100, () => ({ source: 'a' }));
    const said = (metric: string, rows: readonly Row[]) => judge(bound({ metric, slices }), rows);
    // (4 * 50)^2 / (10 * 50)
    expect(said('recall', weighted).sentence).toContain('(n=200, 100 of class 1 worth 80)');
    expect(said('accuracy', weighted).slices!.results[0]!.sentence).toContain('(n=200, worth 160)');
    expect(said('precision', plain).sentence).toContain('(n=200, 100 decided class 1)');
    expect(said('accuracy', plain).sentence).toContain('(n=200)');
  });

  it('are those of a class that the file knows; the error shows one that looks alike', () => {
    const rows = Array.from({ length: 60 }, (_, at) => ({ label: `${at % 2}.0`, challenger: `${at % 2}.0` }));
    expect(judge(bound({ metric: 'recall@1' }), rows, { task: 'multiclass' })).toMatchObject({
      verdict: 'error',
      sentence:
        'recall@1 of the challenger is missing or undefined: no row has the label "1", and no side decides for it; "1.0" looks like "1" and is another: they are compared byte by byte',
    });
  });

  it('count as they are where all weights are equal, however large', () => {
    const weight = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(weight, fc.integer({ min: 1, max: 2000 }), (each, size) => {
        const labels = new Float64Array(size);
        expect(countRows({ labels, weights: labels.map(() => each) }, () => true).effective).toBe(size);
      }),
    );
  });

  it('count for no more than there are, and no less than one, whatever the weights', () => {
    const weights = fc.array(fc.double({ min: 0, max: 1e308, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(weights, (given) => {
        const labels = new Float64Array(given.length);
        const { effective } = countRows({ labels, weights: Float64Array.from(given) }, () => true);
        const positive = given.filter((each) => each > 0).length;
        expect(effective).toBeLessThanOrEqual(positive * (1 + 1e-11));
        if (positive > 0) expect(effective).toBeGreaterThanOrEqual(1 - 1e-11);
      }),
    );
  });
});

describe('slices that a gate requires', () => {
  const sliced = (slices: object, over: object = {}) =>
    bound({ slices: { by: 'source', minimumRows: 20, ...slices }, ...over });
  const rows = rowsOf(100, 100, (at) => ({ source: at % 10 === 3 ? 'list' : 'shop', week: 30 + (at % 2) }));

  it('are judged as any other where rows have them', () => {
    expect(judge(sliced({ require: ['list', 'shop'] }), rows).verdict).toBe('passed');
  });

  it('are an error where no row has them, with a value that looks alike, and come first', () => {
    const gate = sliced({ require: ['List', 'shop', 'mail'] });
    const result = judge(gate, rows);
    expect(result.verdict).toBe('error');
    expect(result.sentence).toBe(
      '2 of 4 slices missing, first "List": the gate requires the slice "List", and no row is in it; "list" looks like "List" and is another: they are compared byte by byte',
    );
    expect(result.slices!.results.map(({ slice, verdict, n }) => [slice, verdict, n])).toEqual([
      ['List', 'error', 0],
      ['mail', 'error', 0],
      expect.arrayContaining(['passed']),
      expect.arrayContaining(['passed']),
    ]);
  });

  it('are inconclusive where they are too small, though small ones may be ignored', () => {
    const gate = (require: object) => sliced({ minimumRows: 50, tooSmall: 'ignore', ...require });
    expect(judge(gate({}), rows).verdict).toBe('passed');
    expect(judge(gate({ require: ['list'] }), rows)).toMatchObject({
      verdict: 'inconclusive',
      sentence: '1 of 2 slices inconclusive, first "list": 20 rows, a slice needs 50',
    });
    const perClass = sliced(
      { minimumPerClass: 12, tooSmall: 'ignore', require: ['list'] },
      { metric: 'balanced_accuracy' },
    );
    expect(judge(perClass, rows).sentence).toContain(
      'first "list": class 0 has 10 rows, and balanced_accuracy needs 12 of each class that it is about',
    );
  });

  it('are pairs of values where the gate slices by two columns', () => {
    const by = { by: ['source', 'week'], tooSmall: 'ignore' };
    expect(judge(sliced({ ...by, require: [['shop', 30]] }), rows).verdict).toBe('passed');
    expect(judge(sliced({ ...by, require: [['shop', 32]] }), rows).sentence).toContain(
      'the gate requires the slice "source=shop, week=32", and no row is in it',
    );
  });

  it('are required while there is no champion yet, too', () => {
    const gate = readGate({
      gate: 'g',
      kind: 'against-champion',
      metric: 'accuracy',
      margin: 0.5,
      slices: { by: 'source', require: ['mail'] },
    });
    const missing = { verdict: 'error', sentence: expect.stringContaining('requires the slice "mail"') };
    expect(judge(gate, rows, { hasChampion: false })).toMatchObject(missing);
    expect(judge(gate, rows)).toMatchObject(missing);
    const there = readGate({ ...gate, slices: { by: 'source', require: ['shop'] } });
    expect(judge(there, rows, { hasChampion: false }).verdict).toBe('passed');
  });

  it('are groups of a gap, too', () => {
    const gap = (slices: object) =>
      readGate({
        gate: 'g',
        kind: 'gap',
        metric: 'selection_rate',
        atMost: 0.9,
        slices: { by: 'source', minimumRows: 50, tooSmall: 'ignore', ...slices },
      });
    const grouped = rowsOf(150, 150, (at) => ({
      source: at % 10 === 3 ? 'mail' : at % 2 === 0 ? 'list' : 'shop',
    }));
    expect(judge(gap({}), grouped).verdict).toBe('passed');
    expect(judge(gap({ require: ['mail'] }), grouped).verdict).toBe('inconclusive');
    expect(judge(gap({ require: ['lost'] }), grouped)).toMatchObject({
      verdict: 'error',
      sentence: 'selection_rate: the gate requires the slice "lost", and no row is in it',
    });
  });
});

describe('a model file', () => {
  const problemsOf = (over: object) => {
    const gate = { gate: 'g', kind: 'bound', metric: 'accuracy', atLeast: 0.5, confidence: 0.95, ...over };
    const result = GatesSchema.safeParse([gate]);
    return result.success
      ? []
      : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };
  const asText =
    '0.slices.require.0: a value of the column as it stands in the file: text, in quotes where YAML would read something else, or a whole number';

  it.each<[object, string[]]>([
    [{ slices: { by: 'week', require: [33, '1.0', ''] } }, []],
    [{ slices: { by: ['a', 'b'], require: [['x', 1]] } }, []],
    [
      { slices: { by: 'week', require: [['a', 'b']] } },
      ['0.slices.require.0: one value of week, not a list'],
    ],
    [
      { slices: { by: ['a', 'b'], require: ['x'] } },
      ['0.slices.require.0: a pair of values of a and b, such as [x, …]'],
    ],
    [{ slices: { by: 'week', require: ['x', 'y', 'x'] } }, ['0.slices.require.2: "x" a second time']],
    [
      { slices: { by: 'week', require: [] } },
      ['0.slices.require: at least one value; leave require out where no slice must be there'],
    ],
    [
      { minimumPerClass: 5 },
      ['0.minimumPerClass: accuracy is not by class; leave minimumPerClass out, minimumRows counts its rows'],
    ],
    [{ metric: 'recall', minimumPerClass: 5 }, []],
  ])('with %j says what is wrong', (over, problems) => {
    expect(problemsOf(over)).toEqual(problems);
  });

  it('keeps no number whose spelling it would lose', () => {
    expect(problemsOf({ slices: { by: 'week', require: [1.5] } })[0]).toBeDefined();
    expect(problemsOf({ slices: { by: 'week', require: [true] } })[0]).toBeDefined();
    expect(asText).toContain('in quotes');
  });

  it('may say a minimum by class for the metrics by class', () => {
    const byClass = metricNames.filter((name) => {
      const named = name.replace('@CLASS', '@cat');
      return (['binary', 'multiclass'] as const).some((task) => classesOfMetric(named, task) !== null);
    });
    expect(byClass.sort()).toEqual([
      'balanced_accuracy',
      'calibration_intercept',
      'calibration_slope',
      'f1',
      'f1@CLASS',
      'f1_macro',
      'false_negative_rate',
      'false_positive_rate',
      'matthews',
      'pr_auc',
      'precision_macro',
      'recall',
      'recall@CLASS',
      'recall_at_fpr',
      'recall_macro',
      'roc_auc',
      'roc_auc_ovr',
    ]);
  });
});
