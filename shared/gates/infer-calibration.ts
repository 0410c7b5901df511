/**
 * What rows say of a true expected calibration error, and of a gain in it.
 *
 * A sum of absolute values is too large by chance wherever the truth is near 0, so a calibrated model shows an error of
 * its own noise. Two facts bound that from either side. The true error is at least the sum in which each bin has the sign
 * seen, whose own error has no such bias: that the true error is large is hidden by plain noise only. And what is seen
 * exceeds the truth by the sum of the bins' absolute errors at most (the triangle inequality), whose distribution is known:
 * that it is small is believed until it exceeds even that. Neither claims more than it says, in any calibration there is.
 */

import type { ScoredRows } from './metrics/measure.ts';
import { binErrors } from './metrics/probability-metrics.ts';
import type { Rows } from './rows.ts';
import { halfNormalTail } from './statistics/half-normal-tail.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { solveRising } from './statistics/solve.ts';
import { inferFromInfluences } from './units.ts';

/** One side's calibration: the error seen, what each row adds to it, and the standard error of each bin. */
interface Calibration {
  readonly value: number;
  readonly influences: Float64Array;
  readonly deviations: readonly number[];
}

export function calibrationOf(
  bins: number,
  scored: ScoredRows,
  value: number,
  influences: Float64Array,
  weights: Float64Array | null,
): Calibration {
  return { value, influences, deviations: binErrors(bins, scored, weights) };
}

const method = 'bounds by signs and noise of the bins';

export function inferCalibration(
  { value, influences, deviations }: Calibration,
  rows: Rows,
): Inference | NoInference {
  const signed = inferFromInfluences(value, influences, rows);
  if ('why' in signed) return signed;
  const atMost = (limit: number): number => halfNormalTail(deviations, 0, value - limit);
  return {
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
export function inferCalibrationGain(challenger: Calibration, champion: Calibration): Inference {
  const gain = champion.value - challenger.value;
  const errorOf = ({ influences }: Calibration): number =>
    Math.sqrt(influences.reduce((sum, influence) => sum + influence * influence, 0));
  const atMost = (limit: number): number =>
    halfNormalTail(champion.deviations, errorOf(challenger), gain - limit);
  const atLeast = (limit: number): number =>
    halfNormalTail(challenger.deviations, errorOf(champion), limit - gain);
  return {
    method,
    estimate: gain,
    interval: (confidence) => ({
      low: lowestOf(atMost, -1, gain, (1 - confidence) / 2),
      high: -lowestOf((limit) => atLeast(-limit), -1, -gain, (1 - confidence) / 2),
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
