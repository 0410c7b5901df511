import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shifts } from '../../../shared/domain/breach-test.ts';
import { drawBinomial, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { testBreach } from '../../../shared/signals/test-breach.ts';

const below = { side: 'below', limit: 0.9 } as const;
const reported = (over: object) => ({
  ...{ metric: 'accuracy', value: 0.8, sample: 100, standardError: null, valueIs: undefined },
  ...over,
});
const sure = (threshold: Parameters<typeof testBreach>[0], over: object, confidence = 0.95) => {
  const found = testBreach(threshold, reported(over));
  if ('cannotSay' in found) throw new Error(found.cannotSay);
  return { ...found, bound: found.boundAt(confidence) };
};

describe('testBreach', () => {
  it('takes a share of the rows by the exact binomial tail', () => {
    // The tail summed in whole fractions, and bisected.
    const found = sure(below, {});
    expect(found.p).toBeCloseTo(0.0019786, 6);
    expect(found.bound).toBeCloseTo(0.8633387, 6);
  });

  it('takes a share above its threshold as the share of the others below', () => {
    const other = sure({ side: 'above', limit: 0.1 }, { metric: 'x', valueIs: 'proportion', value: 0.2 });
    const { p, bound } = sure(below, {});
    expect(other.p).toBeCloseTo(p, 12);
    expect(other.bound).toBeCloseTo(1 - bound, 9);
  });

  it('takes the reported standard error by Student, of rows less one', () => {
    // The density integrated by Simpson's rule, and the error function.
    const rmse = { metric: 'rmse', value: 12, standardError: 1, sample: 10 };
    expect(sure({ side: 'above', limit: 10 }, rmse).p).toBeCloseTo(0.0382764, 6);
    expect(sure({ side: 'above', limit: 10 }, { ...rmse, sample: null }).p).toBeCloseTo(0.0227501, 6);
    expect(sure({ side: 'above', limit: 10 }, { ...rmse, sample: null }).bound).toBeCloseTo(10.35515, 4);
  });

  it('takes a mean between known bounds by the bound of Hoeffding', () => {
    // exp(-100 * (0.2 ln(0.2 / 0.1) + 0.8 ln(0.8 / 0.9))), the Brier score being a half of its range.
    const found = sure({ side: 'above', limit: 0.2 }, { metric: 'brier', value: 0.4 });
    expect(found.p).toBeCloseTo(Math.exp(-100 * (0.2 * Math.log(2) + 0.8 * Math.log(0.8 / 0.9))), 12);
  });

  it.each([
    [{ metric: 'recall' }, /the spread of recall, and no standard error was reported/],
    [{ metric: 'latency' }, /the spread of latency/],
    [{ sample: null }, /over how many rows/],
    [{ sample: 0 }, /over how many rows/],
    [{ value: -0.2 }, /no share: it lies outside 0 to 1/],
    [{ standardError: 0 }, /a standard error of 0/],
    [{ standardError: 0.1, sample: 1 }, /two rows at least/],
  ])('says of %j why it cannot say', (over, why) => {
    expect(testBreach(below, reported(over))).toEqual({ cannotSay: expect.stringMatching(why) });
  });

  it('is as sure as its bound says, surer the further the value lies and the more rows there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.double({ min: 0.55, max: 0.999, noNaN: true }),
        fc.constantFrom<number | null>(null, 0.01, 0.2),
        (sample, value, confidence, standardError) => {
          const threshold = { side: 'below', limit: (value + 1) / 2 } as const;
          const rows = standardError === null ? sample : sample + 1;
          const over = { value, sample: rows, standardError };
          const { p, bound } = sure(threshold, over, confidence);
          expect(p).toBeGreaterThanOrEqual(0);
          expect(p).toBeLessThanOrEqual(1);
          expect(bound).toBeGreaterThanOrEqual(value - 1e-9);
          if (Math.abs(p - (1 - confidence)) > 1e-6) expect(bound < threshold.limit).toBe(p < 1 - confidence);
          expect(sure(threshold, { ...over, value: value / 2 }).p).toBeLessThanOrEqual(p + 1e-12);
          expect(sure({ ...threshold, limit: (threshold.limit + 1) / 2 }, over).p).toBeLessThanOrEqual(
            p + 1e-12,
          );
        },
      ),
    );
  });

  it('has evidence that is 1 at most in expectation, at the threshold and on its good side', () => {
    const expectedOf = (rows: number, truth: number, of: (right: number) => readonly number[]): number[] => {
      const sums = shifts.map(() => 0);
      let chance = (1 - truth) ** rows;
      for (let right = 0; right <= rows; right++) {
        for (const [at, evidence] of of(right).entries()) sums[at]! += chance * Math.exp(evidence);
        chance *= ((rows - right) / (right + 1)) * (truth / (1 - truth));
      }
      return sums;
    };
    for (const rows of [1, 7, 40, 200]) {
      for (const truth of [0.9, 0.93]) {
        const share = expectedOf(
          rows,
          truth,
          (right) => sure(below, { value: right / rows, sample: rows }).evidence,
        );
        for (const sum of share) expect(sum).toBeLessThan(1 + 1e-9);
        // At the threshold nothing of it is given away.
        if (truth === 0.9) for (const sum of share) expect(sum).toBeGreaterThan(1 - 1e-9);
        const mean = expectedOf(
          rows,
          truth,
          (right) =>
            sure({ side: 'below', limit: 1.8 }, { metric: 'brier', value: (2 * right) / rows, sample: rows })
              .evidence,
        );
        for (const sum of mean) expect(sum).toBeLessThan(1 + 1e-9);
      }
    }
  });

  it('errs no more often than it says, of a model exactly at its threshold', () => {
    const random = seedRandom('test-breach');
    const [windows, sample] = [4000, 60];
    let alarms = 0;
    for (let window = 0; window < windows; window++) {
      const value = drawBinomial(random, sample, 0.9) / sample;
      if (value < 0.9 && sure(below, { value, sample }).p <= 0.05) alarms++;
    }
    // Never above 0.05; four standard deviations of the simulation beside it.
    expect(alarms / windows).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / windows));
    expect(alarms).toBeGreaterThan(0);
  });
});
