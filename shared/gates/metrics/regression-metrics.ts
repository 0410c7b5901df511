import { finite, meanOf, type PrepareMetric, type Range } from './measure.ts';
import { absoluteErrors, medianAbsoluteError } from './robust-metrics.ts';

const meanOfRows =
  (
    each: (label: number, score: number) => number,
    kind: { root?: boolean; range?: Range } = {},
  ): PrepareMetric =>
  ({ labels, scores }) =>
    meanOf(
      labels.map((label, row) => each(label, scores[row]!)),
      kind,
    );

/** Mean of 2|score - label| / (|label| + |score|), from 0 to 2; a row where both are 0 counts 0. */
const smape = meanOfRows(
  (label, score) => {
    const size = Math.abs(label) + Math.abs(score);
    return size === 0 ? 0 : (2 * Math.abs(score - label)) / size;
  },
  { range: { least: 0, greatest: 2 } },
);

/**
 * Share of the labels' variance the scores explain. Undefined where all labels are equal. Labels are measured from one
 * of them near their mean, so that their squares do not drown how they differ.
 */
const r2: PrepareMetric = ({ labels, scores }) => {
  const centre = labelNearMean(labels);
  const squared = labels.map((label, row) => (label - scores[row]!) ** 2);
  const meanUnder = (weights: Float64Array | null): number => {
    let [sum, total] = [0, 0];
    for (let row = 0; row < labels.length; row++) {
      const weight = weights ? weights[row]! : 1;
      sum += weight * (labels[row]! - centre);
      total += weight;
    }
    return centre + sum / total;
  };
  return {
    kind: 'sums',
    ofEachClass: false,
    measure: (weights) => {
      let [total, sum, squares, errors] = [0, 0, 0, 0];
      for (let row = 0; row < labels.length; row++) {
        const [label, weight] = [labels[row]! - centre, weights ? weights[row]! : 1];
        total += weight;
        sum += weight * label;
        squares += weight * label * label;
        errors += weight * squared[row]!;
      }
      const spread = squares - sum ** 2 / total;
      // Equal labels leave a spread of rounding errors.
      return spread > 1e-12 * squares ? finite(1 - errors / spread) : null;
    },
    ratioOf: (weights) => {
      const mean = meanUnder(weights);
      return {
        top: (row) => squared[row]!,
        bottom: (row) => (labels[row]! - mean) ** 2,
        metricOf: (unexplained) => 1 - unexplained,
        ratioAt: (value) => 1 - value,
        rises: false,
        bothUneven: true,
      };
    },
    influences: (weights) => {
      const weightOf = (row: number): number => (weights ? weights[row]! : 1);
      const mean = meanUnder(weights);
      let [spread, errors] = [0, 0];
      for (let row = 0; row < labels.length; row++) {
        spread += weightOf(row) * (labels[row]! - mean) ** 2;
        errors += weightOf(row) * squared[row]!;
      }
      const unexplained = errors / spread;
      return labels.map(
        (label, row) => (weightOf(row) * (unexplained * (label - mean) ** 2 - squared[row]!)) / spread,
      );
    },
  };
};

function labelNearMean(labels: Float64Array): number {
  const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const nearest = labels.reduce(
    (found, label) => (Math.abs(label - mean) < Math.abs(found - mean) ? label : found),
    labels[0] ?? 0,
  );
  return nearest;
}

/** Mean pinball loss of scores that forecast a quantile (Koenker and Bassett, Econometrica 46, 1978). */
export const pinball = (quantile: number): PrepareMetric =>
  meanOfRows((label, score) =>
    label >= score ? quantile * (label - score) : (1 - quantile) * (score - label),
  );

/** Whether a label is at most the quantile that is forecast. */
export const isCovered = (label: number, score: number): boolean => label <= score;

/** Share of labels at most the quantile that is forecast, less what it should be: above 0 forecasts are too high. */
export const coverageError = (quantile: number): PrepareMetric =>
  meanOfRows((label, score) => (isCovered(label, score) ? 1 : 0) - quantile, {
    range: { least: -quantile, greatest: 1 - quantile },
  });

/** Each is undefined without rows. */
export const regressionMetrics: Readonly<Record<string, PrepareMetric>> = {
  /** Mean absolute error, in the label's unit (Willmott and Matsuura, Climate Research 30, 2005). */
  mae: ({ labels, scores }) => meanOf(absoluteErrors(labels, scores)),
  median_absolute_error: medianAbsoluteError,
  /** Root of the mean squared error, in the label's unit. */
  rmse: meanOfRows((label, score) => (score - label) ** 2, { root: true }),
  /**
   * Mean absolute error as a share of the label (Hyndman and Koehler, International Journal of Forecasting 22, 2006).
   * Undefined where any label is 0: scikit-learn divides by its epsilon there, which gives a number without meaning.
   */
  mape: meanOfRows((label, score) => (label === 0 ? Number.NaN : Math.abs((score - label) / label))),
  smape,
  r2,
  /** Mean of score less label, in the label's unit: above 0 the scores are too high. Best at 0. */
  bias: meanOfRows((label, score) => score - label),
};
