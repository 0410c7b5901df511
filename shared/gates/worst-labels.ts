/**
 * Which labels of rows without one make a gate's number least, and which greatest.
 *
 * Source: worst-case bounds of Manski, "Partial identification of probability distributions" (2003), chapter 1: nothing is
 * supposed of why a label is missing.
 *
 * Invariant: among the labellings of an end is one that no other labels go beyond. Where that cannot be said there are none.
 */

import type { MetricGate } from '../config/gate-schema.ts';
import { findMetric, parseMetricName } from '../config/metric-catalog.ts';
import { binsOf } from './infer-value.ts';
import { decisionsOf } from './metrics/decision-rule.ts';
import { costsOf } from './metrics/expected-cost.ts';
import type { ScoredRows } from './metrics/measure.ts';
import { findShare } from './metrics/shares.ts';
import { type Rows, scoredBy } from './rows.ts';
import { orderNumbers } from './statistics/order-numbers.ts';
import { binned } from './worst-bins.ts';
import { labelsOfMean } from './worst-means.ts';
import { isComparisonBounded, lossOfNumber, numbersTried } from './worst-numbers.ts';

/** Labellings of which one is the end; `open`: no end, whatever is tried some labels go beyond it. */
export type Ends = Labellings | 'open' | { readonly why: string };
interface Labellings {
  readonly labellings: () => Iterable<Float64Array>;
  /** Whether each row's label is the worst by itself, whatever other rows there are. */
  readonly separable: boolean;
}

/** Rows times labellings that are gone through. */
const mostMeasured = 20_000_000;

const separate = (labels: Float64Array | null, why: string): Ends =>
  labels ? { labellings: () => [labels], separable: true } : { why };

const together = (labels: Float64Array | { readonly why: string }): Ends =>
  'why' in labels ? labels : { labellings: () => [labels], separable: false };

/** Labels with which the number is least, or greatest, of a value of one side. */
export function endsOfValue(
  metric: string,
  side: 'challenger' | 'champion',
  labelled: Rows,
  others: Rows,
  greatest: boolean,
): Ends {
  const scored = scoredBy(others, side);
  if (!scored) return { why: `there are no scores of the ${side}` };
  const task = findMetric(metric)?.tasks;
  if (task?.length === 1 && task[0] === 'regression') return endsOfNumbers(metric, scored, greatest);
  const good = goodnessOf(metric, scored);
  const worst = greatest === (findMetric(metric)?.better === 'lower');
  if (good) return separate(pickLabels(others, good, worst), 'there is one class alone');
  const plain = decided(metric, scored, worst) ?? monotone(metric, scored, greatest);
  if (plain) return { labellings: () => [plain], separable: false };
  if (others.weights) return { why: `of ${metric} no worst labels are known where rows have weights` };
  const mean = labelsOfMean(metric, scored, scoredBy(labelled, side)!, greatest);
  if (mean) return together(mean);
  if (ranked.includes(parseMetricName(metric)?.base ?? '')) return ranks(metric, scored, labelled, greatest);
  if (metric === 'matthews' && !scored.classes)
    return correlated(scored, scoredBy(labelled, side)!, greatest);
  const bins = binsOf(metric);
  if (bins !== null) return together(binned(bins, scored, scoredBy(labelled, side)!, greatest));
  return { why: `of ${metric} no worst labels are known` };
}

/** The same of the gain, where each row's part of it is its own. */
export function endsOfGain({ metric }: MetricGate, others: Rows, greatest: boolean): Ends {
  const why = `of a gain in ${metric} no worst labels are known`;
  const [ours, theirs] = [scoredBy(others, 'challenger'), scoredBy(others, 'champion')];
  if (!ours || !theirs) return { why };
  if (isComparisonBounded(metric)) {
    const [loss, other] = [lossOfNumber(metric, ours), lossOfNumber(metric, theirs)];
    if (!loss || !other) return { why };
    const options = (row: number) => [
      ...numbersTried(metric, ours, row),
      ...numbersTried(metric, theirs, row),
    ];
    return separate(
      pickNumbers(others, options, (row, label) => other(row, label) - loss(row, label), greatest),
      why,
    );
  }
  const [good, other] = [goodnessOf(metric, ours), goodnessOf(metric, theirs)];
  if (!good || !other) return { why };
  return separate(
    pickLabels(others, (row, label) => good(row, label) - other(row, label), !greatest),
    why,
  );
}

function endsOfNumbers(metric: string, scored: ScoredRows, greatest: boolean): Ends {
  const why = `of ${metric} no worst labels are known`;
  const base = parseMetricName(metric)?.base ?? '';
  if (metric === 'smape') return separate(mirrored(scored, greatest), why);
  // Of one label far from all others no variance is explained.
  if (metric === 'r2') return { why: 'a label could be any number, and r2 with it 0 or less' };
  if (metric === 'bias' || (metric === 'mape' && greatest)) return 'open';
  const loss = lossOfNumber(metric, scored);
  if (!loss) return { why };
  const isShare = base.includes('coverage');
  if (greatest && !isShare) return 'open';
  const sign = isShare ? -1 : 1;
  const options = (row: number) => numbersTried(metric, scored, row);
  return separate(
    pickNumbers(scored, options, (row, label) => sign * loss(row, label), greatest),
    why,
  );
}

/** What a row adds to a mean over rows, up to what does not depend on its label; more is better. */
type Goodness = (row: number, label: number) => number;

function goodnessOf(metric: string, scored: ScoredRows): Goodness | null {
  const { scores, classes, probabilities } = scored;
  if (findShare(metric, classes?.names ?? null)?.among === 'all') {
    const decide = decisionsOf(scored);
    return (row, label) => (decide(row) === label ? 1 : 0);
  }
  if (metric === 'expected_cost') {
    const [decide, cost] = [decisionsOf(scored), costsOf(scored)];
    return (row, label) => -cost(label, decide(row));
  }
  if (metric !== 'brier' && metric !== 'log_loss') return null;
  if (classes && !probabilities) return null;
  const probabilityOf: Goodness = probabilities
    ? (row, label) => probabilities[label]![row]!
    : (row, label) => (label === 1 ? scores[row]! : 1 - scores[row]!);
  if (metric === 'brier') return probabilityOf;
  // Clipped as the metric is: of two that are as good as 0 neither is worse.
  return (row, label) =>
    Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probabilityOf(row, label))));
}

function pickLabels({ labels, classes }: Rows, good: Goodness, worst: boolean): Float64Array | null {
  const count = classes?.names.length ?? 2;
  // Of one class alone no row could be another.
  if (count < 2) return null;
  const options = Array.from({ length: count }, (_, label) => label);
  return pickNumbers({ labels }, () => options, good, !worst);
}

function pickNumbers(
  { labels }: Pick<Rows, 'labels'>,
  optionsOf: (row: number) => readonly number[],
  value: Goodness,
  greatest: boolean,
): Float64Array {
  return labels.map((_, row) => {
    const options = optionsOf(row);
    return options.reduce((found, label) => {
      const more = value(row, label) - value(row, found);
      return (greatest ? more > 0 : more < 0) ? label : found;
    }, options[0]!);
  });
}

/**
 * Every decision right, or every one wrong: of a recall, a precision, an F1, either rate and the mean of both recalls these
 * are the ends. A row that is right adds to what is right of the class it is decided for; one that is wrong to what is
 * missed of another, or to what is called so falsely; no other labels make either more.
 */
function decided(metric: string, scored: ScoredRows, worst: boolean): Float64Array | null {
  const decide = decisionsOf(scored);
  const { scores, classes } = scored;
  if (!classes) {
    const isKnown = metric === 'balanced_accuracy' || findShare(metric, null) !== undefined;
    return isKnown ? scores.map((_, row) => (worst ? 1 - decide(row) : decide(row))) : null;
  }
  const of = classes.names.indexOf(parseMetricName(metric)?.className ?? '');
  if (of < 0 || classes.names.length < 2) return null;
  const other = of === 0 ? 1 : 0;
  return scores.map((_, row) => ((decide(row) === of) === worst ? other : of));
}

/** Of a relative error 0, or the largest there is: the prediction, or its opposite. */
function mirrored({ scores }: ScoredRows, worst: boolean): Float64Array {
  return worst ? scores.map((score) => (score === 0 ? 1 : -score)) : scores;
}

/** Rows that any row of class 1 makes higher: which are the first is the scores' alone, and so are log odds. */
function monotone(metric: string, { scores }: ScoredRows, greatest: boolean): Float64Array | null {
  const isRising = parseMetricName(metric)?.base === 'precision_at' || metric === 'calibration_intercept';
  return isRising ? new Float64Array(scores.length).fill(greatest ? 1 : 0) : null;
}

/**
 * Of two rows one of each class, the exchange of their labels makes all of these higher where class 1 gets the higher score: so
 * the ends are among labels that are 1 from some score on, or below it.
 */
const ranked = ['roc_auc', 'pr_auc', 'recall_at_fpr'];

function ranks(metric: string, { scores }: ScoredRows, { labels }: Rows, greatest: boolean): Ends {
  const size = scores.length;
  if ((size + 1) * (size + labels.length) > mostMeasured) {
    return { why: `of ${metric} there are too many rows to try all labels that could be the worst` };
  }
  const order = orderNumbers(greatest ? scores.map((score) => -score) : scores);
  const labellings = function* (): Generator<Float64Array> {
    const tried = new Float64Array(size);
    yield tried.slice();
    for (const row of order) {
      tried[row] = 1;
      yield tried.slice();
    }
  };
  return { labellings, separable: false };
}

/** By counts: so many of those decided either way are of class 1. */
function correlated(scored: ScoredRows, labelled: ScoredRows, greatest: boolean): Ends {
  const [table, decide] = [[0, 0, 0, 0], decisionsOf(labelled)];
  for (let row = 0; row < labelled.labels.length; row++) table[2 * labelled.labels[row]! + decide(row)]!++;
  const decideOther = decisionsOf(scored);
  const kinds: [number[], number[]] = [[], []];
  for (let row = 0; row < scored.scores.length; row++) kinds[decideOther(row) as 0 | 1].push(row);
  const [none, some] = kinds;
  if ((none.length + 1) * (some.length + 1) > mostMeasured)
    return { why: 'of matthews there are too many rows to try all counts' };
  let found = { value: greatest ? -2 : 2, missed: 0, hits: 0 };
  for (let missed = 0; missed <= none.length; missed++) {
    for (let hits = 0; hits <= some.length; hits++) {
      const [tn, fp] = [table[0]! + none.length - missed, table[1]! + some.length - hits];
      const [fn, tp] = [table[2]! + missed, table[3]! + hits];
      const value = (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
      // Undefined where a row or a column is empty.
      if (Number.isNaN(value)) return { why: 'some labels leave matthews undefined' };
      if (greatest ? value > found.value : value < found.value) found = { value, missed, hits };
    }
  }
  const labels = new Float64Array(scored.scores.length);
  for (const row of none.slice(0, found.missed)) labels[row] = 1;
  for (const row of some.slice(0, found.hits)) labels[row] = 1;
  return { labellings: () => [labels], separable: false };
}
