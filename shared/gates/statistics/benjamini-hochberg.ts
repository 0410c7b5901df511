/**
 * P-values corrected for the false discovery rate: Benjamini and Hochberg, Journal of the Royal Statistical Society B
 * 57 (1995). Of those called significant at alpha, a share of at most alpha is wrong on average, where the tests are
 * independent, as those of slices without common rows are.
 */
export function correctBenjaminiHochberg(pValues: readonly number[]): number[] {
  const order = pValues.map((_, at) => at).sort((a, b) => pValues[b]! - pValues[a]!);
  const corrected = new Array<number>(pValues.length);
  let lowest = 1;
  for (const [place, at] of order.entries()) {
    lowest = Math.min(lowest, pValues[at]! * (pValues.length / (pValues.length - place)));
    corrected[at] = lowest;
  }
  return corrected;
}
