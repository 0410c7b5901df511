/** Methods that gates are held against: what a statistician would take who knows the metric. */
import { prepareMetric } from '../../shared/gates/metrics/prepare-metric.ts';
import { findShare } from '../../shared/gates/metrics/shares.ts';
import { type Rows, scoredBy } from '../../shared/gates/rows.ts';
import { binomialCdf } from '../../shared/gates/statistics/beta.ts';
import { measureRocAreas } from '../../shared/gates/statistics/delong.ts';
import { normalCdf, normalQuantile } from '../../shared/gates/statistics/normal.ts';
import { studentCdf } from '../../shared/gates/statistics/student.ts';
import { betAgainst } from './betting.ts';
import { isComparison, type Rule, type RuleName } from './rules.ts';

type Goal = Rule['goal'];

/** A method by name, for rows that are independent and count alike. */
export interface Comparison {
  readonly name: string;
  /** Of these rows and this limit, whether it passes with so small an error. */
  readonly judge: (rows: Rows, limit: number, goal: Goal) => (error: number) => boolean;
  /** How often it passes so many rows where the truth is on the limit: exactly, where that can be told without drawing. */
  readonly passesAtLimit?: (rows: number, truth: number, goal: Goal, error: number) => number;
}

const means = ['log_loss', 'brier', 'mae', 'mape', 'smape', 'bias', 'pinball'];

/** The methods for a metric and a rule, where some are usual or known to be valid whatever the rows are drawn from. */
export function comparisonsFor(metric: string, rule: RuleName): readonly Comparison[] {
  // Of a margin that is a share no usual method knows the error.
  if (rule === 'relative non-inferiority' || rule === 'gap' || rule === 'slices') return [];
  const gains = isComparison(rule);
  const base = metric.split('@')[0]!;
  if (base === 'bias' && gains) return [];
  const isShare = findShare(metric, null)?.among === 'all';
  const bounded = isShare || base === 'brier' || base === 'smape' ? [betting(metric, gains)] : [];
  if (means.includes(base)) {
    const distance = (rows: Rows, limit: number) => studentDistance(eachOf(metric, rows, gains), limit);
    return [byDistance(gains ? 'paired t' : 't', distance), ...bounded];
  }
  if (metric === 'roc_auc') {
    return [gains ? byDistance('DeLong', areaGainDistance) : byDistance('logit DeLong', logitAreaDistance)];
  }
  if (!isShare) return [];
  return gains
    ? bounded
    : [{ ...byDistance('Wilson', wilsonDistance), passesAtLimit: wilsonAtLimit }, ...bounded];
}

/** `distance`: how far the estimate lies above the limit, as a normal quantile; null without one. */
function byDistance(name: string, distance: (rows: Rows, limit: number) => number | null): Comparison {
  return {
    name,
    judge: (rows, limit, goal) => {
      const above = distance(rows, limit);
      const pValue = above === null ? 1 : normalCdf(goal === 'above' ? -above : above);
      return (error) => pValue <= error;
    },
  };
}

/** Proven for any law whose values are bounded. */
function betting(metric: string, gains: boolean): Comparison {
  return {
    name: 'betting',
    judge: (rows, limit, goal) => {
      // A multiclass score is off by up to 1 in two classes.
      const most = metric === 'smape' || (metric === 'brier' && rows.classes) ? 2 : 1;
      const [from, width] = gains ? [-most, 2 * most] : [0, most];
      const unit = (value: number): number => {
        const share = (value - from) / width;
        return goal === 'above' ? share : 1 - share;
      };
      const each = eachOf(metric, rows, gains).map(unit);
      return (error) => betAgainst(each, unit(limit), error) <= error;
    },
  };
}

function studentDistance(each: Float64Array, limit: number): number | null {
  const n = each.length;
  const mean = each.reduce((sum, value) => sum + value, 0) / n;
  const variance = each.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return variance > 0 ? normalQuantile(studentCdf((mean - limit) / Math.sqrt(variance / n), n - 1)) : null;
}

/** What each row adds to a mean, or to a gain in one. */
function eachOf(metric: string, rows: Rows, gains: boolean): Float64Array {
  const ours = valuesOf(metric, rows, 'challenger');
  if (!gains) return ours;
  const theirs = valuesOf(metric, rows, 'champion');
  const sign = findShare(metric, null) ? 1 : -1;
  return ours.map((value, row) => sign * (value - theirs[row]!));
}

function valuesOf(metric: string, rows: Rows, side: 'challenger' | 'champion'): Float64Array {
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
  return wilsonOf(accuracy, limit, rows.labels.length);
}

const wilsonOf = (share: number, limit: number, rows: number): number =>
  (share - limit) / Math.sqrt((limit * (1 - limit)) / rows);

/** The count is binomial, so no world need be drawn. */
function wilsonAtLimit(rows: number, truth: number, goal: Goal, error: number): number {
  const wanted = -normalQuantile(error);
  if (goal === 'below') return wilsonAtLimit(rows, 1 - truth, 'above', error);
  let least = 0;
  while (least <= rows && wilsonOf(least / rows, truth, rows) < wanted) least++;
  return 1 - binomialCdf(least - 1, rows, truth);
}
