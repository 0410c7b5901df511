import { describe, expect, it } from 'vitest';
import { betAgainst } from '../../../bench/false-passes/betting.ts';
import { ceilingOf } from '../../../bench/false-passes/ceiling.ts';
import { comparisonsFor } from '../../../bench/false-passes/compare.ts';
import type { CellFigures, Compared } from '../../../bench/false-passes/figures.ts';
import { deciders, scorers } from '../../../bench/false-passes/populations/binary.ts';
import { looks } from '../../../bench/false-passes/simulate.ts';
import { tellComparisons } from '../../../bench/false-passes/tell-comparisons.ts';
import type { WorldLaw } from '../../../bench/false-passes/world.ts';
import { exactProportion } from '../../../shared/gates/statistics/exact-proportion.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';

describe('a bet against a mean', () => {
  it('seldom wins where the mean is the limit, and wins where it is far above', () => {
    const { unit } = seedRandom('bets');
    const draw = (chance: number) => Float64Array.from({ length: 200 }, () => (unit() < chance ? 1 : 0));
    let won = 0;
    for (let world = 0; world < 400; world++) if (betAgainst(draw(0.1), 0.1, 0.025) <= 0.025) won++;
    expect(won).toBeLessThanOrEqual(20);
    expect(betAgainst(draw(0.5), 0.1, 0.025)).toBeLessThan(1e-6);
  });

  it('is a wager of every value in turn', () => {
    // Of the first value three quarters of what can be lost are at risk: nothing is known of how values spread.
    expect(betAgainst(Float64Array.of(1), 0.5, 0.5)).toBeCloseTo(1 / 1.75, 12);
    expect(betAgainst(Float64Array.of(0), 0.5, 0.5)).toBe(1);
  });
});

describe("Wilson's interval of a share", () => {
  it('passes more than the exact one only where it passes more often than stated', () => {
    const wilson = comparisonsFor('accuracy', 'atLeast').find(({ name }) => name === 'Wilson')!;
    let broken = 0;
    for (const rows of [30, 100, 500]) {
      for (const truth of [0.5, 0.8, 0.9, 0.97]) {
        for (const goal of ['above', 'below'] as const) {
          const exact = exactShare(rows, truth, goal);
          const share = wilson.passesAtLimit!(rows, truth, goal, 0.025);
          if (share > 0.025) broken++;
          else expect(share).toBeLessThanOrEqual(exact + 1e-12);
        }
      }
    }
    expect(broken).toBeGreaterThan(0);
  });
});

/** How often the exact interval passes at its limit. */
function exactShare(rows: number, truth: number, goal: 'above' | 'below'): number {
  const counts = Array.from({ length: rows + 1 }, (_, count) => count);
  const passes = (count: number): boolean => {
    const { atMost, atLeast } = exactProportion(count, rows);
    return (goal === 'above' ? atMost(truth) : atLeast(truth)) <= 0.025;
  };
  if (goal === 'above') {
    const least = counts.find(passes);
    return least === undefined ? 0 : exactProportion(least, rows).atMost(truth);
  }
  const most = counts.findLast(passes);
  return most === undefined ? 0 : exactProportion(most, rows).atLeast(truth);
}

const comparedWith = (name: string, shares: readonly number[], power: number): Compared => ({
  name,
  exact: false,
  atLooks: looks.map(({ look, stated }, at) => ({ look, stated, share: shares[at]!, low: 0, high: 1 })),
  power,
});

const cellWith = (cell: string, gate: number, compared: readonly Compared[]): CellFigures => ({
  ...{ cell, truth: 0, worlds: 1000, atLooks: [], noInterval: 0, noValue: 0, method: null, known: null },
  ...{ bad: false, power: { distance: 1, gate, withheld: 0, ceiling: null }, compared, msPerWorld: 0 },
});

describe('what no valid test does more often', () => {
  const wrongIn = (share: number) => [deciders(0.5, { recall: 1 - share, falsePositives: share }, null)];
  const lawOf = (share: number, rows: number): WorldLaw => ({
    ...{ parts: wrongIn(share), rows, weights: 'equal', dependence: null },
  });

  it('is what the exact interval of a share does, where no row is wrong', () => {
    const asked = { metric: 'accuracy', rule: 'atLeast', law: lawOf(0, 30) } as const;
    for (const limit of [0.95, 0.9, 0.88]) {
      const ceiling = ceilingOf(asked, { truth: 1, goal: 'above' }, limit, 0.025)!;
      // All 30 are right, which passes where the limit leaves that a chance of 2.5 % at most.
      expect(ceiling).toBeCloseTo(Math.min(1, 0.025 / limit ** 30), 12);
      expect(exactProportion(30, 30).atMost(limit) <= 0.025).toBe(ceiling === 1);
    }
  });

  it('is little of an area with a rare class, and nothing is known of losses of any size', () => {
    const law: WorldLaw = {
      ...{ parts: [scorers(0.05, { area: 0.9 }, { area: 0.9 })], rows: 500, weights: 'equal' },
      dependence: null,
    };
    const rule = { truth: 0, goal: 'above' } as const;
    const ceiling = ceilingOf({ metric: 'roc_auc', rule: 'superiority', law }, rule, -0.085, 0.025)!;
    // 8.5 % of class 1 that no sample has: so many rows beside those that are drawn as they were.
    const missed = (0.05 * 0.085) / (1 - 0.085);
    expect(ceiling).toBeCloseTo(0.025 / (1 - missed / (1 + missed)) ** 500, 12);
    expect(ceilingOf({ metric: 'log_loss', rule: 'superiority', law }, rule, -0.1, 0.025)).toBeNull();
  });
});

describe('the table of other methods', () => {
  const told = tellComparisons([
    cellWith('mae atMost, one', 0.4, [comparedWith('t', [0.025, 0.0125, 0.001], 0.8)]),
    // Only at the fifth look does it show.
    cellWith('mae atMost, two', 0.1, [comparedWith('t', [0.025, 0.0125, 0.02], 0.9)]),
    cellWith('brier superiority, one', 0.5, [
      comparedWith('paired t', [0.02, 0.01, 0], 0.6),
      comparedWith('betting', [0, 0, 0], 0.5),
    ]),
    cellWith('brier non-inferiority, two', 0.5, [comparedWith('betting', [0, 0, 0], 0.4)]),
  ]).join('\n');

  it('says of each family in how many cells a method breaks its word, and where the gate is behind one that keeps it', () => {
    expect(told).toMatch(/mae bounds: t +2 +1, up to 16 times +1 +0\.50/);
    expect(told).toMatch(/brier gains: paired t +1 +- +1 +0\.83/);
    expect(told).toMatch(/brier gains: betting +2 +- +0 +1\.25/);
  });

  it('counts cells apart by whether the method keeps its word in the whole family', () => {
    expect(told).toContain(
      'Gates have less than nine tenths of the power of a method that keeps its word in all cells of its family in 1 of 2 cells.\n  brier superiority, one: 50.0 % against 60.0 % of paired t',
    );
    expect(told).toContain(
      'of a method that breaks its word in other cells of its family in 1 of 2 cells.\n  mae atMost, one: 40.0 % against 80.0 % of t',
    );
  });

  it('asks for no more than a valid method can do', () => {
    const cell = cellWith('roc_auc superiority, one', 0.16, [comparedWith('DeLong', [0.02, 0.01, 0], 0.8)]);
    const capped = { ...cell, power: { ...cell.power!, ceiling: 0.17 } };
    expect(tellComparisons([cell]).join('\n')).toContain('16.0 % against 80.0 % of DeLong');
    expect(tellComparisons([capped]).join('\n')).toContain('in 0 of 1 cell.');
  });

  it('is left out where no cell has another method', () => {
    expect(tellComparisons([cellWith('f1 atLeast, one', 0.5, [])])).toEqual([]);
  });
});
