import { describe, expect, it } from 'vitest';
import { inferValue } from '../../../shared/gates/infer-value.ts';
import type { Rows } from '../../../shared/gates/rows.ts';
import { exactProportion } from '../../../shared/gates/statistics/exact-proportion.ts';
import type { Inference } from '../../../shared/gates/statistics/inference.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const bound = (metric: string, limit: object) =>
  readGate({ gate: 'g', kind: 'bound', metric, confidence: 0.95, minimumRows: 5, ...limit });
const gain = (metric: string, more: object = {}) =>
  readGate({ gate: 'g', kind: 'against-champion', metric, minimumRows: 5, ...more });
const only = (...args: Parameters<typeof judgeRows>) => judgeRows(...args).gates[0]!;

function scored(rows: number, seed: string, noise = 0.5): Row[] {
  const { unit } = seedRandom(seed);
  return Array.from({ length: rows }, (_, at) => {
    const label = at % 3 === 0 ? 1 : 0;
    const score = () => Math.min(0.999, Math.max(0.001, 0.3 * label + 0.2 + noise * unit()));
    return { label, challenger: score(), champion: score() };
  });
}

const rowsOf = (labels: readonly number[], scores: readonly number[]): Rows => ({
  labels: Float64Array.from(labels),
  challenger: Float64Array.from(scores),
  champion: null,
  weights: null,
  classes: null,
});

const inferred = (metric: string, rows: Rows): Inference => {
  const found = inferValue(metric, rows);
  if ('why' in found) throw new Error(found.why);
  return found;
};

describe('equal scores at a cut', () => {
  const tied = (order: (rows: Row[]) => Row[]): Row[] =>
    order([
      ...Array.from({ length: 10 }, () => ({ label: 1, challenger: 0.9 })),
      ...Array.from({ length: 20 }, (_, at) => ({ label: at < 5 ? 1 : 0, challenger: 0.5 })),
      ...Array.from({ length: 70 }, () => ({ label: 0, challenger: 0.1 })),
    ]);

  it('count for precision as a draw by lot among them would on average, in any order of the rows', () => {
    for (const order of [(rows: Row[]) => rows, (rows: Row[]) => rows.toReversed()]) {
      // Ten of class 1, and a quarter of the other ten.
      const gate = only([bound('precision_at@20', { atLeast: 0.1 })], tied(order), { hasChampion: false });
      expect(gate.challenger).toBeCloseTo(12.5 / 20, 12);
    }
  });

  it('are all kept from a recall that would let too many of class 0 pass', () => {
    const recall = (most: string) =>
      only(
        [bound(`recall_at_fpr@${most}`, { atLeast: 0 })],
        tied((rows) => rows),
        { hasChampion: false },
      ).challenger;
    // Fifteen of 85 share a score.
    expect(recall('0.17')).toBeCloseTo(10 / 15, 12);
    expect(recall('0.18')).toBeCloseTo(1, 12);
  });
});

describe('the interval of a share beyond a cut', () => {
  it('is nearly that of the share alone where moving the cut changes nothing', () => {
    // Of class 0 none has a score between 0.2 and 0.8.
    const labels = Array.from({ length: 400 }, (_, at) => (at < 200 ? 1 : 0));
    const scores = labels.map((label, at) =>
      label === 1 ? (at < 160 ? 0.6 : 0.001) : at < 220 ? 0.9 : 0.01 + at * 1e-4,
    );
    const { interval } = inferred('recall_at_fpr@0.2', rowsOf(labels, scores));
    const plain = exactProportion(160, 200).interval(0.95);
    expect(interval(0.95).low).toBeGreaterThan(plain.low - 0.005);
    expect(interval(0.95).low).toBeLessThanOrEqual(plain.low + 1e-9);
  });

  it.each(['recall_at_fpr@0.1', 'precision_at@0.2', 'calibration_slope', 'calibration_intercept'])(
    'ends where its test says so: %s',
    (metric) => {
      const table = scored(300, metric);
      const rows = rowsOf(
        table.map((row) => Number(row['label'])),
        table.map((row) => Number(row['challenger'])),
      );
      const { interval, atMost, atLeast, estimate } = inferred(metric, rows);
      const { low, high } = interval(0.95);
      expect(low).toBeLessThan(estimate);
      expect(high).toBeGreaterThan(estimate);
      expect(atMost(low)).toBeCloseTo(0.025, 2);
      if (high < 1) expect(atLeast(high)).toBeCloseTo(0.025, 2);
      expect(atMost(low - 0.05)).toBeLessThan(0.025);
      expect(atLeast(high + 0.05)).toBeLessThan(0.025);
    },
  );

  it('reaches to no recall at all where too few rows of class 0 make the cut', () => {
    // With 60 of them the true cut at 1 in 100 may lie above all.
    const rows = scored(90, 'few', 0.2);
    const gate = only([bound('recall_at_fpr@0.01', { atLeast: 0.1 })], rows);
    expect(gate).toMatchObject({ verdict: 'inconclusive', interval: { low: 0 } });
  });

  it.each(['recall_at_fpr@0.1', 'precision_at@0.1'])(
    'is none with weights, nor where rows depend: %s',
    (metric) => {
      const rows = scored(300, 'weights').map((row, at) => ({
        ...row,
        weight: 1 + (at % 2),
        customer: `c${at % 60}`,
      }));
      for (const gate of [bound(metric, { atLeast: 0.01 }), gain(metric, { margin: 0.5 })]) {
        const weighed = only([gate], rows);
        expect(weighed).toMatchObject({ verdict: 'inconclusive', interval: null });
        expect(weighed.sentence).toContain('rows have weights');
        const alike = rows.map(({ weight: _, ...row }) => row);
        expect(only([gate], alike, { evaluation: { groups: 'customer' } }).sentence).toContain(
          'rows depend on each other',
        );
      }
    },
  );

  it('of a gain lies around no difference for equal sides, and shows a large one', () => {
    for (const metric of ['recall_at_fpr@0.1', 'precision_at@0.2']) {
      const equal = only([gain(metric, { rule: 'superiority' })], scored(600, 'equal'));
      expect(equal.verdict, metric).not.toBe('passed');
      const { unit } = seedRandom(metric);
      const better = scored(600, 'equal').map((row) => ({ ...row, champion: unit() }));
      expect(only([gain(metric, { rule: 'superiority' })], better).verdict, metric).toBe('passed');
    }
  });
});

describe('recalibration', () => {
  /** Scores that are true, then made twice as sure and moved up by one in log odds. */
  const rows = (times: number, more: number): Row[] => {
    const { unit } = seedRandom('recalibration');
    return Array.from({ length: 4000 }, () => {
      const odds = 4 * unit() - 2.5;
      const said = times * odds + more;
      return {
        label: unit() < 1 / (1 + Math.exp(-odds)) ? 1 : 0,
        challenger: 1 / (1 + Math.exp(-said)),
        champion: 1 / (1 + Math.exp(-odds - 0.2 * (unit() - 0.5))),
      };
    });
  };

  it('finds by how much scores are too sure, and too high', () => {
    expect(only([bound('calibration_slope', { atMost: 0.6 })], rows(2, 0))).toMatchObject({
      verdict: 'passed',
    });
    expect(only([bound('calibration_slope', { atLeast: 0.8 })], rows(2, 0))).toMatchObject({
      verdict: 'failed',
    });
    expect(only([bound('calibration_slope', { atLeast: 0.8 })], rows(1, 0))).toMatchObject({
      verdict: 'passed',
    });
    const high = only([bound('calibration_intercept', { atMost: -0.7 })], rows(1, 1));
    expect(high).toMatchObject({ verdict: 'passed' });
    expect(high.challenger).toBeCloseTo(-1, 0);
  });

  it.each([200, 4000, 20_000, 60_000])(
    'ends where its test leaves the error, and as far off as a normal error of %i rows is',
    (size) => {
      for (const seed of ['first', 'second', 'third']) {
        const { unit } = seedRandom(`${seed} of ${size}`);
        const odds = Array.from({ length: size }, () => 4 * unit() - 2.5);
        const labels = odds.map((each) => (unit() < 1 / (1 + Math.exp(-each)) ? 1 : 0));
        const rows = rowsOf(
          labels,
          odds.map((each) => 1 / (1 + Math.exp(-each))),
        );
        const about = { calibration_slope: 0, calibration_intercept: 0 };
        const chances = odds.map((each) => 1 / (1 + Math.exp(-each)));
        const sum = (of: (each: number, chance: number) => number): number =>
          odds.reduce((total, each, row) => total + of(each, chances[row]! * (1 - chances[row]!)), 0);
        const information = sum((_, curve) => curve);
        const centre = sum((each, curve) => curve * each) / information;
        about.calibration_intercept = 1 / Math.sqrt(information);
        about.calibration_slope = 1 / Math.sqrt(sum((each, curve) => curve * (each - centre) ** 2));
        for (const metric of ['calibration_slope', 'calibration_intercept'] as const) {
          const found = inferred(metric, rows);
          const { low, high } = found.interval(0.95);
          expect(found.atMost(low) / 0.025, `${metric} ${seed}`).toBeCloseTo(1, 4);
          expect(found.atLeast(high) / 0.025, `${metric} ${seed}`).toBeCloseTo(1, 4);
          expect((high - low) / (2 * 1.96 * about[metric])).toBeCloseTo(1, size < 1000 ? 0 : 1);
        }
      }
    },
  );

  it('is better the nearer the slope is to 1, and the intercept to 0', () => {
    for (const [metric, times, more] of [
      ['calibration_slope', 2, 0],
      ['calibration_intercept', 1, 1],
    ] as const) {
      const worse = only([gain(metric, { margin: 0.1 })], rows(times, more));
      expect(worse.verdict, worse.sentence).toBe('failed');
      expect(worse.estimate).toBeLessThan(-0.4);
    }
  });

  it('with weights is that of repeated rows, and needs as many rows of each class', () => {
    const some = rows(2, 0).slice(0, 400);
    const weighed = only(
      [bound('calibration_slope', { atLeast: 0.1 })],
      some.map((row) => ({ ...row, weight: 3 })),
    );
    const plain = only([bound('calibration_slope', { atLeast: 0.1 })], some);
    expect(weighed.interval!.low).toBeCloseTo(plain.interval!.low, 4);
    const rare = some.map((row, at) => ({ ...row, label: at < 9 ? 1 : 0 }));
    expect(only([bound('calibration_slope', { atLeast: 0.1 })], rare).sentence).toContain(
      'class "1" has 9 rows',
    );
  });
});
