import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMetric, metricNames, parseMetricName } from '../../../shared/config/metric-catalog.ts';
import { countUnitsOfClasses } from '../../../shared/gates/dependence.ts';
import { costRangesOf, costsOf } from '../../../shared/gates/metrics/expected-cost.ts';
import type { SumMetric } from '../../../shared/gates/metrics/measure.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { findOutermost } from '../../../shared/gates/statistics/tail-index.ts';
import { cpuMsOf } from '../../cpu-time.ts';
import { readGate } from './read-gate.ts';
import { judgeRows } from './tables.ts';

const names = ['ant', 'bee', 'cat', 'dog'];
const decisionMetrics = metricNames
  .filter((name) => findMetric(name)!.sees === 'decision' && findMetric(name)!.tasks.includes('multiclass'))
  .map((name) => name.replace('CLASS', 'bee'));

interface Decided {
  readonly label: number;
  readonly decision: number;
  readonly weight: number;
}

const classOf = fc.nat({ max: names.length - 1 });
const rowsDrawn = fc
  .array(
    fc.record({ label: classOf, decision: classOf, weight: fc.double({ min: 0.5, max: 4, noNaN: true }) }),
    { maxLength: 12 },
  )
  // Every class has a row that is right, but the last, which is known by its name alone.
  .map((rows): Decided[] => [0, 1, 2].map((of) => ({ label: of, decision: of, weight: 1 })).concat(rows));

const prepare = (metric: string, rows: readonly Decided[], known = names.map(() => true)): SumMetric =>
  prepareMetric(metric, {
    labels: Float64Array.from(rows, ({ label }) => label),
    scores: Float64Array.from(rows, ({ decision }) => decision),
    classes: { names, known },
    probabilities: null,
    rule: { costs: { matrix: { ant: { bee: 5 }, dog: { cat: -1, dog: 2 } }, otherwise: 3 } },
  }) as SumMetric;

const weightsOf = (rows: readonly Decided[]) => Float64Array.from(rows, ({ weight }) => weight);

describe('metrics of decisions among several classes', () => {
  it.each(decisionMetrics)('have as influences the derivatives of %s by the weights', (name) => {
    fc.assert(
      fc.property(rowsDrawn, (rows) => {
        const [metric, weights] = [prepare(name, rows), weightsOf(rows)];
        const value = metric.measure(weights);
        // At its end a correlation has no derivative.
        fc.pre(value !== null && !(name === 'matthews' && value > 0.999));
        const influences = metric.influences(weights);
        const step = 1e-5;
        for (const at of rows.keys()) {
          const moved = (by: number) => metric.measure(weights.with(at, weights[at]! + by))!;
          expect(influences[at]).toBeCloseTo((weights[at]! * (moved(step) - moved(-step))) / (2 * step), 6);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(decisionMetrics.filter((name) => parseMetricName(name)!.className === null))(
    'know the least and the most that a row of each class could add to %s, whatever it is decided for',
    (name) => {
      fc.assert(
        fc.property(rowsDrawn, fc.boolean(), (drawn, isKnown) => {
          // What a class adds that has no row yet hangs on which comes first.
          const rows = isKnown ? [{ label: 3, decision: 3, weight: 1 }, ...drawn] : drawn;
          fc.pre(isKnown || rows.every(({ label, decision }) => label < 3 && decision < 3));
          const known = isKnown ? [0, 1, 2, 3] : [0, 1, 2];
          const isOfSide = names.map((_, of) => known.includes(of));
          const metric = prepare(name, rows, isOfSide);
          fc.pre(metric.measure(null) !== null && metric.extremes !== undefined);
          const { least, greatest } = metric.extremes!(null);
          // One more row of each kind, which weighs next to nothing.
          const weight = 1e-9;
          const more = known.flatMap((label) => known.map((decision) => ({ label, decision, weight })));
          const all = [...rows.map((row) => ({ ...row, weight: 1 })), ...more];
          const influences = prepare(name, all, isOfSide).influences(weightsOf(all));
          for (const label of known) {
            const added = more.flatMap((row, at) =>
              row.label === label ? influences[rows.length + at]! / weight : [],
            );
            expect(least[label]).toBeCloseTo(Math.min(...added), 5);
            expect(greatest[label]).toBeCloseTo(Math.max(...added), 5);
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it('cost what the matrix says at least and at most, of all that a row could be decided for', () => {
    const cost = fc.integer({ min: -9, max: 9 });
    const matrix = fc.dictionary(
      fc.constantFrom(...names, 'elk'),
      fc.dictionary(fc.constantFrom(...names, 'elk'), cost),
    );
    fc.assert(
      fc.property(matrix, cost, fc.integer({ min: 1, max: 4 }), (given, otherwise, count) => {
        const decided = {
          classes: { names: names.slice(0, count) },
          rule: { costs: { matrix: given, otherwise } },
        };
        const [costOf, rangeOf] = [costsOf(decided), costRangesOf(decided)];
        for (let label = 0; label < count; label++) {
          const all = Array.from({ length: count }, (_, decision) => costOf(label, decision));
          expect(rangeOf(label)).toEqual({ least: Math.min(...all), greatest: Math.max(...all) });
        }
      }),
    );
  });

  it('take no work that grows with the square of the classes, in 200 slices either', async () => {
    const [classes, rows] = [1000, 20_000];
    const random = seedRandom('many classes in many slices');
    const world = Array.from({ length: rows }, () => {
      const label = random.index(classes);
      const decide = (): string => `c${random.unit() < 0.8 ? label : random.index(classes)}`;
      return {
        label: `c${label}`,
        challenger: decide(),
        champion: decide(),
        region: `r${random.index(200)}`,
      };
    });
    const gates = ['f1_weighted', 'f1@c7', 'expected_cost'].map((metric) =>
      readGate({
        gate: 'g',
        kind: 'against-champion',
        metric,
        margin: 0.3,
        slices: { by: 'region', minimumRows: 30, tooSmall: 'ignore' },
      }),
    );
    // Of the square it took 40 s.
    expect(await cpuMsOf(() => judgeRows(gates, world, { task: 'multiclass' }))).toBeLessThan(8000);
  });
});

describe('units of rows', () => {
  it('are counted for each class as by a list of those that have it', () => {
    const row = fc.record({ unit: fc.nat({ max: 6 }), label: classOf });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const units = {
          unitOf: Uint32Array.from(rows, ({ unit }) => unit),
          seen: { count: 7, noun: 'group', plural: 'groups', words: '7 groups' },
          stretch: 1,
        };
        const labels = Float64Array.from(rows, ({ label }) => label);
        const counted = names.map(
          (_, of) => new Set(rows.flatMap(({ unit, label }) => (label === of ? [unit] : []))).size,
        );
        expect([...countUnitsOfClasses(units, labels, names.length)]).toEqual(counted);
      }),
    );
  });
});

describe('the outermost values', () => {
  it('are those at the end of all values in order', () => {
    const values = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, 1, -1)), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 30 }), fc.constantFrom(1, -1), (drawn, count, sign) => {
        const all = Float64Array.from(drawn, (value) => sign * value).sort();
        const found = findOutermost(sign as 1 | -1, Float64Array.from(drawn), count);
        // Beside each other -0 and 0 are in no order that matters.
        expect([...found].map((value) => value + 0)).toEqual(
          [...all.slice(-count)].map((value) => value + 0),
        );
      }),
    );
  });
});
