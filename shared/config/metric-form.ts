import { findMetric, parseMetricName } from './metric-catalog.ts';

/** What a metric is of the rows it is over, where its sample alone says how sure it is. */
interface MetricForm {
  /** `share`: of the rows, those that count. `mean`: of numbers between the bounds, one for each row. */
  readonly kind: 'share' | 'mean';
  readonly low: number;
  readonly high: number;
}

/**
 * Micro averages over classes of which each row has one are the share of right rows. What is a share of a part of the rows
 * (recall, precision) is in neither list: nobody reports how large the part is.
 */
const shares = new Set([
  ...['accuracy', 'precision_micro', 'recall_micro', 'f1_micro', 'selection_rate', 'interval_coverage'],
]);
const means = new Set(['brier', 'smape']);

/** Null: its sample says nothing of its spread, or nobody knows what it is. */
export function formOf(metric: string): MetricForm | null {
  const base = metric === 'selection_rate' ? metric : (parseMetricName(metric)?.base ?? '');
  if (shares.has(base)) return { kind: 'share', low: 0, high: 1 };
  const range = means.has(base) ? findMetric(metric) : undefined;
  return range ? { kind: 'mean', low: range.lowest, high: range.highest } : null;
}
