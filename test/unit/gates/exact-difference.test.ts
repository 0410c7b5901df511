import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareMethods } from '../../../bench/canary-looks/methods.ts';
import { exactDifference } from '../../../shared/gates/statistics/exact-difference.ts';
import { independentProportions } from '../../../shared/gates/statistics/independent-proportions.ts';

const of = (successes: number, trials: number) => ({ successes, trials });

describe('the exact interval of a difference', () => {
  it.each([
    [30, 30],
    [10, 60],
    [60, 10],
  ])('keeps the error it is asked at every pair of shares, %i against %i rows', (trials, championTrials) => {
    for (const championRate of [0.001, 0.02, 0.3, 0.8]) {
      for (const margin of [0.001, 0.05, 0.15]) {
        for (const asked of [0.2, 0.025, 1e-3, 1e-5]) {
          const { exact } = compareMethods({ trials, championTrials, championRate, margin, asked });
          expect(exact).toBeLessThanOrEqual(asked);
        }
      }
    }
  });

  it('does where the score interval is off by a hundred times', () => {
    const cell = { trials: 50, championTrials: 450, championRate: 0.001, margin: 0.01, asked: 1e-5 };
    const { score, exact } = compareMethods(cell);
    expect(score).toBeGreaterThan(1e-3);
    expect(exact).toBeLessThan(1e-5);
  });

  it('is not much wider than the score interval where there are many rows', () => {
    for (const [first, second] of [
      [of(250, 5000), of(2000, 45_000)],
      [of(500, 10_000), of(450, 10_000)],
      [of(4000, 90_000), of(500, 10_000)],
    ] as const) {
      const exact = exactDifference(first, second).interval(0.95);
      const score = independentProportions(first, second).interval(0.95);
      expect(exact.low).toBeLessThanOrEqual(score.low);
      expect(exact.high).toBeGreaterThanOrEqual(score.high);
      expect((exact.high - exact.low) / (score.high - score.low)).toBeLessThan(1.35);
    }
  });

  it('agrees with its tests, and holds its estimate', () => {
    const side = fc
      .record({ trials: fc.integer({ min: 1, max: 400 }), part: fc.double({ min: 0, max: 1, noNaN: true }) })
      .map(({ trials, part }) => of(Math.round(part * trials), trials));
    fc.assert(
      fc.property(side, side, fc.constantFrom(0.8, 0.95, 0.9999), (first, second, confidence) => {
        const inference = exactDifference(first, second);
        const { low, high } = inference.interval(confidence);
        const error = (1 - confidence) / 2;
        expect(low).toBeLessThanOrEqual(inference.estimate + 1e-12);
        expect(high).toBeGreaterThanOrEqual(inference.estimate - 1e-12);
        if (low > -1 + 1e-9) expect(inference.atMost(low - 1e-6)).toBeLessThanOrEqual(error);
        if (low < 1 - 1e-9) expect(inference.atMost(low + 1e-6)).toBeGreaterThanOrEqual(error * (1 - 1e-9));
        if (high < 1 - 1e-9) expect(inference.atLeast(high + 1e-6)).toBeLessThanOrEqual(error);
      }),
      { numRuns: 40 },
    );
  });

  it('is surer the more rows are bad, and the fewer of the other side', () => {
    const trials = fc.integer({ min: 1, max: 3000 });
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        trials,
        trials,
        part,
        part,
        fc.double({ min: -0.9, max: 0.9, noNaN: true }),
        (n, m, a, b, d) => {
          const [bad, other] = [Math.round(a * (n - 1)), Math.round(b * (m - 1))];
          const at = (x: number, y: number) => exactDifference(of(x, n), of(y, m)).atMost(d);
          expect(at(bad + 1, other)).toBeLessThanOrEqual(at(bad, other) * (1 + 1e-9));
          expect(at(bad, other + 1)).toBeGreaterThanOrEqual(at(bad, other) * (1 - 1e-9));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('says nothing impossible at the ends', () => {
    const all = exactDifference(of(5, 5), of(0, 5));
    expect(all.atMost(1)).toBe(1);
    expect(all.atLeast(-1)).toBe(1);
    expect(all.atMost(-1)).toBe(0);
    expect(exactDifference(of(0, 1), of(1, 1)).interval(0.95)).toMatchObject({ low: expect.closeTo(-1, 6) });
    expect(exactDifference(of(0, 4), of(0, 40)).atMost(0)).toBe(1);
    expect(exactDifference(of(1_000_000, 2_000_000), of(0, 20_000_000)).atMost(0.1)).toBe(0);
  });
});
