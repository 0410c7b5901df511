/**
 * How often a gate on a plain share passes, exact: the binomial probability of the counts with which its interval passes
 * (Clopper and Pearson for a bound, Tango for two sides on the same rows).
 */
import { binomialCdf, logGamma } from '../statistics/beta.ts';
import { matchedProportions } from '../statistics/matched-proportions.ts';

/** One-sided error of a two-sided confidence; null stays null. */
const errorOf = (confidence: number | null): number | null =>
  confidence === null ? null : (1 - confidence) / 2;

/** Chance that a share of `trials` rows is shown to be at least the limit, if `truth` is the true one. */
export function powerOfShare(
  trials: number,
  truth: number,
  limit: number,
  confidence: number | null,
): number {
  if (trials < 1) return 0;
  const error = errorOf(confidence);
  // An interval that starts at 0 is at least 0.
  if (limit <= 0) return 1;
  const passes = (successes: number): boolean =>
    error === null
      ? successes / trials >= limit
      : limit < 1 && 1 - binomialCdf(successes - 1, trials, limit) <= error;
  return 1 - binomialCdf(leastPassing(trials, passes) - 1, trials, truth);
}

/** What is true of two sides on the same rows. */
interface Paired {
  /** Share of rows that only one side has right. */
  readonly disagreement: number;
  readonly gain: number;
}

/** Chance that the gain is shown to be above the limit. */
export function powerOfPairs(
  rows: number,
  { disagreement, gain }: Paired,
  limit: number,
  confidence: number,
): number {
  if (rows < 1) return 0;
  const error = errorOf(confidence)!;
  const share = Math.min(1, Math.max(disagreement, Math.abs(gain)));
  const ours = share === 0 ? 0.5 : (share + gain) / (2 * share);
  const spread = 9 * Math.sqrt(rows * share * (1 - share)) + 20;
  const [from, to] = [Math.floor(rows * share - spread), Math.ceil(rows * share + spread)];
  let sum = 0;
  for (let differing = Math.max(0, from); differing <= Math.min(rows, to); differing++) {
    const chance = binomialChance(differing, rows, share);
    if (chance < 1e-13) continue;
    const passes = (onlyChallenger: number): boolean =>
      matchedProportions({ onlyChallenger, onlyChampion: differing - onlyChallenger, rows }).atMost(limit) <
      error;
    sum += chance * (1 - binomialCdf(leastPassing(differing, passes) - 1, differing, ours));
  }
  return Math.min(1, sum);
}

/** The least count that passes; one more than there are where none does. */
function leastPassing(most: number, passes: (count: number) => boolean): number {
  let [low, high] = [-1, most + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function binomialChance(count: number, trials: number, probability: number): number {
  if (probability <= 0) return count === 0 ? 1 : 0;
  if (probability >= 1) return count === trials ? 1 : 0;
  const ways = logGamma(trials + 1) - logGamma(count + 1) - logGamma(trials - count + 1);
  return Math.exp(ways + count * Math.log(probability) + (trials - count) * Math.log1p(-probability));
}
