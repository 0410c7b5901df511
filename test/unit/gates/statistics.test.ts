import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctBenjaminiHochberg } from '../../../shared/gates/statistics/benjamini-hochberg.ts';
import { binomialCdf } from '../../../shared/gates/statistics/beta.ts';
import { measureRocAreas } from '../../../shared/gates/statistics/delong.ts';
import { evenRowsNeeded, leastErrorOf } from '../../../shared/gates/statistics/even-rows.ts';
import { exactProportion } from '../../../shared/gates/statistics/exact-proportion.ts';
import { halfNormalTail } from '../../../shared/gates/statistics/half-normal-tail.ts';
import { correctHolm } from '../../../shared/gates/statistics/holm.ts';
import type { Inference, NoInference } from '../../../shared/gates/statistics/inference.ts';
import { inferRatio } from '../../../shared/gates/statistics/likelihood-inference.ts';
import {
  type Discordance,
  matchedProportions,
  mcnemarPValue,
} from '../../../shared/gates/statistics/matched-proportions.ts';
import { normalCdf, normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { measurePower } from '../../../shared/gates/statistics/power.ts';
import { drawBinomial, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { studentCdf } from '../../../shared/gates/statistics/student.ts';
import { prepareTail } from '../../../shared/gates/statistics/weighted-tail.ts';

type Pair = readonly [number, number];
const oracle = JSON.parse(readFileSync('test/oracles/statistics.json', 'utf8')) as {
  words: { seed: string; drawn: number[] };
  normalCdf: Pair[];
  normalQuantile: Pair[];
  binomialCdf: [number, number, number, number][];
  proportions: { k: number; n: number; confidence: number; interval: Pair }[];
  matched: (Discordance & {
    intervals: [confidence: number, low: number, high: number][];
    mcnemar: number;
  })[];
  delong: { labels: number[]; columns: number[][]; areas: number[]; covariance: number[][] }[];
};

function inferred(result: Inference | NoInference): Inference {
  if ('why' in result) throw new Error(result.why);
  return result;
}

const near = (ours: number, theirs: number, tolerance: number): void =>
  expect(Math.abs(ours - theirs), `${ours} against ${theirs}`).toBeLessThanOrEqual(tolerance);

describe('distributions', () => {
  it('equal scipy', () => {
    for (const [x, expected] of oracle.normalCdf) near(normalCdf(x), expected, 1e-14);
    for (const [p, expected] of oracle.normalQuantile) near(normalQuantile(p), expected, 1e-9);
    for (const [k, n, p, expected] of oracle.binomialCdf) near(binomialCdf(k, n, p), expected, 1e-9);
  });

  it('are those of Student for few degrees of freedom, and normal for many', () => {
    // Published quantiles of t at 97.5 %.
    for (const [degrees, quantile] of [
      [1, 12.706],
      [5, 2.5706],
      [29, 2.0452],
      [120, 1.9799],
    ] as const) {
      near(studentCdf(-quantile, degrees), 0.025, 2e-6);
    }
    near(studentCdf(-3, 1e9), normalCdf(-3), 1e-12);
    near(studentCdf(2.5706, 5), 0.975, 2e-6);
  });

  it('know the ends', () => {
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(1.1)]).toEqual([-Infinity, Infinity, NaN]);
    expect([
      binomialCdf(-1, 5, 0.5),
      binomialCdf(5, 5, 0.5),
      binomialCdf(2, 5, 0),
      binomialCdf(2, 5, 1),
    ]).toEqual([0, 1, 1, 0]);
  });
});

describe('the exact interval of a share', () => {
  it.each(oracle.proportions)('equals scipy for $k of $n', ({ k, n, confidence, interval }) => {
    const { low, high } = exactProportion(k, n).interval(confidence);
    near(low, interval[0], 1e-9);
    near(high, interval[1], 1e-9);
  });
});

describe('matched proportions', () => {
  it.each(oracle.matched)(
    'have the score interval of the numerical likelihood for $onlyChallenger against $onlyChampion of $rows',
    ({ intervals, mcnemar, ...discordance }) => {
      for (const [confidence, ...ends] of intervals) {
        const { low, high } = matchedProportions(discordance).interval(confidence);
        near(low, ends[0], 1e-9);
        near(high, ends[1], 1e-9);
      }
      near(mcnemarPValue(discordance), mcnemar, 1e-9);
    },
  );
});

describe('DeLong', () => {
  it('equals the comparison of every row with every other', () => {
    for (const { labels, columns, areas, covariance } of oracle.delong) {
      const ours = measureRocAreas(
        Float64Array.from(labels),
        columns.map((scores) => Float64Array.from(scores)),
      );
      for (const i of [0, 1]) {
        near(ours.areas[i]!, areas[i]!, 1e-12);
        for (const j of [0, 1]) near(ours.covariance(i, j), covariance[i]![j]!, 1e-12);
      }
    }
  });
});

/** The tail of plain values, and of one more. */
const tailOfWeightedSum = (values: Float64Array, extra: number): number =>
  prepareTail(values, new Float64Array(values.length))(1, 0, extra);

/** Lugannani and Rice, as the book has it. */
function plainTail(values: Float64Array, extra: number): number {
  const all = [...values, extra];
  const slopeAt = (at: number) => all.reduce((sum, value) => sum + value / (1 - at * value), 0);
  let [low, high] = [1 / all.reduce((a, b) => Math.min(a, b)), 1 / all.reduce((a, b) => Math.max(a, b))];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) > 0) high = middle;
    else low = middle;
  }
  const point = (low + high) / 2;
  const generating = -all.reduce((sum, value) => sum + Math.log1p(-point * value), 0);
  const root = Math.sign(point) * Math.sqrt(-2 * generating);
  const scaled = point * Math.sqrt(all.reduce((sum, value) => sum + (value / (1 - point * value)) ** 2, 0));
  return normalCdf(-(root + Math.log(scaled / root) / root));
}

describe('the likelihood of a ratio', () => {
  const ones = (size: number) => new Float64Array(size).fill(1);
  const drawn = (size: number, draw: (unit: number) => number, seed: string) => {
    const { unit } = seedRandom(seed);
    return Float64Array.from({ length: size }, () => draw(unit()));
  };

  it('has the tail of the beta distribution where values are of two kinds', () => {
    for (const [rows, wrong, limit] of [
      [30, 0, 0.1],
      [30, 2, 0.3],
      [100, 5, 0.12],
      [1000, 3, 0.01],
      [1000, 100, 0.12],
    ] as const) {
      const values = Float64Array.from({ length: rows }, (_, row) => (row < wrong ? 1 : 0) - limit);
      // With the worst row added, the interval is that of Clopper and Pearson.
      const exact = binomialCdf(wrong, rows, limit);
      expect(tailOfWeightedSum(values, 1 - limit) / exact).toBeGreaterThan(0.98);
      expect(tailOfWeightedSum(values, 1 - limit) / exact).toBeLessThan(1.03);
    }
  });

  it('has for many values, by a series, the tail of the values one by one', () => {
    const { unit } = seedRandom('series');
    const heavy = Float64Array.from({ length: 1100 }, () => Math.exp(normalQuantile(unit())));
    const weights = heavy.map(() => Math.exp(normalQuantile(unit()) / 2));
    const copies = 3;
    const repeat = (column: Float64Array) =>
      Float64Array.from({ length: copies * column.length }, (_, at) => column[at % column.length]!);
    const topOf = (ratio: number) => heavy.map((value, at) => weights[at]! * (value - ratio));
    const centred = topOf(
      weights.reduce((sum, weight, at) => sum + weight * heavy[at]!, 0) / weights.reduce((a, b) => a + b, 0),
    );
    const many = prepareTail(repeat(centred), repeat(weights));
    // By the definition: the logarithm of the generating function, one unit at a time.
    for (const shift of [-0.3, -0.2, -0.1, 0.05, 0.1, 0.15]) {
      for (const sign of [1, -1] as const) {
        const plain = plainTail(
          repeat(centred.map((value, at) => sign * (value + shift * weights[at]!))),
          sign * shift,
        );
        expect(many(sign, shift, sign * shift) / plain).toBeCloseTo(1, 6);
      }
    }
  });

  it('has no seam where the limit is the mean', () => {
    const values = Float64Array.from({ length: 100 }, (_, row) => (row < 9 ? 1 : 0));
    const at = (limit: number) =>
      tailOfWeightedSum(
        values.map((value) => value - limit),
        1 - limit,
      );
    for (let step = -50; step < 50; step++) {
      const [here, next] = [at(10 / 101 + step / 1e5), at(10 / 101 + (step + 1) / 1e5)];
      near(here - next, 1.33e-4, 6e-5);
    }
  });

  it('is that of Student where values are normal', () => {
    const values = drawn(40, (chance) => normalQuantile(chance), 'normal');
    const mean = values.reduce((sum, value) => sum + value, 0) / 40;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 39);
    const { low, high } = inferred(inferRatio('m', { top: values, bottom: ones(40) })).interval(0.95);
    const reach = (2.0227 * deviation) / Math.sqrt(40);
    // Wider for what was not seen, by the added row.
    expect(low / (mean - reach)).toBeGreaterThan(0.99);
    near(low, mean - reach, 0.25 * reach);
    near(high, mean + reach, 0.25 * reach);
    expect(high - low).toBeGreaterThan(2 * reach);
  });

  it('leans towards the side on which values are heavy', () => {
    const values = drawn(300, (chance) => -Math.log1p(-chance), 'exponential');
    const { estimate, interval } = inferred(inferRatio('m', { top: values, bottom: ones(300) }));
    const { low, high } = interval(0.95);
    expect((high - estimate) / (estimate - low)).toBeGreaterThan(1.15);
  });

  it('counts rows of no weight for nothing, and a row of all the weight for one', () => {
    const top = drawn(1000, (chance) => chance, 'weights');
    const bottom = Float64Array.from({ length: 1000 }, (_, row) => (row < 50 ? 1 : 0));
    const weighed = { top: top.map((value, row) => value * bottom[row]!), bottom };
    const few = { top: weighed.top.slice(0, 50), bottom: bottom.slice(0, 50) };
    expect(inferred(inferRatio('m', weighed)).interval(0.95)).toEqual(
      inferred(inferRatio('m', few)).interval(0.95),
    );
    const heavy = Float64Array.from({ length: 1000 }, (_, row) => (row === 0 ? 1e6 : 1));
    expect(inferRatio('m', { top: heavy, bottom: heavy })).toEqual({
      why: 'the rows are worth 1 row, and an interval needs 10',
    });
  });

  it('tells no error that a few uneven rows cannot', () => {
    const rare = Float64Array.from({ length: 200 }, (_, row) => (row < 3 ? 1 : 0));
    const { evenRows, atLeast } = inferred(inferRatio('m', { top: rare, bottom: ones(200) }));
    expect(evenRows!.high).toBeLessThan(evenRowsNeeded(0.95));
    expect(evenRows!.low).toBeGreaterThan(evenRowsNeeded(0.95));
    expect(atLeast(0.9)).toBe(leastErrorOf(evenRows!.high));
  });

  /** Losses at the middles of equal strata of a law, so that no chance is in them. */
  const lossesOf = (size: number, quantile: (share: number) => number): Float64Array =>
    Float64Array.from({ length: size }, (_, row) => quantile((row + 0.5) / size));
  const lognormal = (share: number): number => Math.exp(1.15 * normalQuantile(share));
  const squaredNormal = (share: number): number => normalQuantile((1 + share) / 2) ** 2;
  const ofAnySize = (top: Float64Array) =>
    inferred(inferRatio('m', { top, bottom: ones(top.length) }, { ofAnySize: true }));

  it('bounds losses that are uneven by a row beyond the worst seen, more bluntly, and says so many rows do', () => {
    const losses = lossesOf(150, squaredNormal);
    const [known, plain] = [ofAnySize(losses), inferred(inferRatio('m', { top: losses, bottom: ones(150) }))];
    expect(plain.evenRows!.high).toBeLessThan(evenRowsNeeded(0.95));
    expect(known.evenRows!.high).toBe(24);
    expect(known.interval(0.95).high).toBeGreaterThan(plain.interval(0.95).high);
    expect(known.interval(0.95).high / known.estimate).toBeLessThan(1.4);
    // What is even enough is told as sharply as ever.
    expect(known.interval(0.95).low).toBe(plain.interval(0.95).low);
  });

  it('bounds none from few rows, or where a few rows are all there is', () => {
    expect(ofAnySize(lossesOf(60, lognormal)).evenRows!.high).toBeLessThan(evenRowsNeeded(0.95));
    const heavy = ofAnySize(lossesOf(500, (share) => (1 - share) ** (-1 / 1.25)));
    expect(heavy.evenRows!.high).toBe(0);
  });

  it('tells a small error by a light tail alone, and from few rows none', () => {
    expect(ofAnySize(lossesOf(100, lognormal)).evenRows!.high).toBeLessThan(evenRowsNeeded(0.95));
    expect(ofAnySize(lossesOf(500, lognormal)).evenRows!.high).toBeLessThan(evenRowsNeeded(0.95));
    const spread = (times: number) =>
      ofAnySize(lossesOf(500, (share) => Math.exp(times * normalQuantile(share)))).evenRows!.high;
    // An index above 2, but by less than one that so few rows tell may be off; by more, and by twice as much.
    expect(spread(1)).toBeLessThan(evenRowsNeeded(0.95));
    expect(spread(0.92)).toBeGreaterThan(evenRowsNeeded(0.95));
    expect(spread(0.92)).toBeLessThan(evenRowsNeeded(0.975));
    expect(spread(0.75)).toBeGreaterThan(evenRowsNeeded(0.9975));
  });

  it('takes what was seen to one side of a gain for possible on the other', () => {
    const gains = Float64Array.from({ length: 40 }, (_, row) =>
      row === 0 ? 9 : normalQuantile((row + 0.5) / 40),
    );
    const known = ofAnySize(gains);
    const plain = inferred(inferRatio('m', { top: gains, bottom: ones(40) }));
    expect(known.interval(0.95).low).toBeLessThan(plain.interval(0.95).low - 0.1);
  });

  it('says why there is none rather than give a false one', () => {
    expect(inferRatio('m', { top: ones(30), bottom: ones(30) })).toEqual({
      why: 'the rows show no variation to learn an interval from',
    });
    const huge = Float64Array.from({ length: 20 }, (_, row) => (row % 2) * 1.7e308);
    expect(inferRatio('m', { top: huge, bottom: ones(20) })).toEqual({
      why: 'the values are too large to compute with',
    });
  });
});

describe('the noise of a sum of absolute errors', () => {
  it('is that of one half-normal error, and of a plain one', () => {
    for (const limit of [1, 2, 3]) {
      near(halfNormalTail([1], 0, limit) / (2 * normalCdf(-limit)), 1, 0.1);
      near(halfNormalTail([], 2, limit), normalCdf(-limit / 2), 1e-12);
      expect(halfNormalTail([1, 1e-9], 0, 1e-12)).toBeGreaterThan(0.99);
    }
  });

  it('is that of many drawn errors', () => {
    const { unit } = seedRandom('half-normal');
    const deviations = [1, 1, 0.5, 0.5, 0.2, 0.2, 2];
    const draws = Float64Array.from({ length: 200_000 }, () =>
      deviations.reduce(
        (sum, deviation) => sum + Math.abs(deviation * normalQuantile(unit())),
        0.7 * normalQuantile(unit()),
      ),
    );
    for (const limit of [4.8, 7, 9]) {
      const share = draws.reduce((count, draw) => (draw >= limit ? count + 1 : count), 0) / draws.length;
      near(halfNormalTail(deviations, 0.7, limit) / share, 1, 0.06);
    }
  });
});

describe('intervals and tests', () => {
  const inferences: [string, Inference][] = [
    ['exact', exactProportion(93, 100)],
    ['matched', matchedProportions({ onlyChallenger: 12, onlyChampion: 5, rows: 400 })],
    [
      'likelihood',
      inferred(
        inferRatio('m', {
          top: Float64Array.from({ length: 100 }, (_, row) => (row < 60 ? 0 : row < 85 ? 1 : 3)),
          bottom: new Float64Array(100).fill(1),
        }),
      ),
    ],
  ];
  inferences.push([
    'likelihood of uneven losses',
    inferred(
      inferRatio(
        'm',
        {
          top: Float64Array.from(
            { length: 150 },
            (_, row) => normalQuantile((1 + (row + 0.5) / 150) / 2) ** 2,
          ),
          bottom: new Float64Array(150).fill(1),
        },
        { ofAnySize: true },
      ),
    ),
  ]);
  it.each(inferences)('agree: %s', (_, inference) => {
    for (const confidence of [0.8, 0.95]) {
      const { low, high } = inference.interval(confidence);
      const step = 1e-3;
      expect(low).toBeLessThan(inference.estimate);
      expect(high).toBeGreaterThan(inference.estimate);
      expect(inference.atMost(low - step)).toBeLessThan((1 - confidence) / 2);
      expect(inference.atMost(low + step)).toBeGreaterThan((1 - confidence) / 2);
      expect(inference.atLeast(high + step)).toBeLessThan((1 - confidence) / 2);
      expect(inference.atLeast(high - step)).toBeGreaterThan((1 - confidence) / 2);
    }
  });
});

describe('chance', () => {
  it('is the published sequence for its seed', () => {
    const random = seedRandom(oracle.words.seed);
    expect(oracle.words.drawn.map(() => random.word())).toEqual(oracle.words.drawn);
  });

  it.each([
    [12, 0.3],
    [400, 0.01],
    [400, 0.4],
    [100_000, 0.97],
  ])('draws binomial counts of %i with %f at their mean and spread', (trials, probability) => {
    const random = seedRandom(`${trials}`);
    const draws = Array.from({ length: 20_000 }, () => drawBinomial(random, trials, probability));
    const variance = trials * probability * (1 - probability);
    const mean = draws.reduce((sum, each) => sum + each, 0) / draws.length;
    near(mean, trials * probability, 4 * Math.sqrt(variance / draws.length));
    const seen = draws.reduce((sum, each) => sum + (each - mean) ** 2, 0) / draws.length;
    near(seen / variance, 1, 0.05);
    const middle = Math.round(trials * probability);
    const below = draws.filter((each) => each <= middle).length / draws.length;
    near(below, binomialCdf(middle, trials, probability), 4 * Math.sqrt(0.25 / draws.length));
  });
});

describe('several tests at once', () => {
  it("are corrected as in Holm's paper", () => {
    expect(correctHolm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(correctHolm([])).toEqual([]);
  });

  // scipy.stats.false_discovery_control of SciPy 1.17.1; the first are those of the paper's example.
  it.each([
    [
      [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
        0.759, 1,
      ],
      [
        0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714285714286, 0.06385714285714286, 0.0645, 0.0765,
        0.486, 0.5811818181818181, 0.714875, 0.7532307692307693, 0.8132142857142857, 1,
      ],
    ],
    [
      [0.01, 0.04, 0.03, 0.005],
      [0.02, 0.04, 0.04, 0.02],
    ],
    [
      [0.5, 0.5, 0.02, 0.02],
      [0.5, 0.5, 0.04, 0.04],
    ],
    [[], []],
  ])('are corrected for false discoveries as SciPy does', (pValues, expected) => {
    const corrected = correctBenjaminiHochberg(pValues);
    expect(corrected).toHaveLength(expected.length);
    for (const [at, value] of expected.entries()) expect(corrected[at]).toBeCloseTo(value, 12);
  });

  it('are called false discoveries as the paper has it: up to the largest k with p at most k alpha / m', () => {
    const pValues = fc.array(
      fc.double({ min: 0, max: 1, noNaN: true }).map((p) => p ** 4),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pValues, fc.constantFrom(0.01, 0.025, 0.2), (given, alpha) => {
        const sorted = [...given].sort((a, b) => a - b);
        const k = sorted.findLastIndex((p, at) => p * given.length <= (at + 1) * alpha * (1 + 1e-12)) + 1;
        const called = correctBenjaminiHochberg(given).filter((p) => p <= alpha * (1 + 1e-9)).length;
        expect(called).toBe(sorted.filter((p) => k > 0 && p <= sorted[k - 1]!).length);
        const holm = correctHolm(given);
        for (const [at, p] of correctBenjaminiHochberg(given).entries()) {
          expect(p).toBeGreaterThanOrEqual(given[at]!);
          expect(p).toBeLessThanOrEqual(holm[at]! + 1e-12);
        }
      }),
    );
  });

  it('never become more certain, and keep their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (pValues) => {
        const corrected = correctHolm(pValues);
        for (const [at, p] of pValues.entries()) {
          expect(corrected[at]!).toBeGreaterThanOrEqual(p);
          for (const [other, q] of pValues.entries())
            if (p < q) expect(corrected[at]!).toBeLessThanOrEqual(corrected[other]!);
        }
      }),
    );
  });
});

describe('power', () => {
  it('is that of the textbook formula', () => {
    // Standard error 0.01 on 400 rows: (1.96 + 0.84) x 0.01; at half that distance four times the rows.
    const width = 2 * normalQuantile(0.975) * 0.01;
    const { minimumDetectable } = measurePower({ rows: 400, width, confidence: 0.95 }, 0.014);
    near(minimumDetectable!, 0.028016, 1e-5);
    expect(measurePower({ rows: 400, width, confidence: 0.95 }, minimumDetectable! / 2).rowsToDecide).toBe(
      1600,
    );
    expect(measurePower({ rows: 400, width, confidence: 0.95 }, 0).rowsToDecide).toBeNull();
  });
});
