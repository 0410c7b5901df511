import { power } from '../statistics/power.ts';

/**
 * Larger numbers at which there must be enough power, too: that of exact tests goes up and down from one count to the
 * next (Chernick and Liu, American Statistician 56, 2002).
 */
export const fromThereOn: readonly number[] = [1, 1.03, 1.08, 1.15, 1.25];

interface Search {
  readonly most: number;
  readonly start: number;
  /** How far the answer may be above the least, as a share of it. */
  readonly within: number;
}

/** The least whole number with enough power, by doubling, halving and bisection; null where `most` has too little. */
export function findLeast(
  { most, start, within }: Search,
  powerOf: (count: number) => number,
): number | null {
  let high = Math.min(start, most);
  let low = high;
  if (powerOf(high) >= power) {
    while (low > 0 && powerOf(low) >= power) {
      high = low;
      low = Math.floor(low / 2);
    }
  } else {
    do {
      if (high >= most) return null;
      low = high;
      high = Math.min(most, high * 2);
    } while (powerOf(high) < power);
  }
  while (high - low > Math.max(1, high * within)) {
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
