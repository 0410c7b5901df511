import { binomialCdf } from './beta.ts';
import type { Inference } from './inference.ts';
import { scoreInference } from './score-inference.ts';

/** Rows that only one of the two sides has right, of all rows both were asked. */
export interface Discordance {
  readonly onlyChallenger: number;
  readonly onlyChampion: number;
  readonly rows: number;
}

/**
 * Inference about the difference of two shares measured on the same rows: the score interval of Tango, Statistics
 * in Medicine 17 (1998), made for showing non-inferiority. Where the two sides never differ it is still as wide as
 * so many rows deserve: no difference in 8 rows proves little.
 */
export function matchedProportions(discordance: Discordance): Inference {
  const { onlyChallenger, onlyChampion, rows } = discordance;
  return scoreInference(
    'score interval of matched proportions (Tango)',
    (onlyChallenger - onlyChampion) / rows,
    (difference) => tangoScore(discordance, difference),
  );
}

/** How many standard errors the seen difference lies above a supposed one; falls as the supposed one rises. */
function tangoScore({ onlyChallenger, onlyChampion, rows }: Discordance, difference: number): number {
  if (difference <= -1) return Number.POSITIVE_INFINITY;
  if (difference >= 1) return Number.NEGATIVE_INFINITY;
  const excess = onlyChallenger - onlyChampion - rows * difference;
  if (excess === 0) return 0;
  // Share of rows only the champion has right, at its most likely under the supposed difference.
  const b = (2 * rows - onlyChallenger + onlyChampion) * difference - onlyChallenger - onlyChampion;
  const c = -onlyChampion * difference * (1 - difference);
  const share = (Math.sqrt(Math.max(0, b * b - 8 * rows * c)) - b) / (4 * rows);
  const variance = rows * (2 * share + difference * (1 - difference));
  return variance > 0 ? excess / Math.sqrt(variance) : Math.sign(excess) * Number.POSITIVE_INFINITY;
}

/**
 * Two-sided p-value of "the two sides are right equally often": McNemar's test (Psychometrika 12, 1947) with exact
 * binomial tails.
 */
export function mcnemarPValue({ onlyChallenger, onlyChampion }: Discordance): number {
  const fewer = Math.min(onlyChallenger, onlyChampion);
  return Math.min(1, 2 * binomialCdf(fewer, onlyChallenger + onlyChampion, 0.5));
}
