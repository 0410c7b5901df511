import type { Metric } from './metrics/measure.ts';
import type { Rows } from './rows.ts';
import { leastErrorOf } from './statistics/even-rows.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { inferFromInfluences, inferFromRatio } from './units.ts';

interface MeasuredSide {
  readonly prepared: Metric;
  readonly value: number;
  readonly influences: Float64Array;
}

/**
 * A gain in losses of any size tells no error that the losses of the sides do not tell by themselves. What the challenger
 * has too seldom to be in the rows makes it look better than it is, and the differences, most of which are the
 * champion's, look even (`bench:false-passes -- --cells 'against normal, as large'`: up to 26 % in place of 2.5). So a gain is shown as far
 * as a bound on the challenger could be, and a loss as far as one on the champion.
 */
export function guardBySides(
  gain: Inference | NoInference,
  [challenger, champion]: readonly [MeasuredSide, MeasuredSide],
  rows: Rows,
  better: 'higher' | 'lower',
): Inference | NoInference {
  if ('why' in gain) return gain;
  const [ours, theirs] = [challenger, champion].map((side) => evenRowsOfSide(side, rows, better));
  const { low, high } = gain.evenRows ?? { low: Infinity, high: Infinity };
  return {
    ...gain,
    evenRows: { low: Math.min(low, ours!), high: Math.min(high, theirs!) },
    atMost: (limit) => Math.max(leastErrorOf(ours!), gain.atMost(limit)),
    atLeast: (limit) => Math.max(leastErrorOf(theirs!), gain.atLeast(limit)),
  };
}

/** How many even rows tell as much about how bad the side could be. */
function evenRowsOfSide(side: MeasuredSide, rows: Rows, better: 'higher' | 'lower'): number {
  const { prepared, value, influences } = side;
  const inferred =
    prepared.kind === 'sums' && prepared.ratioOf
      ? inferFromRatio(prepared, rows, { ofAnySize: true })
      : inferFromInfluences(value, influences, rows, { ofAnySize: true });
  // Losses that are all alike are even.
  if ('why' in inferred) return Number.POSITIVE_INFINITY;
  return (better === 'higher' ? inferred.evenRows?.low : inferred.evenRows?.high) ?? Number.POSITIVE_INFINITY;
}
