import { outsideOf } from './find-few-outside.ts';
import type { Rows } from './rows.ts';
import type { ScoredSide } from './scored-side.ts';
import { evenRowsOfInfluences, leastErrorOf } from './statistics/even-rows.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { inferFromInfluences, inferFromRatio } from './units.ts';

type EvenRows = NonNullable<Inference['evenRows']>;

/**
 * A gain in losses of any size tells no error that the losses of the sides do not tell by themselves. What the challenger
 * has too seldom to be in the rows makes it look better than it is, and the differences, most of which are the
 * champion's, look even (`bench:false-passes -- --cells 'against normal, as large'`: up to 26 % in place of 2.5). So a gain is shown as far
 * as a bound on the challenger could be, and a loss as far as one on the champion.
 */
export function guardBySides(gain: Inference | NoInference, sides: EvenRows): Inference | NoInference {
  if ('why' in gain) return gain;
  const { low, high } = gain.evenRows ?? { low: Infinity, high: Infinity };
  return {
    ...gain,
    evenRows: { low: Math.min(low, sides.low), high: Math.min(high, sides.high) },
    atMost: (limit) => Math.max(leastErrorOf(sides.low), gain.atMost(limit)),
    atLeast: (limit) => Math.max(leastErrorOf(sides.high), gain.atLeast(limit)),
  };
}

/**
 * How many even rows tell as much about how bad the challenger could be, and how bad the champion. Of an area, too, a kind of
 * rows that the challenger misplaces may be too rare to be in the rows, and those that are look even (`--cells missed`).
 */
export function evenRowsOfSides(
  metric: string,
  [challenger, champion]: readonly [ScoredSide, ScoredSide],
  rows: Rows,
  better: 'higher' | 'lower',
  ofAnySize: boolean,
): EvenRows {
  const [low, high] = [challenger, champion].map((side) =>
    evenRowsOfSide(metric, side, rows, better, ofAnySize),
  );
  return { low: low!, high: high! };
}

function evenRowsOfSide(
  metric: string,
  { scored, prepared, value, influences }: ScoredSide,
  rows: Rows,
  better: 'higher' | 'lower',
  ofAnySize: boolean,
): number {
  // The same without the interval, which a million rows notice.
  if (!ofAnySize && !rows.weights && !rows.dependence)
    return evenRowsOfInfluences(better === 'higher' ? -1 : 1, influences);
  const inferred =
    prepared.kind === 'sums' && prepared.ratioOf
      ? inferFromRatio(prepared, rows, { ofAnySize, isCostly: outsideOf(metric, scored) })
      : inferFromInfluences(value, influences, rows, { ofAnySize });
  // Losses that are all alike are even.
  if ('why' in inferred) return Number.POSITIVE_INFINITY;
  return (better === 'higher' ? inferred.evenRows?.low : inferred.evenRows?.high) ?? Number.POSITIVE_INFINITY;
}
