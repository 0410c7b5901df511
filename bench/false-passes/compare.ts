/** Methods that gates are held against: what a statistician would take who knows the metric, or the truth. */
import { prepareMetric } from '../../shared/gates/metrics/prepare-metric.ts';
import { findShare } from '../../shared/gates/metrics/shares.ts';
import { type Rows, scoredBy } from '../../shared/gates/rows.ts';
import { measureRocAreas } from '../../shared/gates/statistics/delong.ts';
import { normalCdf, normalQuantile } from '../../shared/gates/statistics/normal.ts';
import { studentCdf } from '../../shared/gates/statistics/student.ts';
import { isComparison, type RuleName } from './rules.ts';

/** A method by name: how far the estimate lies beyond the limit (above it), as a normal quantile; null without one. */
export interface Comparison {
  readonly name: string;
  readonly distance: (rows: Rows, limit: number) => number | null;
}

const means = ['log_loss', 'brier', 'mae', 'mape', 'smape', 'bias', 'pinball'];

/** The method for a metric and a rule over rows without weights, where one is usual. */
export function comparisonFor(metric: string, rule: RuleName): Comparison | null {
  // Of a margin that is a share no usual method knows the error.
  if (rule === 'relative non-inferiority') return null;
  const gains = isComparison(rule);
  if (rule === 'gap' || rule === 'slices') return null;
  const base = metric.split('@')[0]!;
  if (means.includes(base) && !(base === 'bias' && gains)) {
    return {
      name: gains ? 'paired t' : 't',
      distance: (rows, limit) => studentDistance(metric, rows, gains, limit),
    };
  }
  if (metric === 'roc_auc') {
    return gains
      ? { name: 'DeLong', distance: areaGainDistance }
      : { name: 'logit DeLong', distance: logitAreaDistance };
  }
  if (gains) return null;
  return findShare(metric, null)?.among === 'all' ? { name: 'Wilson', distance: wilsonDistance } : null;
}

function studentDistance(metric: string, rows: Rows, gains: boolean, limit: number): number | null {
  const ours = lossesOf(metric, rows, 'challenger');
  const theirs = gains ? lossesOf(metric, rows, 'champion') : null;
  const each = theirs ? ours.map((loss, row) => theirs[row]! - loss) : ours;
  const n = each.length;
  const mean = each.reduce((sum, value) => sum + value, 0) / n;
  const variance = each.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return variance > 0 ? normalQuantile(studentCdf((mean - limit) / Math.sqrt(variance / n), n - 1)) : null;
}

/** What each row adds to a mean. */
function lossesOf(metric: string, rows: Rows, side: 'challenger' | 'champion'): Float64Array {
  const prepared = prepareMetric(metric, scoredBy(rows, side)!);
  if (prepared?.kind !== 'sums' || !prepared.ratioOf) throw new Error(`${metric} is no mean`);
  const { top } = prepared.ratioOf(null);
  return rows.labels.map((_, row) => top(row));
}

function logitAreaDistance(rows: Rows, limit: number): number | null {
  if (!hasTwoOfEach(rows)) return null;
  const { areas, covariance } = measureRocAreas(rows.labels, [rows.challenger]);
  const area = areas[0]!;
  const error = Math.sqrt(covariance(0, 0)) / (area * (1 - area));
  const logit = (value: number): number => Math.log(value / (1 - value));
  return error > 0 && Number.isFinite(error) ? (logit(area) - logit(limit)) / error : null;
}

function areaGainDistance(rows: Rows, limit: number): number | null {
  if (!hasTwoOfEach(rows)) return null;
  const { areas, covariance } = measureRocAreas(rows.labels, [rows.challenger, rows.champion!]);
  const variance = covariance(0, 0) + covariance(1, 1) - 2 * covariance(0, 1);
  return variance > 1e-18 ? (areas[0]! - areas[1]! - limit) / Math.sqrt(variance) : null;
}

function hasTwoOfEach({ labels }: Rows): boolean {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return positives >= 2 && labels.length - positives >= 2;
}

function wilsonDistance(rows: Rows, limit: number): number | null {
  const accuracy = prepareMetric('accuracy', scoredBy(rows, 'challenger')!)!.measure(null)!;
  return (accuracy - limit) / Math.sqrt((limit * (1 - limit)) / rows.labels.length);
}

/** Whether a method passes with so small an error. */
export function passesWith(
  comparison: Comparison,
  rows: Rows,
  goal: 'above' | 'below',
  limit: number,
  error: number,
): boolean {
  const distance = comparison.distance(rows, limit);
  return distance !== null && normalCdf(goal === 'above' ? -distance : distance) <= error;
}
