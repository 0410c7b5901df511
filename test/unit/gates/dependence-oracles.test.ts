import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findUnits, measureDesignEffect, type RowUnits, sumUnits } from '../../../shared/gates/dependence.ts';
import { countRows } from '../../../shared/gates/find-too-few.ts';
import { prepareMetric } from '../../../shared/gates/metrics/prepare-metric.ts';
import { scoresOfLine } from '../../../shared/gates/metrics/recalibration.ts';
import { measureDependence } from '../../../shared/gates/predictions/note-groups.ts';
import type { Rows } from '../../../shared/gates/rows.ts';
import { chooseBlockLength } from '../../../shared/gates/statistics/block-length.ts';
import { tailIndexOf } from '../../../shared/gates/statistics/tail-index.ts';
import { countUp } from '../../../shared/gates/statistics/typed.ts';

interface Oracle {
  readonly blocks: {
    name: string;
    series: number[];
    expected: { length: number; stretch: number } | null;
  }[];
  readonly groups: {
    name: string;
    codes: number[];
    losses: number[];
    correlation: number;
    effect: number;
    chance: number;
    robustEffect: number;
  }[];
  readonly areas: { codes: number[]; labels: number[]; scores: number[]; area: number; variance: number }[];
  readonly recalibrations: {
    labels: number[];
    scores: number[];
    slope: [estimate: number, error: number];
    intercept: [estimate: number, error: number];
    tests: { of: 'slope' | 'intercept'; limit: number; statistic: number }[];
  }[];
  readonly hill: { name: string; values: number[]; outer: number; index: number }[];
  readonly weighed: {
    errors: number[];
    weights: number[];
    median: number;
    trimmed: [share: number, mean: number][];
    kish: number;
  }[];
  readonly cuts: { labels: number[]; scores: number[]; k: number; precision: number }[];
}

const oracle = JSON.parse(readFileSync('test/oracles/dependence.json', 'utf8')) as Oracle;

/** To such a share of what it should be. */
const near = (ours: number, theirs: number, share = 1e-9): void =>
  expect(Math.abs(ours / theirs - 1), `${ours} for ${theirs}`).toBeLessThan(share);

const scoredOf = (labels: readonly number[], scores: readonly number[]) => ({
  labels: Float64Array.from(labels),
  scores: Float64Array.from(scores),
  classes: null,
  probabilities: null,
});

function unitsOf(codes: readonly number[], values: Float64Array): RowUnits {
  const rows: Rows = {
    labels: new Float64Array(codes.length),
    challenger: new Float64Array(codes.length),
    champion: null,
    weights: null,
    classes: null,
    dependence: { kind: 'groups', column: 'customer', of: Uint32Array.from(codes) },
  };
  const units = findUnits(rows, values);
  if (!units || 'why' in units) throw new Error('there are no units');
  return units;
}

describe('rows in an order', () => {
  it.each(oracle.blocks)(
    'have blocks as long as Politis and White ask for: $name',
    ({ series, expected }) => {
      const chosen = chooseBlockLength(Float64Array.from(series));
      expect(chosen?.length ?? null).toBe(expected?.length ?? null);
      if (expected) near(chosen!.stretch, expected.stretch);
    },
  );
});

describe('rows of groups', () => {
  const noticed = oracle.groups.filter(({ effect }) => effect >= 1.5);
  it.each(noticed)('correlate as an analysis of variance says: $name', (of) => {
    const found = measureDependence(
      Uint16Array.from(of.codes),
      countUp(of.codes.length),
      Float64Array.from(of.losses),
    )!;
    near(found.correlation, of.correlation);
    near(found.effect, of.effect);
    near(found.chance, of.chance);
  });

  it.each(oracle.groups)("have the cluster-robust variance of statsmodels' mean: $name", (of) => {
    const mean = of.losses.reduce((sum, loss) => sum + loss, 0) / of.losses.length;
    const beyond = Float64Array.from(of.losses, (loss) => loss - mean);
    near(measureDesignEffect(beyond, unitsOf(of.codes, beyond)), Math.max(1, of.robustEffect));
  });

  it.each(oracle.areas)('have the variance of an area as Obuchowski has it: $area', (of) => {
    const metric = prepareMetric('roc_auc', scoredOf(of.labels, of.scores))!;
    near(metric.measure(null)!, of.area);
    const influences = metric.influences(null);
    const sums = sumUnits(influences, unitsOf(of.codes, influences));
    near(
      sums.reduce((sum, each) => sum + each * each, 0),
      of.variance,
    );
  });
});

describe('logistic recalibration', () => {
  const cases = oracle.recalibrations.map((of) => ({ ...of, rows: of.labels.length }));

  it.each(cases)('has the estimates and standard errors of statsmodels in $rows rows', (of) => {
    const scored = scoredOf(of.labels, of.scores);
    for (const name of ['slope', 'intercept'] as const) {
      const [estimate, error] = of[name];
      const ours = prepareMetric(`calibration_${name}`, scored)!.measure(null)!;
      near(ours, estimate);
      near(scoresOfLine(name === 'slope', scored, null, ours).deviation, error, 1e-7);
    }
  });

  it.each(cases)(
    'has the score tests of statsmodels in $rows rows',
    ({ labels, scores, slope, intercept, tests }) => {
      const scored = scoredOf(labels, scores);
      for (const { of, limit, statistic } of tests) {
        const [estimate] = of === 'slope' ? slope : intercept;
        const scoreIf = scoresOfLine(of === 'slope', scored, null, estimate).scoreIfAt(limit);
        let [sum, information] = [0, 0];
        for (const [row, label] of labels.entries()) {
          sum += scoreIf(row, label);
          // The variance of a row that is of either class with its chance.
          information -= scoreIf(row, 0) * scoreIf(row, 1);
        }
        near(sum ** 2 / information, statistic);
      }
    },
  );
});

describe('tails', () => {
  it.each(oracle.hill)(
    "have Hill's index, the likeliest of a Pareto law: $name",
    ({ values, outer, index }) => {
      near(tailIndexOf(1, Float64Array.from(values), outer), index);
      near(
        tailIndexOf(
          -1,
          Float64Array.from(values, (value) => -value),
          outer,
        ),
        index,
      );
    },
  );
});

describe('rows with weights', () => {
  it.each(oracle.weighed)(
    'are as rows that are repeated: $weights',
    ({ errors, weights, median, trimmed, kish }) => {
      const counts = Float64Array.from(weights);
      const scored = scoredOf(
        errors.map(() => 0),
        errors,
      );
      near(prepareMetric('median_absolute_error', scored)!.measure(counts)!, median);
      expect(trimmed.length).toBeGreaterThan(0);
      for (const [share, mean] of trimmed)
        near(prepareMetric(`mae_trimmed@${share}`, scored)!.measure(counts)!, mean);
      near(countRows({ labels: scored.labels, weights: counts }).effective, kish);
    },
  );
});

describe('a cut through equal scores', () => {
  it.each(oracle.cuts)(
    'has the mean precision of all orders: $k of $scores',
    ({ labels, scores, k, precision }) => {
      near(prepareMetric(`precision_at@${k}`, scoredOf(labels, scores))!.measure(null)!, precision);
    },
  );
});
