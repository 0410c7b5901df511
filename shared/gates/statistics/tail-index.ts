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
  if (isDeep && index < leastTailIndex) return mostEvenRowsOfUnsure / 2;
  return index < sureTailIndex ? mostEvenRowsOfUnsure : Number.POSITIVE_INFINITY;
}

/** By so many of the outermost values (Hill, Annals of Statistics 3, 1975); infinite where they are too near to tell. */
function tailIndexOf(sign: 1 | -1, values: Float64Array, outer: number): number {
  const outermost = values.map((value) => sign * value).sort();
  const count = Math.max(10, Math.floor(outer));
  const threshold = outermost[outermost.length - 1 - count];
  if (threshold === undefined || threshold <= 0) return Number.POSITIVE_INFINITY;
  let logarithms = 0;
  for (let place = outermost.length - count; place < outermost.length; place++) {
    logarithms += Math.log(outermost[place]! / threshold);
  }
  return logarithms > 0 ? count / logarithms : Number.POSITIVE_INFINITY;
}
