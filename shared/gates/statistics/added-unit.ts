/**
 * Which unit is added towards one side of an estimate, and what the values are worth with it: likelihood-inference.ts says what
 * for. The numbers are from simulation (`bench:false-passes`).
 */
import { evenRowsOf, fewUnits } from './even-rows.ts';
import { keepUnits, type Moments, measureMoments, standardise, type Units } from './standard-units.ts';
import { hasNoVariance, mostEvenRowsOfTail } from './tail-index.ts';

/** How far the added unit lies from the second-order place towards the worst unit seen: farther where few were, all the way at most. */
const towardsWorst = 0.5;
/** As `fewUnits`, of values of either sign, where the skewness may have the wrong one. */
const fewUnitsOfEitherSign = 30;
/** Where uneven values count by the worst one seen, it lies so many units' worth beyond it; and a unit is so many even ones. */
const beyondWorst = (units: number): number => 1 + 30 / units;
const evenRowsPerUnevenUnit = 1 / 4;
/** So few costly ones beside their own mean look heavy whatever they are: their tail is that of all, for no smaller error than that of a first look. */
const fewCostly = 100;
const mostEvenRowsOfFewCostly = 24;
/** What could have been is beyond what was seen, from so many times it on. */
const farBeyond = 1.5;
/** How many even units each one beyond an edge is worth: ten are enough for a second look, and not for a fifth. */
const evenRowsPerUnitBeyond = 4;
/** Of Student's t: fewer are as good as nothing. */
const leastDegrees = 2;

/** The added row bounds whatever was not seen: no row is too uneven, and no quantile too near. */
export const bounded = {
  degrees: Number.POSITIVE_INFINITY,
  evenRows: Number.POSITIVE_INFINITY,
  unseen: null,
};

/** One end of the interval, by one unit that is added. */
export interface Added {
  readonly sign: 1 | -1;
  /** The value of the added unit, less the estimate and with the sign. */
  readonly added: number;
  readonly degrees: number;
  /** How many rows without skewness towards this side tell as much. */
  readonly evenRows: number;
  /** How far from the estimate a unit could be of which none was seen; null where what was seen or is added tells. */
  readonly unseen: number | null;
}

export interface Side extends Added {
  /** The same by a unit farther out, which more errors can be told by; none where no unit would do. */
  readonly blunt?: Added | null;
}

/** Too uneven a side is bounded by the worst row there can be, seen or not. */
export const withoutUnseen = (side: Side): Side => ({
  ...side,
  unseen: null,
  blunt: side.blunt ? { ...side.blunt, unseen: null } : null,
});

export const mostEvenRows = ({ evenRows, blunt }: Side): number => Math.max(evenRows, blunt?.evenRows ?? 0);

/** What is known of the values beside their moments. */
interface Shape {
  /** Of any size, or of any weight. */
  readonly unbounded: boolean;
  /** Of any size, and some of them below 0. */
  readonly isOfEitherSign: boolean;
  /** The values as they are where they are losses of any size that all count the same. */
  readonly plainLosses: Float64Array | null;
  /** How many even rows both sums are worth in themselves. */
  readonly apart: number;
  /** More even rows than this they are not. */
  readonly most: number;
  /** The farthest that a value could have been, 0 where that is not known. */
  readonly reach: number;
  /** How many units lie beyond the edge of a mean without the largest values. */
  readonly beyondEdge?: number | undefined;
  /** What the units with the costly losses say by themselves. */
  readonly costly?: Costly | null;
}

interface Costly {
  readonly count: number;
  readonly side: Side;
}

/** As the losses of these units would be bounded if there were no others. */
function describeCostly(units: Units): Costly {
  const { top, bottom } = keepUnits(units);
  const { centred } = standardise(top, bottom, undefined);
  const plainLosses = bottom.every((value) => value === bottom[0]) ? top : null;
  const side = describeSide(1, measureMoments(centred), centred, {
    ...{ unbounded: true, isOfEitherSign: false, plainLosses, reach: 0 },
    ...{ apart: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY },
  });
  return { count: top.length, side };
}

export function describeLosses(
  top: Float64Array,
  bottom: Float64Array,
  ofAnySize: boolean,
  costly: Units | undefined,
) {
  const isLoss = ofAnySize && top.every((value) => value >= 0);
  return {
    isOfEitherSign: ofAnySize && !isLoss,
    plainLosses: isLoss && bottom.every((value) => value === bottom[0]) ? top : null,
    costly: costly ? describeCostly(costly) : null,
  };
}

export function describeSide(sign: 1 | -1, moments: Moments, centred: Float64Array, shape: Shape): Side {
  const {
    unbounded,
    isOfEitherSign,
    plainLosses,
    apart,
    reach,
    beyondEdge = Number.POSITIVE_INFINITY,
  } = shape;
  const count = centred.length;
  const most = Math.min(shape.most, evenRowsPerUnitBeyond * beyondEdge);
  const costly = sign > 0 ? shape.costly : null;
  const { deviation, kurtosis, greatest, least } = moments;
  const skewness = sign * moments.skewness;
  const secondOrder = (deviation * skewness) / 2;
  const worst = sign > 0 ? greatest : -least;
  // What was seen to one side of a gain could have been to the other.
  const farthest = isOfEitherSign ? Math.max(greatest, -least) : worst;
  const few = isOfEitherSign ? fewUnitsOfEitherSign : fewUnits;
  // Where a unit could be far worse than those seen, that is counted by itself, and the added one is for them alone.
  const unseen = reach > farBeyond * worst ? reach : null;
  // The edge of a mean without the largest values is told by those beyond it: they are the few, and one more may lie farther out.
  const atEdge = beyondEdge < count;
  const towards =
    unseen === null
      ? towardsWorst + (atEdge ? fewUnits / beyondEdge : few / count)
      : fewUnitsOfEitherSign / count;
  const added = secondOrder + Math.min(atEdge ? 2 : 1, towards) * Math.max(0, farthest - secondOrder);
  // Of a variance whose own variance is that of these values (Satterthwaite, Biometrics Bulletin 2, 1946).
  const degrees = Math.max(leastDegrees, Math.min(count - 1, (2 * count) / (kurtosis - 1)));
  const bluntRowsOfTail = (): number => {
    if (costly && costly.count >= fewCostly) return costly.side.blunt?.evenRows ?? 0;
    const ofAll = mostEvenRowsOfTail(sign, centred, plainLosses);
    return costly ? Math.min(ofAll, mostEvenRowsOfFewCostly, costly.count / 2) : ofAll;
  };
  const bluntRows =
    unseen !== null
      ? evenRowsPerUnevenUnit * count
      : unbounded && apart === Number.POSITIVE_INFINITY
        ? Math.min(most, evenRowsPerUnevenUnit * count, bluntRowsOfTail())
        : 0;
  const isHeavy = unbounded && hasNoVariance(sign, kurtosis, centred);
  return {
    ...{ sign, added, degrees, unseen },
    evenRows: isHeavy
      ? 0
      : Math.min(apart, most, evenRowsOf(count, skewness), costly?.side.evenRows ?? Number.POSITIVE_INFINITY),
    blunt:
      bluntRows > 0
        ? {
            ...{ sign, degrees, unseen },
            added: Math.max(added, (unseen === null ? beyondWorst(costly?.count ?? count) : 1) * worst),
            evenRows: bluntRows,
          }
        : null,
  };
}
