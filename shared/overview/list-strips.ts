/** Checks of a time, as strips of numbers and as what else there is to say of them. Pure. */
import type { CheckRow } from '../domain/check.ts';
import type { MetricStrip } from '../domain/timeline.ts';
import { thinSamples } from './thin-samples.ts';

type Limit = MetricStrip['limits'][number];

/** One strip for each rule that has numbers, by the names of the rules. Checks are the latest first, as the ledger lists them. */
export function listStrips(checks: readonly CheckRow[], points: number): readonly MetricStrip[] {
  const groups = Map.groupBy(
    checks.filter(({ value }) => value !== null),
    ({ kind, rule, metric }) => JSON.stringify([rule, kind, metric]),
  );
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const samples = group.toReversed().map(({ at, value, sample, standardError, window, verdict }) => ({
        ...{ at, value: value!, sample, window, verdict },
        ...(standardError !== undefined && { standardError }),
      }));
      const kept = thinSamples(samples, points);
      const { rule, kind, metric } = group[0]!;
      const limits = group.toReversed().reduce<Limit[]>(addLimit, []);
      return {
        rule,
        kind,
        metric: metric ?? rule,
        limits,
        samples: kept,
        thinned: samples.length - kept.length,
      };
    });
}

function addLimit(limits: Limit[], { at, limit }: CheckRow): Limit[] {
  const last = limits.at(-1);
  if (limit === null || (last?.side === limit.side && last.value === limit.value)) return limits;
  return [...limits, { from: at, ...limit }];
}

/** Those of which a strip does not tell all: they measured nothing, came to no verdict, breached or recovered. What still comes is no news. */
export function listTold(checks: readonly CheckRow[]): readonly CheckRow[] {
  return checks.filter(
    ({ kind, value, verdict }) => verdict !== 'fine' || (value === null && kind !== 'absence'),
  );
}
