/**
 * Inference about a share of rows beyond a cut that the rows themselves make: a recall where so many of the other class
 * pass, a precision among the highest scores.
 *
 * Given where the cut lies, the rows beyond it are drawn independently, so the share is binomial; and how many rows lie
 * beyond the true cut is binomial, too: the order statistics of its scores (Thompson, Annals of Mathematical Statistics 7,
 * 1936). Both errors are independent. A limit is refuted where no cut and no share that would give it are together as
 * near as the square root of the sum of the squares of their normal quantiles says: the signed root of a profile
 * likelihood (Barndorff-Nielsen, Biometrika 73, 1986) with exact tails in place of likelihoods. No density of scores is
 * estimated, and steps of the curve, as ties make them, are walked over. `bench:false-passes` says what that keeps.
 *
 * A difference of two sides on the same rows is searched likewise over how both may err together, with the correlation of
 * what rows add to either.
 */
import { binomialCdf } from './beta.ts';
import { exactProportion } from './exact-proportion.ts';
import { findEnd } from './find-end.ts';
import type { Inference } from './inference.ts';
import { normalCdf } from './normal.ts';

export interface CutSide {
  readonly estimate: number;
  /** Of so many rows so large a share lies beyond the true cut. */
  readonly rows: number;
  readonly share: number;
  /** Rows of class 1 beyond the true cut, and of how many, where so many of `rows` lie beyond it at least, or at most. */
  readonly beyond: (count: number, bound: 'least' | 'most') => Counted;
}

interface Counted {
  readonly successes: number;
  readonly trials: number;
}

/** Normal quantiles at which limits are known; between them they are taken for straight. */
const farthest = 7;
const perQuantile = 4;
/** A share's own error is at least this. */
const leastQuantile = 0.01;
/** Ways to share an error between cut and share, and between two sides. */
const ways = 8;
/** From a quarter turn to either side; where the cut hardly moves it does so to both. */
const angles = [-1, 1].flatMap((sign) =>
  Array.from({ length: ways + 1 }, (_, way) => sign * Math.max(1e-9, (Math.PI * way) / (2 * ways))),
);
const method = 'profile of exact limits of the cut and of the share beyond it';

export function inferCut(side: CutSide): Inference {
  return { method, ...inferenceOf(side.estimate, limitsOf(side)) };
}

/** The share of `ours` less so many times that of `theirs`. */
export function inferCutGain(ours: CutSide, theirs: CutSide, correlation: number, factor: number): Inference {
  const [mine, others] = [limitsOf(ours), limitsOf(theirs)];
  const estimate = ours.estimate - factor * theirs.estimate;
  const apart = Math.acos(correlation);
  const turns = Array.from({ length: 4 * ways }, (_, turn) => (Math.PI * turn) / (2 * ways));
  const limits = tabulate(estimate, (quantile) => {
    const far = Math.abs(quantile);
    const differences = turns.map(
      (turn) => mine(far * Math.cos(turn)) - factor * others(far * Math.cos(turn + apart)),
    );
    return quantile < 0 ? Math.min(...differences) : Math.max(...differences);
  });
  return { method: `${method}, on the same rows`, ...inferenceOf(estimate, limits) };
}

/** A limit as a function of the normal quantile of its error, below 0 a lower one; it rises. */
type Limits = (quantile: number) => number;

function limitsOf(side: CutSide): Limits {
  return tabulate(side.estimate, (quantile) => {
    const far = Math.abs(quantile);
    const each = angles.map((angle) =>
      limitAt(side, quantile < 0, far * Math.cos(angle), far * Math.sin(angle)),
    );
    return quantile < 0 ? Math.min(...each) : Math.max(...each);
  });
}

/** The limit of the share beyond a cut that is moved by a quantile: above 0 so that more rows lie beyond it. */
function limitAt(side: CutSide, isLow: boolean, ofShare: number, ofCut: number): number {
  const { successes, trials } =
    ofCut < 0 ? side.beyond(leastBeyond(side, ofCut), 'least') : side.beyond(mostBeyond(side, ofCut), 'most');
  if (!(trials >= 1)) return isLow ? 0 : 1;
  // What chance leaves of a run of equal scores is counted against the side that is asked.
  const hits = isLow ? Math.floor(successes + 1e-9) : Math.ceil(successes - 1e-9);
  return exactLimit(Math.min(trials, hits), trials, isLow, ofShare);
}

/** The end of Clopper's and Pearson's interval. */
function exactLimit(successes: number, trials: number, isLow: boolean, quantile: number): number {
  if (successes === (isLow ? 0 : trials)) return isLow ? 0 : 1;
  const { estimate, atMost, atLeast } = exactProportion(successes, trials);
  const step = Math.sqrt((estimate * (1 - estimate)) / trials) || 1 / trials;
  // An end at the estimate itself is no way from it.
  const error = normalCdf(-Math.max(quantile, leastQuantile));
  return findEnd(isLow ? atMost : atLeast, error, estimate, isLow ? -step : step);
}

/** The least number of rows that may lie beyond the true cut, with an error of this quantile. */
function leastBeyond({ rows, share }: CutSide, quantile: number): number {
  const error = normalCdf(-Math.abs(quantile));
  return lastWhere(rows, (count) => binomialCdf(count, rows, share) <= error) + 1;
}

function mostBeyond({ rows, share }: CutSide, quantile: number): number {
  const error = normalCdf(-Math.abs(quantile));
  return lastWhere(rows, (count) => 1 - binomialCdf(count, rows, share) > error) + 1;
}

/** The last count from 0 on for which it holds, where it holds for all before; -1 where for none. */
function lastWhere(most: number, holds: (count: number) => boolean): number {
  let [from, to] = [-1, most + 1];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) from = middle;
    else to = middle;
  }
  return from;
}

/** Limits are found when they are asked for, since each takes its time. */
function tabulate(estimate: number, limitOf: Limits): Limits {
  const known = new Map<number, number>([[0, estimate]]);
  const at = (step: number): number => {
    const before = known.get(step);
    if (before !== undefined) return before;
    const limit = limitOf(step / perQuantile);
    const found = step < 0 ? Math.min(estimate, limit) : Math.max(estimate, limit);
    known.set(step, found);
    return found;
  };
  return (quantile) => {
    const place = Math.min(farthest, Math.max(-farthest, quantile)) * perQuantile;
    const before = Math.floor(place);
    const low = at(before);
    return place === before ? low : low + (place - before) * (at(before + 1) - low);
  };
}

function inferenceOf(estimate: number, limits: Limits): Omit<Inference, 'method'> {
  return {
    estimate,
    interval: (confidence) => {
      const quantile = solve((far) => normalCdf(-far) <= (1 - confidence) / 2);
      return { low: limits(-quantile), high: limits(quantile) };
    },
    atMost: (limit) => normalCdf(-solve((far) => limits(-far) <= limit)),
    atLeast: (limit) => normalCdf(-solve((far) => limits(far) >= limit)),
  };
}

/** The least quantile for which it holds, between the farthest on either side; the farthest where for none. */
function solve(holds: (quantile: number) => boolean): number {
  let [from, to] = [-farthest, farthest];
  while (to - from > 1e-9) {
    const middle = (from + to) / 2;
    if (holds(middle)) to = middle;
    else from = middle;
  }
  return to;
}
