import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Histogram, ReliabilityBin } from '../../../shared/domain/gate-report.ts';
import { measureCurves } from '../../../shared/gates/report/measure-curves.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { binaryRows, reports } from './sample-reports.ts';
import { judgeRows } from './tables.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const errorOf = (bins: readonly ReliabilityBin[]): number =>
  sum(bins.map(({ rows, meanScore, shareTrue }) => rows * Math.abs((meanScore ?? 0) - (shareTrue ?? 0)))) /
  sum(bins.map(({ rows }) => rows));

function regressionRows(values: readonly (readonly [label: number, challenger: number, champion: number])[]) {
  const column = (place: number) => Float64Array.from(values, (row) => row[place]!);
  return {
    labels: column(0),
    challenger: column(1),
    champion: column(2),
    weights: null,
    classes: null,
  };
}

describe('the curves of a report', () => {
  it('have the calibration error of ece, for each side', () => {
    const ece = readGate({ gate: 'g', kind: 'bound', metric: 'ece', atMost: 0.5, minimumRows: 1 });
    const report = judgeRows([ece], binaryRows(500));
    expect(errorOf(report.curves!.challenger.reliability!)).toBeCloseTo(report.gates[0]!.challenger!, 12);
    expect(errorOf(report.curves!.champion!.reliability!)).toBeCloseTo(report.gates[0]!.champion!, 12);
    const several = reports['a multiclass model']!();
    expect(errorOf(several.curves!.challenger.reliability!)).toBeCloseTo(several.gates[0]!.challenger!, 12);
    expect(several.curves).toMatchObject({
      challenger: { scores: null, residuals: null },
      champion: null,
    });
  });

  it('weigh rows as the metrics do, and count them as they are', () => {
    const rows = [
      { label: 1, challenger: 0.85, weight: 3 },
      { label: 0, challenger: 0.81, weight: 1 },
      { label: 0, challenger: 1, weight: 0 },
    ];
    const gate = readGate({ gate: 'g', kind: 'bound', metric: 'ece', atMost: 0.5, minimumRows: 1 });
    const { challenger, champion } = judgeRows([gate], rows, { hasChampion: false }).curves!;
    expect(champion).toBeNull();
    expect(challenger.reliability![8]).toMatchObject({ rows: 2, shareTrue: 0.75 });
    expect(challenger.reliability![8]!.meanScore).toBeCloseTo(0.84, 12);
    expect(challenger.reliability![9]).toMatchObject({ rows: 1, meanScore: null, shareTrue: null });
    expect(challenger.scores!.label0.counts.slice(16)).toEqual([1, 0, 0, 1]);
  });

  it('count every row of a binary model under its label', () => {
    const { curves, rows } = reports['a binary model']!();
    for (const { scores } of [curves!.challenger, curves!.champion!]) {
      expect(sum(scores!.label0.counts) + sum(scores!.label1.counts)).toBe(rows);
      expect(scores!.label1).toMatchObject({ low: 0, high: 1 });
    }
  });

  it('keep the bins of residuals useful beside an outlier', () => {
    const random = seedRandom('outlier');
    const values = Array.from({ length: 1000 }, () => [0, random.unit(), 2 * random.unit()] as const);
    const { challenger } = measureCurves(regressionRows([...values, [0, 1e12, 0]]), 'regression');
    const { high, counts } = challenger.residuals!;
    expect(high).toBeLessThan(2.1);
    expect(sum(counts)).toBe(1001);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(8);
  });

  it('are finite and small whatever the numbers are', () => {
    const number = fc.oneof(
      fc.constantFrom(0, -0, 1, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number, number), { maxLength: 30 }), (values) => {
        const curves = measureCurves(regressionRows(values), 'regression');
        const check = ({ low, high, counts }: Histogram): void => {
          expect(Number.isFinite(low) && Number.isFinite(high) && low < high).toBe(true);
          expect(counts).toHaveLength(20);
          expect(sum(counts)).toBe(values.length);
        };
        check(curves.challenger.residuals!);
        check(curves.champion!.residuals!);
        expect(JSON.parse(JSON.stringify(curves))).toEqual(curves);
      }),
    );
  });

  it('are none without predictions', () => {
    expect(reports['no predictions']!().curves).toBeNull();
    expect(reports['broken predictions']!().curves).toBeNull();
  });
});
