/** What ways of comparing two shares of few requests make of the error that they are asked: no simulation, but sums. */
import { logGamma } from '../../shared/gates/statistics/beta.ts';
import { exactDifference } from '../../shared/gates/statistics/exact-difference.ts';
import { independentProportions } from '../../shared/gates/statistics/independent-proportions.ts';

/** What a test that is asked an error really has, at shares whose difference is exactly the limit. */
interface MethodCell {
  readonly trials: number;
  readonly championTrials: number;
  readonly championRate: number;
  readonly margin: number;
  readonly asked: number;
}

export interface MethodErrors extends MethodCell {
  readonly score: number;
  readonly exact: number;
}

export const methodCells: readonly MethodCell[] = [
  ...[0.0125, 0.001, 0.00001].map((asked) => ({
    ...{ trials: 50, championTrials: 450, championRate: 0.001, margin: 0.01, asked },
  })),
  ...[0.0125, 0.001, 0.00001].map((asked) => ({
    ...{ trials: 200, championTrials: 1800, championRate: 0.01, margin: 0.01, asked },
  })),
  ...[0.0125, 0.001, 0.00001].map((asked) => ({
    ...{ trials: 100, championTrials: 100, championRate: 0.05, margin: 0.05, asked },
  })),
];

/** The chance of rolling back at one look by luck. */
export function compareMethods(cell: MethodCell): MethodErrors {
  const { trials, championTrials, championRate, margin, asked } = cell;
  let [score, exact] = [0, 0];
  for (const [bad, chance] of likely(trials, championRate + margin)) {
    for (const [championBad, championChance] of likely(championTrials, championRate)) {
      if (bad / trials - championBad / championTrials <= margin) continue;
      const sides = [
        { successes: bad, trials },
        { successes: championBad, trials: championTrials },
      ] as const;
      if (independentProportions(...sides).atMost(margin) <= asked) score += chance * championChance;
      if (exactDifference(...sides).atMost(margin) <= asked) exact += chance * championChance;
    }
  }
  return { ...cell, score, exact };
}

/** Counts that are not next to impossible, with their chances. */
function likely(trials: number, rate: number): [count: number, chance: number][] {
  const all = Array.from({ length: trials + 1 }, (_, count): [number, number] => {
    const ways = logGamma(trials + 1) - logGamma(count + 1) - logGamma(trials - count + 1);
    return [count, Math.exp(ways + count * Math.log(rate) + (trials - count) * Math.log1p(-rate))];
  });
  return all.filter(([, chance]) => chance > 1e-12);
}
