/**
 * Metrics of a binary classifier, by their usual definitions (Fawcett, "An introduction to ROC analysis", Pattern
 * Recognition Letters 27, 2006). A class is predicted 1 when its score is at least 0.5.
 *
 * Each is undefined (null) where its denominator is zero: an undefined metric passes no gate.
 */
export interface BinaryMetric {
  readonly better: 'higher' | 'lower';
  readonly compute: (counts: Confusion) => number | null;
}

/** Rows by truth and prediction. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

export const threshold = 0.5;

export function countConfusion(labels: Uint8Array, scores: Float64Array): Confusion {
  let truePositive = 0;
  let falsePositive = 0;
  let trueNegative = 0;
  let falseNegative = 0;
  for (let row = 0; row < labels.length; row++) {
    const predicted = scores[row]! >= threshold;
    if (labels[row] === 1) predicted ? truePositive++ : falseNegative++;
    else predicted ? falsePositive++ : trueNegative++;
  }
  return { truePositive, falsePositive, trueNegative, falseNegative };
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const binaryMetrics: Readonly<Record<string, BinaryMetric>> = {
  accuracy: {
    better: 'higher',
    compute: (c) =>
      ratio(
        c.truePositive + c.trueNegative,
        c.truePositive + c.falsePositive + c.trueNegative + c.falseNegative,
      ),
  },
  precision: { better: 'higher', compute: (c) => ratio(c.truePositive, c.truePositive + c.falsePositive) },
  recall: { better: 'higher', compute: (c) => ratio(c.truePositive, c.truePositive + c.falseNegative) },
  f1: {
    better: 'higher',
    compute: (c) => ratio(2 * c.truePositive, 2 * c.truePositive + c.falsePositive + c.falseNegative),
  },
  false_positive_rate: {
    better: 'lower',
    compute: (c) => ratio(c.falsePositive, c.falsePositive + c.trueNegative),
  },
  false_negative_rate: {
    better: 'lower',
    compute: (c) => ratio(c.falseNegative, c.falseNegative + c.truePositive),
  },
};

/** The metric of that name, where it is one Ratchet computes. */
export function findBinaryMetric(name: string): BinaryMetric | undefined {
  return Object.hasOwn(binaryMetrics, name) ? binaryMetrics[name] : undefined;
}
