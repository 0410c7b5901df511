import { binomialCdf, incompleteBeta } from './beta.ts';
import type { Proportion } from './independent-proportions.ts';
import type { Inference } from './inference.ts';
import { solveRising } from './solve.ts';

/**
 * Inference about the difference of two shares measured on different rows, the first less the second, whose error is
 * never above the stated one, at any size and any confidence. The score interval (independent-proportions.ts) is
 * narrower and lies far out in the tails: of few rows it claims too much.
 *
 * A supposed difference is tested at every pair of shares with that difference. At one pair each count has an exact
 * binomial p-value of its own, and the two are independent; their product, the larger sample's weighted less, has a
 * known distribution (Fisher, Statistical Methods for Research Workers, 1932; with weights: Good, Journal of the Royal
 * Statistical Society B 17, 1955). The pair that fits best decides. Binomial tails are log-concave in the probability,
 * so that there is one such pair, and it is found.
 */
export function exactDifference(first: Proportion, second: Proportion): Inference {
  const atMost = (limit: number): number => pValue(first, second, limit);
  const atLeast = (limit: number): number => pValue(second, first, -limit);
  return {
    method: 'exact interval of independent proportions (weighted product of binomial tails)',
    estimate: first.successes / first.trials - second.successes / second.trials,
    interval: (confidence) => {
      const error = (1 - confidence) / 2;
      return {
        low: solveRising(-1, 1, (difference) => atMost(difference) - error),
        high: solveRising(-1, 1, (difference) => error - atLeast(difference)),
      };
    },
    atMost,
    atLeast,
  };
}

/** One-sided p-value of "the upper share exceeds the lower one by at most `limit`". */
function pValue(upper: Proportion, lower: Proportion, limit: number): number {
  const [from, to] = [Math.max(0, -limit), Math.min(1, 1 - limit)];
  if (limit >= 1) return 1;
  if (limit < -1) return 0;
  const [upperWeight, lowerWeight] = weights(upper.trials, lower.trials);
  const logProduct = (share: number): number =>
    upperWeight * Math.log(chanceOfMore(upper, share + limit)) +
    lowerWeight * Math.log(chanceOfFewer(lower, share));
  const tooLow = (share: number): boolean => chanceOfMore(upper, share + limit) === 0;
  const product = Math.exp(findHighest(from, to, logProduct, tooLow));
  return chanceOfProduct(product, Math.min(upperWeight, lowerWeight));
}

/** Those that lose least against the score interval, by trial; any that do not depend on the counts keep the error. */
function weights(upperTrials: number, lowerTrials: number): [upper: number, lower: number] {
  const weight = Math.sqrt(Math.min(upperTrials, lowerTrials) / Math.max(upperTrials, lowerTrials));
  // Near 1 the distribution of the product cannot be told from that at 1.
  if (weight > 0.999) return [1, 1];
  return upperTrials < lowerTrials ? [1, weight] : [weight, 1];
}

function chanceOfMore({ successes, trials }: Proportion, share: number): number {
  return successes === 0 ? 1 : incompleteBeta(Math.min(1, share), successes, trials - successes + 1);
}

function chanceOfFewer({ successes, trials }: Proportion, share: number): number {
  return binomialCdf(successes, trials, Math.max(0, share));
}

/** Chance that u v^weight is at most `product`, for u and v uniform between 0 and 1. */
function chanceOfProduct(product: number, weight: number): number {
  if (product <= 0) return 0;
  if (product >= 1) return 1;
  if (weight === 1) return product * (1 - Math.log(product));
  return (product - weight * product ** (1 / weight)) / (1 - weight);
}

const golden = (Math.sqrt(5) - 1) / 2;

/**
 * The highest value of a concave function between the two, by golden sections. Where it is minus infinity on both
 * sides of a section, `tooLow` says whether the highest lies above.
 */
function findHighest(
  from: number,
  to: number,
  valueAt: (x: number) => number,
  tooLow: (x: number) => boolean,
): number {
  let [low, high] = [from, to];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [valueAt(left), valueAt(right)];
  let highest = Math.max(valueAt(from), valueAt(to), atLeft, atRight);
  for (let turn = 0; turn < 100 && high - low > 1e-13; turn++) {
    const isBelow = atLeft > atRight || (atLeft === -Infinity && atRight === -Infinity && !tooLow(left));
    if (isBelow) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = valueAt(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = valueAt(right);
    }
    highest = Math.max(highest, atLeft, atRight);
  }
  return highest;
}
