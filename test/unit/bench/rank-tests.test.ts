import { describe, expect, it } from 'vitest';
import { criticalDifference, friedman, rank, signedRanks } from '../../../bench/policies/rank-tests.ts';

describe('rules compared by their ranks', () => {
  it('share the mean of equal ranks', () => {
    expect(rank([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
  });

  it('are told apart by the test of Friedman as in the example of Demšar (2006): 4 rules, 14 data sets', () => {
    const { chiSquare, f, p } = friedman([3.143, 2, 2.893, 1.964], 14);
    expect(chiSquare).toBeCloseTo(9.28, 1);
    expect(f).toBeCloseTo(3.69, 1);
    expect(p).toBeGreaterThan(0.01);
    expect(p).toBeLessThan(0.025);
  });

  it('have the critical differences of the table of Demšar (2006): q of 1.96, 2.569 and 3.164 for 2, 4 and 10 rules', () => {
    const q = (rules: number) => criticalDifference(rules, 1) / Math.sqrt((rules * (rules + 1)) / 6);
    expect([q(2), q(4), q(10)].map((value) => value.toFixed(2))).toEqual(['1.96', '2.57', '3.16']);
  });

  it('have the signed ranks of the example of Demšar (2006): 93 against 12', () => {
    const plain = [
      0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661, 0.583, 0.775, 1, 0.94, 0.619, 0.972, 0.957,
    ];
    const tuned = [
      0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668, 0.583, 0.838, 1, 0.962, 0.666, 0.981, 0.978,
    ];
    const whole = (values: readonly number[]) => values.map((value) => Math.round(1000 * value));
    const { wins, losses, p } = signedRanks(whole(plain), whole(tuned));
    expect([wins, losses]).toEqual([93, 12]);
    expect(p).toBeLessThan(0.05);
  });

  it('have an exact p: of 5 differences on one side 2 of 32 assignments are as far out', () => {
    expect(signedRanks([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]).p).toBe(2 / 32);
    expect(signedRanks([1, 2], [1, 2]).p).toBe(1);
  });
});
