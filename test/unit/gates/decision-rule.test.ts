import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import { formatProblem } from '../../../shared/config/problem.ts';
import { inferValue } from '../../../shared/gates/infer-value.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import type { Inference, NoInference } from '../../../shared/gates/statistics/inference.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const bound = (metric: string, limit: object, over: object = {}) =>
  readGate({ gate: 'g', kind: 'bound', metric, confidence: 0.95, ...limit, ...over });

/** Scores of 0.4 for every second row of class 1, which are found from 0.3 on. */
const rows: Row[] = Array.from({ length: 400 }, (_, at) => ({
  label: at % 2,
  challenger: at % 2 === 0 ? (at % 20 === 0 ? 0.4 : 0.1) : at % 4 === 1 ? 0.4 : 0.9,
  champion: at % 2 === 0 ? 0.1 : at % 8 === 1 ? 0.4 : 0.9,
  region: at % 3 === 0 ? 'a' : 'b',
}));
const judge = (gate: ReturnType<typeof readGate>, rule?: object, of = rows) =>
  judgeRows([gate], of, rule ? { rule } : {}).gates[0]!;

function inferred(result: Inference | NoInference): Inference {
  if ('why' in result) throw new Error(result.why);
  return result;
}

describe('a threshold of the model file', () => {
  it('decides in bounds, and is said in rule and sentence', () => {
    const gate = bound('recall', { atLeast: 0.9 });
    expect(judge(gate)).toMatchObject({ verdict: 'failed', challenger: 0.5 });
    const found = judge(gate, { threshold: 0.3 });
    expect(found).toMatchObject({ verdict: 'passed', challenger: 1 });
    expect(found.rule).toBe('recall at threshold 0.3 at least 0.9, with 95 % confidence');
    expect(found.sentence).toMatch(/^recall at threshold 0\.3 1 >= 0\.9000 with 95 % confidence/);
  });

  it('is that of both sides, in slices and in gaps', () => {
    const compare = readGate({
      gate: 'g',
      kind: 'against-champion',
      metric: 'recall',
      rule: 'non-inferiority',
      margin: 0.02,
      confidence: 0.95,
      slices: { by: 'region', minimumRows: 10 },
    });
    expect(judge(compare)).toMatchObject({ verdict: 'failed', champion: 0.75 });
    const found = judge(compare, { threshold: 0.3 });
    expect(found).toMatchObject({ challenger: 1, champion: 1, estimate: 0 });
    expect(found.slices!.results.map(({ challenger }) => challenger)).toEqual([1, 1]);
    const gap = readGate({
      gate: 'g',
      kind: 'gap',
      metric: 'selection_rate',
      atMost: 0.5,
      slices: { by: 'region', minimumRows: 10 },
    });
    const groups = judge(gap, { threshold: 0.3 });
    expect(groups.sentence).toMatch(/^selection_rate at threshold 0\.3 differs by/);
    expect(groups.slices!.results[0]!.challenger).toBeCloseTo(0.55, 1);
  });

  it('is what a score of exactly that much reaches', () => {
    expect(judge(bound('recall', { atLeast: 0.9 }), { threshold: 0.4 }).challenger).toBe(1);
    expect(judge(bound('recall', { atLeast: 0.9 }), { threshold: 0.41 }).challenger).toBe(0.5);
  });

  it('is not said of scores that nothing is decided by, nor where it is the usual one', () => {
    expect(judge(bound('roc_auc', { atLeast: 0.5 }), { threshold: 0.3 }).rule).not.toContain('threshold');
    expect(judge(bound('recall', { atLeast: 0.5 }), { threshold: 0.5 }).rule).not.toContain('threshold');
  });
});

describe('expected_cost', () => {
  const costs = { falsePositive: 1, falseNegative: 20 };

  it('weighs what is wrong by what it costs', () => {
    // At 0.5 100 of 400 rows are missed; at 0.3 20 are called falsely.
    expect(judge(bound('expected_cost', { atMost: 1 }), { costs })).toMatchObject({
      challenger: 5,
      verdict: 'failed',
    });
    const cheap = judge(bound('expected_cost', { atMost: 0.3 }), { threshold: 0.3, costs });
    expect(cheap).toMatchObject({ challenger: 0.05, verdict: 'passed' });
    const gain = { falsePositive: 1, falseNegative: 20, truePositive: -4 };
    expect(judge(bound('expected_cost', { atMost: 0 }), { threshold: 0.3, costs: gain }).challenger).toBe(
      -1.95,
    );
  });

  it('reckons with a cost that no row has shown', () => {
    const right = rows.map((row) => ({ ...row, challenger: row['label']! }));
    const found = judge(bound('expected_cost', { atMost: 0.01 }), { costs }, right);
    expect(found).toMatchObject({ challenger: 0, verdict: 'inconclusive' });
    expect(found.interval!.high).toBeGreaterThan(20 * 0.005);
    expect(found.interval!.high).toBeLessThan(20 * 0.02);
  });

  it('has the interval of the error rate where each wrong decision costs 1', () => {
    const labels = Float64Array.from({ length: 200 }, (_, row) => row % 2);
    const challenger = labels.map((label, row) => (row < 31 ? 1 - label : label));
    const of = { labels, challenger, champion: null, weights: null, classes: null };
    const cost = inferred(inferValue('expected_cost', of)).interval(0.95);
    const accuracy = inferred(inferValue('accuracy', of)).interval(0.95);
    expect(cost.low).toBeCloseTo(1 - accuracy.high, 4);
    expect(cost.high).toBeCloseTo(1 - accuracy.low, 4);
  });

  it('passes no oftener than stated where misses are rare and dear', () => {
    const worlds = 1500;
    const { unit } = seedRandom('rare and dear');
    const truth = 0.99 * 0.05 * 1 + 0.01 * 0.3 * 20;
    let passed = 0;
    for (let world = 0; world < worlds; world++) {
      const labels = new Float64Array(300);
      const challenger = new Float64Array(300);
      for (let row = 0; row < 300; row++) {
        labels[row] = unit() < 0.01 ? 1 : 0;
        challenger[row] = unit() < (labels[row] === 1 ? 0.7 : 0.05) ? 1 : 0;
      }
      const of = { labels, challenger, champion: null, weights: null, classes: null, rule: { costs } };
      const found = inferValue('expected_cost', of);
      if (!('why' in found) && found.interval(0.95).high <= truth) passed++;
    }
    expect(passed / worlds).toBeLessThanOrEqual(0.025);
  });

  const ofCosts = (costs: object, predictions: string) =>
    judgeEvidence({
      runId: 'r',
      task: 'multiclass',
      gates: [readGate({ gate: 'g', kind: 'bound', metric: 'expected_cost', atMost: 9, minimumRows: 1 })],
      rule: { costs },
      hasChampion: false,
      predictions,
      metrics: null,
      trackedMetrics: {},
      look: null,
    });

  it('is an error where costs are of a class that is spelled otherwise, and noted where nobody has it', () => {
    const few = ['id,label,challenger', 'a,cat,dog', 'b,dog,dog'].join('\n');
    const misspelt = ofCosts({ matrix: { Cat: { dog: 50 } } }, few);
    expect(misspelt.verdict).toBe('error');
    expect(misspelt.sentence).toContain(
      'evaluation.costs names the class "Cat", which no row is of or decided for; "cat" looks like "Cat" and is another',
    );
    const absent = ofCosts({ matrix: { cat: { emu: 50 } } }, few);
    expect(absent.verdict).toBe('passed');
    expect(absent.notes).toContain(
      'evaluation.costs names the class "emu", which no row is of or decided for',
    );
  });

  it('takes a matrix for several classes', () => {
    const matrix = { cat: { dog: 5, cat: -1 }, dog: { cat: 2 } };
    const predictions = [
      'id,label,challenger',
      'a,cat,dog',
      'b,cat,cat',
      'c,dog,cat',
      'd,emu,dog',
      'e,emu,emu',
    ].join('\n');
    const report = judgeEvidence({
      runId: 'r',
      task: 'multiclass',
      gates: [readGate({ gate: 'g', kind: 'bound', metric: 'expected_cost', atMost: 9 })],
      rule: { costs: { matrix, otherwise: 3 } },
      hasChampion: false,
      predictions,
      metrics: null,
      trackedMetrics: {},
      look: null,
    });
    expect(report.gates[0]!.challenger ?? report.gates[0]!.sentence).toBe((5 - 1 + 2 + 3 + 0) / 5);
  });
});

describe('a model file with thresholds and costs', () => {
  const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  const problemsOf = (evaluation: string, change = (text: string): string => text): string[] => {
    const text = change(sample.replace(/^evaluation:\n/m, `evaluation:\n${evaluation}`));
    const parsed = parseModelFile('models/m.yaml', text);
    return 'problems' in parsed ? parsed.problems.map(formatProblem) : [];
  };
  const onCost = (text: string): string =>
    text.replace(
      /^gates:\n/m,
      'gates:\n  - { gate: cheap, kind: bound, metric: expected_cost, atMost: 1 }\n',
    );

  it('is read', () => {
    expect(problemsOf('  threshold: 0.3\n')).toEqual([]);
    expect(problemsOf('  costs: { falsePositive: 1, falseNegative: 20 }\n', onCost)).toEqual([]);
  });

  it.each([
    ['  threshold: 30\n', 'threshold'],
    ['  threshold: 0\n', 'threshold'],
    ['  costs: { falsePositive: 1 }\n', 'is missing: a binary model has falsePositive and falseNegative'],
    [
      '  costs: { falsePositive: 1, falseNegative: 2, otherwise: 1 }\n',
      'otherwise is no cost of a binary model; give falsePositive and falseNegative',
    ],
    ['  costs: { falsePositve: 1 }\n', 'falsePositive'],
  ])('is refused with %j', (evaluation, message) => {
    expect(problemsOf(evaluation).join('\n')).toContain(message);
  });

  it('needs costs for a gate on them', () => {
    expect(problemsOf('', onCost).join('\n')).toContain(
      'expected_cost takes what decisions cost; give evaluation.costs, such as { falsePositive: 1, falseNegative: 20 }',
    );
  });
});
