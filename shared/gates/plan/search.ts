import { power } from '../statistics/power.ts';

/**
 * Larger numbers at which there must be enough power, too: that of exact tests goes up and down from one count to the
 * next (Chernick and Liu, American Statistician 56, 2002).
 */
export const fromThereOn: readonly number[] = [1, 1.03, 1.08, 1.15, 1.25];

/** The least whole number with enough power, of those that doubling and halving meet; null where `most` has too little. */
export function findLeast(most: number, powerOf: (count: number) => number): number | null {
  let high = 1;
  while (powerOf(high) < power) {
    if (high >= most) return null;
    high = Math.min(most, high * 2);
  }
  let low = high / 2;
  // To one in a thousand: the power of so many whole rows goes up and down by more.
  while (high - low > Math.max(1, high / 1000)) {
    const middle = Math.floor((low + high) / 2);
    if (powerOf(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

/** The most looks with enough power, of `most` at most: no look asks less than one before. */
export function countLooks(most: number, powerAt: (look: number) => number): number {
  let [low, high] = [0, most + 1];
  while (high - low > 1) {
    const middle =
      low === 0 ? 1 : Math.min(high - 1, low * 2 < high ? low * 2 : Math.floor((low + high) / 2));
    if (powerAt(middle) < power) high = middle;
    else low = middle;
    if (low === 0 && high <= 1) return 0;
  }
  return low;
}

/** The least distance with enough power, to one in ten thousand of `farthest`; null where even that has too little. */
export function findDistance(farthest: number, powerAt: (distance: number) => number): number | null {
  if (!(farthest > 0) || powerAt(farthest) < power) return null;
  let [low, high] = [0, farthest];
  for (let step = 0; step < 14; step++) {
    const middle = (low + high) / 2;
    if (powerAt(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}
