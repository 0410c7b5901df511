/**
 * What rows say of a true expected calibration error, and of a gain in it.
 *
 * A sum of absolute values is too large by chance wherever the truth is near 0, so a calibrated model shows an error of
 * its own noise. Two facts bound that from either side. The true error is at least the sum in which each bin has the sign
 * seen, whose own error has no such bias: that the true error is large is hidden by plain noise only. And what is seen
 * exceeds the truth by the sum of the bins' absolute errors at most (the triangle inequality), whose distribution is known:
 * that it is small is believed until it exceeds even that. Neither claims more than it says, in any calibration there is.
 */

import { findUnits, measureDesignEffect, sumUnits } from './dependence.ts';
import type { ScoredRows } from './metrics/measure.ts';
import { binErrors } from './metrics/probability-metrics.ts';
import type { Rows } from './rows.ts';
import { halfNormalTail } from './statistics/half-normal-tail.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { leastUnits } from './statistics/likelihood-inference.ts';
import { solveRising } from './statistics/solve.ts';
import { studentCdf } from './statistics/student.ts';
import { inferFromInfluences } from './units.ts';

/** One side's calibration: the error seen, what each row adds to it, and the standard error of each bin. */
interface Calibration {
  readonly value: number;
  /** No error is larger. */
  readonly highest: number;
  readonly influences: Float64Array;
  readonly deviations: readonly number[];
  /** Units that are independent where rows are not, else null; or why there are none. */
  readonly units: ReturnType<typeof findUnits>;
}

export function calibrationOf(
  bins: number,
  scored: ScoredRows,
  { value, influences }: { readonly value: number; readonly influences: Float64Array },
  rows: Rows,
): Calibration {
  const units = findUnits(rows, influences);
  const known = units && 'unitOf' in units ? units : null;
  const deviations = binErrors(bins, scored, rows.weights, known).map(
    (deviation) => deviation * (known?.stretch ?? 1),
  );
  return { value, highest: 1, influences, deviations, units };
}

/** So many times the error. */
export function scaleCalibration(calibration: Calibration, factor: number): Calibration {
  return {
    ...calibration,
    value: factor * calibration.value,
    highest: factor * calibration.highest,
    influences: calibration.influences.map((influence) => factor * influence),
    deviations: calibration.deviations.map((deviation) => factor * deviation),
  };
}

/**
 * The chance that noise is so large. Errors of bins that share units depend on each other in ways that nobody knows: at
 * worst they are all large at once.
 */
function noiseTail({ deviations, units }: Calibration, signed: number, limit: number): number {
  const tail = halfNormalTail(deviations, signed, limit);
  if (!units || 'why' in units) return tail;
  const together = deviations.reduce((sum, deviation) => sum + deviation, signed);
  if (limit <= 0 || !(together > 0)) return tail;
  return Math.max(tail, Math.min(1, 2 * studentCdf(-limit / together, Math.max(1, units.seen.count - 1))));
}

const method = 'bounds by signs and noise of the bins';

export function inferCalibration(calibration: Calibration, rows: Rows): Inference | NoInference {
  const { value, influences } = calibration;
  const signed = inferFromInfluences(value, influences, rows);
  if ('why' in signed) return signed;
  const atMost = (limit: number): number => noiseTail(calibration, 0, value - limit);
  return {
    units: signed.units,
    method,
    estimate: value,
    evenRows: { low: Number.POSITIVE_INFINITY, high: signed.evenRows!.high },
    interval: (confidence) => ({
      low: lowestOf(atMost, 0, value, (1 - confidence) / 2),
      high: signed.interval(confidence).high,
    }),
    atMost,
    atLeast: signed.atLeast,
  };
}

/** The gain is the champion's error less the challenger's. */
export function inferCalibrationGain(
  challenger: Calibration,
  champion: Calibration,
): Inference | NoInference {
  const findWhy = ({ units }: Calibration): NoInference | null => {
    if (!units) return null;
    if ('why' in units) return units;
    const { count, words } = units.seen;
    return count < leastUnits ? { why: `${words}, and an interval needs ${leastUnits}` } : null;
  };
  const why = findWhy(challenger) ?? findWhy(champion);
  if (why) return why;
  const gain = champion.value - challenger.value;
  const errorOf = ({ influences, units }: Calibration): number => {
    const known = units && 'unitOf' in units ? units : null;
    const each = known ? sumUnits(influences, known) : influences;
    return (known?.stretch ?? 1) * Math.sqrt(each.reduce((sum, influence) => sum + influence * influence, 0));
  };
  const { units } = challenger;
  const atMost = (limit: number): number => noiseTail(champion, errorOf(challenger), gain - limit);
  const atLeast = (limit: number): number => noiseTail(challenger, errorOf(champion), limit - gain);
  return {
    method,
    estimate: gain,
    units:
      units && 'unitOf' in units
        ? { ...units.seen, designEffect: measureDesignEffect(challenger.influences, units) }
        : undefined,
    interval: (confidence) => ({
      low: lowestOf(atMost, -challenger.highest, gain, (1 - confidence) / 2),
      high: -lowestOf((limit) => atLeast(-limit), -champion.highest, -gain, (1 - confidence) / 2),
    }),
    atMost,
    atLeast,
  };
}

/** The limit below the estimate whose p-value is the error, or the least there is. */
function lowestOf(
  pValueAt: (limit: number) => number,
  least: number,
  estimate: number,
  error: number,
): number {
  if (pValueAt(least) >= error) return least;
  return solveRising(least, estimate, (limit) => pValueAt(limit) - error);
}
