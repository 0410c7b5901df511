import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inferGain } from '../../../shared/gates/infer-gain.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import { measureRocAreas } from '../../../shared/gates/statistics/delong.ts';
import { matchedProportions } from '../../../shared/gates/statistics/matched-proportions.ts';

type Side = 'challenger' | 'champion';
interface Oracle {
  readonly areas: {
    readonly name: string;
    readonly labels?: number[];
    readonly challenger?: number[];
    readonly champion?: number[];
    readonly areas: [number, number];
    readonly covariance: [[number, number], [number, number]];
    readonly pValue: number;
  }[];
  readonly errors: ({ name: string } & Record<Side, Record<string, number>>)[];
  readonly recalibrations: {
    readonly name: string;
    readonly side: Side;
    readonly calibration_slope: number;
    readonly calibration_intercept: number;
  }[];
}

const oracle = JSON.parse(readFileSync('test/oracles/in-r.json', 'utf8')) as Oracle;

/** The columns of a file of numbers, by their names. */
function readNumbers(name: string): Record<string, number[]> {
  const [header, ...lines] = readFileSync(`test/oracles/public-models/${name}.csv`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return Object.fromEntries(header!.map((column, at) => [column, lines.map((line) => Number(line[at]))]));
}

/** To such a share of what it should be. */
const near = (ours: number, theirs: number): void =>
  expect(Math.abs(ours / theirs - 1), `${ours} for ${theirs}`).toBeLessThan(1e-9);

const scored = (columns: Record<string, number[]>, side: Side) => ({
  labels: Float64Array.from(columns['label']!),
  scores: Float64Array.from(columns[side]!),
  classes: null,
  probabilities: null,
});

describe('areas of two sides', () => {
  it.each(oracle.areas)("have the covariance and the test of R's pROC: $name", (of) => {
    const columns = of.labels ? null : readNumbers(of.name);
    const labels = Float64Array.from(of.labels ?? columns!['label']!);
    const challenger = Float64Array.from(of.challenger ?? columns!['challenger']!);
    const champion = Float64Array.from(of.champion ?? columns!['champion']!);
    const ours = measureRocAreas(labels, [challenger, champion]);
    for (const i of [0, 1] as const) {
      near(ours.areas[i]!, of.areas[i]);
      for (const j of [0, 1] as const) near(ours.covariance(i, j), of.covariance[i][j]);
    }
    const rows = { labels, challenger, champion, weights: null, classes: null };
    const { test } = inferGain('roc_auc', rows);
    expect(test?.name).toBe('DeLong: no difference');
    near(test!.pValue, of.pValue);
  });
});

describe('errors of a regression', () => {
  const cases = oracle.errors.flatMap(({ name, ...sides }) =>
    (['challenger', 'champion'] as const).map((side) => ({ name, side, expected: sides[side] })),
  );
  it.each(cases)("are those of R's Metrics: $side of $name", ({ name, side, expected }) => {
    const rows = scored(readNumbers(name), side);
    expect(Object.keys(expected)).toContain('smape');
    for (const [metric, value] of Object.entries(expected))
      near(prepareMetric(metric, rows)!.measure(null)!, value);
  });
});

describe('logistic recalibration', () => {
  it.each(oracle.recalibrations)("is that of R's glm: $side of $name", ({ name, side, ...expected }) => {
    const rows = scored(readNumbers(name), side);
    for (const [metric, value] of Object.entries(expected))
      near(prepareMetric(metric, rows)!.measure(null)!, value);
  });
});

describe("Tango's interval", () => {
  // scoreci.mp(c, b, n, 0.95) of the package's source at CRAN: it halves steps down to 1e-7.
  it.each([
    [0, 0, 8, -0.3244075775, 0.3244075179],
    [3, 1, 40, -0.0669506073, 0.1791576236],
    [12, 5, 400, -0.003019369692, 0.040827120394],
    [0, 9, 120, -0.13640918583, -0.03995706588],
    [40, 40, 1000, -0.01787775755, 0.01787775755],
    [130, 90, 100_000, 0.0001102651834, 0.0006965336561],
    [25, 28, 618, -0.02873204026, 0.0187850094],
  ])("of %i against %i of %i is that of R's PropCIs, as near as it looks", (b, c, rows, from, to) => {
    const { low, high } = matchedProportions({ onlyChallenger: b, onlyChampion: c, rows }).interval(0.95);
    expect(Math.abs(low - from)).toBeLessThan(2e-7);
    expect(Math.abs(high - to)).toBeLessThan(2e-7);
  });
});
