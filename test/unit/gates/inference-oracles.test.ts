import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inferValue } from '../../../shared/gates/infer-value.ts';
import type { Rows } from '../../../shared/gates/rows.ts';
import { correctBenjaminiHochberg } from '../../../shared/gates/statistics/benjamini-hochberg.ts';
import { correctHolm } from '../../../shared/gates/statistics/holm.ts';
import { independentProportions } from '../../../shared/gates/statistics/independent-proportions.ts';
import { mcnemarPValue } from '../../../shared/gates/statistics/matched-proportions.ts';
import { studentCdf } from '../../../shared/gates/statistics/student.ts';

interface Oracle {
  readonly independent: readonly {
    readonly first: readonly [number, number];
    readonly second: readonly [number, number];
    readonly confidence: number;
    readonly interval: readonly [number, number];
  }[];
  readonly corrected: readonly {
    readonly pValues: readonly number[];
    readonly holm: readonly number[];
    readonly benjaminiHochberg: readonly number[];
  }[];
  readonly student: readonly (readonly [t: number, degrees: number, chance: number])[];
  readonly mcnemar: readonly (readonly [onlyChallenger: number, onlyChampion: number, pValue: number])[];
  readonly coverage: readonly {
    readonly labels: readonly number[];
    readonly upper: number;
    readonly quantile: number;
    readonly confidence: number;
    readonly ofQuantile: readonly [number, number];
    readonly ofInterval: readonly [number, number];
  }[];
}

const oracle = JSON.parse(readFileSync('test/oracles/inference.json', 'utf8')) as Oracle;

/** To 1e-9 of itself, or of 1 where it is less. */
const near = (ours: number, theirs: number): void =>
  expect(Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs))).toBeLessThan(1e-9);

describe('inference equals SciPy and statsmodels', () => {
  it.each(oracle.independent)(
    'of the difference of $first and $second',
    ({ first, second, confidence, interval }) => {
      const [a, b] = [first, second].map(([successes, trials]) => ({ successes, trials }));
      const { low, high } = independentProportions(a!, b!).interval(confidence);
      near(low, interval[0]);
      near(high, interval[1]);
    },
  );

  it.each(oracle.corrected)(
    'in corrections of $pValues.length p-values',
    ({ pValues, holm, benjaminiHochberg }) => {
      for (const [at, p] of correctHolm(pValues).entries()) near(p, holm[at]!);
      for (const [at, p] of correctBenjaminiHochberg(pValues).entries()) near(p, benjaminiHochberg[at]!);
    },
  );

  it("in Student's t distribution", () => {
    for (const [t, degrees, chance] of oracle.student) near(studentCdf(t, degrees), chance);
  });

  it("in McNemar's exact test", () => {
    for (const [onlyChallenger, onlyChampion, pValue] of oracle.mcnemar)
      near(mcnemarPValue({ onlyChallenger, onlyChampion, rows: 200 }), pValue);
  });

  it.each(oracle.coverage)(
    'in the coverage of a quantile and of an interval of $labels.length rows',
    ({ labels, upper, quantile, confidence, ofQuantile, ofInterval }) => {
      const same = (value: number): Float64Array => new Float64Array(labels.length).fill(value);
      const rows: Rows = {
        labels: Float64Array.from(labels),
        challenger: same(upper),
        champion: null,
        weights: null,
        classes: null,
        intervals: { challenger: { lower: same(-upper), upper: same(upper) }, champion: null },
      };
      for (const [metric, [from, to]] of [
        [`coverage_error@${quantile}`, ofQuantile],
        ['interval_coverage', ofInterval],
      ] as const) {
        const found = inferValue(metric, rows);
        if ('why' in found) throw new Error(found.why);
        const { low, high } = found.interval(confidence);
        near(low, from);
        near(high, to);
      }
    },
  );
});
