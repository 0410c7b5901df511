import { findUnits, largestUnit, measureDesignEffect, sumUnits } from './dependence.ts';
import type { Extremes, Range, SumMetric } from './metrics/measure.ts';
import type { Rows } from './rows.ts';
import { type Inference, type NoInference, transformInference } from './statistics/inference.ts';
import { inferRatio } from './statistics/likelihood-inference.ts';

const towardsWorst = 0.5;
const method = 'empirical-likelihood interval';

interface RatioOptions {
  /** Of rows, so that it is known what a row could be. */
  readonly isShare?: boolean;
  /** What a row adds may be (metric-catalog.ts); of a metric that is not, nobody can tell from rows alone. */
  readonly ofAnySize: boolean;
  /** By the worst row there can be, whatever was seen. */
  readonly bounded?: boolean;
  /** Whether a row's loss is of the costly ones; null where all are alike in that. */
  readonly isCostly?: ((row: number) => boolean) | null;
}

/** What the rows say of a metric that is a ratio of sums over them, or a function of one. */
export function inferFromRatio(
  metric: SumMetric,
  rows: Rows,
  { isShare = false, ofAnySize, bounded = false, isCostly }: RatioOptions,
): Inference | NoInference {
  const { top, bottom, metricOf, ratioAt, rises, bothUneven = false } = metric.ratioOf!(rows.weights);
  const weightOf = weightsOf(rows);
  const size = rows.labels.length;
  const units = { top: new Float64Array(size), bottom: new Float64Array(size) };
  for (let row = 0; row < size; row++) {
    const weight = weightOf(row);
    if (weight === 0) continue;
    units.top[row] = weight * top(row);
    units.bottom[row] = weight * bottom(row);
  }
  const range = isShare ? shareRange : metric.range;
  const known = range && rows.weights === null ? beyondRange(range, units) : undefined;
  const inferred = inferUnits(units, rows, {
    // What the scores allow says more than what any row could be.
    worst: bounded || (rows.dependence && !metric.valueIf) ? known : undefined,
    ofAnySize,
    bothUneven,
    isCostly,
    possible: metric.valueIf ? findPossible(metric.valueIf, rows, units) : known,
  });
  return 'why' in inferred ? inferred : transformInference(inferred, metricOf, ratioAt, rises);
}

/**
 * What the rows say of the mean of a value for each of them, by what each weighs. `valueIf`: what it would be if the row
 * were of that class.
 */
export function inferFromMeans(valueIf: ValueIf, rows: Rows): Inference | NoInference {
  const weightOf = weightsOf(rows);
  const bottom = rows.labels.map((_, row) => weightOf(row));
  const top = rows.labels.map((label, row) => valueIf(row, label) * bottom[row]!);
  return inferUnits({ top, bottom }, rows, {
    worst: undefined,
    ofAnySize: false,
    possible: findPossible(valueIf, rows, { top, bottom }),
  });
}

/**
 * What the rows say of a value that is to first order a sum of what they add, which is 0 in all. `extremes`: what a row
 * could add at all, where that is known.
 */
export function inferFromInfluences(
  value: number,
  influences: Float64Array,
  rows: Rows,
  { extremes, gainIf, possible, sides, beyondEdge, isGain = false, ofAnySize = false }: KnownOfRows = {},
): Inference | NoInference {
  const weightOf = weightsOf(rows);
  const size = influences.length;
  let total = 0;
  for (let row = 0; row < size; row++) total += weightOf(row);
  const units = { top: new Float64Array(size), bottom: new Float64Array(size) };
  for (let row = 0; row < size; row++) {
    const share = (size * weightOf(row)) / total;
    units.bottom[row] = share;
    units.top[row] = size * influences[row]! + share * value;
  }
  const worst = extremes && worstOf(extremes, size);
  const common = { ofAnySize, sides, beyondEdge };
  // What a gain lacks counts by the chance that it does; of units of rows nobody knows that chance.
  if (worst && isGain && !rows.dependence) return inferUnits(units, rows, { ...common, possible: worst });
  return inferUnits(units, rows, {
    ...common,
    worst,
    possible: gainIf ? findPossible(gainIf, rows, units) : possible,
  });
}

/** What is known of rows that were not seen; of no use where rows have weights. */
interface KnownOfRows {
  /** What a row adds may be of any size (metric-catalog.ts). */
  readonly ofAnySize?: boolean;
  readonly extremes?: Extremes | undefined;
  /** A gain goes by the rows seen as far as others could not undo it, a value of which extremes are known by the worst row. */
  readonly isGain?: boolean;
  /** What a row would add if it were of that class. */
  readonly gainIf?: ValueIf | undefined;
  /** The least and the greatest that a row could add beyond the value, times the number of rows. */
  readonly possible?: Worst | undefined;
  /** How many even rows the sides of a gain are worth, as far as either end hangs on them. */
  readonly sides?: Inference['evenRows'];
  /** Of a metric that leaves a share of the rows out, how many rows or units that is. */
  readonly beyondEdge?: number | undefined;
}

type ValueIf = (row: number, label: number) => number;

/** More numbers than this are not gone through for what could have been. */
const mostPossible = 20_000_000;

/** What a row with the scores of one that there is could have added beyond the ratio of all, of whatever class. */
function findPossible(valueIf: ValueIf, rows: Rows, { top, bottom }: Sums): Worst | undefined {
  const classes = rows.classes?.names.length ?? 2;
  const { weights, classWeights } = rows;
  if ((weights && !classWeights) || rows.labels.length * classes > mostPossible) return undefined;
  const ratio = sum(top) / sum(bottom);
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < rows.labels.length; row++) {
    for (let label = 0; label < classes; label++) {
      const value = (valueIf(row, label) - ratio) * (classWeights?.[label] ?? 1);
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  return { least, greatest };
}

interface Options {
  readonly worst?: Worst | undefined;
  readonly ofAnySize: boolean;
  readonly possible?: Worst | undefined;
  readonly bothUneven?: boolean;
  readonly sides?: Inference['evenRows'];
  readonly beyondEdge?: number | undefined;
  readonly isCostly?: ((row: number) => boolean) | null | undefined;
}

interface Sums {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
}

/** What one row could add at all beyond the ratio of all. */
interface Worst {
  readonly least: number;
  readonly greatest: number;
}

/**
 * By rows where these are independent, else by the units that are. The worst unit there can be is the largest with all of
 * its rows the worst: seldom is one so bad, and the added unit lies halfway there (`bench:false-passes`: all the way keeps
 * more than is stated, at half the power).
 */
function inferUnits(
  { top, bottom }: Sums,
  rows: Rows,
  { worst, ofAnySize, bothUneven = false, sides, beyondEdge, possible, isCostly }: Options,
): Inference | NoInference {
  const known = { bothUneven, sides, beyondEdge, ofAnySize, weighed: haveAnyWeights(rows) };
  const beyond = rows.dependence ? beyondRatio({ top, bottom }) : null;
  const units = beyond && findUnits(rows, beyond);
  const costly = isCostly ? { top: keep(top, isCostly), bottom: keep(bottom, isCostly) } : undefined;
  if (!units) return inferRatio(method, { top, bottom }, { ...known, worst, possible, costly });
  if ('why' in units) return units;
  const { seen, stretch } = units;
  const most = towardsWorst * stretch * largestUnit(units);
  const worstUnit = worst && { least: most * worst.least, greatest: most * worst.greatest };
  const sums = { top: sumUnits(top, units), bottom: sumUnits(bottom, units) };
  const inferred = inferRatio(`${method} of ${seen.plural}`, stretchTops(sums, stretch), {
    ...known,
    worst: worstUnit,
    costly: costly && { top: sumUnits(costly.top, units), bottom: sumUnits(costly.bottom, units) },
  });
  return 'why' in inferred
    ? {
        why: inferred.why.replaceAll(/\brows?\b/g, (word) => (word === 'row' ? seen.noun : seen.plural)),
        units: seen,
      }
    : { ...inferred, units: { ...seen, designEffect: measureDesignEffect(beyond!, units) } };
}

const keep = (values: Float64Array, isKept: (row: number) => boolean): Float64Array =>
  values.map((value, row) => (isKept(row) ? value : 0));

/** What each adds beyond the ratio of all. */
function beyondRatio({ top, bottom }: Sums): Float64Array {
  const ratio = sum(top) / sum(bottom);
  return top.map((value, at) => value - ratio * bottom[at]!);
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Moves tops away from the ratio of all, which stays where it is. */
function stretchTops({ top, bottom }: Sums, stretch: number): Sums {
  if (stretch === 1) return { top, bottom };
  const beyond = beyondRatio({ top, bottom });
  return { top: top.map((value, at) => value + (stretch - 1) * beyond[at]!), bottom };
}

/** A row of the share that is wrong, and one that is right. */
const shareRange: Range = { least: 0, greatest: 1 };

/** What a row could be beyond the ratio of all, where it counts once. */
function beyondRange({ least, greatest }: Range, { top, bottom }: Sums): Worst {
  const estimate = sum(top) / sum(bottom);
  return { least: least - estimate, greatest: greatest - estimate };
}

function worstOf({ least, greatest }: Extremes, size: number): Worst {
  return {
    least: size * least.reduce((a, b) => Math.min(a, b), 0),
    greatest: size * greatest.reduce((a, b) => Math.max(a, b), 0),
  };
}

/** Whether what rows count may be of any size. */
const haveAnyWeights = ({ weights, classWeights }: Rows): boolean => weights !== null && !classWeights;

const weightsOf =
  ({ weights }: Rows) =>
  (row: number): number =>
    weights ? weights[row]! : 1;

/** Where all that is known is of one class it is not known what a row of another would do to a mean over classes. */
export function findOneClass({ classes }: Rows): NoInference | null {
  const known = classes?.names.filter((_, of) => classes.challenger.known[of]);
  if (!known || known.length > 1) return null;
  return { why: `every row is of class ${JSON.stringify(known[0])}, and decided so` };
}
