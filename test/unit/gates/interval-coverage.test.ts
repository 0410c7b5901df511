import { describe, expect, it } from 'vitest';
import { exactProportion } from '../../../shared/gates/statistics/exact-proportion.ts';
import { matchedProportions } from '../../../shared/gates/statistics/matched-proportions.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

/** So many rows, of which the first are outside the challenger's interval and the last outside the champion's. */
const rowsOf = (size: number, outside: { challenger: number; champion: number }, more = {}): Row[] =>
  Array.from({ length: size }, (_, at) => ({
    label: at % 7,
    challenger: at % 7,
    'challenger:lower': (at % 7) - (at < outside.challenger ? -1 : 1),
    'challenger:upper': (at % 7) + 2,
    champion: at % 7,
    'champion:lower': (at % 7) - 3,
    'champion:upper': (at % 7) + (at >= size - outside.champion ? -1 : 3),
    g: at % 20,
    ...more,
  }));
const regression = { task: 'regression' as const };
const gate = (kind: 'bound' | 'against-champion', metric: string, more: object) =>
  readGate({ gate: 'g', kind, metric, confidence: 0.95, ...more });
const only = (...args: Parameters<typeof judgeRows>) => judgeRows(...args).gates[0]!;

describe('coverage of predicted intervals', () => {
  it('has the exact interval of a share, and so has its distance from what was promised', () => {
    const rows = rowsOf(200, { challenger: 12, champion: 0 });
    const { low, high } = exactProportion(188, 200).interval(0.95);
    const share = only([gate('bound', 'interval_coverage', { atLeast: 0.85 })], rows, regression);
    expect(share).toMatchObject({ verdict: 'passed', challenger: 0.94 });
    expect(share.interval).toMatchObject({ low, high });
    const error = only([gate('bound', 'interval_coverage_error@0.9', { atLeast: 0 })], rows, regression);
    expect(error.estimate).toBeCloseTo(0.04, 12);
    expect(error.interval!.low).toBeCloseTo(low - 0.9, 12);
    expect(error.interval!.high).toBeCloseTo(high - 0.9, 12);
    expect(error.verdict).toBe('inconclusive');
  });

  it('counts a label on either end as inside', () => {
    const rows = rowsOf(60, { challenger: 0, champion: 0 }).map((row, at) => ({
      ...row,
      [at % 2 === 0 ? 'challenger:lower' : 'challenger:upper']: row['label']!,
    }));
    expect(only([gate('bound', 'interval_coverage', { atLeast: 0.9 })], rows, regression).challenger).toBe(1);
  });

  it("is compared with the champion's as matched shares are", () => {
    const rows = rowsOf(300, { challenger: 9, champion: 30 });
    const found = only([gate('against-champion', 'interval_coverage', { margin: 0.05 })], rows, regression);
    const { low, high } = matchedProportions({ onlyChallenger: 30, onlyChampion: 9, rows: 300 }).interval(
      0.95,
    );
    expect(found).toMatchObject({ verdict: 'passed', interval: { low, high } });
    expect(found.test?.name).toContain('McNemar');
  });

  it('is by groups where rows depend on each other, and by weights where there are some', () => {
    const rows = rowsOf(400, { challenger: 40, champion: 0 });
    const grouped = only([gate('bound', 'interval_coverage', { atLeast: 0.85 })], rows, {
      ...regression,
      evaluation: { groups: 'g' } as never,
    });
    expect(grouped.interval!.method).toBe('empirical-likelihood interval of groups of g');
    const weighed = only(
      [gate('bound', 'interval_coverage', { atLeast: 0.5 })],
      rows.map((row, at) => ({ ...row, weight: at < 40 ? 9 : 1 })),
      regression,
    );
    expect(weighed.challenger).toBeCloseTo(360 / 720, 12);
    expect(weighed.interval!.method).toBe('empirical-likelihood interval');
  });

  it('is not passed by intervals that no row tells: all inside is no proof', () => {
    const rows = rowsOf(40, { challenger: 0, champion: 0 });
    expect(only([gate('bound', 'interval_coverage', { atLeast: 0.95 })], rows, regression).verdict).toBe(
      'inconclusive',
    );
  });

  it.each<[string, (row: Row, at: number) => Row, string]>([
    [
      'no columns',
      ({ label, challenger }) => ({ label: label!, challenger: challenger! }),
      'interval_coverage of the challenger is missing or undefined: its intervals are the columns challenger:lower and challenger:upper of the predictions, and there are none',
    ],
    [
      'one column',
      ({ 'challenger:upper': _, ...row }) => row as Row,
      'row 1: it has challenger:lower and no challenger:upper: an interval has two ends',
    ],
    [
      'ends the wrong way about',
      (row, at) => (at === 4 ? { ...row, 'challenger:lower': 99 } : row),
      'row 5: challenger:lower is 99, above challenger:upper, which is 6',
    ],
    [
      'an end that is missing',
      (row, at) => (at === 6 ? { ...row, 'champion:upper': '' } : row),
      'row 7: champion:upper is "", not a finite number',
    ],
    [
      'an end that is no number',
      (row, at) => (at === 2 ? { ...row, 'challenger:lower': 'nan' } : row),
      'row 3: challenger:lower is "nan", not a finite number',
    ],
  ])('with %s is an error that says what is wrong', (_, change, words) => {
    const rows = rowsOf(60, { challenger: 0, champion: 0 }).map(change);
    const report = judgeRows([gate('bound', 'interval_coverage', { atLeast: 0.5 })], rows, regression);
    expect(report.verdict).toBe('error');
    expect(report.sentence).toContain(words);
  });

  it("needs the champion's in a comparison alone", () => {
    const rows = rowsOf(60, { challenger: 0, champion: 0 }, { 'champion:lower': '', 'champion:upper': '' });
    expect(only([gate('bound', 'interval_coverage', { atLeast: 0.5 })], rows, regression).verdict).toBe(
      'passed',
    );
    const compared = only([gate('against-champion', 'interval_score@0.9', { margin: 1 })], rows, regression);
    expect(compared).toMatchObject({
      verdict: 'error',
      sentence: expect.stringContaining('the columns champion:lower and champion:upper'),
    });
  });

  it('is no way to win by ever wider intervals where the score is judged', () => {
    const rows = rowsOf(100, { challenger: 50, champion: 0 }).map((row) => ({
      ...row,
      'champion:lower': -1000,
      'champion:upper': 1000,
    }));
    const score = only([gate('against-champion', 'interval_score@0.9', { margin: 0 })], rows, regression);
    expect(score.verdict).toBe('passed');
    expect(score.champion).toBe(2000);
  });
});
