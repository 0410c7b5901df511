import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMetric, metricNames } from '../../../shared/config/metric-catalog.ts';
import type { Metric, RankMetric } from '../../../shared/gates/metrics/measure.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import { measureRocAreas } from '../../../shared/gates/statistics/delong.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';

const prepare = (metric: string, labels: Float64Array, scores: Float64Array): Metric =>
  prepareMetric(metric, { labels, scores, classes: null, probabilities: null, intervals: around(scores) })!;

/** Rows of a world in which both sides know as much; scores of either side lean on the same. */
function drawWorld(rows: number, positives: number, seed: string) {
  const { unit } = seedRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  const labels = Float64Array.from({ length: rows }, () => (unit() < positives / rows ? 1 : 0));
  const sides = [new Float64Array(rows), new Float64Array(rows)] as const;
  for (let row = 0; row < rows; row++) {
    const shared = normal();
    for (const side of sides)
      side[row] = 1 / (1 + Math.exp(1.5 - 2 * labels[row]! - 0.8 * shared - 0.8 * normal()));
  }
  return { labels, sides };
}

const around = (scores: Float64Array) => ({
  lower: scores.map((score) => score - 0.2),
  upper: scores.map((score) => score + 1.1),
});

describe('influences of rows', () => {
  const row = fc.tuple(
    fc.constantFrom(0, 1),
    fc.constantFrom(0.05, 0.2, 0.6, 0.9),
    fc.double({ min: 0.1, max: 4, noNaN: true }),
  );
  const rows = fc
    .array(row, { minLength: 2, maxLength: 20 })
    .filter((all) => new Set(all.map(([label]) => label)).size === 2);
  // Step functions of the weights.
  const steps = ['median_absolute_error', 'recall_at_fpr', 'precision_at'];
  const smooth = metricNames.filter((name) => !name.includes('@') && !steps.includes(name));
  const binary = smooth.filter((name) => findMetric(name)!.tasks.includes('binary'));
  const regression = smooth.filter((name) => findMetric(name)!.tasks.includes('regression'));

  it.each([...binary, ...regression])('are the derivatives of %s by the weights, and sum to 0', (name) => {
    fc.assert(
      fc.property(rows, (all) => {
        const [labels, scores, weights] = [0, 1, 2].map((at) =>
          Float64Array.from(all, (each) => each[at]!),
        ) as [Float64Array, Float64Array, Float64Array];
        // A percentage of 0 is undefined.
        const truths = regression.includes(name)
          ? labels.map((label, at) => label + 1 + scores[at]! ** 2)
          : labels;
        const metric = prepare(name, truths, scores);
        const under = (weighed: Float64Array) => metric.measure(weighed);
        const value = under(weights);
        // At its ends a correlation has no derivative.
        fc.pre(value !== null && !(name === 'matthews' && Math.abs(value) > 0.999));
        const influences = metric.influences(weights);
        expect(influences.reduce((sum, each) => sum + each, 0)).toBeCloseTo(0, 6);
        for (const at of weights.keys()) {
          const moved = (by: number): number => {
            const changed = Float64Array.from(weights);
            changed[at]! += by;
            return under(changed)!;
          };
          const step = 1e-5;
          expect(influences[at]).toBeCloseTo((weights[at]! * (moved(step) - moved(-step))) / (2 * step), 4);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('make the variance of DeLong', () => {
    const { labels, sides } = drawWorld(3000, 900, 'delong');
    const gains = sides.map((side) => (prepare('roc_auc', labels, side) as RankMetric).influences(null));
    const ours = gains[0]!.reduce((sum, each, at) => sum + (each - gains[1]![at]!) ** 2, 0);
    const { covariance } = measureRocAreas(labels, sides);
    const theirs = covariance(0, 0) + covariance(1, 1) - 2 * covariance(0, 1);
    expect(ours / theirs).toBeCloseTo(1, 2);
  });
});

describe('weights', () => {
  it('measures under weights what it measures of repeated rows', () => {
    const { labels, sides } = drawWorld(400, 150, 'weights');
    const weights = Float64Array.from(labels, (_, row) => row % 3);
    const repeat = (column: Float64Array) =>
      Float64Array.from([...column].flatMap((value, row) => Array.from({ length: row % 3 }, () => value)));
    for (const metric of ['roc_auc', 'pr_auc', 'ece', 'log_loss', 'matthews', 'f1']) {
      const weighed = prepare(metric, labels, sides[0]).measure(weights);
      const repeated = repeat(labels);
      const long = prepare(metric, repeated, repeat(sides[0])).measure(null);
      expect(weighed, metric).toBeCloseTo(long!, 12);
    }
  });
});
