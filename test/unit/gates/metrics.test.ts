import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  metricNames as allNames,
  findMetric,
  parseMetricName,
} from '../../../shared/config/metric-catalog.ts';
import type { DecisionRule } from '../../../shared/gates/metrics/decision-rule.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';

interface OracleCase {
  readonly name: string;
  readonly task: string;
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly weights: readonly number[];
  readonly lower?: readonly number[];
  readonly upper?: readonly number[];
  readonly rule?: DecisionRule;
  readonly expected: Readonly<Record<string, number>>;
}

const metricNames = allNames.filter(
  (name) => !findMetric(name)!.tasks.every((task) => task === 'multiclass'),
);
const oracle = JSON.parse(readFileSync('test/oracles/metrics.json', 'utf8')) as OracleCase[];

function measure(
  metric: string,
  labels: readonly number[],
  scores: readonly number[],
  weights: readonly number[] = labels.map(() => 1),
  { rule, lower, upper }: Partial<OracleCase> = {},
): number | null {
  const rows = {
    labels: Float64Array.from(labels),
    scores: Float64Array.from(scores),
    classes: null,
    probabilities: null,
    intervals: {
      lower: Float64Array.from(lower ?? scores.map((score) => score - 0.25)),
      upper: Float64Array.from(upper ?? scores.map((score) => score + 0.5)),
    },
    rule,
  };
  const prepared = prepareMetric(metric, rows);
  expect(prepared, metric).not.toBeNull();
  return prepared!.measure(Float64Array.from(weights));
}

describe('metrics', () => {
  it.each(oracle)('equal scikit-learn on $name to 1e-9', (of) => {
    const { labels, scores, weights, expected } = of;
    for (const [metric, value] of Object.entries(expected)) {
      const ours = measure(metric, labels, scores, weights, of);
      expect(Math.abs(ours! - value) / Math.max(1, Math.abs(value)), metric).toBeLessThan(1e-9);
    }
  });

  it('have arithmetic and an oracle for every name of the catalog', () => {
    const checked = new Set(oracle.flatMap(({ expected }) => Object.keys(expected)));
    expect(metricNames.filter((name) => !checked.has(name))).toEqual([]);
  });

  it.each([
    ['precision', 'nothing is decided 1', [1, 0], [0.1, 0.2]],
    ['recall', 'there is no row of class 1', [0, 0], [0.9, 0.2]],
    ['false_negative_rate', 'there is no row of class 1', [0, 0], [0.9, 0.2]],
    ['false_positive_rate', 'there is no row of class 0', [1, 1], [0.9, 0.2]],
    ['balanced_accuracy', 'a class is missing', [1, 1], [0.9, 0.2]],
    ['f1', 'class 1 is neither seen nor decided', [0, 0], [0.1, 0.2]],
    ['matthews', 'every decision is the same', [1, 0], [0.9, 0.8]],
    ['roc_auc', 'a class is missing', [1, 1], [0.9, 0.2]],
    ['pr_auc', 'there is no row of class 1', [0, 0], [0.9, 0.2]],
    ['recall_at_fpr', 'a class is missing', [1, 1], [0.9, 0.2]],
    ['precision_at@3', 'there are fewer rows', [1, 0], [0.9, 0.2]],
    ['calibration_slope', 'neither class has a score beyond the other', [1, 0, 0], [0.9, 0.9, 0.2]],
    ['calibration_slope', 'all scores are equal', [1, 0, 0], [0.5, 0.5, 0.5]],
    ['calibration_intercept', 'a class is missing', [0, 0], [0.9, 0.2]],
    ['mape', 'a label is 0', [0, 2], [1, 2]],
    ['r2', 'all labels are equal', [0.1, 0.1, 0.1], [1, 2, 3]],
  ])('leave %s undefined where %s', (metric, _why, labels, scores) => {
    expect(measure(metric, labels, scores)).toBeNull();
  });

  it('are all undefined without rows, and without weight', () => {
    for (const metric of metricNames) {
      expect(measure(metric, [], []), metric).toBeNull();
      expect(measure(metric, [1, 0], [0.9, 0.1], [0, 0]), metric).toBeNull();
    }
  });

  it('keep to finite numbers of their range, and count a row of weight 2 as two rows', () => {
    const row = fc.tuple(
      fc.constantFrom(0, 1),
      fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      fc.integer({ min: 0, max: 3 }),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 15 }), (rows) => {
        const repeated = rows.flatMap((each) => Array.from({ length: each[2] }, () => each));
        for (const metric of metricNames) {
          const value = measure(
            metric,
            rows.map(([label]) => label),
            rows.map(([, score]) => score),
            rows.map(([, , weight]) => weight),
          );
          const long = measure(
            metric,
            repeated.map(([label]) => label),
            repeated.map(([, score]) => score),
          );
          expect(value === null, metric).toBe(long === null);
          if (value === null) continue;
          expect(value, metric).toBeCloseTo(long!, 9);
          const { lowest, highest } = findMetric(metric)!;
          expect(value >= lowest - 1e-12 && value <= highest + 1e-12, `${metric} ${value}`).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('take a parameter after an @ where they have one', () => {
    expect(parseMetricName('pinball@0.9')).toEqual({ base: 'pinball', parameter: 0.9, className: null });
    expect(parseMetricName('ece')).toEqual({ base: 'ece', parameter: 10, className: null });
    for (const wrong of [
      'pinball@1',
      'pinball@x',
      'recall_at_fpr@0',
      'recall_at_fpr@1',
      'precision_at@0',
      'precision_at@1.5',
      'interval_score@1',
      'interval_coverage@0.9',
      'ece@1',
      'ece@2.5',
      'accuracy@1',
      'ece@10@2',
      'toString',
    ]) {
      expect(parseMetricName(wrong), wrong).toBeNull();
    }
  });
});
