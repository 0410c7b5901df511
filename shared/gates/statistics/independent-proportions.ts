import type { Inference } from './inference.ts';
import { scoreInference } from './score-inference.ts';

/** So many of so many rows; at least one row. */
export interface Proportion {
  readonly successes: number;
  readonly trials: number;
}

/**
 * Inference about the difference of two shares measured on different rows, the first less the second: the score
 * interval of Miettinen and Nurminen, Statistics in Medicine 4 (1985), which stays honest where a share is 0 or 1.
 */
export function independentProportions(first: Proportion, second: Proportion): Inference {
  return scoreInference(
    'score interval of independent proportions (Miettinen and Nurminen)',
    first.successes / first.trials - second.successes / second.trials,
    (difference) => miettinenScore(first, second, difference),
  );
}

/** How many standard errors the seen difference lies above a supposed one; falls as the supposed one rises. */
function miettinenScore(first: Proportion, second: Proportion, difference: number): number {
  if (difference <= -1) return Number.POSITIVE_INFINITY;
  if (difference >= 1) return Number.NEGATIVE_INFINITY;
  const [n, m] = [first.trials, second.trials];
  const excess = first.successes / n - second.successes / m - difference;
  if (excess === 0) return 0;
  const low = likeliestSecond(first, second, difference);
  const high = low + difference;
  const variance = ((high * (1 - high)) / n + (low * (1 - low)) / m) * ((n + m) / (n + m - 1));
  return variance > 0 ? excess / Math.sqrt(variance) : Math.sign(excess) * Number.POSITIVE_INFINITY;
}

/** The second share at its most likely under the supposed difference: the root of a cubic (appendix of the paper). */
export function likeliestSecond(first: Proportion, second: Proportion, difference: number): number {
  const [n, m] = [first.trials, second.trials];
  const successes = first.successes + second.successes;
  const square = (n + 2 * m) * difference - (n + m) - successes;
  const linear = (m * difference - (n + m) - 2 * second.successes) * difference + successes;
  const constant = second.successes * difference * (1 - difference);
  const third = square / (3 * (n + m));
  const q = third ** 3 - (third * linear) / (2 * (n + m)) + constant / (2 * (n + m));
  const p = Math.sign(q || 1) * Math.sqrt(Math.max(0, third ** 2 - linear / (3 * (n + m))));
  const angle = p === 0 ? 0 : (Math.PI + Math.acos(Math.min(1, Math.max(-1, q / p ** 3)))) / 3;
  const root = 2 * p * Math.cos(angle) - third;
  return Math.min(Math.min(1, 1 - difference), Math.max(Math.max(0, -difference), root));
}
