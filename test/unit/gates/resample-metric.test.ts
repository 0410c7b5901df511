import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Metric, measureMetric, type RankMetric } from '../../../shared/gates/metrics/measure.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import { inferByResampling, mostSingleRows } from '../../../shared/gates/resample-metric.ts';
import { measureRocAreas } from '../../../shared/gates/statistics/delong.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';

const prepare = (metric: string, labels: Float64Array, scores: Float64Array): Metric =>
  prepareMetric(metric, { labels, scores, classes: null, probabilities: null })!;

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

function inferGain(metric: string, world: ReturnType<typeof drawWorld>, seed: string) {
  const metrics = world.sides.map((side) => prepare(metric, world.labels, side));
  const inference = inferByResampling(
    { metrics, combine: ([a, b]) => a! - b!, rows: world.labels.length, weights: null },
    seedRandom(seed),
  );
  if ('why' in inference) throw new Error(inference.why);
  return inference;
}

describe('influences of rows on a ranking', () => {
  const row = fc.tuple(
    fc.constantFrom(0, 1),
    fc.constantFrom(0, 0.2, 0.5, 0.9),
    fc.double({ min: 0.1, max: 4, noNaN: true }),
  );
  const rows = fc
    .array(row, { minLength: 2, maxLength: 20 })
    .filter((all) => new Set(all.map(([label]) => label)).size === 2);

  it.each(['roc_auc', 'pr_auc'])('are the derivatives of %s by the weights, and sum to 0', (name) => {
    fc.assert(
      fc.property(rows, (all) => {
        const [labels, scores, weights] = [0, 1, 2].map((at) =>
          Float64Array.from(all, (each) => each[at]!),
        ) as [Float64Array, Float64Array, Float64Array];
        const metric = prepare(name, labels, scores) as RankMetric;
        const influences = metric.influences(weights);
        expect(influences.reduce((sum, each) => sum + each, 0)).toBeCloseTo(0, 9);
        for (const at of weights.keys()) {
          const moved = (by: number): number => {
            const changed = Float64Array.from(weights);
            changed[at]! += by;
            return metric.measure(changed)!;
          };
          const step = 1e-5;
          expect(influences[at]).toBeCloseTo((weights[at]! * (moved(step) - moved(-step))) / (2 * step), 5);
        }
      }),
      { numRuns: 200 },
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

describe('resampling of many rows', () => {
  it.each(['log_loss', 'brier', 'ece', 'pr_auc'])('finds the error of %s that single rows have', (metric) => {
    // As many rows as are drawn one by one, and each of them four times: half the error.
    const few = drawWorld(mostSingleRows, 500, metric);
    const times = <Column extends Float64Array>(column: Column) =>
      Float64Array.from({ length: 4 * column.length }, (_, at) => column[at % column.length]!);
    const many = { labels: times(few.labels), sides: [times(few.sides[0]), times(few.sides[1])] as const };
    const widthOf = (world: typeof few) => {
      const { low, high } = inferGain(metric, world, metric).interval(0.95);
      return high - low;
    };
    expect(widthOf(few) / widthOf(many)).toBeGreaterThan(1.8);
    expect(widthOf(few) / widthOf(many)).toBeLessThan(2.2);
  });

  it.each(['pr_auc', 'log_loss'])(
    'is wrong about %s about 1 time in 40 on either side',
    (metric) => {
      const worlds = 80;
      let [above, below] = [0, 0];
      for (let world = 0; world < worlds; world++) {
        const { low, high } = inferGain(
          metric,
          drawWorld(2500, 200, `${metric} ${world}`),
          `${world}`,
        ).interval(0.95);
        if (low > 0) above++;
        if (high < 0) below++;
      }
      // Two in 80, three standard errors of counting them, and one for the method.
      expect(above).toBeLessThanOrEqual(7);
      expect(below).toBeLessThanOrEqual(7);
    },
    30_000,
  );

  it('gives no interval of a ranking that a handful of rows decide', () => {
    const { labels, sides } = drawWorld(3000, 20, 'rare');
    const sample = {
      metrics: [prepare('pr_auc', labels, sides[0])],
      combine: ([value]: readonly number[]) => value!,
      rows: labels.length,
      weights: null,
    };
    const positives = labels.reduce((sum, label) => sum + label, 0);
    expect(inferByResampling(sample, seedRandom('s'))).toEqual({
      why: `a class has ${positives} rows, and an interval needs 50`,
    });
    // Weights make rows fewer, too: one that counts a million times is one row.
    const weights = Float64Array.from(labels, (label, row) => (label === 1 && row % 2 === 0 ? 1e6 : 1));
    expect(inferByResampling({ ...sample, weights }, seedRandom('s'))).toHaveProperty('why');
  });

  it('measures under weights what it measures of repeated rows', () => {
    const { labels, sides } = drawWorld(400, 150, 'weights');
    const weights = Float64Array.from(labels, (_, row) => row % 3);
    const repeat = (column: Float64Array) =>
      Float64Array.from([...column].flatMap((value, row) => Array.from({ length: row % 3 }, () => value)));
    for (const metric of ['roc_auc', 'pr_auc', 'ece', 'log_loss', 'matthews', 'f1']) {
      const weighed = measureMetric(prepare(metric, labels, sides[0]), labels.length, weights);
      const repeated = repeat(labels);
      const long = measureMetric(prepare(metric, repeated, repeat(sides[0])), repeated.length, null);
      expect(weighed, metric).toBeCloseTo(long!, 12);
    }
  });
});
