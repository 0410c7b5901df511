/** Values of units in a scale of their own, and their moments. */

/** What each unit adds to the two sums of which a value is the ratio. Bottoms are 0 or more. */
export interface Units {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
}

/** What one unit could add at all beyond the estimate. */
export interface Worst {
  readonly least: number;
  readonly greatest: number;
}

export interface Moments {
  readonly deviation: number;
  readonly skewness: number;
  readonly kurtosis: number;
  readonly greatest: number;
  readonly least: number;
}

/** Of values whose mean is 0 and none of which is beyond 1. */
export function measureMoments(centred: Float64Array): Moments {
  let [squares, cubes, fourths, greatest, least] = [0, 0, 0, 0, 0];
  for (const value of centred) {
    const square = value * value;
    squares += square;
    cubes += square * value;
    fourths += square * square;
    if (value > greatest) greatest = value;
    if (value < least) least = value;
  }
  const count = centred.length;
  const deviation = Math.sqrt(squares / (count - 1));
  return {
    deviation,
    skewness: deviation > 0 ? cubes / count / deviation ** 3 : 0,
    kurtosis: deviation > 0 ? fourths / count / deviation ** 4 : 0,
    greatest,
    least,
  };
}

interface Standard {
  readonly estimate: number;
  /** What 1 of the centred values is; 0 where all rows are alike, not finite where doubles are too small for them. */
  readonly unit: number;
  /** What each unit adds beyond the estimate, the farthest one that there is or could be 1 away. */
  readonly centred: Float64Array;
  /** Its share of the bottom sum, on average 1. */
  readonly shares: Float64Array;
  readonly meanBottom: number;
}

/** In units in which no power is beyond a double. */
export function standardise(top: Float64Array, bottom: Float64Array, worst: Worst | undefined): Standard {
  const meanBottom = sum(bottom) / bottom.length;
  const shares = bottom.map((value) => value / meanBottom);
  const estimate = sum(top) / bottom.length / meanBottom;
  const centred = top.map((value, row) => value / meanBottom - estimate * shares[row]!);
  let [unit, size] = [0, 0];
  for (let row = 0; row < centred.length; row++) {
    unit = Math.max(unit, Math.abs(centred[row]!));
    size = Math.max(size, Math.abs(top[row]! / meanBottom));
  }
  // Rows alike leave a rest of rounding errors.
  if (unit <= 1e-8 * size) unit = 0;
  if (worst) unit = Math.max(unit, worst.greatest / meanBottom, -worst.least / meanBottom);
  for (let row = 0; row < centred.length; row++) centred[row] = centred[row]! / unit;
  return { estimate, unit, centred, shares, meanBottom };
}

/** Units that count for something, and as how many of equal weight (Kish, "Survey sampling", 1965). */
export function keepUnits({ top, bottom }: Units): Units & { readonly kish: number } {
  let [kept, bottoms, squares] = [0, 0, 0];
  for (let unit = 0; unit < top.length; unit++) {
    if (top[unit] !== 0 || bottom[unit] !== 0) kept++;
    bottoms += bottom[unit]!;
    squares += bottom[unit]! ** 2;
  }
  const kish = squares > 0 ? bottoms ** 2 / squares : 0;
  if (kept === top.length) return { top, bottom, kish };
  const counts = (_: number, unit: number): boolean => top[unit] !== 0 || bottom[unit] !== 0;
  return { top: top.filter(counts), bottom: bottom.filter(counts), kish };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
