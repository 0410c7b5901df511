import { orderNumbers } from '../statistics/order-numbers.ts';
import { finite, type PrepareMetric, type RankMetric } from './measure.ts';

/** How far each score lies from its label. */
export const absoluteErrors = (labels: Float64Array, scores: Float64Array): Float64Array =>
  labels.map((label, row) => Math.abs(scores[row]! - label));

/** Weights are summed with rounding errors of this share of the sum. */
const rounding = 1e-12;

/**
 * Median of the absolute errors, in the label's unit: half of the weight has errors of at most this. Where a part of
 * just one half ends between two errors, the middle of them. Undefined without rows.
 *
 * As the weights change it stays, and then jumps: its derivative is 0 wherever there is one, and tells nothing. What
 * rows say of it is told by their order (infer-median.ts).
 */
export const medianAbsoluteError: PrepareMetric = ({ labels, scores }) => {
  const errors = absoluteErrors(labels, scores);
  const order = orderErrors(errors);
  return ranked({
    measure: (weights) => (order ? medianOf(errors, order, weights) : null),
    influences: () => new Float64Array(labels.length),
  });
};

/**
 * Mean of the absolute errors without the largest share of them, in the label's unit. Of the row on the edge the part
 * counts that lies below it, so that a row of weight 2 is two rows. Its influences are those of the errors capped at
 * the edge (Huber and Ronchetti, "Robust Statistics", 2nd edition, 2009, section 3.3). Undefined without rows.
 */
export const meanErrorTrimmed =
  (share: number): PrepareMetric =>
  ({ labels, scores }) => {
    const errors = absoluteErrors(labels, scores);
    const order = orderErrors(errors);
    const trim = (weights: Float64Array | null) => (order ? trimmedOf(errors, order, weights, share) : null);
    return ranked({
      measure: (weights) => finite(trim(weights)?.mean ?? Number.NaN),
      influences: (weights) => {
        const { mean, edge, kept } = trim(weights)!;
        const capped = (1 - share) * mean + share * edge;
        return errors.map(
          (error, row) => ((weights ? weights[row]! : 1) * (Math.min(error, edge) - capped)) / kept,
        );
      },
    });
  };

const ranked = (metric: Pick<RankMetric, 'measure' | 'influences'>): RankMetric => ({
  kind: 'ranks',
  ofEachClass: false,
  ...metric,
});

/** Places by rising error; null where the difference of a label and a score is beyond a double. */
function orderErrors(errors: Float64Array): Uint32Array | null {
  return errors.every(Number.isFinite) ? orderNumbers(errors) : null;
}

function totalOf(rows: number, weights: Float64Array | null): number {
  return weights ? weights.reduce((sum, weight) => sum + weight, 0) : rows;
}

function medianOf(errors: Float64Array, order: Uint32Array, weights: Float64Array | null): number | null {
  const total = totalOf(errors.length, weights);
  if (!(total > 0)) return null;
  let [below, lower] = [0, Number.NaN];
  for (const row of order) {
    const weight = weights ? weights[row]! : 1;
    if (weight === 0) continue;
    if (!Number.isNaN(lower)) return finite(lower + (errors[row]! - lower) / 2);
    below += weight;
    const beyond = below - total / 2;
    if (beyond > rounding * total) return errors[row]!;
    if (beyond >= -rounding * total) lower = errors[row]!;
  }
  return null;
}

interface Trimmed {
  readonly mean: number;
  /** The error from which on they are left out. */
  readonly edge: number;
  /** Weight of what is not left out. */
  readonly kept: number;
}

function trimmedOf(
  errors: Float64Array,
  order: Uint32Array,
  weights: Float64Array | null,
  share: number,
): Trimmed | null {
  const kept = (1 - share) * totalOf(errors.length, weights);
  if (!(kept > 0)) return null;
  let [below, sum, edge] = [0, 0, 0];
  for (const row of order) {
    const weight = weights ? weights[row]! : 1;
    if (weight === 0) continue;
    const counts = Math.min(weight, kept - below);
    sum += counts * errors[row]!;
    edge = errors[row]!;
    below += weight;
    if (below >= kept * (1 - rounding)) break;
  }
  return { mean: sum / kept, edge, kept };
}
