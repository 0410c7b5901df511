import { orderNumbers } from './order-numbers.ts';
import { bytesOf } from './typed.ts';

/** Rows by falling score, with the end of each run of equal scores marked. */
export interface Ranking {
  readonly order: Uint32Array;
  /** 1 where the next row in order has a lower score, or there is none. */
  readonly endsTie: Uint8Array;
}

/** Sorting is what costs, and several metrics and both sides of a gate ask for the same. */
const known = new WeakMap<Float64Array, Ranking>();

export function rank(scores: Float64Array): Ranking {
  const before = known.get(scores);
  if (before) return before;
  const order = orderNumbers(scores).reverse();
  const endsTie = bytesOf(order.length, (place) =>
    place === order.length - 1 || scores[order[place + 1]!] !== scores[order[place]!] ? 1 : 0,
  );
  const ranking = { order, endsTie };
  known.set(scores, ranking);
  return ranking;
}

/** For each row of class 1 the share of class 0 it scores above; for each of class 0 the share of class 1 above it. */
export interface Placements {
  readonly shares: Float64Array;
  /** Weight of the rows of class 1 and of class 0. */
  readonly positives: number;
  readonly negatives: number;
  /** Area under the ROC curve; NaN where a class is missing. */
  readonly area: number;
}

/** Equal scores count half. Null weights are all 1. */
export function placeRows(
  positive: Uint8Array,
  { order, endsTie }: Ranking,
  weights: Float64Array | null,
): Placements {
  const shares = new Float64Array(order.length);
  let [positives, negatives, from] = [0, 0, 0];
  let [positivesHere, negativesHere] = [0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    const weight = weights ? weights[row]! : 1;
    positivesHere += weight * positive[row]!;
    negativesHere += weight * (1 - positive[row]!);
    if (endsTie[place] === 0) continue;
    for (; from <= place; from++) {
      const of = order[from]!;
      // Above so far; those of class 1 are turned into what lies below once the total is known.
      shares[of] = positive[of] === 1 ? negatives + negativesHere / 2 : positives + positivesHere / 2;
    }
    positives += positivesHere;
    negatives += negativesHere;
    positivesHere = 0;
    negativesHere = 0;
  }
  let area = 0;
  for (let row = 0; row < shares.length; row++) {
    if (positive[row] === 1) {
      shares[row] = 1 - shares[row]! / negatives;
      area += (weights ? weights[row]! : 1) * shares[row]!;
    } else shares[row] = shares[row]! / positives;
  }
  return { shares, positives, negatives, area: area / positives };
}
