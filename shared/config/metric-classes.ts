import { findMetric, parseMetricName, type Task } from './metric-catalog.ts';

/**
 * The classes that a metric is about, each of which must have rows enough for it: names of them, `each` for a mean over
 * all of them or an area between them, null where it is about all rows alike or about those decided for a class.
 */
export function classesOfMetric(metric: string, task: Task): readonly string[] | 'each' | null {
  const parsed = parseMetricName(metric);
  if (!parsed || !findMetric(metric)?.tasks.includes(task)) return null;
  const { base, className } = parsed;
  if (className !== null) return base === 'precision@CLASS' ? null : [className];
  if (task === 'binary' && Object.hasOwn(ofOneClass, base)) return [ofOneClass[base]!];
  // With many classes it hardly depends on a rare one.
  if (base === 'matthews') return task === 'binary' ? 'each' : null;
  return ofEach.includes(base) ? 'each' : null;
}

const ofOneClass: Readonly<Record<string, string>> = {
  recall: '1',
  f1: '1',
  false_negative_rate: '1',
  pr_auc: '1',
  false_positive_rate: '0',
};

const ofEach = [
  'balanced_accuracy',
  'recall_macro',
  'precision_macro',
  'f1_macro',
  'roc_auc',
  'roc_auc_ovr',
  'recall_at_fpr',
  'calibration_slope',
  'calibration_intercept',
];
