import { describe, expect, it } from 'vitest';
import { exactProportion } from '../../../shared/gates/statistics/exact-proportion.ts';
import { inferRatio } from '../../../shared/gates/statistics/likelihood-inference.ts';
import { normalCdf, normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { tailWithUnseen } from '../../../shared/gates/statistics/unseen-rows.ts';

const normalTail = (distance: number): number => normalCdf(-distance);

describe('a tail that counts rows of which none was seen', () => {
  it('is the exact one of a share where rows have nothing else to them', () => {
    // All rows drawn are right: how likely is that if so many are wrong?
    const alike = (distance: number): number => (distance > 1e-12 ? 0 : 1);
    for (const rows of [10, 50, 1000]) {
      const wrong = exactProportion(0, rows).interval(0.95).high;
      expect(tailWithUnseen(alike, wrong, { rows, reach: 1 }) / 0.025).toBeCloseTo(1, 3);
    }
  });

  it('is the greatest product over all shares, and never less than that of what was seen', () => {
    for (const [distance, rows, reach] of [
      [2, 50, 20],
      [3, 100, 40],
      [3, 250, 400],
      [4, 25, 300],
      [2.5, 1000, 8],
    ] as const) {
      let most = 0;
      for (let at = 0; at <= 20_000; at++) {
        const share = (at / 20_000) * Math.min(0.999, (2 * distance) / reach + 5 / rows);
        const others = normalTail((distance - share * reach) / (1 - share));
        most = Math.max(most, (1 - share) ** rows * others);
      }
      const found = tailWithUnseen(normalTail, distance, { rows, reach });
      expect(found / most).toBeCloseTo(1, 5);
      expect(found).toBeGreaterThanOrEqual(normalTail(distance));
    }
  });

  it('is not lost where no double is small enough for what was seen', () => {
    const found = tailWithUnseen(normalTail, 60, { rows: 50, reach: 200 });
    // Nearly three tenths of all rows would have to be of that kind, and none was drawn.
    expect(Math.log(found)).toBeGreaterThan(50 * Math.log1p(-0.31));
    expect(Math.log(found)).toBeLessThan(50 * Math.log1p(-0.28));
  });

  it('falls as the limit moves away, and is that of what was seen at the estimate', () => {
    let last = tailWithUnseen(normalTail, 0, { rows: 60, reach: 30 });
    expect(last).toBe(0.5);
    for (let distance = 0.05; distance < 8; distance += 0.05) {
      const next = tailWithUnseen(normalTail, distance, { rows: 60, reach: 30 });
      expect(next).toBeLessThan(last);
      last = next;
    }
  });

  it('passes at most as often as it says, whatever share of rows is never seen', () => {
    const random = seedRandom('unseen');
    const [rows, gain] = [50, -4];
    for (const share of [0.005, 0.02, 0.04, 0.07]) {
      // The others are better by what the rare ones take away, so that the mean is 0 and the limit on it.
      const others = (-share * gain) / (1 - share);
      let passed = 0;
      const worlds = 4000;
      for (let world = 0; world < worlds; world++) {
        const values = Float64Array.from({ length: rows }, () =>
          random.unit() < share ? gain : others + 0.25 * normalQuantile(1 - random.unit()),
        );
        const mean = values.reduce((sum, value) => sum + value, 0) / rows;
        const inferred = inferRatio(
          'm',
          { top: values, bottom: new Float64Array(rows).fill(1) },
          { possible: { least: gain - mean, greatest: 4 - mean } },
        );
        if (!('why' in inferred) && inferred.atMost(0) <= 0.025) passed++;
      }
      expect(exactProportion(passed, worlds).interval(0.999).low, `${share}: ${passed}`).toBeLessThan(0.025);
    }
  });
});

describe('an interval where a row could be far worse than those seen', () => {
  const values = Float64Array.from({ length: 100 }, (_, row) => normalQuantile((row + 0.5) / 100));
  const bottom = new Float64Array(100).fill(1);
  const far = { least: -40, greatest: 40 };

  it.each([0.9, 0.95, 0.99, 0.9975])('ends where its p-value is the error it leaves: %d', (confidence) => {
    for (const top of [values, values.map((value) => Math.exp(value))]) {
      const inferred = inferRatio('m', { top, bottom }, { possible: far });
      if ('why' in inferred) throw new Error(inferred.why);
      const { low, high } = inferred.interval(confidence);
      expect(inferred.atLeast(high) / ((1 - confidence) / 2)).toBeCloseTo(1, 4);
      expect(inferred.atMost(low) / ((1 - confidence) / 2)).toBeCloseTo(1, 4);
    }
  });

  it('is wider than without, and narrower than by the worst row alone', () => {
    const [plain, unseen, worst] = [{}, { possible: far }, { worst: far }].map((known) => {
      const inferred = inferRatio('m', { top: values, bottom }, known);
      if ('why' in inferred) throw new Error(inferred.why);
      return inferred.interval(0.95).high;
    }) as [number, number, number];
    expect(unseen).toBeGreaterThan(1.2 * plain);
    expect(worst).toBeGreaterThan(1.1 * unseen);
  });
});
