import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inferGain, type PairedRows } from '../../../shared/gates/infer-gain.ts';
import type { RankMetric } from '../../../shared/gates/metrics/measure.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import { areaGainRange, areaRange, worstPlacements } from '../../../shared/gates/worst-placements.ts';

const bare = { weights: null, intervals: null, classes: null, dependence: null };

const rowsOf = (labels: number[], challenger: number[], champion: number[]): PairedRows => ({
  ...bare,
  labels: Float64Array.from(labels),
  challenger: Float64Array.from(challenger),
  champion: Float64Array.from(champion),
});

function areaOf({ labels }: PairedRows, scores: Float64Array) {
  const prepared = prepareMetric('roc_auc', { labels, scores, classes: null, probabilities: null });
  const { measure, influences } = prepared as RankMetric;
  return { value: measure(null)!, influences: influences(null).map((each) => each * labels.length) };
}

describe('what a row can add to an area', () => {
  const row = fc.tuple(
    fc.constantFrom(0, 1),
    fc.constantFrom(0.1, 0.3, 0.5, 0.7),
    fc.constantFrom(0.1, 0.3, 0.5, 0.7),
  );
  const rows = fc
    .array(row, { minLength: 2, maxLength: 20 })
    .filter((all) => new Set(all.map(([label]) => label)).size === 2)
    .map((all) =>
      rowsOf(
        ...(([0, 1, 2] as const).map((at) => all.map((each) => each[at])) as [number[], number[], number[]]),
      ),
    );

  it('is within its worst and its best, and so is what it adds to a gain', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(0.5, 0.9, 1, 1.2), (paired, factor) => {
        const [ours, theirs] = [areaOf(paired, paired.challenger), areaOf(paired, paired.champion)];
        const area = worstPlacements(ours.value, areaRange, paired)!;
        const gain = ours.value - factor * theirs.value;
        const both = worstPlacements(gain, areaGainRange(factor), paired)!;
        for (const [at, each] of ours.influences.entries()) {
          expect(each).toBeGreaterThanOrEqual(area.least - 1e-9);
          expect(each).toBeLessThanOrEqual(area.greatest + 1e-9);
          expect(each - factor * theirs.influences[at]!).toBeGreaterThanOrEqual(both.least - 1e-9);
          expect(each - factor * theirs.influences[at]!).toBeLessThanOrEqual(both.greatest + 1e-9);
        }
      }),
    );
  });

  it('is reached by a row of the rarer class that is below all of the other', () => {
    const paired = rowsOf([1, 1, 0, 0, 0], [0.9, 0.1, 0.5, 0.5, 0.5], [0.9, 0.9, 0.5, 0.5, 0.5]);
    const { value, influences } = areaOf(paired, paired.challenger);
    expect(worstPlacements(value, areaRange, paired)!.least).toBeCloseTo(Math.min(...influences), 12);
  });

  it('is unknown of rows with weights', () => {
    const paired = { ...rowsOf([1, 0], [0.9, 0.1], [0.9, 0.1]), weights: Float64Array.of(1, 2) };
    expect(worstPlacements(1, areaRange, paired)).toBeUndefined();
  });
});

describe('a gain in an area', () => {
  /** 25 rows of class 1 among 500, each of which the challenger has above ever so many more of class 0. */
  const better = (positives: number, rows: number): PairedRows => {
    const labels = Array.from({ length: rows }, (_, row) => (row < positives ? 1 : 0));
    const place = (row: number, shift: number): number =>
      labels[row] === 1 ? 0.8 + shift + (0.1 * row) / positives : (row - positives) / (rows - positives);
    return rowsOf(
      labels,
      labels.map((_, row) => place(row, 0.05)),
      labels.map((_, row) => place(row, (row % 3) * 0.01)),
    );
  };

  it('is not shown by few rows of a class, however even: one kind of them in ten may not be among them', () => {
    const { inference, test } = inferGain('roc_auc', better(25, 500));
    if ('why' in inference) throw new Error(inference.why);
    expect(test!.pValue).toBeLessThan(1e-6);
    expect(inference.estimate).toBeGreaterThan(0.03);
    expect(inference.atMost(0)).toBeGreaterThan(0.025);
  });

  it('is shown by many', () => {
    const { inference } = inferGain('roc_auc', better(500, 1000));
    if ('why' in inference) throw new Error(inference.why);
    expect(inference.atMost(0)).toBeLessThan(0.025);
  });
});
