/**
 * Inference about a ratio of two sums over units that were drawn at random: a mean, a share of weights, precision, F1,
 * or to first order any metric at all.
 *
 * Owns: the added unit, the degrees of freedom, how uneven values may be for the confidence asked, intervals and tests.
 * Does not own: the tail it is made of (weighted-tail.ts), what a unit is and what it adds (units.ts).
 *
 * A limit is refuted by how seldom the ratio lies beyond it when units weigh exponentially at random: the Bayesian
 * bootstrap (Rubin 1981), whose likelihood is the empirical one (Owen 1988). What has not been seen must count as well,
 * so one unit is added, as in the adjusted empirical likelihood (Chen, Variyath and Abraham, Journal of Computational and
 * Graphical Statistics 17, 2008). With the worst value there can be, the method is that of Gaffke (2005) and of
 * Learned-Miller and Thomas (2020), for shares exactly the interval of Clopper and Pearson, and valid but blunt. Here the
 * unit lies half the skewness (in standard deviations) beyond the mean, which makes the one-sided error right to second
 * order (Edgeworth), and from there halfway to the worst value seen. `bench:false-passes` says what that keeps.
 *
 * Invariants
 * 1. No chance: the same units give the same inference, and the order they come in does not matter but for rounding.
 * 2. p-values fall as the limit moves away, and an end of an interval is where its p-value is the error it leaves.
 * 3. Where few units decide, errors smaller than they can tell are not told: p-values stop there (even-rows.ts).
 */
import { counted } from '../../domain/plural.ts';
import { leastErrorOf } from './even-rows.ts';
import { findEnd } from './find-end.ts';
import type { Inference, NoInference } from './inference.ts';
import { normalQuantile } from './normal.ts';
import { studentCdf } from './student.ts';
import { prepareTail } from './weighted-tail.ts';

/** What each unit adds to the two sums of which a value is the ratio. Bottoms are 0 or more. */
interface Units {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
}

/** So many rows of equal weight must there be at least. */
export const leastUnits = 10;
/** How far the added unit lies from the second-order place towards the worst unit seen: all the way where few were. */
const towardsWorst = (units: number): number => Math.min(1, 0.5 + fewUnits / units);
/** Of so few units the skewness is half a guess. */
const fewUnits = 15;
/** What could have been is far beyond what was seen, from so many times it on. */
const farBeyond = 4;
/** A small error takes some units, however even they are: 33 for one of 1 in 800. */
const evenRowsPerUnit = 1.7;
/** Of Student's t: fewer are as good as nothing. */
const leastDegrees = 2;

interface Known {
  /**
   * Where it is known what a unit can be at all, the least and the greatest that one could add beyond the estimate (top
   * less estimate times bottom). Then that unit is the one added, whatever was seen.
   */
  readonly worst?: Worst | undefined;
  /**
   * The least and the greatest that a unit like those seen could have added. It is the one that is added where it is far
   * beyond what was seen, as where a model is certain and never found wrong, and where units are too uneven for less.
   */
  readonly possible?: Worst | undefined;
  /** Both sums may be uneven in themselves, and their difference hide it. */
  readonly bothUneven?: boolean;
  /** Values may be of any size, as errors and weights are and what follows from decisions and ranks is not. */
  readonly unbounded?: boolean;
}

export function inferRatio(
  method: string,
  units: Units,
  { worst, possible, bothUneven, unbounded = false }: Known = {},
): Inference | NoInference {
  const { top, bottom, kish } = keepUnits(units);
  if (kish < leastUnits) {
    return {
      why: `the rows are worth ${counted(Math.floor(kish + 1e-9), 'row')}, and an interval needs ${leastUnits}`,
    };
  }
  const { estimate, unit, centred, shares, meanBottom } = standardise(top, bottom, worst);
  if (unit === 0) return { why: 'the rows show no variation to learn an interval from' };
  // An end may lie so many times farther out than any row.
  if (!Number.isFinite(1e6 * unit)) return { why: 'the values are too large to compute with' };
  const moments = measureMoments(centred);
  const apart = bothUneven ? Math.min(evenRowsOfSum(top), evenRowsOfSum(bottom)) : Number.POSITIVE_INFINITY;
  const reachOf = (sign: 1 | -1, known: Worst | undefined): number =>
    known ? (sign > 0 ? known.greatest : -known.least) / meanBottom / unit : 0;
  const sideOf = (sign: 1 | -1): Side =>
    worst
      ? { sign, added: reachOf(sign, worst), ...bounded }
      : describeSide(sign, moments, centred, { apart, unbounded, reach: reachOf(sign, possible) });
  const [above, below] = [sideOf(1), sideOf(-1)];
  const tailAt = prepareTail(centred, shares);
  /** The p-value of "the ratio is as far as the limit, or farther", on the side that `sign` says. */
  const beyond = ({ sign, added, degrees }: Side, limit: number): number => {
    const shift = (estimate - limit) / unit;
    const tail = tailAt(sign, shift, added + sign * shift);
    // Limits nearer than doubles can tell refute nothing.
    if (Number.isNaN(tail)) return 1;
    return tail <= 0 || tail >= 1 ? tail : studentCdf(normalQuantile(tail), degrees);
  };
  // Where all rows are alike, the added one alone makes the error.
  const step = unit * Math.max(moments.deviation / Math.sqrt(centred.length), 1 / centred.length);
  const boundedOf = (sign: 1 | -1): Side => ({ sign, added: reachOf(sign, possible), ...bounded });
  const sideFor = (side: Side, error: number): Side =>
    possible && error < leastErrorOf(side.evenRows) ? boundedOf(side.sign) : side;
  const endOf = (side: Side, error: number): number =>
    findEnd((limit) => beyond(sideFor(side, error), limit), error, estimate, side.sign * step);
  const tell = (side: Side, limit: number): number => {
    const uneven = Math.max(leastErrorOf(side.evenRows), beyond(side, limit));
    return possible ? Math.min(uneven, beyond(boundedOf(side.sign), limit)) : uneven;
  };
  return {
    method,
    estimate,
    ...(possible ? {} : { evenRows: { low: below.evenRows, high: above.evenRows } }),
    interval: (confidence) => ({
      low: endOf(below, (1 - confidence) / 2),
      high: endOf(above, (1 - confidence) / 2),
    }),
    atLeast: (limit) => tell(above, limit),
    atMost: (limit) => tell(below, limit),
  };
}

interface Worst {
  readonly least: number;
  readonly greatest: number;
}

/** The added row bounds whatever was not seen: no row is too uneven, and no quantile too near. */
const bounded = { degrees: Number.POSITIVE_INFINITY, evenRows: Number.POSITIVE_INFINITY };

/** One end of the interval. */
interface Side {
  readonly sign: 1 | -1;
  /** The value of the added unit, less the estimate and with the sign. */
  readonly added: number;
  readonly degrees: number;
  /** How many rows without skewness towards this side tell as much. */
  readonly evenRows: number;
}

function describeSide(
  sign: 1 | -1,
  moments: Moments,
  centred: Float64Array,
  {
    apart,
    unbounded,
    reach,
  }: { readonly apart: number; readonly unbounded: boolean; readonly reach: number },
): Side {
  const count = centred.length;
  const { deviation, kurtosis, greatest, least } = moments;
  const skewness = sign * moments.skewness;
  const secondOrder = (deviation * skewness) / 2;
  const worst = sign > 0 ? greatest : -least;
  return {
    sign,
    added:
      reach > farBeyond * worst
        ? reach
        : secondOrder + towardsWorst(count) * Math.max(0, worst - secondOrder),
    // Of a variance whose own variance is that of these values (Satterthwaite, Biometrics Bulletin 2, 1946).
    degrees: Math.max(leastDegrees, Math.min(count - 1, (2 * count) / (kurtosis - 1))),
    evenRows:
      unbounded && hasNoVariance(sign, kurtosis, centred) ? 0 : Math.min(apart, evenRowsOf(count, skewness)),
  };
}

/** Where there is no skewness towards the side, as many as there are, times what they may be worth at most. */
function evenRowsOf(count: number, skewness: number): number {
  const most = evenRowsPerUnit * count;
  return skewness > 0 ? Math.min(most, count / (1 + fewUnits / count) / skewness ** 2) : most;
}

/** Of a sum by itself, towards its large values. */
function evenRowsOfSum(values: Float64Array): number {
  const { unit, centred } = standardise(values, new Float64Array(values.length).fill(1), undefined);
  if (unit === 0) return Number.POSITIVE_INFINITY;
  const { skewness, kurtosis } = measureMoments(centred);
  return hasNoVariance(1, kurtosis, centred) ? 0 : evenRowsOf(values.length, skewness);
}

/** Tails no heavier than these need not be looked at: the kurtosis of exponential values. */
const lightKurtosis = 9;
/** Values with a tail index below it have no variance. */
const leastTailIndex = 2;

/**
 * Whether values fall off so slowly towards a side that their variance is infinite as far as one can see, so that no
 * moment of theirs says anything: by the tail index of Hill (Annals of Statistics 3, 1975) of the outermost values, as
 * many as the root of their number.
 */
function hasNoVariance(sign: 1 | -1, kurtosis: number, centred: Float64Array): boolean {
  if (kurtosis <= lightKurtosis) return false;
  const outermost = centred.map((value) => sign * value).sort();
  const count = Math.max(10, Math.floor(Math.sqrt(centred.length)));
  const threshold = outermost[outermost.length - 1 - count];
  if (threshold === undefined || threshold <= 0) return false;
  let logarithms = 0;
  for (let place = outermost.length - count; place < outermost.length; place++) {
    logarithms += Math.log(outermost[place]! / threshold);
  }
  return count < leastTailIndex * logarithms;
}

interface Moments {
  readonly deviation: number;
  readonly skewness: number;
  readonly kurtosis: number;
  readonly greatest: number;
  readonly least: number;
}

/** Of values whose mean is 0 and none of which is beyond 1. */
function measureMoments(centred: Float64Array): Moments {
  let [squares, cubes, fourths, greatest, least] = [0, 0, 0, 0, 0];
  for (const value of centred) {
    const square = value * value;
    squares += square;
    cubes += square * value;
    fourths += square * square;
    if (value > greatest) greatest = value;
    if (value < least) least = value;
  }
  const count = centred.length;
  const deviation = Math.sqrt(squares / (count - 1));
  return {
    deviation,
    skewness: deviation > 0 ? cubes / count / deviation ** 3 : 0,
    kurtosis: deviation > 0 ? fourths / count / deviation ** 4 : 0,
    greatest,
    least,
  };
}

interface Standard {
  readonly estimate: number;
  /** What 1 of the centred values is; 0 where all rows are alike, not finite where doubles are too small for them. */
  readonly unit: number;
  /** What each unit adds beyond the estimate, the farthest one that there is or could be 1 away. */
  readonly centred: Float64Array;
  /** Its share of the bottom sum, on average 1. */
  readonly shares: Float64Array;
  readonly meanBottom: number;
}

/** In units in which no power is beyond a double. */
function standardise(top: Float64Array, bottom: Float64Array, worst: Worst | undefined): Standard {
  const meanBottom = sum(bottom) / bottom.length;
  const shares = bottom.map((value) => value / meanBottom);
  const estimate = sum(top) / bottom.length / meanBottom;
  const centred = top.map((value, row) => value / meanBottom - estimate * shares[row]!);
  let [unit, size] = [0, 0];
  for (let row = 0; row < centred.length; row++) {
    unit = Math.max(unit, Math.abs(centred[row]!));
    size = Math.max(size, Math.abs(top[row]! / meanBottom));
  }
  // Rows alike leave a rest of rounding errors, and of numerical derivatives.
  if (unit <= 1e-8 * size) unit = 0;
  if (worst) unit = Math.max(unit, worst.greatest / meanBottom, -worst.least / meanBottom);
  for (let row = 0; row < centred.length; row++) centred[row] = centred[row]! / unit;
  return { estimate, unit, centred, shares, meanBottom };
}

/** Units that count for something, and as how many of equal weight (Kish, "Survey sampling", 1965). */
function keepUnits({ top, bottom }: Units): Units & { readonly kish: number } {
  let [kept, bottoms, squares] = [0, 0, 0];
  for (let unit = 0; unit < top.length; unit++) {
    if (top[unit] !== 0 || bottom[unit] !== 0) kept++;
    bottoms += bottom[unit]!;
    squares += bottom[unit]! ** 2;
  }
  const kish = squares > 0 ? bottoms ** 2 / squares : 0;
  if (kept === top.length) return { top, bottom, kish };
  const counts = (_: number, unit: number): boolean => top[unit] !== 0 || bottom[unit] !== 0;
  return { top: top.filter(counts), bottom: bottom.filter(counts), kish };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
