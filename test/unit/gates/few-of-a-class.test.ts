import { describe, expect, it } from 'vitest';
import { inferGain, type PairedRows } from '../../../shared/gates/infer-gain.ts';
import { inferValue } from '../../../shared/gates/infer-value.ts';
import type { SumMetric } from '../../../shared/gates/metrics/measure.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import type { Rows } from '../../../shared/gates/rows.ts';
import { inferRatio } from '../../../shared/gates/statistics/likelihood-inference.ts';

/** Rows of which the first five are of class 1. */
const rows: Rows = {
  labels: Float64Array.from({ length: 100 }, (_, row) => (row < 5 ? 1 : 0)),
  challenger: Float64Array.from({ length: 100 }, (_, row) => (row < 5 ? 0.3 : 0.02 + (row % 7) / 100)),
  champion: null,
  weights: null,
  intervals: null,
  classes: null,
  dependence: null,
};

const losses = rows.labels.map((label, row) => (rows.challenger[row]! - label) ** 2);
const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;

describe('a bound on brier with few rows of a class', () => {
  it('is that of the worst row there can be', () => {
    const inferred = inferValue('brier', rows);
    if ('why' in inferred) throw new Error(inferred.why);
    const bottom = new Float64Array(100).fill(1);
    const worst = { least: -mean, greatest: 1 - mean };
    const bounded = inferRatio('', { top: losses, bottom }, { worst });
    if ('why' in bounded) throw new Error(bounded.why);
    expect(inferred.interval(0.95)).toEqual(bounded.interval(0.95));
    expect(inferred.evenRows?.high ?? Number.POSITIVE_INFINITY).toBe(Number.POSITIVE_INFINITY);
    // Were 4 % of the rows never seen and surely wrong, 100 rows would lack them in 1.7 % of samples only.
    expect(inferred.interval(0.95).high).toBeGreaterThan(mean + 0.03);
  });

  it('asks for ten of each class where nobody knows the worst: with weights, in groups, of log_loss', () => {
    const of = Uint32Array.from({ length: 100 }, (_, row) => row >> 1);
    for (const [metric, given] of [
      ['brier', { ...rows, weights: new Float64Array(100).fill(2) }],
      ['brier', { ...rows, dependence: { kind: 'groups', column: 'customer', of } }],
      ['log_loss', rows],
      ['roc_auc', rows],
    ] as const) {
      const inferred = inferValue(metric, given as Rows);
      expect('why' in inferred && inferred.why, metric).toContain('class "1"');
    }
  });
});

describe('what brier would be if a row were of another class', () => {
  it('is the sum of squares over all classes', () => {
    const chances = [
      [0.7, 0.2, 0.1],
      [0.1, 0.1, 0.8],
    ];
    const probabilities = [0, 1, 2].map((of) => Float64Array.from(chances, (row) => row[of]!));
    const prepared = prepareMetric('brier', {
      ...{ labels: Float64Array.of(0, 1), scores: Float64Array.of(0, 2), probabilities },
      classes: { names: ['a', 'b', 'c'], known: [true, true, true] },
    }) as SumMetric;
    for (const [row, each] of chances.entries()) {
      for (const label of [0, 1, 2]) {
        const squares = each.reduce((sum, chance, of) => sum + (chance - (of === label ? 1 : 0)) ** 2, 0);
        expect(prepared.valueIf!(row, label)).toBeCloseTo(squares, 12);
      }
    }
  });
});

describe('a gain in smape', () => {
  const labels = Float64Array.from({ length: 100 }, (_, row) => 1 + (row % 10) / 10);
  const offBy = (share: number): Float64Array =>
    labels.map((label, row) => label * (1 + share * (row % 2 ? 1 : -1) * (1 + (row % 5) / 10)));
  const paired: PairedRows = { ...rows, labels, challenger: offBy(0.08), champion: offBy(0.1) };

  it('is not shown by rows that lack the one in 100 that is as wrong as can be', () => {
    const { inference } = inferGain('smape', paired);
    if ('why' in inference) throw new Error(inference.why);
    expect(inference.estimate).toBeGreaterThan(0.02);
    // A hundredth of all rows is in none of 100 in 37 % of samples, and can undo a gain of 0.02.
    expect(inference.atMost(0)).toBeGreaterThan(0.2);
  });

  it('is shown where so many would have to be missing that some were seen', () => {
    const { inference } = inferGain('smape', { ...paired, champion: offBy(1.2) });
    if ('why' in inference) throw new Error(inference.why);
    expect(inference.atMost(0)).toBeLessThan(1e-6);
  });
});
