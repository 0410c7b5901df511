/**
 * The bootstrap of a metric, or of how two sides differ in it, for any number of rows.
 *
 * Owns: what is drawn (kinds of rows, rows, groups of rows), and that it takes about as long for a million rows as
 * for thousands. Does not own: the bootstrap itself (statistics/bootstrap.ts).
 *
 * Few rows are drawn one by one. Of many, what a metric sees is sums: those of decisions are counts of the few kinds
 * of rows there are; others are summed over 1,000 groups of rows, which are drawn in place of rows (the method of
 * random groups: Wolter, "Introduction to Variance Estimation", 2007, chapter 2). A ranking is no sum, but with many
 * rows it differs from its value by a sum of influences, as in the infinitesimal jackknife (Jaeckel 1972; Efron, "The
 * Jackknife, the Bootstrap and Other Resampling Plans", 1982, chapter 6).
 */

import { counted } from '../domain/plural.ts';
import { finite, type Metric, measureMetric, type RankMetric, type SumMetric } from './metrics/measure.ts';
import { bootstrap, type Statistic } from './statistics/bootstrap.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import type { Random } from './statistics/random.ts';

/** More rows than this are drawn in groups. */
export const mostSingleRows = 2000;
const mostGroups = 1000;
const leastGroups = 200;
/** Sums of all groups together, beyond which there are fewer groups. */
const mostSums = 1_000_000;

interface Resampling {
  /** The metric of one side, or of both. */
  readonly metrics: readonly Metric[];
  /** What the inference is about, from the value of each. */
  readonly combine: (values: readonly number[]) => number;
  readonly rows: number;
  /** What each row counts; null where all count the same. */
  readonly weights: Float64Array | null;
}

export function inferByResampling(sample: Resampling, random: Random): Inference | NoInference {
  for (const metric of sample.metrics) {
    const few = metric.kind === 'ranks' ? metric.tooFew(sample.weights) : null;
    if (few) return { why: `a class has ${counted(few.rows, 'row')}, and an interval needs ${few.needed}` };
  }
  const kinds = groupKinds(sample);
  if (kinds) return bootstrap(kinds.counts, sumKinds(sample, kinds.first), random);
  if (sample.rows > mostSingleRows) return inferFromGroups(sample, random);
  return bootstrap(new Float64Array(sample.rows).fill(1), weighRows(sample), random);
}

/** Null as soon as one of them is. */
function combineAll(
  sample: Resampling,
  valueAt: (metric: Metric, index: number) => number | null,
): number | null {
  const values: number[] = [];
  for (const [index, metric] of sample.metrics.entries()) {
    const value = valueAt(metric, index);
    if (value === null) return null;
    values.push(value);
  }
  return sample.combine(values);
}

/** The statistic of rows drawn one by one. */
function weighRows(sample: Resampling): Statistic {
  const weighed = new Float64Array(sample.rows);
  return (counts) => {
    for (let row = 0; row < counts.length; row++) {
      weighed[row] = sample.weights ? counts[row]! * sample.weights[row]! : counts[row]!;
    }
    return combineAll(sample, (metric) => measureMetric(metric, sample.rows, weighed));
  };
}

/** Kinds of rows that decisions cannot tell apart: the first row of each, and how many there are. */
function groupKinds({
  metrics,
  rows,
  weights,
}: Resampling): { first: number[]; counts: Float64Array } | null {
  const kindsOf = metrics.map((metric) => (metric.kind === 'sums' ? metric.kindOf : undefined));
  if (weights || kindsOf.includes(undefined)) return null;
  const found = new Map<number, { first: number; count: number }>();
  for (let row = 0; row < rows; row++) {
    // A kind is below the square of 1,000 classes: two of them are one exact number.
    const kind = kindsOf.reduce((key, kindOf) => key * 2 ** 20 + kindOf!(row), 0);
    const known = found.get(kind);
    if (known) known.count++;
    else found.set(kind, { first: row, count: 1 });
  }
  const sorted = [...found].sort(([a], [b]) => a - b).map(([, kind]) => kind);
  return {
    first: sorted.map(({ first }) => first),
    counts: Float64Array.from(sorted, ({ count }) => count),
  };
}

function sumKinds(sample: Resampling, first: readonly number[]): Statistic {
  const metrics = sample.metrics as readonly SumMetric[];
  const sums = metrics.map(({ width }) => new Float64Array(width));
  return (counts) =>
    combineAll(sample, (_, index) => {
      const into = sums[index]!.fill(0);
      for (let kind = 0; kind < first.length; kind++) {
        if (counts[kind]! > 0) metrics[index]!.add(first[kind]!, counts[kind]!, into, 0);
      }
      return metrics[index]!.value(into, 0);
    });
}

/** To first order the value is a sum of what the rows add to it; the weight of a row is in its influence. */
function linearise(metric: RankMetric, weights: Float64Array | null): SumMetric {
  const value = metric.measure(weights);
  const influences = value === null ? new Float64Array(0) : metric.influences(weights);
  return {
    kind: 'sums',
    width: 1,
    add: (row, _weight, sums, at) => {
      sums[at]! += influences[row]!;
    },
    value: (sums, at) => (value === null ? null : finite(value + sums[at]!)),
  };
}

function inferFromGroups(sample: Resampling, random: Random): Inference | NoInference {
  const metrics = sample.metrics.map((metric) =>
    metric.kind === 'sums' ? metric : linearise(metric, sample.weights),
  );
  const offsets = metrics.map((_, index) =>
    metrics.slice(0, index).reduce((sum, { width }) => sum + width, 0),
  );
  const width = metrics.reduce((sum, metric) => sum + metric.width, 0);
  const groups = Math.max(leastGroups, Math.min(mostGroups, Math.floor(mostSums / width)));
  const groupOf = dealRows(sample.rows, groups, random);
  const table = new Float64Array(groups * width);
  for (const [index, metric] of metrics.entries()) {
    for (let row = 0; row < sample.rows; row++) {
      const at = groupOf[row]! * width + offsets[index]!;
      metric.add(row, sample.weights ? sample.weights[row]! : 1, table, at);
    }
  }
  const sums = new Float64Array(width);
  const statistic: Statistic = (counts) => {
    sums.fill(0);
    for (let group = 0, at = 0; group < groups; group++) {
      const count = counts[group]!;
      for (let place = 0; place < width; place++, at++) sums[place]! += count * table[at]!;
    }
    return combineAll(sample, (_, index) => metrics[index]!.value(sums, offsets[index]!));
  };
  return bootstrap(new Float64Array(groups).fill(1), statistic, random);
}

/**
 * Deals rows out to groups by chance, as many to each but for one. Dealt in turn, rows that repeat with the number of
 * groups would all fall into one.
 */
function dealRows(rows: number, groups: number, random: Random): Uint16Array {
  const groupOf = new Uint16Array(rows);
  for (let row = 0; row < rows; row++) {
    // From inside out, as by Knuth, "Seminumerical Algorithms", 3.4.2.
    const place = random.index(row + 1);
    groupOf[row] = groupOf[place]!;
    groupOf[place] = row % groups;
  }
  return groupOf;
}
