/**
 * What a sample says of a mean when a kind of rows may be as bad as can be, and so rare that none was drawn.
 *
 * Where a share of all rows is of such a kind, no row of n is with a chance of (1 - share)^n, and then the rows that were drawn must be
 * better by what the others take from the mean. So a limit is refuted by that chance times how seldom the mean of such rows lies beyond
 * the limit without them; and since nobody knows the share, by the greatest such product of all shares. (A p-value is valid as the
 * greatest over a parameter that nobody knows: Berger and Boos, Journal of the American Statistical Association 89, 1994. That a mean
 * cannot be told otherwise: Bahadur and Savage, Annals of Mathematical Statistics 27, 1956.) It is for samples without such a row: one
 * that has some shows them, and is for the other methods of likelihood-inference.ts.
 */

/** Of the golden section: the product is flat at its top, so that these leave an error of one in a million of it. */
const steps = 20;
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * The p-value of "the mean is so far from the estimate, or farther". `tailAt`: the same for a distance where all rows are like those that were
 * drawn. `reach`: how far from the estimate a row can be, in the same units.
 */
export function tailWithUnseen(
  tailAt: (distance: number) => number,
  distance: number,
  { rows, reach }: { readonly rows: number; readonly reach: number },
): number {
  const seen = tailAt(distance);
  if (!(distance > 0)) return seen;
  const productAt = (share: number): number =>
    (1 - share) ** rows * tailAt((distance - share * reach) / (1 - share));
  // Beyond the first share the others may be anywhere, and beyond the second that is worth no more than half of it.
  const most = Math.min(distance / reach + Math.LN2 / rows, 1 - 1e-9);
  return Math.max(seen, greatestOf(productAt, most));
}

/** The greatest value between 0 and `to` of what rises and falls once. */
function greatestOf(valueAt: (at: number) => number, to: number): number {
  let [low, high] = [0, to];
  let [left, right] = [(1 - golden) * to, golden * to];
  let [ofLeft, ofRight] = [valueAt(left), valueAt(right)];
  for (let step = 0; step < steps; step++) {
    // Of two that are too small for a double the farther one is nearer to the top.
    if (ofLeft > ofRight) {
      high = right;
      [right, ofRight] = [left, ofLeft];
      left = high - golden * (high - low);
      ofLeft = valueAt(left);
    } else {
      low = left;
      [left, ofLeft] = [right, ofRight];
      right = low + golden * (high - low);
      ofRight = valueAt(right);
    }
  }
  return Math.max(ofLeft, ofRight);
}
