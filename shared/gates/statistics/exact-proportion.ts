import { binomialCdf } from './beta.ts';
import type { Inference } from './inference.ts';
import { solveRising } from './solve.ts';

/**
 * Inference about a share from `successes` of `trials`, exact at every size (Clopper and Pearson, Biometrika 26,
 * 1934): its error is never above the stated one, and a sample without a failure still gets an honest interval,
 * where a bootstrap would claim certainty. Needs at least one trial.
 */
export function exactProportion(successes: number, trials: number): Inference {
  const atMost = (limit: number): number =>
    limit <= 0 ? (successes > 0 ? 0 : 1) : 1 - belowOr(successes - 1, limit);
  const atLeast = (limit: number): number =>
    limit >= 1 ? (successes < trials ? 0 : 1) : belowOr(successes, limit);
  const belowOr = (count: number, probability: number): number => binomialCdf(count, trials, probability);
  return {
    method: 'exact binomial interval',
    estimate: successes / trials,
    interval: (confidence) => {
      const error = (1 - confidence) / 2;
      return {
        low: successes === 0 ? 0 : solveRising(0, 1, (share) => atMost(share) - error),
        high: successes === trials ? 1 : solveRising(0, 1, (share) => error - atLeast(share)),
      };
    },
    atMost,
    atLeast,
  };
}
