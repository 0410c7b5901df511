import { describe, expect, it } from 'vitest';
import { findMetric, isOfAnySize, metricNames } from '../../../shared/config/metric-catalog.ts';
import type { Finding } from '../../../shared/domain/gate-report.ts';
import { normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const size = 400;
const at = (row: number): number => ((row * 197) % size) / size + 0.5 / size;
/** Errors whose variance is infinite. */
const wild = (row: number): number => (row % 2 === 0 ? 1 : -1) * (1 - at(row)) ** (-1 / 1.2);

const judge = (gate: object, rows: readonly Row[]) =>
  judgeRows([readGate({ gate: 'g', confidence: 0.95, ...gate })], rows, { task: 'regression' }).gates[0]!;
const bound = (metric: string, limit: object) => ({ kind: 'bound', metric, ...limit });

describe('what a row may be is known from the metric, never from the rows', () => {
  const errors = { kind: 'bound', metric: 'mae', atMost: 1e9 };

  it.each<[string, (row: number) => number]>([
    ['0 and 1', (row) => (at(row) < 0.3 ? 1 : 0)],
    ['all 0', () => 0],
    ['0 and 2', (row) => (at(row) < 0.3 ? 2 : 0)],
    ['of any size', (row) => 10 + normalQuantile(at(row))],
  ])('errors of a regression have no variance, whether its labels are %s', (_, labelOf) => {
    const rows = Array.from({ length: size }, (_, row) => ({
      label: labelOf(row),
      challenger: labelOf(row) + wild(row),
      champion: labelOf(row) + 2 * wild(row),
    }));
    const gates = [
      errors,
      { ...errors, metric: 'rmse' },
      { ...errors, metric: 'pinball@0.9' },
      { ...errors, metric: 'bias' },
      { kind: 'against-champion', metric: 'bias', margin: 1e9 },
    ];
    for (const gate of gates) {
      expect(judge(gate, rows), JSON.stringify(gate)).toMatchObject({
        verdict: 'inconclusive',
        sentence: expect.stringMatching(/a few rows carry most of it|no number of rows would do for a mean/),
      });
    }
  });

  it('a shift of labels and scores alike changes nothing of what is said of errors', () => {
    const rowsAt = (shift: number) =>
      Array.from({ length: size }, (_, row) => {
        const label = shift + (at(row) < 0.4 ? 1 : 0);
        return { label, challenger: label + Math.exp(normalQuantile(at(row * 7))) / 4, champion: label + 1 };
      });
    const said = (shift: number): Pick<Finding, 'interval'>[] =>
      [bound('mae', { atMost: 1 }), bound('rmse', { atMost: 2 }), bound('bias', { atMost: 2 })].map(
        (gate) => {
          const { verdict, interval } = judge(gate, rowsAt(shift));
          const { low, high } = interval!;
          return { verdict, low: low.toFixed(9), high: high.toFixed(9) } as never;
        },
      );
    expect(said(0)).toEqual(said(64));
  });

  it('a share of rows within a forecast is bounded, whatever the labels are: groups without a fault prove little', () => {
    const rowsOf = (groups: number) =>
      Array.from({ length: 10 * groups }, (_, row) => ({
        label: row % 10 < 9 || row >= 40 ? 0 : 9,
        challenger: 1,
        g: Math.floor(row / 10),
      }));
    const covered = (groups: number) =>
      judgeRows(
        [readGate({ gate: 'g', confidence: 0.95, ...bound('coverage_error@0.9', { atLeast: 0 }) })],
        rowsOf(groups),
        { task: 'regression', evaluation: { groups: 'g' } as never },
      ).gates[0]!;
    // Four rows in 120 are missed, in 4 of 12 groups: any other could be missed as a whole.
    expect(covered(12).verdict).toBe('inconclusive');
    expect(covered(200).verdict).toBe('passed');
  });

  it.each<[string, number, number]>([
    ['pinball@0.99', 1, 9],
    ['pinball@0.01', -1, 9],
    ['interval_score@0.98', 1, 9],
  ])('no %s is shown by rows few of which have a label on its costly side', (metric, sign, few) => {
    const rowsOf = (outside: number): Row[] =>
      Array.from({ length: size }, (_, row) => ({
        label: sign * (row < outside ? 2 + at(row) : -at(row * 3)),
        challenger: sign,
        'challenger:lower': -3,
        'challenger:upper': 1,
      }));
    const bounded = (outside: number) => judge(bound(metric, { atMost: 900 }), rowsOf(outside));
    expect(bounded(few)).toMatchObject({
      verdict: 'inconclusive',
      interval: null,
      sentence: expect.stringContaining(`labels are on the rarer side of their forecast in ${few} rows`),
    });
    expect(bounded(0).verdict).toBe('inconclusive');
    expect(bounded(100).verdict).toBe('passed');
  });

  it('is any size for errors in the unit of labels or beyond a range, and for nothing else', () => {
    expect(metricNames.filter(isOfAnySize).sort()).toEqual(
      [
        'bias',
        'interval_score',
        'mae',
        'mae_trimmed',
        'mape',
        'median_absolute_error',
        'pinball',
        'r2',
        'rmse',
      ].sort(),
    );
    for (const name of metricNames.filter((name) => !findMetric(name)!.tasks.includes('regression'))) {
      expect(isOfAnySize(name.replace('@CLASS', '@a'))).toBe(false);
    }
  });
});
