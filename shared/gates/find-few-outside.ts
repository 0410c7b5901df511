import { parseMetricName } from '../config/metric-catalog.ts';
import { counted } from '../domain/plural.ts';
import { countUnits, findPlainUnits } from './dependence.ts';
import { coveredBy } from './metrics/interval-metrics.ts';
import type { ScoredRows } from './metrics/measure.ts';
import { isCovered } from './metrics/regression-metrics.ts';
import { type Rows, scoredBy } from './rows.ts';
import type { NoInference } from './statistics/inference.ts';
import { leastUnits } from './statistics/likelihood-inference.ts';

/** Either side of a quantile further in is common. */
const mostExtreme = 0.25;

/**
 * Too few labels on the costly side of a forecast: beyond an extreme quantile, or outside of an interval. They are rare and make
 * most of the loss, so that rows without them look alike and prove a loss that is too low (`bench:false-passes --cells
 * pinball@0.99`: 39 % in place of 2.5). In a comparison those of either side count. Null where there are enough, and of
 * other metrics.
 */
export function findFewOutside(metric: string, rows: Rows, compared: boolean): NoInference | null {
  const sides = compared ? (['challenger', 'champion'] as const) : (['challenger'] as const);
  const outside = sides.flatMap((side) => {
    const scored = scoredBy(rows, side);
    return (scored && outsideOf(metric, scored)) ?? [];
  });
  if (outside.length === 0) return null;
  const tells = (row: number): boolean =>
    (rows.weights?.[row] ?? 1) > 0 && outside.some((isOutside) => isOutside(row));
  const units = findPlainUnits(rows);
  const count = units
    ? countUnits(units, tells)
    : rows.labels.reduce((sum, _, row) => sum + (tells(row) ? 1 : 0), 0);
  if (count >= leastUnits) return null;
  const few = units ? `${count} ${count === 1 ? units.seen.noun : units.seen.plural}` : counted(count, 'row');
  return {
    why: `labels are on the rarer side of their forecast in ${few}, and an interval of ${metric} needs ${leastUnits}`,
  };
}

/** Whether a row's label is where it is seldom, and costs most; null for metrics that have no such place. */
export function outsideOf(metric: string, scored: ScoredRows): ((row: number) => boolean) | null {
  const parsed = parseMetricName(metric);
  const { labels, scores } = scored;
  if (parsed?.base === 'interval_score') {
    const isInside = coveredBy(scored);
    return isInside && ((row) => !isInside(row));
  }
  if (parsed?.base !== 'pinball' || Math.min(parsed.parameter!, 1 - parsed.parameter!) > mostExtreme)
    return null;
  const isAbove = parsed.parameter! > 0.5;
  return (row) => isCovered(labels[row]!, scores[row]!) !== isAbove;
}
