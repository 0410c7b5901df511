/**
 * What a metric is here: prepared once over the rows one side scored, then measured under any weights of the rows.
 *
 * One shape serves the plain value (every weight 1), weighted rows, the jackknife (weights 0) and the derivatives
 * by the weights that intervals are made of, so an interval is always about the very number that is reported.
 *
 * Invariants
 * 1. A value is a finite number, or null where the metric is undefined: never NaN, never infinite.
 * 2. A row of weight 0 is as good as absent; k rows of weight 1 that are alike are one row of weight k.
 */
import type { DecisionRule } from './decision-rule.ts';

/** What a side predicts of each row: the label lies between these, both ends included. */
export interface Intervals {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export interface ScoredRows {
  /** 0 or 1, numbers, or of a multiclass model the numbers of classes. */
  readonly labels: Float64Array;
  /** The chance of class 1, predictions, or the numbers of the classes decided for. */
  readonly scores: Float64Array;
  /** Names of the classes, and which of them this side knows; null for other tasks than multiclass. */
  readonly classes: { readonly names: readonly string[]; readonly known: readonly boolean[] } | null;
  /** A column for each class, where the side gives probabilities. */
  readonly probabilities: readonly Float64Array[] | null;
  /** Of a regression, where the side predicts them. */
  readonly intervals?: Intervals | null;
  readonly rule?: DecisionRule | undefined;
}

/** What every prepared metric can say of the rows. Null weights are all 1. */
interface Measurable {
  readonly measure: (weights: Float64Array | null) => number | null;
  /**
   * For each row its weight times the derivative of the metric by it: to first order, what drawing the row once more
   * adds (the infinitesimal jackknife: Jaeckel 1972; Efron, "The Jackknife, the Bootstrap and Other Resampling Plans", 1982,
   * chapter 6). They sum to 0. Only where the metric is defined.
   */
  readonly influences: (weights: Float64Array | null) => Float64Array;
  /** Whether rows of each class tell something of their own: a class with too few gives no interval. */
  readonly ofEachClass: boolean;
}

/** A metric that sees nothing of the rows but some sums over them. */
export interface SumMetric extends Measurable {
  readonly kind: 'sums';
  readonly ratioOf: ((weights: Float64Array | null) => Ratio) | null;
  /** Of a mean over rows: the least and the greatest number that a row can have, where there are such. */
  readonly range?: Range | undefined;
  /** Of a mean over rows: what the row's number would be if it were of that class. */
  readonly valueIf?: ((row: number, label: number) => number) | undefined;
  /**
   * Of decisions: for each class the least and the greatest derivative by the weight of a row that is of it, whatever it
   * might be decided for.
   */
  readonly extremes?: (weights: Float64Array | null) => Extremes;
}

export interface Range {
  readonly least: number;
  readonly greatest: number;
}

export interface Extremes {
  readonly least: Float64Array;
  readonly greatest: Float64Array;
}

/** What a metric is where it is the ratio of two sums over rows, or a function of one that only rises or only falls. */
interface Ratio {
  readonly top: (row: number) => number;
  readonly bottom: (row: number) => number;
  readonly metricOf: (ratio: number) => number;
  readonly ratioAt: (value: number) => number;
  readonly rises: boolean;
  /** Whether the bottom is a loss like the top, of any size. */
  readonly bothUneven?: boolean;
}

/** A metric that sees the order of the scores. */
export interface RankMetric extends Measurable {
  readonly kind: 'ranks';
}

export type Metric = SumMetric | RankMetric;

/** Null where the rows are not what the metric is about. */
export type PrepareMetric = (rows: ScoredRows) => Metric | null;

export const ratio = (part: number, whole: number): number | null =>
  whole > 0 ? finite(part / whole) : null;

export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The ratio itself. */
export const plainRatio = {
  metricOf: (ratio: number) => ratio,
  ratioAt: (value: number) => value,
  rises: true,
};

interface MeanKind extends Pick<SumMetric, 'valueIf' | 'range'> {
  readonly root?: boolean;
  readonly ofEachClass?: boolean;
}

/**
 * A metric made of the weighted mean of one number for each row, or of its root. Undefined where the number of a row that
 * counts is: those rows are weighed apart, since 0 times NaN is NaN.
 */
export function meanOf(
  values: Float64Array,
  { root = false, ofEachClass = false, valueIf, range }: MeanKind = {},
): SumMetric {
  return {
    kind: 'sums',
    ofEachClass,
    valueIf,
    range,
    measure: (weights) => {
      let [sum, total, without] = [0, 0, 0];
      for (let row = 0; row < values.length; row++) {
        const [value, weight] = [values[row]!, weights ? weights[row]! : 1];
        if (Number.isFinite(value)) sum += weight * value;
        else without += weight;
        total += weight;
      }
      const mean = without > 0 ? null : ratio(sum, total);
      return mean === null ? null : finite(root ? Math.sqrt(mean) : mean);
    },
    ratioOf: () => ({
      top: (row) => values[row]!,
      bottom: () => 1,
      ...(root ? { metricOf: rootOf, ratioAt: squareOf, rises: true } : plainRatio),
    }),
    influences: (weights) => {
      const influences = influencesOnMean(values, weights);
      return root ? scaleRoot(influences, values, weights) : influences;
    },
  };
}

const rootOf = (ratio: number): number => (ratio > 0 ? Math.sqrt(ratio) : 0);
/** No root is below 0. */
const squareOf = (value: number): number => (value < 0 ? -1 : value * value);

/** Of the weighted mean. */
export function influencesOnMean(values: Float64Array, weights: Float64Array | null): Float64Array {
  const { mean, total } = weigh(values, weights);
  return values.map((value, row) => ((weights ? weights[row]! : 1) * (value - mean)) / total);
}

function weigh(values: Float64Array, weights: Float64Array | null): { mean: number; total: number } {
  let [sum, total] = [0, 0];
  for (let row = 0; row < values.length; row++) {
    const weight = weights ? weights[row]! : 1;
    sum += weight * values[row]!;
    total += weight;
  }
  return { mean: sum / total, total };
}

/** From the influences on a mean to those on its root. */
function scaleRoot(
  influences: Float64Array,
  values: Float64Array,
  weights: Float64Array | null,
): Float64Array {
  const slope = 1 / (2 * Math.sqrt(weigh(values, weights).mean));
  return influences.map((influence) => slope * influence);
}
