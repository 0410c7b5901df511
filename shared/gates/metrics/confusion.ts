/**
 * Metrics of decisions as functions of how many rows of each class there are, are decided for it, and are right.
 *
 * Owns: their values, and the derivatives by each of those sums, which intervals are made of.
 * Does not own: rows, and what they add to the sums (decision-metrics.ts).
 *
 * Invariant: all derivatives together take time in proportion to the classes, however many there are.
 */
import { ratio } from './measure.ts';

/** Weights by class: of the rows that are of it, that are decided for it, and both. */
export interface Confusion {
  readonly classes: number;
  /** Whether a class is one of those to take a mean over. */
  readonly isKnown: (of: number) => boolean;
  readonly seen: (of: number) => number;
  readonly decided: (of: number) => number;
  readonly hit: (of: number) => number;
  /** Of all rows. */
  readonly total: number;
}

/** One number for each sum of a class. */
type OfSums = readonly [hit: number, seen: number, decided: number];

export interface Form {
  readonly value: (confusion: Confusion) => number | null;
  /** Derivatives by the sums of a class, of a metric that has this value. */
  readonly slopes: (confusion: Confusion, value: number) => (of: number) => OfSums;
}

/** A ratio of two sums, each of so many times what a class has. */
export interface Rate {
  readonly top: OfSums;
  readonly bottom: OfSums;
}

export const recall: Rate = { top: [1, 0, 0], bottom: [0, 1, 0] };
export const misses: Rate = { top: [-1, 1, 0], bottom: [0, 1, 0] };
export const precision: Rate = { top: [1, 0, 0], bottom: [0, 0, 1] };
export const f1: Rate = { top: [2, 0, 0], bottom: [0, 1, 1] };

const none: OfSums = [0, 0, 0];
const times = (factor: number, by: OfSums): OfSums => [factor * by[0], factor * by[1], factor * by[2]];

/** What is counted no times is left out: of an endless sum that would be no number. */
function sumOf([hit, seen, decided]: OfSums, confusion: Confusion, of: number): number {
  return (
    (hit && hit * confusion.hit(of)) +
    (seen && seen * confusion.seen(of)) +
    (decided && decided * confusion.decided(of))
  );
}

const rateOf = ({ top, bottom }: Rate, confusion: Confusion, of: number): number | null =>
  ratio(sumOf(top, confusion, of), sumOf(bottom, confusion, of));

/** Of a class that the rate is undefined for: none. */
function slopesOfRate({ top, bottom }: Rate, confusion: Confusion, of: number): OfSums {
  const whole = sumOf(bottom, confusion, of);
  if (!(whole > 0)) return none;
  const rate = sumOf(top, confusion, of) / whole;
  const slope = (sum: 0 | 1 | 2): number => (top[sum] - rate * bottom[sum]) / whole;
  return [slope(0), slope(1), slope(2)];
}

/** The rate of one class. */
export const rateOfClass = (rate: Rate, one: number): Form => ({
  value: (confusion) => rateOf(rate, confusion, one),
  slopes: (confusion) => (of) => (of === one ? slopesOfRate(rate, confusion, of) : none),
});

/** The share of all rows that are right. */
export const accuracy: Form = {
  value: ({ classes, hit, total }) => {
    let hits = 0;
    for (let of = 0; of < classes; of++) hits += hit(of);
    return ratio(hits, total);
  },
  slopes: ({ total }, value) => {
    const slopes: OfSums = [1 / total, -value / total, 0];
    return () => slopes;
  },
};

/** Mean over the classes; undefined where one of them is. */
export const macro = (rate: Rate): Form => ({
  value: (confusion) => {
    let [sum, classes] = [0, 0];
    for (let of = 0; of < confusion.classes; of++) {
      if (!confusion.isKnown(of)) continue;
      const value = rateOf(rate, confusion, of);
      if (value === null) return null;
      sum += value;
      classes++;
    }
    return ratio(sum, classes);
  },
  slopes: (confusion) => {
    let classes = 0;
    for (let of = 0; of < confusion.classes; of++) if (confusion.isKnown(of)) classes++;
    return (of) => (confusion.isKnown(of) ? times(1 / classes, slopesOfRate(rate, confusion, of)) : none);
  },
});

/** Mean over the classes by their rows; undefined where a class with rows is. */
export const weighted = (rate: Rate): Form => ({
  value: (confusion) => {
    let sum = 0;
    for (let of = 0; of < confusion.classes; of++) {
      if (confusion.seen(of) === 0) continue;
      const value = rateOf(rate, confusion, of);
      if (value === null) return null;
      sum += confusion.seen(of) * value;
    }
    return ratio(sum, confusion.total);
  },
  slopes: (confusion, value) => (of) => {
    const { seen, total } = confusion;
    // The first row of a class has a rate of 0 where it makes one at all, whatever were decided for it.
    const here = rateOf(rate, confusion, of) ?? (rate.bottom[1] > 0 ? 0 : null);
    if (here === null) return none;
    const [hit, bySeen, decided] = times(seen(of) / total, slopesOfRate(rate, confusion, of));
    return [hit, bySeen + (here - value) / total, decided];
  },
});

/**
 * Correlation of truth and decision, from -1 to 1: Matthews, BBA 405 (1975), and for more than two classes Gorodkin,
 * Computational Biology and Chemistry 28 (2004).
 */
export const matthews: Form = {
  value: (confusion) => {
    const { hits, expected, mixedSeen, mixedDecided } = countPairs(confusion);
    return ratio(hits * confusion.total - expected, Math.sqrt(mixedSeen) * Math.sqrt(mixedDecided));
  },
  slopes: (confusion, value) => {
    const { seen, decided, total } = confusion;
    const { hits, mixedSeen, mixedDecided, allDecided } = countPairs(confusion);
    const spread = Math.sqrt(mixedSeen) * Math.sqrt(mixedDecided);
    return (of) => [
      total / spread,
      (hits - decided(of)) / spread - (value * (total - seen(of))) / mixedSeen,
      -seen(of) / spread - (value * (allDecided - decided(of))) / mixedDecided,
    ];
  },
};

/** Pairs of different classes, in place of all pairs less those of one: that difference would not be exactly 0. */
function countPairs({ classes, hit, seen, decided }: Confusion) {
  let [hits, expected] = [0, 0];
  let [mixedSeen, mixedDecided, allSeen, allDecided] = [0, 0, 0, 0];
  for (let of = 0; of < classes; of++) {
    hits += hit(of);
    expected += seen(of) * decided(of);
    mixedSeen += 2 * seen(of) * allSeen;
    mixedDecided += 2 * decided(of) * allDecided;
    allSeen += seen(of);
    allDecided += decided(of);
  }
  return { hits, expected, mixedSeen, mixedDecided, allDecided };
}
