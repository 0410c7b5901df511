import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatesSchema } from '../../../shared/config/gate-schema.ts';
import { lookAgain } from '../../../shared/gates/spend-error.ts';
import {
  independentProportions,
  likeliestSecond,
  type Proportion,
} from '../../../shared/gates/statistics/independent-proportions.ts';
import { drawBinomial, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

describe('the interval of independent proportions', () => {
  // Newcombe, Statistics in Medicine 17 (1998), table II, method 6.
  it.each([
    [56, 70, 48, 80, 0.0528, 0.3382],
    [9, 10, 3, 10, 0.17, 0.8406],
    [10, 10, 0, 20, 0.7156, 1],
    [5, 56, 0, 29, -0.0326, 0.1933],
  ])('of %i/%i and %i/%i is the published one', (a, n, b, m, low, high) => {
    const range = independentProportions({ successes: a, trials: n }, { successes: b, trials: m }).interval(
      0.95,
    );
    expect(range.low).toBeCloseTo(low, 3);
    expect(range.high).toBeCloseTo(high, 3);
  });

  const proportion = fc
    .tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 }))
    .filter(([a, b]) => a + b > 0)
    .map(([successes, failures]): Proportion => ({ successes, trials: successes + failures }));

  it('supposes the likeliest shares that differ by so much', () => {
    const log = (count: number, share: number): number => (count === 0 ? 0 : count * Math.log(share));
    const likelihood = (first: Proportion, second: Proportion, difference: number) => (low: number) =>
      log(first.successes, low + difference) +
      log(first.trials - first.successes, 1 - low - difference) +
      log(second.successes, low) +
      log(second.trials - second.successes, 1 - low);
    fc.assert(
      fc.property(proportion, proportion, fc.integer({ min: -95, max: 95 }), (first, second, percent) => {
        const difference = percent / 100;
        const of = likelihood(first, second, difference);
        const [from, to] = [Math.max(0, -difference), Math.min(1, 1 - difference)];
        const found = of(
          Math.min(to - 1e-9, Math.max(from + 1e-9, likeliestSecond(first, second, difference))),
        );
        for (let step = 1; step < 200; step++) {
          expect(of(from + ((to - from) * step) / 200)).toBeLessThanOrEqual(found + 1e-6);
        }
      }),
    );
  });

  it('agrees with its tests, and with itself turned round', () => {
    fc.assert(
      fc.property(proportion, proportion, fc.constantFrom(0.8, 0.95, 0.999), (first, second, confidence) => {
        const difference = independentProportions(first, second);
        const { low, high } = difference.interval(confidence);
        if (low > -0.999) expect(difference.atMost(low)).toBeCloseTo((1 - confidence) / 2, 6);
        if (high < 0.999) expect(difference.atLeast(high)).toBeCloseTo((1 - confidence) / 2, 6);
        const turned = independentProportions(second, first).interval(confidence);
        expect(turned.low).toBeCloseTo(-high, 6);
        expect(turned.high).toBeCloseTo(-low, 6);
      }),
    );
  });
});

/** Rows of a group, half of each class, of which so many of either class are decided 1. */
function group(source: string, rows: number, decided: { positives: number; negatives: number }): Row[] {
  return Array.from({ length: rows }, (_, at) => {
    const label = at % 2;
    const score = Math.floor(at / 2) < (label === 1 ? decided.positives : decided.negatives) ? 0.9 : 0.1;
    return { label, challenger: score, champion: score, source };
  });
}

const gap = (over: object = {}) =>
  readGate({ gate: 'fair', kind: 'gap', metric: 'recall', slices: { by: 'source' }, atMost: 0.1, ...over });
const shop = (recalled: number) => group('shop', 800, { positives: recalled, negatives: 20 });
const list = group('list', 800, { positives: 360, negatives: 20 });

describe('a gap gate', () => {
  it('passes where every pair of groups is surely near enough, and shows both ends', () => {
    const [gate] = judgeRows([gap()], [...shop(352), ...list]).gates;
    expect(gate).toMatchObject({
      kind: 'gap',
      verdict: 'passed',
      rule: 'recall of any two groups by source apart by at most 0.1, with 95 % confidence',
      estimate: expect.closeTo(0.02, 12),
      champion: expect.closeTo(0.02, 12),
      limit: 0.1,
      n: 1600,
      sentence:
        'recall differs by 0.02000 between "list" (0.9000) and "shop" (0.8800) <= 0.1000 with 95 % confidence: interval 0 to 0.06408 over 2 groups (n=1600)',
    });
    expect(gate!.slices!.results.map(({ slice, n, estimate }) => [slice, n, estimate])).toEqual([
      ['list', 400, 0.9],
      ['shop', 400, 0.88],
    ]);
  });

  it('fails where two groups surely differ by more', () => {
    const report = judgeRows([gap()], [...shop(260), ...list]);
    expect(report.verdict).toBe('failed');
    expect(report.sentence).toMatch(
      /^Gate fair: recall differs by 0\.2500 between "list" \(0\.9000\) and "shop" \(0\.6500\) > 0\.1000 with 95 % confidence/,
    );
  });

  it('is inconclusive in between', () => {
    const report = judgeRows([gap()], [...shop(325), ...list]);
    expect(report.verdict).toBe('inconclusive');
    expect(report.sentence).toContain(
      ', which cannot be told from 0.1000 with 95 % confidence: interval 0.0',
    );
  });

  it.each([
    ['selection_rate', 0.0875],
    ['recall', 0.1],
    ['false_positive_rate', 0.075],
  ])('compares %s', (metric, expected) => {
    const other = group('shop', 800, { positives: 320, negatives: 50 });
    const same = group('list', 800, { positives: 360, negatives: 80 });
    const [gate] = judgeRows([gap({ metric, atMost: 0.5 })], [...other, ...same]).gates;
    expect(gate!.estimate).toBeCloseTo(expected, 12);
  });

  it('counts the rows that the rate is a share of, and passes no group that has too few', () => {
    const rare = group('rare', 80, { positives: 36, negatives: 2 });
    const rows = [...shop(352), ...list, ...rare];
    const report = judgeRows([gap()], rows);
    expect(report.verdict).toBe('inconclusive');
    expect(report.sentence).toMatch(
      /over 2 groups \(n=1680\); 1 of 3 groups too small to judge, first "rare"\.$/,
    );
    expect(report.gates[0]!.slices!.results.at(-1)).toMatchObject({
      slice: 'rare',
      verdict: 'inconclusive',
      sentence: 'recall is a share of 40 rows of it, a group needs 50',
    });
    expect(judgeRows([gap({ slices: { by: 'source', tooSmall: 'ignore' } })], rows).verdict).toBe('passed');
    expect(judgeRows([gap({ metric: 'selection_rate' })], rows).gates[0]!.slices!.results).toHaveLength(3);
  });

  it.each<[string, Row[], 'inconclusive' | 'error', string]>([
    ['one group', list, 'inconclusive', '1 of 1 group has the 50 rows a group needs, and a gap needs two'],
    ['few rows', list.slice(0, 20), 'inconclusive', 'recall: 20 rows, the gate needs 30'],
    [
      'no such column',
      list.map(({ source: _, ...row }) => row),
      'error',
      'the predictions have no column source to slice by',
    ],
    [
      'a column like an id',
      list.map((row, at) => ({ ...row, source: at })),
      'error',
      'column source has 800 values, 200 slices at most',
    ],
    [
      'weights',
      [...shop(352), ...list].map((row) => ({ ...row, weight: 2 })),
      'inconclusive',
      'rows have weights, and gaps of weighted rates no interval',
    ],
  ])('does not pass for %s', (_what, rows, verdict, words) => {
    const report = judgeRows([gap({ slices: { by: 'source', tooSmall: 'ignore' } })], rows);
    expect(report.verdict).toBe(verdict);
    expect(report.sentence).toContain(words);
  });

  it('needs no champion, and makes a claim that a look counts', () => {
    const rows = [...shop(344), ...list].map(({ champion: _, ...row }) => row);
    const judge = (look: number) =>
      judgeRows([gap()], rows, {
        hasChampion: false,
        look: { ...lookAgain(look, undefined), alpha: undefined },
      });
    expect(judge(1).verdict).toBe('passed');
    expect(judge(20).verdict).toBe('inconclusive');
    expect(judge(20).sentence).toContain('the holdout has been looked at 20 times');
  });

  it('is wrong about groups on the limit about once in forty', () => {
    const random = seedRandom('gaps');
    const worlds = 400;
    let passed = 0;
    for (let world = 0; world < worlds; world++) {
      const recalls = { a: 0.9, b: 0.8, c: 0.85 };
      const rows = Object.entries(recalls).flatMap(([name, recall]) =>
        group(name, 400, { positives: drawBinomial(random, 200, recall), negatives: 10 }),
      );
      if (judgeRows([gap({ atMost: 0.1 })], rows).verdict === 'passed') passed++;
    }
    expect(passed).toBeLessThanOrEqual(worlds * 0.025 + 3 * Math.sqrt(worlds * 0.025));
  });

  it('judges two hundred groups without much ado', () => {
    const rows = Array.from({ length: 200 }, (_, at) =>
      group(`g${at}`, 120, { positives: 54, negatives: 3 }),
    ).flat();
    const [gate] = judgeRows([gap({ atMost: 0.9 })], rows).gates;
    expect(gate).toMatchObject({ verdict: 'passed', estimate: 0 });
    expect(gate!.slices!.results).toHaveLength(200);
  });
});

describe('a gap in a model file', () => {
  const problemsOf = (over: object) =>
    GatesSchema.safeParse([
      { gate: 'fair', kind: 'gap', metric: 'recall', slices: { by: 'source' }, atMost: 0.1, ...over },
    ]).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  it.each([
    [
      { metric: 'accuracy' },
      '0.metric: Invalid option: expected one of "selection_rate"|"recall"|"false_positive_rate"',
    ],
    [{ slices: undefined }, '0.slices: Invalid input: expected object, received undefined'],
    [{ atMost: 0 }, '0.atMost: Too small: expected number to be >0'],
    [{ source: 'reported' }, '0.source: Invalid input: expected "predictions"'],
  ])('is refused with %j', (over, problem) => {
    expect(problemsOf(over)).toEqual([problem]);
  });
});
