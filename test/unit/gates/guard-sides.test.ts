import { describe, expect, it } from 'vitest';
import { inferGain, type PairedRows } from '../../../shared/gates/infer-gain.ts';
import { inferValue } from '../../../shared/gates/infer-value.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import { evenRowsNeeded, evenRowsOfInfluences } from '../../../shared/gates/statistics/even-rows.ts';
import { normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { inferFromInfluences } from '../../../shared/gates/units.ts';

const size = 100;
/** Errors at the middles of equal strata, in an order that has nothing to do with their size. */
const errorsOf = (quantile: (share: number) => number, step: number): Float64Array =>
  Float64Array.from({ length: size }, (_, row) => quantile((((row * step) % size) + 0.5) / size));
const light = errorsOf((share) => normalQuantile(share), 37);
const heavy = errorsOf((share) => 0.3 * Math.sign(share - 0.5) * Math.abs(1 - 2 * share) ** -0.4, 61);

const rowsOf = (challenger: Float64Array, champion: Float64Array): PairedRows => ({
  labels: new Float64Array(size),
  challenger,
  champion,
  weights: null,
  intervals: null,
  classes: null,
  dependence: null,
});

describe('how even rows are for an area', () => {
  it('is what its interval would say, at either end', () => {
    const labels = Float64Array.from({ length: size }, (_, row) => (row % 5 === 0 ? 1 : 0));
    const scores = labels.map((label, row) => label + heavy[row]!);
    const prepared = prepareMetric('roc_auc', { labels, scores, classes: null, probabilities: null })!;
    const influences = prepared.influences(null);
    const rows = { ...rowsOf(scores, scores), labels };
    const inferred = inferFromInfluences(prepared.measure(null)!, influences, rows);
    if ('why' in inferred) throw new Error(inferred.why);
    expect(evenRowsOfInfluences(-1, influences)).toBeCloseTo(inferred.evenRows!.low, 6);
    expect(evenRowsOfInfluences(1, influences)).toBeCloseTo(inferred.evenRows!.high, 6);
  });
});

describe('a gain in losses of any size', () => {
  it.each(['rmse', 'r2', 'mae', 'pinball'])(
    'needs losses of both sides that are even by themselves: %s',
    (metric) => {
      const labels = errorsOf((share) => normalQuantile(share), 13);
      const over = (errors: Float64Array): Float64Array => errors.map((error, row) => labels[row]! + error);
      const rows = { ...rowsOf(over(heavy), over(light)), labels };
      const { inference } = inferGain(metric, rows);
      if ('why' in inference) throw new Error(inference.why);
      expect(inference.evenRows!.low).toBeLessThan(evenRowsNeeded(0.95));
      expect(inference.atMost(-1e6)).toBeGreaterThan(0.025);
      const back = inferGain(metric, {
        ...rows,
        challenger: rows.champion,
        champion: rows.challenger,
      }).inference;
      if ('why' in back) throw new Error(back.why);
      expect(back.evenRows!.high).toBe(inference.evenRows!.low);
      expect(back.atLeast(1e6)).toBe(inference.atMost(-1e6));
    },
  );

  it('is shown over losses that are all alike', () => {
    const { inference } = inferGain('mae', rowsOf(light, new Float64Array(size).fill(1000)));
    expect('why' in inference ? inference.why : inference.atMost(0)).toBeLessThan(1e-4);
  });
});

describe('a loss that half of the rows hardly have', () => {
  const rowsOfErrors = (cheap: (share: number) => number, costly: (share: number) => number): PairedRows => {
    // Every other row is of either side of the forecast; scores are 0, so that labels are the errors.
    const half = size / 2;
    const labels = Float64Array.from({ length: size }, (_, row) => {
      const share = (((row >> 1) * 37) % half) / half + 0.5 / half;
      return row % 2 === 0 ? costly(share) : -cheap(share);
    });
    return { ...rowsOf(new Float64Array(size), new Float64Array(size)), labels };
  };
  const halfNormal = (share: number): number => normalQuantile((1 + share) / 2);
  const heavyTailed = (share: number): number => (1 - share) ** (-1 / 4);
  const evenRowsOf = (metric: string, rows: PairedRows): number => {
    const inferred = inferValue(metric, rows);
    if ('why' in inferred) throw new Error(inferred.why);
    return inferred.evenRows!.high;
  };

  it('is bounded where those that have it are even by themselves', () => {
    expect(evenRowsOf('pinball@0.9', rowsOfErrors(halfNormal, halfNormal))).toBeGreaterThan(
      evenRowsNeeded(0.95),
    );
  });

  it('tells no smaller error than that of a first look where they are uneven, however many others there are', () => {
    for (const cheap of [heavyTailed, halfNormal]) {
      const evenRows = evenRowsOf('pinball@0.9', rowsOfErrors(cheap, heavyTailed));
      expect(evenRows).toBeGreaterThan(evenRowsNeeded(0.95));
      expect(evenRows).toBeLessThan(evenRowsNeeded(0.975));
    }
    // The heavy side is the cheap one, and then the costly one.
    const rows = rowsOfErrors(heavyTailed, halfNormal);
    expect(evenRowsOf('pinball@0.9', rows)).toBeGreaterThan(24);
    expect(evenRowsOf('pinball@0.1', rows)).toBeLessThanOrEqual(24);
  });
});
