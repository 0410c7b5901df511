import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctBenjaminiHochberg } from '../../../shared/gates/statistics/benjamini-hochberg.ts';
import { exactProportion } from '../../../shared/gates/statistics/exact-proportion.ts';
import { correctHolm } from '../../../shared/gates/statistics/holm.ts';
import { drawBinomial, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const gate = (over: object = {}, slices: object = {}) =>
  readGate({
    gate: 'g',
    kind: 'bound',
    metric: 'accuracy',
    atLeast: 0.5,
    confidence: 0.95,
    slices: { by: ['source', 'week'], minimumRows: 10, ...slices },
    ...over,
  });

/** So many rows, of which the first ones are wrong. */
function cell(source: string, week: number, rows: number, wrong: number): Row[] {
  return Array.from({ length: rows }, (_, at) => ({
    label: at % 2,
    challenger: (at % 2 === 1) === at >= wrong ? 0.9 : 0.1,
    champion: 0.5,
    source,
    week,
  }));
}

describe('slices by two columns', () => {
  const rows = [
    ...cell('list', 33, 100, 5),
    ...cell('list', 34, 100, 90),
    ...cell('shop', 33, 100, 5),
    ...cell('shop', 34, 4, 0),
  ];

  it('are the pairs of values that rows have, and find what neither column shows', () => {
    const report = judgeRows([gate({}, { tooSmall: 'ignore' })], rows);
    expect(report.gates[0]).toMatchObject({
      verdict: 'failed',
      rule: 'accuracy at least 0.5, with 95 % confidence, and in every slice by source and week',
      slices: {
        by: 'source and week',
        results: [
          { slice: 'source=list, week=34', verdict: 'failed', n: 100, estimate: 0.1 },
          { slice: 'source=list, week=33', verdict: 'passed', n: 100 },
          { slice: 'source=shop, week=33', verdict: 'passed', n: 100 },
          { slice: 'source=shop, week=34', verdict: 'ignored', n: 4 },
        ],
      },
    });
    expect(report.sentence).toMatch(
      /^Gate g: 1 of 4 slices failed, first "source=list, week=34": .*corrected for 3 slices \(n=100\)/,
    );
    expect(judgeRows([gate({}, { by: 'source', tooSmall: 'ignore' })], rows).verdict).toBe('inconclusive');
  });

  it('are groups of a gap, too', () => {
    const gap = readGate({
      gate: 'fair',
      kind: 'gap',
      metric: 'recall',
      slices: { by: ['source', 'week'], minimumRows: 40, tooSmall: 'ignore' },
      atMost: 0.1,
    });
    const [result] = judgeRows([gap], rows).gates;
    expect(result).toMatchObject({ verdict: 'failed', slices: { by: 'source and week' } });
    expect(result!.rule).toBe(
      'recall of any two groups by source and week apart by at most 0.1, with 95 % confidence',
    );
    expect(result!.sentence).toContain('between "source=list, week=33"');
  });

  it.each<[string, (row: Row, at: number) => Row, string]>([
    [
      'without the second column',
      ({ week: _, ...row }) => row,
      'the predictions have no column week to slice by',
    ],
    [
      'of more pairs than there may be',
      (row, at) => ({ ...row, source: at % 19, week: at % 16 }),
      'columns source and week have 304 pairs of values, 200 slices at most; slice by something coarser',
    ],
    [
      'by what is like an id',
      (row, at) => ({ ...row, week: at }),
      'column week has 304 values, 200 slices at most; slice by something coarser',
    ],
  ])('%s are an error', (_what, change, sentence) => {
    expect(judgeRows([gate()], rows.map(change))).toMatchObject({
      verdict: 'error',
      sentence: `Gate g: ${sentence}.`,
    });
  });

  it('have each row in one slice, and never two pairs under one name', () => {
    const value = fc.constantFrom('a', '', 'a, week=b', 'b', '"', '=', 'week');
    const pairs = fc.array(fc.tuple(value, value), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(pairs, (given) => {
        const csv = given.map(([source, week], at) =>
          [at, at % 2, 0.9, ...[source, week].map((cell) => `"${cell.replaceAll('"', '""')}"`)].join(','),
        );
        const predictions = ['id,label,challenger,source,week', ...csv].join('\n');
        const [result] = judgeRows([gate({}, { minimumRows: 1 })], [], { predictions }).gates;
        const counts = new Map<string, number>();
        for (const pair of given) counts.set(pair.join('\0'), (counts.get(pair.join('\0')) ?? 0) + 1);
        const found = result!.slices!.results;
        expect(new Set(found.map(({ slice }) => slice)).size).toBe(counts.size);
        expect(found.map(({ n }) => n!).sort()).toEqual([...counts.values()].sort());
      }),
    );
  });
});

describe('slices of a gate that warns', () => {
  // Twenty slices of 60 rows: some harmed a little, some not at all.
  const wrong = [40, 40, 41, 40, 40, 41, 40, 40, 36, 30, 30, 29, 28, 30, 31, 30, 30, 30, 30, 30];
  const rows = wrong.flatMap((count, at) => cell(`s${at}`, 1, 60, count));
  const judge = (severity: string) => judgeRows([gate({ severity }, { by: 'source' })], rows).gates[0]!;
  const failed = (severity: string) =>
    judge(severity).slices!.results.filter(({ verdict }) => verdict === 'failed').length;

  it('are corrected for false discoveries, those of one that blocks or is a dry run for any error', () => {
    const pValues = wrong.map((count) => exactProportion(60 - count, 60).atLeast(0.5));
    const expected = { warn: correctBenjaminiHochberg(pValues), block: correctHolm(pValues) };
    for (const severity of ['warn', 'block'] as const) {
      const { results } = judge(severity).slices!;
      for (const [at, p] of expected[severity].entries()) {
        const found = results.find(({ slice }) => slice === `s${at}`)!;
        expect(found.corrected!.ruleHolds).toBeCloseTo(p, 12);
        expect(found.verdict === 'failed').toBe(p <= 0.025);
      }
    }
    expect(judge('record').slices).toEqual(judge('block').slices);
  });

  it('are mostly right where they call one harmed, and find more than by Holm', () => {
    const random = seedRandom('false discoveries');
    // Ten slices are harmed; twenty lie on the limit, where calling one harmed is an error.
    const shares = [...Array.from({ length: 10 }, () => 0.42), ...Array.from({ length: 20 }, () => 0.5)];
    const worlds = 400;
    const found = { holm: 0, benjaminiHochberg: 0 };
    let falseShares = 0;
    for (let world = 0; world < worlds; world++) {
      const pValues = shares.map((share) =>
        exactProportion(drawBinomial(random, 300, share), 300).atLeast(0.5),
      );
      const called = correctBenjaminiHochberg(pValues).map((p) => p <= 0.025);
      const wrongly = called.slice(10).filter(Boolean).length;
      const rightly = called.slice(0, 10).filter(Boolean).length;
      falseShares += wrongly / Math.max(1, wrongly + rightly);
      found.benjaminiHochberg += rightly;
      found.holm += correctHolm(pValues).filter((p, at) => at < 10 && p <= 0.025).length;
    }
    // Twenty of thirty are true: the share is at most 20/30 of 0.025, give or take what 400 worlds tell.
    expect(falseShares / worlds).toBeLessThan(0.025);
    expect(found.benjaminiHochberg).toBeGreaterThan(1.5 * found.holm);
  });

  it('find more of what is harmed, and say how they were corrected', () => {
    expect([failed('block'), failed('warn')]).toEqual([0, 8]);
    const [first] = judge('warn').slices!.results;
    expect(first!.sentence).toContain(', corrected for 20 slices (Benjamini-Hochberg) (n=60)');
  });
});
