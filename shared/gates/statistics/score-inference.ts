import type { Inference } from './inference.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { solveRising } from './solve.ts';

/**
 * Inference about a difference of two shares by inverting a score test: `score` answers how many standard errors the
 * seen difference lies above a supposed one, and falls as the supposed one rises from -1 to 1.
 */
export function scoreInference(
  method: string,
  estimate: number,
  score: (difference: number) => number,
): Inference {
  return {
    method,
    estimate,
    interval: (confidence) => {
      const z = normalQuantile((1 + confidence) / 2);
      return {
        low: solveRising(-1, 1, (difference) => z - score(difference)),
        high: solveRising(-1, 1, (difference) => -z - score(difference)),
      };
    },
    atMost: (limit) => normalCdf(-score(limit)),
    atLeast: (limit) => normalCdf(score(limit)),
  };
}
