/** Numbers that a label of a regression could be, of which the worst and the best for a metric are some. */
import { parseMetricName } from '../config/metric-catalog.ts';
import type { ScoredRows } from './metrics/measure.ts';
import { isCovered } from './metrics/regression-metrics.ts';

/** Whether the difference of both sides' losses is largest and least where one of them has a kink, and not far out. */
export const isComparisonBounded = (metric: string): boolean =>
  ['mae', 'pinball', 'interval_score', 'interval_coverage'].includes(parseMetricName(metric)?.base ?? '');

/** Kinks of a side's loss, its least place among them, and for shares a label that nothing covers. */
export function numbersTried(
  metric: string,
  { scores, intervals }: ScoredRows,
  row: number,
): readonly number[] {
  const base = parseMetricName(metric)?.base ?? '';
  const far = [-Number.MAX_VALUE, Number.MAX_VALUE];
  if (base.startsWith('interval_')) {
    const ends = intervals ? [intervals.lower[row]!, intervals.upper[row]!] : [];
    return base === 'interval_score' ? ends : [...ends, ...far];
  }
  return base === 'coverage_error' ? [scores[row]!, ...far] : [scores[row]!];
}

/**
 * What a label costs, up to what does not depend on it and to what rises with it: the metric is least where all of these are.
 * Null where that is not known.
 */
export function lossOfNumber(
  metric: string,
  { scores, intervals }: ScoredRows,
): ((row: number, label: number) => number) | null {
  const parsed = parseMetricName(metric);
  switch (parsed?.base) {
    case 'mae':
    case 'mape':
    case 'rmse':
    case 'median_absolute_error':
    case 'mae_trimmed':
      return (row, label) => Math.abs(label - scores[row]!);
    case 'pinball': {
      const quantile = parsed.parameter!;
      return (row, label) =>
        label >= scores[row]! ? quantile * (label - scores[row]!) : (1 - quantile) * (scores[row]! - label);
    }
    case 'coverage_error':
      return (row, label) => (isCovered(label, scores[row]!) ? 0 : 1);
    case 'interval_coverage':
    case 'interval_coverage_error':
    case 'interval_score': {
      if (!intervals) return null;
      const { lower, upper } = intervals;
      if (parsed.base !== 'interval_score') {
        return (row, label) => (lower[row]! <= label && label <= upper[row]! ? 0 : 1);
      }
      const price = 2 / (1 - parsed.parameter!);
      return (row, label) =>
        upper[row]! - lower[row]! + price * Math.max(0, lower[row]! - label, label - upper[row]!);
    }
    default:
      return null;
  }
}
