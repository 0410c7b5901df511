import { describe, expect, it } from 'vitest';
import { describeReport } from '../../../cli/describe-report.ts';
import { renderPage } from '../../../shared/gates/report/render-page.ts';
import { normalCdf, normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { readGate } from './read-gate.ts';
import { decisions, judgeRows, type Row } from './tables.ts';

const bound = (metric: string, limit: object) =>
  readGate({ gate: 'g', kind: 'bound', metric, confidence: 0.95, minimumRows: 5, ...limit });

const only = (...args: Parameters<typeof judgeRows>) => judgeRows(...args).gates[0]!;
const regression = { task: 'regression' as const, hasChampion: false };

/** Errors whose quantiles are those of a law, in an order that repeats none of its neighbours. */
const errorsOf = (rows: number, law: (normal: number) => number): Row[] =>
  Array.from({ length: rows }, (_, at) => ({
    label: 50,
    challenger: 50 + law(normalQuantile((((at * 37) % rows) + 0.5) / rows)),
  }));

describe('the effective rows of a report', () => {
  it('are the rows, where all weigh the same and none depends on another', () => {
    const gate = only(
      [bound('accuracy', { atLeast: 0.5 })],
      decisions(200, { challenger: 20, champion: 20 }),
    );
    expect(gate).toMatchObject({ n: 200, effectiveRows: 200 });
    expect(gate.sentence).toContain('(n=200)');
  });

  it('are those that the metric is of', () => {
    const rows = decisions(200, { challenger: 20, champion: 20 });
    expect(only([bound('recall', { atLeast: 0.5 })], rows)).toMatchObject({ n: 200, effectiveRows: 100 });
  });

  it('are fewer by weights, as Kish has it, in slices, too, and where rows are too few', () => {
    const rows = decisions(200, { challenger: 20, champion: 20 }).map((row, at) => ({
      ...row,
      weight: at % 4 < 2 ? 3 : 1,
      source: 'a',
    }));
    const gate = only([bound('accuracy', { atLeast: 0.5, slices: { by: 'source' } })], rows);
    expect(gate.effectiveRows).toBeCloseTo(160, 9);
    expect(gate.slices!.results[0]!.effectiveRows).toBeCloseTo(160, 9);
    expect(only([bound('accuracy', { atLeast: 0.5, minimumRows: 180 })], rows)).toMatchObject({
      verdict: 'inconclusive',
      effectiveRows: 160,
    });
  });

  it('are one for a group whose rows are copies, and that is said to people, too', () => {
    const groups = { evaluation: { groups: 'customer' } };
    const rows = errorsOf(50, (z) => z).flatMap((row, at) => Array(10).fill({ ...row, customer: `c${at}` }));
    const report = judgeRows([bound('mae', { atMost: 5 })], rows, { ...regression, ...groups });
    expect(report.gates[0]!.effectiveRows).toBeCloseTo(50, 9);
    expect(report.gates[0]!.sentence).toContain('(n=500 in 50 groups of customer, worth 50)');
    expect(describeReport(report).join('\n')).toContain('effective rows: 50 of 500');
    expect(renderPage(report)).toContain('<dt>effective rows</dt><dd>50');
  });

  it('are null where a number is reported, and where it is missing', () => {
    const reported = readGate({ gate: 'g', kind: 'bound', metric: 'latency_ms', atMost: 5 });
    const report = judgeRows([reported], [], {
      predictions: null,
      metrics: { challenger: { latency_ms: 3 } },
    });
    expect(report.gates[0]).toMatchObject({ verdict: 'passed', n: null, effectiveRows: null });
  });
});

describe('rows that would decide', () => {
  const laws: readonly [string, (normal: number) => number][] = [
    ['normal', (z) => z],
    ['lognormal', (z) => Math.exp(z)],
    ['mostly none', (z) => (z > 1.3 ? z : 0.01 * z)],
  ];
  const cases = laws.flatMap(([name, law]) =>
    ['mae', 'rmse', 'mae_trimmed@0.3'].flatMap((metric) =>
      [0.9, 0.97, 1.04, 1.2].map((share) => ({ name, law, metric, share })),
    ),
  );

  it.each(cases)('do where they repeat what was seen: $metric of $name errors, limit at $share', (each) => {
    const rows = errorsOf(60, each.law);
    const value = only([bound(each.metric, { atMost: 1e9 })], rows, regression).estimate!;
    const gate = bound(each.metric, { atMost: value * each.share });
    const first = only([gate], rows, regression);
    if (first.verdict !== 'inconclusive' || !first.power?.rowsToDecide) return;
    const times = Math.ceil(first.power.rowsToDecide / rows.length);
    const more = Array.from({ length: times }, () => rows).flat();
    expect(only([gate], more, regression).verdict, first.sentence).toBe(each.share > 1 ? 'passed' : 'failed');
  });

  it('are as many as are even enough, and no distance is promised before', () => {
    const few = errorsOf(40, (z) => Math.exp(0.8 * z));
    const uneven = only([bound('mae', { atMost: 3 })], few, regression);
    expect(uneven).toMatchObject({ verdict: 'inconclusive', power: { minimumDetectable: null } });
    expect(uneven.sentence).toMatch(/a few rows carry most of it: .*; about \d+ rows would do/);
    const promised = Number(/about (\d+) rows would do/.exec(uneven.sentence)![1]);
    expect(uneven.power!.rowsToDecide).toBe(promised);
    const times = Math.ceil(promised / few.length);
    const more = Array.from({ length: times }, () => few).flat();
    expect(only([bound('mae', { atMost: 3 })], more, regression).verdict).toBe('passed');
  });

  it('are none where values have no variance', () => {
    const wild = errorsOf(100, (z) => (1 - normalCdf(z)) ** (-1 / 1.2));
    const gate = only([bound('mae', { atMost: 1e9 })], wild, regression);
    expect(gate).toMatchObject({
      verdict: 'inconclusive',
      power: { minimumDetectable: null, rowsToDecide: null },
    });
    expect(gate.sentence).toContain(
      'where that is so, no number of rows would do for a mean, and 400 rows would tell',
    );
    const more = Array.from({ length: 4 }, () => wild).flat();
    expect(only([bound('mae', { atMost: 1e9 })], more, regression).sentence).toContain(
      'as where values have no variance: no number of rows would do for a mean',
    );
  });
});
