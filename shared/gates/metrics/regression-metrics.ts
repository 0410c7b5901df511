import { finite, meanOf, type PrepareMetric, weightedMean } from './measure.ts';

/** Mean absolute error, in the label's unit (Willmott and Matsuura, Climate Research 30, 2005). */
const mae = meanOf((label, score) => Math.abs(score - label));

/** Root of the mean squared error, in the label's unit. */
const rmse: PrepareMetric = (labels, scores) => {
  const mean = meanOf((label, score) => (score - label) ** 2)(labels, scores);
  return (weights) => {
    const squared = mean(weights);
    return squared === null ? null : Math.sqrt(squared);
  };
};

/**
 * Mean absolute error as a share of the label (Hyndman and Koehler, International Journal of Forecasting 22, 2006).
 * Undefined where any label is 0: scikit-learn divides by its epsilon there, which gives a number without meaning.
 */
const mape = meanOf((label, score) => (label === 0 ? Number.NaN : Math.abs((score - label) / label)));

/** Mean of 2|score - label| / (|label| + |score|), from 0 to 2; a row where both are 0 counts 0. */
const smape = meanOf((label, score) => {
  const size = Math.abs(label) + Math.abs(score);
  return size === 0 ? 0 : (2 * Math.abs(score - label)) / size;
});

/** Mean of score less label, in the label's unit: above 0 the scores are too high. Best at 0. */
const bias = meanOf((label, score) => score - label);

/** Share of the labels' variance the scores explain. Undefined where all labels are equal. */
const r2: PrepareMetric = (labels, scores) => {
  const squared = labels.map((label, row) => (label - scores[row]!) ** 2);
  return (weights) => {
    const centre = weightedMean(labels, weights);
    if (centre === null) return null;
    let residual = 0;
    let spread = 0;
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < labels.length; row++) {
      residual += weights[row]! * squared[row]!;
      spread += weights[row]! * (labels[row]! - centre) ** 2;
      if (weights[row] === 0) continue;
      least = Math.min(least, labels[row]!);
      greatest = Math.max(greatest, labels[row]!);
    }
    // Equal labels leave a spread of rounding errors around their rounded mean: compared, not summed.
    return greatest > least && spread > 0 ? finite(1 - residual / spread) : null;
  };
};

/** Mean pinball loss of scores that forecast a quantile (Koenker and Bassett, Econometrica 46, 1978). */
export const pinball = (quantile: number): PrepareMetric =>
  meanOf((label, score) => (label >= score ? quantile * (label - score) : (1 - quantile) * (score - label)));

/** Each is undefined without rows. */
export const regressionMetrics: Readonly<Record<string, PrepareMetric>> = {
  mae,
  rmse,
  mape,
  smape,
  r2,
  bias,
};
