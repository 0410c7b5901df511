/**
 * Rules compared over streams by their ranks: Demšar, "Statistical comparisons of classifiers over multiple data sets", Journal of
 * Machine Learning Research 7 (2006). Pure. The less a rule costs, the better its rank: 1 is the best.
 */
import { incompleteBeta } from '../../shared/gates/statistics/beta.ts';
import { normalCdf } from '../../shared/gates/statistics/normal.ts';
import { solveRising } from '../../shared/gates/statistics/solve.ts';

/** Ranks from the least on; equal values share the mean of theirs. */
export function rank(values: readonly number[]): number[] {
  return values.map((value) => {
    const less = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return less + (equal + 1) / 2;
  });
}

/** `costs`: by stream, then by rule. */
export function averageRanks(costs: readonly (readonly number[])[]): number[] {
  const ranked = costs.map(rank);
  return costs[0]!.map((_, rule) => ranked.reduce((sum, ranks) => sum + ranks[rule]!, 0) / costs.length);
}

export interface Friedman {
  readonly chiSquare: number;
  /** With the correction of Iman and Davenport (Communications in Statistics 9, 1980). */
  readonly f: number;
  readonly p: number;
}

/** Whether all rules are alike, from their average ranks over so many streams. */
export function friedman(ranks: readonly number[], streams: number): Friedman {
  const rules = ranks.length;
  const squares = ranks.reduce((sum, each) => sum + each * each, 0);
  const chiSquare = ((12 * streams) / (rules * (rules + 1))) * (squares - (rules * (rules + 1) ** 2) / 4);
  const most = streams * (rules - 1);
  const f = chiSquare >= most ? Infinity : ((streams - 1) * chiSquare) / (most - chiSquare);
  const [above, below] = [rules - 1, (rules - 1) * (streams - 1)];
  const p = f === Infinity ? 0 : incompleteBeta(below / (below + above * f), below / 2, above / 2);
  return { chiSquare, f, p };
}

/** By how much average ranks must differ to be told apart at 0.05 (Nemenyi, 1963). */
export function criticalDifference(rules: number, streams: number): number {
  const range = solveRising(0, 20, (q) => rangeCdf(q, rules) - 0.95);
  return (range / Math.SQRT2) * Math.sqrt((rules * (rules + 1)) / (6 * streams));
}

/** The chance that so many standard normal numbers lie within `width`: the studentized range without an error of the deviation. */
function rangeCdf(width: number, count: number): number {
  const [from, step] = [-9, 0.01];
  let sum = 0;
  for (let at = 0; at < 1800; at++) {
    const z = from + (at + 0.5) * step;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    sum += density * (normalCdf(z + width) - normalCdf(z)) ** (count - 1) * step;
  }
  return count * sum;
}

interface SignedRanks {
  /** Ranks of the streams in which the first costs less, and more; those of no difference are shared. */
  readonly wins: number;
  readonly losses: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Wilcoxon (Biometrics Bulletin 1, 1945). The ranks of zeros are shared between the sides, one of an odd number left out; p is of all
 * assignments of signs to the ranks that are no zeros.
 */
export function signedRanks(first: readonly number[], second: readonly number[]): SignedRanks {
  let differences = first.map((value, at) => second[at]! - value);
  if (differences.filter((value) => value === 0).length % 2 === 1)
    differences = differences.toSpliced(differences.indexOf(0), 1);
  const ranks = rank(differences.map(Math.abs));
  const sumOf = (isIn: (difference: number) => boolean): number =>
    ranks.reduce((sum, each, at) => sum + (isIn(differences[at]!) ? each : 0), 0);
  const shared = sumOf((value) => value === 0) / 2;
  const [wins, losses] = [sumOf((value) => value > 0), sumOf((value) => value < 0)];
  // Twice the ranks are whole numbers.
  const doubled = ranks.flatMap((each, at) => (differences[at] === 0 ? [] : [Math.round(2 * each)]));
  const total = doubled.reduce((sum, each) => sum + each, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (const each of doubled) {
    for (let sum = total; sum >= each; sum--) ways[sum]! += ways[sum - each]!;
  }
  const least = Math.round(2 * Math.min(wins, losses));
  const tail = ways.slice(0, least + 1).reduce((sum, each) => sum + each, 0);
  return {
    wins: wins + shared,
    losses: losses + shared,
    p: Math.min(1, (2 * tail) / 2 ** doubled.length),
  };
}
