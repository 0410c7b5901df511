import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inferGain, type PairedRows } from '../../../shared/gates/infer-gain.ts';
import { inferMedianError } from '../../../shared/gates/infer-median.ts';
import { inferValue } from '../../../shared/gates/infer-value.ts';
import type { Inference, NoInference } from '../../../shared/gates/statistics/inference.ts';
import { inferMedian } from '../../../shared/gates/statistics/median-inference.ts';
import { normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { judgeRows } from './tables.ts';

const { medians } = JSON.parse(readFileSync('test/oracles/statistics.json', 'utf8')) as {
  medians: {
    values: number[];
    confidence: number;
    interval: [number, number];
    limit: number;
    atMost: number;
    atLeast: number;
  }[];
};

function inferred(result: Inference | NoInference): Inference {
  if ('why' in result) throw new Error(result.why);
  return result;
}

const scoredOf = (errors: readonly number[]) => ({
  labels: Float64Array.from(errors, () => 0),
  scores: Float64Array.from(errors),
  classes: null,
  probabilities: null,
});
const paired = (ours: readonly number[], theirs: readonly number[], weights: Float64Array | null = null) =>
  ({
    labels: Float64Array.from(ours, () => 0),
    challenger: Float64Array.from(ours),
    champion: Float64Array.from(theirs),
    weights,
    classes: null,
  }) satisfies PairedRows;

/** Errors so heavy-tailed that they have no mean. */
function drawErrors(rows: number, seed: string, scale = 1): number[] {
  const { unit } = seedRandom(seed);
  return Array.from({ length: rows }, () => scale * Math.abs(Math.tan(Math.PI * (unit() - 0.5))));
}

describe('the interval of a median', () => {
  it.each(medians)('equals that of scipy for $values.length values', (known) => {
    const found = inferMedian(Float64Array.from(known.values).sort(), 0);
    expect(found.interval(known.confidence)).toEqual({ low: known.interval[0], high: known.interval[1] });
    expect(found.atMost(known.limit)).toBeCloseTo(known.atMost, 9);
    expect(found.atLeast(known.limit)).toBeCloseTo(known.atLeast, 9);
  });

  it('ends where the tests begin to refute, with ties and weights, too', () => {
    const error = fc.constantFrom(0, 0.5, 1, 1.5, 2, 5, 1000);
    const weight = fc.constantFrom(0.5, 1, 2);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(error, weight), { minLength: 30, maxLength: 60 }),
        fc.boolean(),
        fc.constantFrom(0.6, 0.9, 0.95),
        (rows, weighted, confidence) => {
          const weights = weighted ? Float64Array.from(rows, ([, each]) => each) : null;
          const found = inferMedianError(scoredOf(rows.map(([each]) => each)), weights);
          if ('why' in found) return;
          const { low, high } = found.interval(confidence);
          const stated = (1 - confidence) / 2;
          expect(low).toBeLessThanOrEqual(found.estimate);
          expect(high).toBeGreaterThanOrEqual(found.estimate);
          // A limit on the upper end is kept, one on the lower end is not refuted.
          if (Number.isFinite(high)) expect(found.atLeast(high)).toBeLessThanOrEqual(stated);
          expect(found.atMost(low)).toBeGreaterThan(stated);
          if (low > 0) expect(found.atMost(low - 0.01)).toBeLessThanOrEqual(stated);
          if (high > 0) expect(found.atLeast(high - 0.01)).toBeGreaterThan(stated);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is the same with weights that are all equal', () => {
    for (const rows of [30, 101, 400]) {
      const errors = drawErrors(rows, 'equal weights');
      const plain = inferred(inferMedianError(scoredOf(errors), null)).interval(0.95);
      const weights = new Float64Array(rows).fill(3);
      expect(inferred(inferMedianError(scoredOf(errors), weights)).interval(0.95)).toEqual(plain);
    }
  });

  it('is none of rows of which a few carry all the weight', () => {
    const weights = Float64Array.from({ length: 100 }, (_, row) => (row < 6 ? 1 : 0));
    expect(inferMedianError(scoredOf(drawErrors(100, 'six')), weights)).toHaveProperty('why');
  });
});

describe('a gate on the median of errors without a mean', () => {
  it('holds what it states in 2,000 worlds on the limit', () => {
    // The median of |Cauchy| is 1.
    const worlds = 2000;
    let passed = 0;
    for (let world = 0; world < worlds; world++) {
      const found = inferred(inferMedianError(scoredOf(drawErrors(60, `cauchy ${world}`)), null));
      if (found.interval(0.95).high <= 1) passed++;
    }
    expect(passed / worlds).toBeLessThan(0.025 + 3 * Math.sqrt((0.025 * 0.975) / worlds));
  });

  it('decides where a mean of the same rows says nothing, which names it', () => {
    const rows = drawErrors(400, 'both metrics').map((error) => ({ label: 0, challenger: error }));
    const ask = (metric: string, atMost: number) =>
      judgeRows([readGate({ gate: 'g', kind: 'bound', metric, atMost, confidence: 0.95 })], rows, {
        task: 'regression',
      }).gates[0]!;
    expect(ask('median_absolute_error', 1.5)).toMatchObject({
      verdict: 'passed',
      interval: { method: 'exact interval by order statistics' },
    });
    const mean = ask('mae', 1e6);
    expect(mean.verdict).toBe('inconclusive');
    expect(mean.sentence).toMatch(
      /no number of rows would do for a mean; median_absolute_error needs no even rows, mae_trimmed hardly any$/,
    );
    const trimmed = ask('mae_trimmed@0.1', 4);
    expect(trimmed.verdict).toBe('passed');
  });

  it('has no interval where so few rows bound it to one side only', () => {
    const rows = drawErrors(10, 'ten').map((error) => ({ label: 0, challenger: error }));
    const gate = readGate({
      gate: 'g',
      kind: 'bound',
      metric: 'median_absolute_error',
      atMost: 100,
      confidence: 0.999,
      minimumRows: 10,
    });
    const [judged] = judgeRows([gate], rows, { task: 'regression' }).gates;
    expect(judged).toMatchObject({ verdict: 'inconclusive', interval: null });
    expect(judged!.sentence).toContain('so few rows bound it to one side only with 99.9 % confidence');
  });
});

describe('a gate on errors near the end of doubles', () => {
  it('has no interval, and no number that JSON does not know', () => {
    const gate = readGate({
      gate: 'g',
      kind: 'bound',
      metric: 'median_absolute_error',
      atMost: 1,
      confidence: 0.95,
      minimumRows: 1,
    });
    const rows = Array.from({ length: 40 }, (_, row) => ({
      label: row % 2 === 0 ? 0 : -1.29e308,
      challenger: 0,
    }));
    const report = judgeRows([gate], rows, { task: 'regression' });
    expect(report.gates[0]).toMatchObject({ verdict: 'inconclusive', interval: null, power: null });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('a gain in the median', () => {
  it('is 0 for sides that are alike, and found where there is one', () => {
    const ours = drawErrors(2000, 'ours', 0.8);
    const theirs = drawErrors(2000, 'theirs');
    const { inference } = inferGain('median_absolute_error', paired(ours, theirs));
    const { low, high } = inferred(inference).interval(0.95);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(0.2);
    expect(high).toBeLessThan(0.4);
  });

  it('is told better the more the sides have in common', () => {
    const { unit } = seedRandom('common');
    const shared = Array.from({ length: 1000 }, () => Math.abs(normalQuantile(1 - unit())));
    const nearly = shared.map((error) => error + 0.01 * unit());
    const apart = Array.from({ length: 1000 }, () => Math.abs(normalQuantile(1 - unit())) + 0.01 * unit());
    const widthOf = (theirs: number[]): number => {
      const { inference } = inferGain('median_absolute_error', paired(shared, theirs));
      const { low, high } = inferred(inference).interval(0.95);
      return high - low;
    };
    expect(widthOf(nearly)).toBeLessThan(0.3 * widthOf(apart));
  });

  it('has tests that agree with its intervals', () => {
    const found = inferred(
      inferGain('median_absolute_error', paired(drawErrors(300, 'agree'), drawErrors(300, 'with', 1.3)))
        .inference,
    );
    for (const confidence of [0.6, 0.9, 0.95, 0.99]) {
      const { low, high } = found.interval(confidence);
      const stated = (1 - confidence) / 2;
      expect(found.atMost(low - 1e-9)).toBeLessThanOrEqual(stated * (1 + 1e-5));
      expect(found.atLeast(high + 1e-9)).toBeLessThanOrEqual(stated * (1 + 1e-5));
      expect(found.atMost(low + 1e-9)).toBeGreaterThanOrEqual(stated * (1 - 1e-5));
    }
  });

  it('mirrors when the sides change places', () => {
    const [ours, theirs] = [drawErrors(101, 'mirror'), drawErrors(101, 'image')];
    const one = inferred(inferGain('median_absolute_error', paired(ours, theirs)).inference).interval(0.95);
    const other = inferred(inferGain('median_absolute_error', paired(theirs, ours)).inference).interval(0.95);
    expect(one.low).toBeCloseTo(-other.high, 12);
    expect(one.high).toBeCloseTo(-other.low, 12);
  });

  it('has no interval with weights, and says so', () => {
    const rows = paired(drawErrors(100, 'a'), drawErrors(100, 'b'), new Float64Array(100).fill(2));
    expect(inferGain('median_absolute_error', rows).inference).toEqual({
      why: 'rows have weights, and the gain in a median of them has no interval',
    });
  });
});

describe('a trimmed mean of errors', () => {
  it('has no interval where fewer than ten rows lie beyond its edge', () => {
    const rows = { ...paired(drawErrors(150, 'few'), drawErrors(150, 'beyond')), champion: null };
    expect(inferValue('mae_trimmed@0.05', rows)).toEqual({
      why: 'mae_trimmed@0.05 leaves 7 rows out, and an interval needs 10 beyond the edge: about 200 rows',
    });
    expect(inferValue('mae_trimmed@0.1', rows)).not.toHaveProperty('why');
    // Fifteen rows beyond the edge tell the error of a fifth look, ten only that of a second.
    const told = (metric: string) => {
      const inferred = inferValue(metric, rows);
      return 'why' in inferred ? 1 : inferred.atLeast(1e9);
    };
    expect(told('mae_trimmed@0.1')).toBeLessThan(0.00125);
    expect(told('mae_trimmed@0.07')).toBeGreaterThan(0.00125);
    expect(told('mae_trimmed@0.07')).toBeLessThan(0.0125);
  });

  it.each(['mae_trimmed@0', 'mae_trimmed@0.6', 'mae_trimmed@x'])('has no share as in %s', (metric) => {
    expect(() => readGate({ gate: 'g', kind: 'bound', metric, atMost: 1, source: 'predictions' })).toThrow();
  });
});

describe('a gate on the coverage of quantile forecasts', () => {
  const rows = Array.from({ length: 1000 }, (_, at) => ({ label: at < 905 ? 1 : 3, challenger: 2 }));
  const ask = (limit: object, of = rows) =>
    judgeRows(
      [readGate({ gate: 'g', kind: 'bound', metric: 'coverage_error@0.9', confidence: 0.95, ...limit })],
      of,
      { task: 'regression' },
    ).gates[0]!;

  it('bounds it from either side by an exact interval', () => {
    expect(ask({ atLeast: -0.02 })).toMatchObject({
      verdict: 'passed',
      challenger: expect.closeTo(0.005, 12),
      interval: { method: 'exact binomial interval' },
    });
    expect(ask({ atMost: 0.03 }).verdict).toBe('passed');
    expect(ask({ atMost: 0 }).verdict).toBe('inconclusive');
    expect(ask({ atMost: -0.05 }).verdict).toBe('failed');
  });

  it('counts a label on the forecast as covered', () => {
    expect(
      ask(
        { atLeast: -0.02 },
        rows.map((row) => ({ ...row, label: 2 })),
      ).challenger,
    ).toBeCloseTo(0.1, 12);
  });
});
