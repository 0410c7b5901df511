import { describe, expect, it } from 'vitest';
import {
  alpha,
  judgeAgain,
  judgeRenewed,
  measurePower,
  rules,
  shareWhenRenewed,
} from '../../../bench/repeated-looks/simulate.ts';
import { difficulties, drawChallenger, drawWorld } from '../../../bench/repeated-looks/world.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';

/** A small piece of `npm run bench:repeated-looks`: what it promises holds, and what it warns of happens. */
const settings = { seed: 'test', worlds: 150, retrainings: 40, rows: 400 };

describe.each(rules)('challengers on the edge of $name, judged again and again', (rule) => {
  it('are promoted by luck in nearly every world by the point, in many by a fixed confidence', () => {
    const { naive, fixed, ledger } = judgeAgain(rule, settings);
    expect(naive.share).toBeGreaterThan(0.9);
    expect(fixed.share).toBeGreaterThan(0.15);
    // So few worlds leave a wide interval; the benchmark looks closer.
    expect(ledger.low).toBeLessThanOrEqual(alpha);
    expect(ledger.share).toBeLessThan(fixed.share / 3);
  });

  it('are promoted in no more worlds than promised where the holdout is renewed by a quarter each time', () => {
    const { naive, ledger } = judgeRenewed(rule, settings);
    expect(naive.share).toBeGreaterThan(0.5);
    expect(ledger.low).toBeLessThanOrEqual(alpha);
    expect(shareWhenRenewed()).toBeCloseTo(1 / 7, 6);
  });

  it('leave true gains to be found, the later the look the larger the holdout must be', () => {
    const power = (share: number, rows: number) =>
      measurePower(rule, 0.03, share, { ...settings, rows }).share;
    expect(power(1 / 2, 2000)).toBeGreaterThan(0.95);
    expect(power(1 / 40, 2000)).toBeGreaterThan(0.8);
    expect(power(1 / 19_800, 300)).toBeLessThan(power(1 / 2, 300));
  });
});

describe('the worlds of the simulation', () => {
  it.each([0, 0.02, -0.02])('have challengers with a true gain of %d', (gain) => {
    const random = seedRandom('worlds');
    const rows = 4_000_000;
    const counts = drawChallenger(random, [drawWorld(random, rows, difficulties(gain))]);
    expect((counts.onlyChallenger - counts.onlyChampion) / rows).toBeCloseTo(gain, 3);
    expect((counts.onlyChampion + counts.bothRight) / rows).toBeCloseTo(0.952, 3);
  });
});
