import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctBenjaminiHochberg } from '../../../shared/gates/statistics/benjamini-hochberg.ts';
import { binomialCdf } from '../../../shared/gates/statistics/beta.ts';
import { accelerationOf, bootstrap, inferFromDraws } from '../../../shared/gates/statistics/bootstrap.ts';
import { measureRocAreas } from '../../../shared/gates/statistics/delong.ts';
import { exactProportion } from '../../../shared/gates/statistics/exact-proportion.ts';
import { correctHolm } from '../../../shared/gates/statistics/holm.ts';
import type { Inference, NoInference } from '../../../shared/gates/statistics/inference.ts';
import {
  type Discordance,
  matchedProportions,
  mcnemarPValue,
} from '../../../shared/gates/statistics/matched-proportions.ts';
import { normalCdf, normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { measurePower } from '../../../shared/gates/statistics/power.ts';
import { drawBinomial, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { cpuMsOf } from '../../cpu-time.ts';

type Pair = readonly [number, number];
const oracle = JSON.parse(readFileSync('test/oracles/statistics.json', 'utf8')) as {
  words: { seed: string; drawn: number[] };
  normalCdf: Pair[];
  normalQuantile: Pair[];
  binomialCdf: [number, number, number, number][];
  proportions: { k: number; n: number; confidence: number; interval: Pair }[];
  matched: (Discordance & { interval: Pair; mcnemar: number })[];
  delong: { labels: number[]; columns: number[][]; areas: number[]; covariance: number[][] }[];
  bca: {
    estimate: number;
    draws: number[];
    left: number[];
    acceleration: number;
    confidence: number;
    interval: Pair;
  }[];
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
    ({ interval, mcnemar, ...discordance }) => {
      const { low, high } = matchedProportions(discordance).interval(0.95);
      near(low, interval[0], 2e-6);
      near(high, interval[1], 2e-6);
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

describe('the bootstrap', () => {
  it('has the acceleration and the interval of scipy for the same resamples', () => {
    for (const { estimate, draws, left, acceleration, confidence, interval } of oracle.bca) {
      const ours = accelerationOf(left.map((value) => ({ value, times: 1 })));
      near(ours, acceleration, 1e-9);
      const { low, high } = inferred(inferFromDraws(estimate, Float64Array.from(draws), ours)).interval(
        confidence,
      );
      near(low, interval[0], 1e-9);
      near(high, interval[1], 1e-9);
    }
  });

  const rows = (values: readonly number[]) => new Float64Array(values.length).fill(1);
  const meanOf = (values: readonly number[]) => (weights: Float64Array) =>
    values.reduce((sum, value, at) => sum + value * weights[at]!, 0) /
    weights.reduce((sum, each) => sum + each, 0);
  const values = Array.from({ length: 200 }, (_, at) => ((at * 7919) % 200) / 100);

  it('is the same for the same seed and another for another', () => {
    const interval = (seed: string) =>
      inferred(bootstrap(rows(values), meanOf(values), seedRandom(seed))).interval(0.95);
    expect(interval('run-1')).toEqual(interval('run-1'));
    expect(interval('run-1')).not.toEqual(interval('run-2'));
  });

  it('finds the error of a mean that theory gives', () => {
    const { low, high } = inferred(bootstrap(rows(values), meanOf(values), seedRandom('width'))).interval(
      0.95,
    );
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - 0.995) ** 2, 0) / 200);
    near((high - low) / (2 * 1.96), deviation / Math.sqrt(200), (0.1 * deviation) / Math.sqrt(200));
  });

  it('draws kinds of rows as it draws rows', () => {
    const kinds = Float64Array.of(9000, 1000);
    const share = (weights: Float64Array) => weights[1]! / (weights[0]! + weights[1]!);
    const { low, high } = inferred(bootstrap(kinds, share, seedRandom('kinds'))).interval(0.95);
    near(low, 0.1 - 1.96 * 0.003, 0.0005);
    near(high, 0.1 + 1.96 * 0.003, 0.0005);
  });

  it('gives none from values whose squares are beyond a double', () => {
    const draws = Float64Array.from({ length: 100 }, (_, at) => (at - 50) * 1e300);
    const left = [1e300, -1e300, 0, 0].map((value) => ({ value, times: 1 }));
    expect(inferFromDraws(0, draws, accelerationOf(left))).toEqual({
      why: 'the values are too large to compute with',
    });
  });

  it('says why there is none rather than give a false one', () => {
    const constant = [1, 1, 1, 1];
    expect(bootstrap(rows(constant), meanOf(constant), seedRandom('s'))).toEqual({
      why: 'the rows show no variation to learn an interval from',
    });
    const rarely = (weights: Float64Array) => (weights[0]! > 0 ? weights[0]! : null);
    expect(bootstrap(rows(constant), rarely, seedRandom('s'))).toEqual({
      why: expect.stringMatching(/^the metric is undefined in \d+ of 2000 resamples$/),
    });
  });

  it('draws 2,000 resamples of 100,000 rows of decisions by their kinds, not row by row', async () => {
    const counts = Float64Array.of(40_000, 2_000, 1_500, 6_500, 1_200, 800, 3_000, 45_000);
    const share = (weights: Float64Array) => weights[0]! / (weights[0]! + weights[7]!);
    expect(await cpuMsOf(() => inferred(bootstrap(counts, share, seedRandom('fast'))))).toBeLessThan(2000);
  });
});

describe('intervals and tests', () => {
  const inferences: [string, Inference][] = [
    ['exact', exactProportion(93, 100)],
    ['matched', matchedProportions({ onlyChallenger: 12, onlyChampion: 5, rows: 400 })],
    [
      'bootstrap',
      inferred(
        bootstrap(
          Float64Array.of(60, 25, 15),
          ([a, b, c]) => (b! + 3 * c!) / (a! + b! + c!),
          seedRandom('agree'),
        ),
      ),
    ],
  ];
  it.each(inferences)('agree: %s', (name, inference) => {
    for (const confidence of [0.8, 0.95]) {
      const { low, high } = inference.interval(confidence);
      // Resamples of 100 rows move in hundredths.
      const step = name === 'bootstrap' ? 0.02 : 1e-3;
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
    near(minimumDetectable, 0.028016, 1e-5);
    expect(measurePower({ rows: 400, width, confidence: 0.95 }, minimumDetectable / 2).rowsToDecide).toBe(
      1600,
    );
    expect(measurePower({ rows: 400, width, confidence: 0.95 }, 0).rowsToDecide).toBeNull();
  });
});
