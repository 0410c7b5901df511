/**
 * Between what bounds a gate's number lies over all rows, whatever the labels of those without one are.
 *
 * Owns: which labels are the worst and the best there can be. Does not own: the verdict, which is of the rows with a label.
 *
 * Source: worst-case bounds of Manski, "Partial identification of probability distributions" (2003), chapter 1: nothing is
 * supposed of why a label is missing.
 *
 * Invariant: both bounds are reached by some labels, and no labels give a value outside of them. Where that cannot be
 * said there are none.
 */
import { type GateConfig, type MetricGate, sourceOf } from '../config/gate-schema.ts';
import { findMetric, parseMetricName } from '../config/metric-catalog.ts';
import type { GateResult } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { computeMetric } from './evidence.ts';
import { gainOf } from './infer-gain.ts';
import { show } from './measure-gate.ts';
import { costsOf, decisionsOf } from './metrics/decision-rule.ts';
import type { ScoredRows } from './metrics/measure.ts';
import { findShare } from './metrics/shares.ts';
import { mapProbabilities, type Predictions, type Rows, scoredBy } from './rows.ts';

type Bounds = NonNullable<GateResult['unlabelled']>;

/** Null where every row has a label, the job reports the number, or the gate counts rows itself. */
export function boundUnlabelled(gate: GateConfig, predictions: Predictions | null): Bounds | null {
  if (gate.kind === 'data' || !predictions?.unlabelled || sourceOf(gate) === 'reported') return null;
  const { unlabelled } = predictions;
  const rows = unlabelled.labels.length;
  if (gate.kind === 'gap') return { rows, low: null, high: null };
  const values = [true, false].map((worst) => {
    const labels = labelsFor(gate, unlabelled, worst);
    return labels && measure(gate, joinRows(predictions, { ...unlabelled, labels }));
  });
  const [one, other] = values;
  const known = typeof one === 'number' && typeof other === 'number';
  return { rows, low: known ? Math.min(one, other) : null, high: known ? Math.max(one, other) : null };
}

/** The same behind a gate's sentence. */
export function describeUnlabelled(gate: GateConfig, { rows, low, high }: Bounds): string {
  const have = `${counted(rows, 'row')} ${rows === 1 ? 'has' : 'have'} no label`;
  if (low === null || high === null) return `; ${have}, and no bounds are known of what they could change`;
  const subject = gate.kind === 'bound' ? gate.metric : 'the gain';
  return `; ${have}: whatever they are, ${subject} over all rows is between ${show(low)} and ${show(high)}`;
}

/** What the gate's rule is about: the challenger's value, or its gain. */
function measure({ kind, metric }: MetricGate, rows: Rows): number | null {
  const challenger = computeMetric(rows, 'challenger', metric);
  if (kind === 'bound' || challenger === null) return challenger;
  const champion = computeMetric(rows, 'champion', metric);
  return champion === null ? null : gainOf(findMetric(metric)!.better, challenger, champion);
}

/** The labels of each row without one that are worst for the gate's rule, or best; null where nobody knows which. */
function labelsFor({ kind, metric }: MetricGate, rows: Rows, worst: boolean): Float64Array | null {
  const ours = scoredBy(rows, 'challenger')!;
  const good = goodnessOf(metric, ours);
  if (kind === 'bound') {
    if (good) return pickLabels(rows, good, worst);
    return metric === 'smape' ? mirrored(ours, worst) : decided(metric, ours, worst);
  }
  const theirs = scoredBy(rows, 'champion');
  const other = theirs && goodnessOf(metric, theirs);
  return good && other && pickLabels(rows, (row, label) => good(row, label) - other(row, label), worst);
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
  return labels.map((_, row) => {
    let found = 0;
    for (let label = 1; label < count; label++) {
      const more = good(row, label) - good(row, found);
      if (worst ? more < 0 : more > 0) found = label;
    }
    return found;
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

function joinRows(first: Rows, second: Rows): Rows {
  const join = (one: Float64Array, other: Float64Array): Float64Array => {
    const both = new Float64Array(one.length + other.length);
    both.set(one);
    both.set(other, one.length);
    return both;
  };
  const joinSides = (side: 'challenger' | 'champion') => {
    const columns = second.classes?.[side].probabilities?.values();
    return mapProbabilities(first.classes![side], (column) => join(column, columns!.next().value!));
  };
  return {
    rule: first.rule,
    labels: join(first.labels, second.labels),
    challenger: join(first.challenger, second.challenger),
    champion: first.champion && second.champion && join(first.champion, second.champion),
    weights: first.weights && second.weights && join(first.weights, second.weights),
    classes: first.classes && {
      names: first.classes.names,
      challenger: joinSides('challenger'),
      champion: joinSides('champion'),
    },
  };
}
