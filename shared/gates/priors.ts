/**
 * Class shares that a holdout should have had: rows are weighed so that their classes have them.
 *
 * Owns: the weights, which metrics they are for, what of priors and rows does not fit.
 * Does not own: where priors are written (evaluation-schema.ts), what weights make of a metric or an interval.
 *
 * Source: weighting of King and Zeng, "Logistic regression in rare events data", Political Analysis 9 (2001): right where
 * rows of a class are like those of production, and only how many there are is not (label shift). Scores stay as they are;
 * to correct them for other shares, and to learn these from rows without labels, is the model's business (Saerens, Latinne and
 * Decaestecker, Neural Computation 14, 2002).
 */
import { findMetric, parseMetricName } from '../config/metric-catalog.ts';
import type { DecisionRule } from './metrics/decision-rule.ts';
import type { Predictions, Rows } from './rows.ts';
import type { NoInference } from './statistics/inference.ts';

/** Of rows of one class, or of each class by itself: what shares these have changes nothing. */
const withoutShares = [
  'recall',
  'false_positive_rate',
  'false_negative_rate',
  'recall@CLASS',
  'balanced_accuracy',
  'recall_macro',
  'roc_auc',
  'recall_at_fpr',
];

/** Whether a metric would be another if classes had other shares. */
export const dependsOnShares = (metric: string): boolean => {
  const kind = findMetric(metric);
  return (
    !!kind && !kind.tasks.includes('regression') && !withoutShares.includes(parseMetricName(metric)!.base)
  );
};

const namesOf = ({ classes }: Rows): readonly string[] => classes?.names ?? ['0', '1'];

const known = new WeakMap<Predictions, Predictions>();

/** The rows as a metric sees them: with weights where it depends on class shares and priors are given. */
export function weighByPriors<Of extends Predictions | null>(
  metric: string,
  predictions: Of,
): Of | Predictions {
  const priors = predictions?.rule?.priors;
  if (!predictions || !priors || !dependsOnShares(metric)) return predictions;
  const before = known.get(predictions);
  if (before) return before;
  const { labels, weights } = predictions;
  const sums = weightsOfClasses(predictions);
  const total = sums.reduce((sum, weight) => sum + weight, 0);
  const factors = Float64Array.from(namesOf(predictions), (name, of) =>
    sums[of]! > 0 ? ((priors[name] ?? 0) * total) / sums[of]! : 0,
  );
  const weighed = {
    ...predictions,
    weights: labels.map((label, row) => (weights ? weights[row]! : 1) * factors[label]!),
    classWeights: weights ? null : factors,
  };
  known.set(predictions, weighed);
  return weighed;
}

function weightsOfClasses(rows: Rows): Float64Array {
  const sums = new Float64Array(namesOf(rows).length);
  for (let row = 0; row < rows.labels.length; row++) sums[rows.labels[row]!]! += rows.weights?.[row] ?? 1;
  return sums;
}

/** Why priors and rows do not fit, or null. */
export function findUnfitPriors(rows: Rows | null, rule: DecisionRule | undefined): string | null {
  const priors = rule?.priors;
  if (!rows || !priors || rows.labels.length === 0) return null;
  const names = namesOf(rows);
  const sums = weightsOfClasses(rows);
  const seen = names.filter((_, of) => sums[of]! > 0);
  const missing = Object.keys(priors).find((name) => !seen.includes(name));
  if (missing !== undefined) {
    return `evaluation.priors gives class ${JSON.stringify(missing)} a share, and no row that counts has it as its label: nothing can stand for it`;
  }
  const unnamed = seen.find((name) => !Object.hasOwn(priors, name));
  if (unnamed === undefined) return null;
  return `evaluation.priors gives class ${JSON.stringify(unnamed)} no share, and rows have it as their label: name every class`;
}

/** Where few rows of a class that weighs most decide, as at the top of a ranking, no interval keeps its promise. */
export function findNoneWithPriors(metric: string, { rule }: Rows): NoInference | null {
  if (!rule?.priors || metric !== 'pr_auc') return null;
  return { why: `rows are weighed by evaluation.priors, and ${metric} has none then` };
}

const mostNamed = 4;

/** ` with priors 0: 0.98, 1: 0.02`, where a metric depends on them. */
export function describePriors(metric: string, rule: DecisionRule | undefined): string {
  if (!rule?.priors || !dependsOnShares(metric)) return '';
  const shares = Object.entries(rule.priors);
  if (shares.length > mostNamed) return ` with the priors of ${shares.length} classes`;
  return ` with priors ${shares.map(([name, share]) => `${name}: ${share}`).join(', ')}`;
}
