import { describe, expect, it } from 'vitest';
import { GatesSchema } from '../../../shared/config/gate-schema.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { decisions, judgeRows, type Row } from './tables.ts';

const compare = (metric: string, more: object) =>
  readGate({ gate: 'g', kind: 'against-champion', metric, minimumRows: 5, ...more });
const only = (...args: Parameters<typeof judgeRows>) => judgeRows(...args).gates[0]!;
const regression = { task: 'regression' as const };

function errors(rows: number, ours: number): Row[] {
  const { unit } = seedRandom('relative');
  const spread = () => unit() + unit() - 1;
  return Array.from({ length: rows }, () => {
    const label = 50 + 10 * spread();
    return { label, challenger: label + ours * spread(), champion: label + spread() };
  });
}

/** The same labels and challenger, and a champion that errs so many times as much. */
const scaleChampion = (rows: readonly Row[], factor: number): Row[] =>
  rows.map((row) => {
    const label = Number(row['label']);
    return { ...row, champion: label + factor * (Number(row['champion']) - label) };
  });

describe('a margin that is a share of the champion', () => {
  it.each(['mae', 'rmse', 'median_absolute_error', 'mae_trimmed@0.2'])(
    'of %s is a gain over a champion that errs so much more',
    (metric) => {
      const rows = errors(400, 1.05);
      const relative = only([compare(metric, { margin: 0.2, marginIs: 'relative' })], rows, regression);
      const scaled = only([compare(metric, { rule: 'superiority' })], scaleChampion(rows, 1.2), regression);
      expect(relative.estimate! - relative.limit!).toBeCloseTo(scaled.estimate!, 9);
      expect(relative.interval!.low - relative.limit!).toBeCloseTo(scaled.interval!.low, 6);
      expect(relative.interval!.high - relative.limit!).toBeCloseTo(scaled.interval!.high, 6);
      expect(relative.verdict).toBe(scaled.verdict);
    },
  );

  it('counts the error of the champion: a large margin makes the interval wider than an absolute one of its size', () => {
    const rows = errors(400, 1.6);
    const relative = only([compare('mae', { margin: 1, marginIs: 'relative' })], rows, regression);
    const absolute = only([compare('mae', { margin: Math.abs(relative.limit!) })], rows, regression);
    expect(absolute.limit).toBeCloseTo(relative.limit!, 9);
    expect(relative.interval!.low).toBeLessThan(absolute.interval!.low);
    expect(relative.interval!.method).toContain("less a share of the champion's value");
  });

  it('of a share counts decisions row by row, and passes and fails where it should', () => {
    const ask = (margin: number, wrong: number) =>
      only(
        [compare('accuracy', { margin, marginIs: 'relative' })],
        decisions(1000, { challenger: wrong, champion: 100 }),
      );
    // 0.9 of the champion, and 0.9 or 0.72 of it for the challenger.
    expect(ask(0.1, 100)).toMatchObject({ verdict: 'passed', limit: expect.closeTo(-0.09, 9) });
    expect(ask(0.1, 280)).toMatchObject({ verdict: 'failed' });
    expect(ask(0.2, 280)).toMatchObject({ verdict: 'inconclusive' });
  });

  it('turns round for superiority, and is of the size of a value that is best at zero', () => {
    const rows = errors(800, 0.5);
    const superior = (margin: number) =>
      only([compare('mae', { rule: 'superiority', margin, marginIs: 'relative' })], rows, regression).verdict;
    expect([superior(0.3), superior(0.5), superior(0.7)]).toEqual(['passed', 'inconclusive', 'failed']);
    const low = errors(800, 1).map((row): Row => ({ ...row, champion: Number(row['champion']) - 3 }));
    const biased = (by: number, margin: number) =>
      only(
        [compare('bias', { margin, marginIs: 'relative' })],
        low.map((row) => ({ ...row, challenger: Number(row['challenger']) - by })),
        regression,
      ).verdict;
    expect([biased(3, 0.2), biased(4.5, 0.2), biased(4.5, 0.8)]).toEqual(['passed', 'failed', 'passed']);
  });

  it('is refused where a share of the value means nothing', () => {
    const gate = {
      gate: 'g',
      kind: 'against-champion',
      metric: 'calibration_slope',
      margin: 0.1,
      marginIs: 'relative',
    };
    const problems = GatesSchema.safeParse([gate]).error!.issues.map(({ message }) => message);
    expect(problems.join()).toContain('calibration_slope is better the nearer to 1');
  });
});
