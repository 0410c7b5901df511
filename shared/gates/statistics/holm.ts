/**
 * P-values corrected for being one of several: Holm, Scandinavian Journal of Statistics 6 (1979). Calling those at
 * most alpha significant is wrong about any of them with a chance of at most alpha, however they depend.
 */
export function correctHolm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, at) => at).sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = new Array<number>(pValues.length);
  let highest = 0;
  for (const [place, at] of order.entries()) {
    highest = Math.max(highest, Math.min(1, pValues[at]! * (pValues.length - place)));
    corrected[at] = highest;
  }
  return corrected;
}
