/** What the results over all streams say of the rules. Pure. */
import { correctHolm } from '../../shared/gates/statistics/holm.ts';
import { advice, type View } from './contenders.ts';
import { oracle, priceGroups, type Results } from './play-stream.ts';
import { averageRanks, criticalDifference, type Friedman, friedman, signedRanks } from './rank-tests.ts';

export interface StreamResults {
  readonly stream: string;
  readonly results: Results;
}

export interface Standing {
  readonly rule: string;
  readonly averageRank: number;
  /** Means over the streams. */
  readonly cost: number;
  readonly runs: number;
  /** By group of plays. */
  readonly ranks: Readonly<Record<string, number>>;
  /** Of advice against it; null for advice itself. */
  readonly against: {
    readonly wins: number;
    readonly ties: number;
    readonly losses: number;
    readonly p: number;
    readonly corrected: number;
  } | null;
}

export interface Comparison {
  readonly view: View;
  /** The plays that are compared. */
  readonly among: string;
  readonly friedman: Friedman;
  readonly criticalDifference: number;
  /** The best first. */
  readonly standings: readonly Standing[];
  /** Mean cost of the oracle. */
  readonly oracle: number;
}

/** At least two streams. `among`: a group of plays; of `all` there are the ranks in the others, too. */
export function compareRules(streams: readonly StreamResults[], view: View, among: string): Comparison {
  const rules = Object.keys(streams[0]!.results[among]![view]).filter((rule) => rule !== oracle);
  const costsOf = (rule: string, group = among): number[] =>
    streams.map(({ results }) => results[group]![view][rule]!.cost);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const ranksOf = (group: string): number[] =>
    averageRanks(streams.map((_, at) => rules.map((rule) => costsOf(rule, group)[at]!)));
  const every = Object.keys(streams[0]!.results).filter((group) => !priceGroups.includes(group));
  const groups = among === 'all' ? every.toSorted() : [among];
  const ranks = new Map(groups.map((group) => [group, ranksOf(group)]));
  const others = rules.filter((rule) => rule !== advice);
  const own = costsOf(advice);
  const pValues = others.map((rule) => signedRanks(own, costsOf(rule)).p);
  const corrected = correctHolm(pValues);
  const standings = rules.map((rule, at): Standing => {
    const costs = costsOf(rule);
    const place = others.indexOf(rule);
    const count = (sign: number): number =>
      costs.filter((cost, stream) => Math.sign(cost - own[stream]!) === sign).length;
    return {
      rule,
      averageRank: ranks.get(among)![at]!,
      cost: mean(costs),
      runs: mean(streams.map(({ results }) => results[among]![view][rule]!.runs)),
      ranks: Object.fromEntries(groups.map((group) => [group, ranks.get(group)![at]!])),
      against:
        place < 0
          ? null
          : {
              ...{ wins: count(1), ties: count(0), losses: count(-1) },
              ...{ p: pValues[place]!, corrected: corrected[place]! },
            },
    };
  });
  return {
    ...{ view, among },
    friedman: friedman(ranks.get(among)!, streams.length),
    criticalDifference: criticalDifference(rules.length, streams.length),
    standings: standings.toSorted((a, b) => a.averageRank - b.averageRank),
    oracle: mean(costsOf(oracle)),
  };
}
