/** How heavy the tail of values is, where it decides what can be said of their mean. */

/** Tails no heavier than these need not be looked at: the kurtosis of exponential values. */
const lightKurtosis = 9;
/** Values with a tail index below it have no variance. */
const leastTailIndex = 2;
/** Below it they surely have none; above, what they have is bounded by a unit beyond the worst seen (`bench:false-passes`). */
const leastTailIndexOfBlunt = 1.8;
/** An index is an estimate: one below this tells no smaller error than that of a first look with 95 %, and where it could be surer less. */
const sureTailIndex = 2.2;
const mostEvenRowsOfUnsure = 24;
/** So many errors of an index beyond the least one there must be. */
const [hardlySure, sure] = [1, 2];
/** Fewer values show no tail twice as far in. */
const fewForTail = 400;

/**
 * Whether values fall off so slowly towards a side that their variance is infinite as far as one can see, so that no
 * moment of theirs says anything: by the tail index of as many of the outermost values as the root of their number.
 */
export function hasNoVariance(sign: 1 | -1, kurtosis: number, centred: Float64Array): boolean {
  return kurtosis > lightKurtosis && tailIndexOf(sign, centred, Math.sqrt(centred.length)) < leastTailIndex;
}

/**
 * How many even rows values are worth at most where only a unit beyond the worst seen bounds them; 0 where they surely have no variance.
 * Of losses as they are, not beyond their mean, the tail shows twice as far in, and less of it is chance.
 */
export function mostEvenRowsOfTail(sign: 1 | -1, centred: Float64Array, losses: Float64Array | null): number {
  const root = Math.sqrt(centred.length);
  const isDeep = losses !== null && sign > 0 && centred.length >= fewForTail;
  const index = isDeep ? tailIndexOf(1, losses, 2 * root) : tailIndexOf(sign, centred, root);
  if (index < leastTailIndexOfBlunt) return 0;
  if (!isDeep) return index < sureTailIndex ? mostEvenRowsOfUnsure : Number.POSITIVE_INFINITY;
  // An index of so many is an estimate whose error is that share of it.
  const error = 1 / Math.sqrt(2 * root);
  if (index < leastTailIndex * (1 + hardlySure * error)) return mostEvenRowsOfUnsure / 2;
  return index < leastTailIndex * (1 + sure * error) ? mostEvenRowsOfUnsure : Number.POSITIVE_INFINITY;
}

/** By so many of the outermost values (Hill, Annals of Statistics 3, 1975); infinite where they are too near to tell. */
export function tailIndexOf(sign: 1 | -1, values: Float64Array, outer: number): number {
  const count = Math.max(10, Math.floor(outer));
  const outermost = findOutermost(sign, values, count + 1);
  const threshold = outermost[0];
  if (outermost.length <= count || threshold === undefined || threshold <= 0) return Number.POSITIVE_INFINITY;
  let logarithms = 0;
  for (const value of outermost.subarray(1)) logarithms += Math.log(value / threshold);
  return logarithms > 0 ? count / logarithms : Number.POSITIVE_INFINITY;
}

/** So many of the largest values, or of the smallest with their signs changed, by rising value; all where there are fewer. */
export function findOutermost(sign: 1 | -1, values: Float64Array, count: number): Float64Array {
  const found = new Float64Array(2 * count);
  // Nothing is below no number: at first all are kept.
  let [size, least] = [0, Number.NaN];
  for (const value of values) {
    if (sign * value <= least) continue;
    found[size++] = sign * value;
    if (size < found.length) continue;
    // The larger half is kept, and nothing below it is asked for again.
    found.sort().copyWithin(0, count);
    size = count;
    least = found[0]!;
  }
  return found
    .subarray(0, size)
    .sort()
    .subarray(Math.max(0, size - count));
}
