import { type PrepareMetric, ratio } from './measure.ts';

/** A score of at least this is a decision for class 1. */
export const threshold = 0.5;

/** Weight of the rows by truth and decision. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

/** Cells of the confusion table: 0 true negative, 1 false positive, 2 false negative, 3 true positive. */
export const cellOf = (label: number, score: number): number =>
  (label === 1 ? 2 : 0) + (score >= threshold ? 1 : 0);

function metricOf(compute: (confusion: Confusion) => number | null): PrepareMetric {
  return (labels, scores) => {
    const cells = Uint8Array.from(labels, (label, row) => cellOf(label, scores[row]!));
    const sums = new Float64Array(4);
    return (weights) => {
      sums.fill(0);
      for (let row = 0; row < cells.length; row++) sums[cells[row]!]! += weights[row]!;
      const [trueNegative, falsePositive, falseNegative, truePositive] = sums as unknown as number[];
      return compute({
        trueNegative: trueNegative!,
        falsePositive: falsePositive!,
        falseNegative: falseNegative!,
        truePositive: truePositive!,
      });
    };
  };
}

const recallOf = (c: Confusion) => ratio(c.truePositive, c.truePositive + c.falseNegative);
const specificityOf = (c: Confusion) => ratio(c.trueNegative, c.trueNegative + c.falsePositive);

/**
 * Metrics of decisions, by their usual definitions: Fawcett, "An introduction to ROC analysis", Pattern Recognition
 * Letters 27 (2006); balanced accuracy: Brodersen et al., ICPR 2010; Matthews, BBA 405 (1975).
 *
 * Each is undefined where a denominator is zero: precision where nothing is decided 1, recall and the false-negative
 * rate without rows of class 1, the false-positive rate without rows of class 0, balanced accuracy without either,
 * F1 where class 1 is neither seen nor decided, Matthews where a row or column of the confusion table is empty.
 */
export const decisionMetrics: Readonly<Record<string, PrepareMetric>> = {
  /** Share of the rows decided right. */
  accuracy: metricOf((c) =>
    ratio(
      c.truePositive + c.trueNegative,
      c.truePositive + c.falsePositive + c.trueNegative + c.falseNegative,
    ),
  ),
  /** Mean of the recalls of the two classes. */
  balanced_accuracy: metricOf((c) => {
    const [recall, specificity] = [recallOf(c), specificityOf(c)];
    return recall === null || specificity === null ? null : (recall + specificity) / 2;
  }),
  /** Share of class 1 among the rows decided 1. */
  precision: metricOf((c) => ratio(c.truePositive, c.truePositive + c.falsePositive)),
  /** Share decided 1 among the rows of class 1. */
  recall: metricOf(recallOf),
  /** Harmonic mean of precision and recall. */
  f1: metricOf((c) => ratio(2 * c.truePositive, 2 * c.truePositive + c.falsePositive + c.falseNegative)),
  /** Share decided 1 among the rows of class 0. */
  false_positive_rate: metricOf((c) => ratio(c.falsePositive, c.falsePositive + c.trueNegative)),
  /** Share decided 0 among the rows of class 1. */
  false_negative_rate: metricOf((c) => ratio(c.falseNegative, c.falseNegative + c.truePositive)),
  /** Correlation of truth and decision, from -1 to 1. */
  matthews: metricOf((c) => {
    const { truePositive: tp, falsePositive: fp, trueNegative: tn, falseNegative: fn } = c;
    // Roots before products: four counts of a million multiply past what a double holds exactly.
    const scale = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
    return ratio(tp * tn - fp * fn, scale);
  }),
};
