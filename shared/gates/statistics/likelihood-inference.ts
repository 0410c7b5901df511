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
 * order (Edgeworth), and from there halfway to the worst value seen; where it is known how far beyond that a value could be,
 * those count by unseen-rows.ts in place of the half. `bench:false-passes` says what that keeps. Where values are too uneven
 * for it, and not so heavy-tailed that nothing would do, it lies at the worst value seen or beyond: blunter, and kept at any
 * skewness.
 *
 * Invariants
 * 1. No chance: the same units give the same inference, and the order they come in does not matter but for rounding.
 * 2. p-values fall as the limit moves away, and an end of an interval is where its p-value is the error it leaves.
 * 3. Where few units decide, errors smaller than they can tell are not told: p-values stop there (even-rows.ts).
 */
import { counted } from '../../domain/plural.ts';
import {
  type Added,
  bounded,
  describeLosses,
  describeSide,
  mostEvenRows,
  type Side,
  withoutUnseen,
} from './added-unit.ts';
import { evenRowsOfSum, leastErrorOf } from './even-rows.ts';
import { findEnd } from './find-end.ts';
import type { Inference, NoInference } from './inference.ts';
import { normalQuantile } from './normal.ts';
import { keepUnits, measureMoments, standardise, type Units, type Worst } from './standard-units.ts';
import { studentCdf } from './student.ts';
import { tailWithUnseen } from './unseen-rows.ts';
import { prepareTail } from './weighted-tail.ts';

/** So many rows of equal weight must there be at least. */
export const leastUnits = 10;
interface Known {
  /**
   * Where it is known what a unit can be at all, the least and the greatest that one could add beyond the estimate (top
   * less estimate times bottom). Then that unit is the one added, whatever was seen.
   */
  readonly worst?: Worst | undefined;
  /**
   * The least and the greatest that a unit could have added, of which perhaps none was seen: where that is beyond what was, as
   * where a model is certain and never found wrong, it counts by itself. It is the unit that is added where these are too
   * uneven for less.
   */
  readonly possible?: Worst | undefined;
  /** Both sums may be uneven in themselves, and their difference hide it. */
  readonly bothUneven?: boolean;
  /** How many even rows tell as much about either end at most: a gain's sides may be uneven, and their difference hide it. */
  readonly sides?: Inference['evenRows'];
  /** Values may be of any size, as errors are and what follows from decisions and ranks is not. */
  readonly ofAnySize?: boolean;
  /** So may what they count. */
  readonly weighed?: boolean;
  /** Of losses that most units do not have, those that have them: they alone tell how far the large ones fall off. */
  readonly costly?: Units | undefined;
  /** Of a mean without the largest values, how many these are: where its edge is only they tell. */
  readonly beyondEdge?: number | undefined;
}

export function inferRatio(
  method: string,
  units: Units,
  { worst, possible, bothUneven, sides, ofAnySize = false, weighed = false, costly, beyondEdge }: Known = {},
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
  const shape = {
    ...{ unbounded: ofAnySize || weighed, beyondEdge },
    ...describeLosses(top, bottom, ofAnySize, costly),
    apart: bothUneven ? Math.min(evenRowsOfSum(top), evenRowsOfSum(bottom)) : Number.POSITIVE_INFINITY,
  };
  const reachOf = (sign: 1 | -1, known: Worst | undefined): number =>
    known ? (sign > 0 ? known.greatest : -known.least) / meanBottom / unit : 0;
  const sideOf = (sign: 1 | -1): Side =>
    worst
      ? { sign, added: reachOf(sign, worst), ...bounded }
      : describeSide(sign, moments, centred, {
          ...shape,
          reach: reachOf(sign, possible),
          most: sides ? (sign > 0 ? sides.high : sides.low) : Number.POSITIVE_INFINITY,
        });
  const [above, below] = [sideOf(1), sideOf(-1)];
  const tailAt = prepareTail(centred, shares);
  /** The p-value of "the ratio is as far as the limit, or farther", on the side that `sign` says. */
  const beyond = ({ sign, added, degrees, unseen }: Added, limit: number): number => {
    const pValueAt = (distance: number): number => {
      const tail = tailAt(sign, -sign * distance, added - distance);
      // Limits nearer than doubles can tell refute nothing.
      if (Number.isNaN(tail)) return 1;
      return tail <= 0 || tail >= 1 ? tail : studentCdf(normalQuantile(tail), degrees);
    };
    const distance = (sign * (limit - estimate)) / unit;
    if (unseen === null) return pValueAt(distance);
    return tailWithUnseen(pValueAt, distance, { rows: centred.length, reach: unseen });
  };
  // Where all rows are alike, the added one alone makes the error.
  const step = unit * Math.max(moments.deviation / Math.sqrt(centred.length), 1 / centred.length);
  const boundedOf = (sign: 1 | -1): Added => ({ sign, added: reachOf(sign, possible), ...bounded });
  /** From the sharpest that is even enough for the error to the bluntest. */
  const sideFor = (side: Side, error: number): Added => {
    if (error >= leastErrorOf(side.evenRows)) return side;
    if (side.blunt && error >= leastErrorOf(side.blunt.evenRows)) return side.blunt;
    return possible ? boundedOf(side.sign) : (side.blunt ?? side);
  };
  const endOf = (side: Side, error: number): number =>
    findEnd((limit) => beyond(sideFor(side, error), limit), error, estimate, side.sign * step);
  /** The least error whose interval leaves the limit out: each way is asked for those that no sharper one tells. */
  const tell = (side: Side, limit: number): number => {
    const told = (by: Added): number => Math.max(leastErrorOf(by.evenRows), beyond(by, limit));
    let [error, sharpest] = [told(side), leastErrorOf(side.evenRows)];
    for (const by of [side.blunt, possible && boundedOf(side.sign)]) {
      if (!by) continue;
      const next = told(by);
      if (next < sharpest) error = Math.min(error, next);
      sharpest = Math.min(sharpest, leastErrorOf(by.evenRows));
    }
    return error;
  };
  const ends = (confidence: number, sideOf: (side: Side) => Side) => ({
    low: endOf(sideOf(below), (1 - confidence) / 2),
    high: endOf(sideOf(above), (1 - confidence) / 2),
  });
  const isUnseen = above.unseen !== null || below.unseen !== null;
  return {
    method: isUnseen ? `${method} that allows for rows not seen` : method,
    estimate,
    ...(isUnseen && { seenOnly: (confidence: number) => ends(confidence, withoutUnseen) }),
    ...(possible ? {} : { evenRows: { low: mostEvenRows(below), high: mostEvenRows(above) } }),
    interval: (confidence) => ends(confidence, (side) => side),
    atLeast: (limit) => tell(above, limit),
    atMost: (limit) => tell(below, limit),
  };
}
