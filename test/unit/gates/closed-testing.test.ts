import { describe, expect, it } from 'vitest';
import type { GateConfig } from '../../../shared/config/gate-schema.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { exactProportion } from '../../../shared/gates/statistics/exact-proportion.ts';
import { correctHolm } from '../../../shared/gates/statistics/holm.ts';
import { drawBinomial, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';

const limit = 0.8;
const perSlice = 150;
const error = 0.025;

const gateOf = (severity: string): GateConfig =>
  readGate({
    gate: 'everywhere',
    kind: 'bound',
    metric: 'accuracy',
    atLeast: limit,
    confidence: 0.95,
    severity,
    slices: { by: 'group' },
  });

/** Judges rows of which each group has so many right. */
function judge(right: readonly number[], severity = 'block') {
  const size = right.length * perSlice;
  const labels = new Float64Array(size).fill(1);
  const challenger = labels.map((_, at) => (at % perSlice < right[Math.floor(at / perSlice)]! ? 0.9 : 0.1));
  const rowsOf = new Map(
    right.map((_, group) => [
      `g${group}`,
      Uint32Array.from({ length: perSlice }, (_, at) => group * perSlice + at),
    ]),
  );
  const rows = { labels, challenger, champion: null, weights: null, classes: null };
  const slices = new Map([['group', { rowsOf, overflow: false }]]);
  const predictions = { ...rows, slices, idHashes: null, notes: [] };
  const gates = [gateOf(severity)];
  const request = { runId: 'r', task: 'binary' as const, gates, hasChampion: true, predictions };
  return judgeEvidence({ ...request, metrics: null, trackedMetrics: {}, look: null }).gates[0]!;
}

const pValues = (right: readonly number[]): number[] =>
  right.map((count) => exactProportion(count, perSlice).atMost(limit));

/** In how many of some worlds the gate passes, and would pass by Holm. */
function countPasses(
  truths: readonly number[],
  worlds: number,
  seed: string,
): { passed: number; byHolm: number } {
  const random = seedRandom(seed);
  const counts = { passed: 0, byHolm: 0 };
  for (let world = 0; world < worlds; world++) {
    const right = truths.map((truth) => drawBinomial(random, perSlice, truth));
    if (judge(right).verdict === 'passed') counts.passed++;
    if (correctHolm(pValues(right)).every((p) => p <= error)) counts.byHolm++;
  }
  return counts;
}

describe('a gate all of whose slices must hold', () => {
  it.each([1, 3])('passes at most as often as stated where %i of six slices lie on the limit', (onLimit) => {
    const worlds = 1500;
    const truths = Array.from({ length: 6 }, (_, at) => (at < onLimit ? limit : 0.96));
    const { passed } = countPasses(truths, worlds, `on the limit ${onLimit}`);
    // Four standard errors above 2.5 %: of a right gate once in 30,000 seeds.
    expect(passed / worlds).toBeLessThan(error + 4 * Math.sqrt((error * (1 - error)) / worlds));
    if (onLimit === 1) expect(passed, 'and not never').toBeGreaterThan(5);
  });

  it('finds more of what is good everywhere than with a correction', () => {
    const worlds = 600;
    const truths = [0.88, 0.89, 0.9, 0.9, 0.91, 0.92];
    const { passed, byHolm } = countPasses(truths, worlds, 'good everywhere');
    expect(passed).toBeGreaterThanOrEqual(byHolm);
    expect((passed - byHolm) / worlds).toBeGreaterThan(0.05);
  });

  it('calls one of many failed no more readily than with a correction', () => {
    // By itself the first would fail: p is 0.012.
    const right = [109, 145, 145, 145, 145, 145];
    expect(exactProportion(109, perSlice).atLeast(limit)).toBeLessThan(error);
    const { verdict, slices } = judge(right);
    expect(verdict).toBe('inconclusive');
    const [first] = slices!.results;
    expect(first).toMatchObject({ slice: 'g0', verdict: 'inconclusive' });
    expect(first!.corrected!.ruleHolds).toBeCloseTo(6 * exactProportion(109, perSlice).atLeast(limit), 12);
    expect(judge([100, ...right.slice(1)]).verdict).toBe('failed');
  });

  it('says of each slice and of the whole what was corrected', () => {
    const good = judge([130, 145, 145]);
    expect(good.verdict).toBe('passed');
    expect(good.sentence).toMatch(/; so in 3 slices, each by itself, since all must$/);
    const p = exactProportion(130, perSlice).atMost(limit);
    expect(good.slices!.results[0]!.corrected!.ruleBroken).toBeCloseTo(p, 12);
    expect(good.slices!.results[0]!.sentence).toMatch(
      / with 95 % confidence: interval .* of this slice alone \(n=150\)$/,
    );
    expect(judge([100, 145, 145]).sentence).toContain(', corrected for 3 slices (n=150)');
    expect(judge([122, 145, 145]).sentence).toMatch(/interval 0\.\d+ to 0\.\d+ of one of 3 slices \(n=150\)/);
  });

  it('is the same for a warning, whose list of slices is corrected on both sides', () => {
    const random = seedRandom('warnings');
    const verdicts = new Set<string>();
    for (let world = 0; world < 200; world++) {
      const right = [0.86, 0.88, 0.9].map((truth) => drawBinomial(random, perSlice, truth));
      // The largest of p-values by Benjamini and Hochberg is as it was: all pass where all do by themselves.
      expect(judge(right, 'warn').verdict === 'passed').toBe(judge(right).verdict === 'passed');
      verdicts.add(judge(right).verdict);
    }
    expect(verdicts).toContain('passed');
    expect(verdicts.size).toBeGreaterThan(1);
  });
});
