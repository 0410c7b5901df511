import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binomialCdf, incompleteBeta } from '../../../shared/gates/statistics/beta.ts';
import { exactDifference } from '../../../shared/gates/statistics/exact-difference.ts';
import { halfNormalTail } from '../../../shared/gates/statistics/half-normal-tail.ts';
import { inferRatio } from '../../../shared/gates/statistics/likelihood-inference.ts';
import { normalCdf, normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { studentCdf } from '../../../shared/gates/statistics/student.ts';
import { prepareTail } from '../../../shared/gates/statistics/weighted-tail.ts';

type Counts = readonly [successes: number, trials: number];
const oracle = JSON.parse(readFileSync('test/oracles/tails.json', 'utf8')) as {
  normal: [x: number, chance: number][];
  quantile: [chance: number, x: number][];
  binomial: [k: number, n: number, p: number, chance: number][];
  beta: [x: number, a: number, b: number, chance: number][];
  student: [t: number, degrees: number, chance: number][];
  bootstrap: { values: number[]; exact: number; saddlepoint: number }[];
  gaffke: {
    values: number[];
    least: number;
    most: number;
    limit: number;
    side: 'atLeast' | 'atMost';
    exact: number;
  }[];
  halfNormal: { deviations: number[]; signed: number; limit: number; chance: number }[];
  difference: { first: Counts; second: Counts; limit: number; pValue: number }[];
};

/** To such a share of what it should be: a small chance must not be another small chance. */
const near = (ours: number, theirs: number, share: number): void =>
  expect(Math.abs(ours / theirs - 1), `${ours} for ${theirs}`).toBeLessThan(share);

describe('chances far out', () => {
  it.each(oracle.normal)('of the normal distribution below %d', (x, chance) => {
    near(normalCdf(x), chance, 1e-8);
  });

  it.each(oracle.quantile)('of %d have the normal quantile', (chance, x) => {
    near(normalQuantile(chance), x, 1e-9);
  });

  it.each(oracle.binomial)('of at most %d of %d successes of chance %d', (k, n, p, chance) => {
    near(binomialCdf(k, n, p), chance, 1e-9);
  });

  it.each(oracle.beta)('of the beta distribution below %d (%d, %d)', (x, a, b, chance) => {
    near(incompleteBeta(x, a, b), chance, 1e-9);
  });

  it.each(oracle.student)("of Student's t below %d with %d degrees of freedom", (t, degrees, chance) => {
    near(studentCdf(t, degrees), chance, 1e-9);
  });
});

describe('the tail of a sum with exponential weights', () => {
  const cases = oracle.bootstrap.map((of) => ({ ...of, rows: of.values.length }));
  const tailOf = (values: readonly number[]): number => {
    const units = Float64Array.from(values.slice(0, -1));
    return prepareTail(units, new Float64Array(units.length))(1, 0, values.at(-1)!);
  };

  it.each(cases)("of $rows values has the saddlepoint of statsmodels' empirical likelihood", (of) => {
    near(tailOf(of.values), of.saddlepoint, 1e-6);
  });

  it.each(cases)('of $rows values is the exact $exact, to 4 in 100 of itself', ({ values, exact }) => {
    // Nobody asks for the smallest one.
    near(tailOf(values), exact, exact > 1e-9 ? 0.04 : 0.08);
  });
});

describe('the mean of values between known ends', () => {
  it.each(oracle.gaffke)('is $side $limit by a p-value of $exact, to 3 in 100 of itself', (of) => {
    const top = Float64Array.from(of.values);
    const mean = of.values.reduce((sum, value) => sum + value, 0) / of.values.length;
    const worst = { least: of.least - mean, greatest: of.most - mean };
    const found = inferRatio('m', { top, bottom: new Float64Array(top.length).fill(1) }, { worst });
    if ('why' in found) throw new Error(found.why);
    near(found[of.side](of.limit), of.exact, 0.03);
  });
});

describe('the tail of a sum of half-normal errors', () => {
  it.each(oracle.halfNormal)(
    'from $limit on is the exact $chance to 2 in 100 of itself',
    ({ deviations, signed, limit, chance }) => {
      near(halfNormalTail(deviations, signed, limit), chance, 0.02);
    },
  );
});

describe('the exact test of a difference', () => {
  it.each(oracle.difference)(
    'of $first and $second at $limit is the worst of all pairs of shares',
    ({ first, second, limit, pValue }) => {
      const [a, b] = [first, second].map(([successes, trials]) => ({ successes, trials }));
      near(exactDifference(a!, b!).atMost(limit), pValue, 1e-9);
    },
  );
});
