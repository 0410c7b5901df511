import { normalCdf, normalQuantile } from '../statistics/normal.ts';

/**
 * Chance that an area under the ROC curve is shown to be at least the limit: its variance from the area and the sizes of
 * the classes alone, as if scores were exponential (Hanley and McNeil, Radiology 143, 1982), and the normal approximation.
 */
export function powerOfArea(
  { positives, negatives }: { readonly positives: number; readonly negatives: number },
  truth: number,
  limit: number,
  confidence: number | null,
): number {
  if (positives < 1 || negatives < 1) return 0;
  const errorOf = (area: number): number => Math.sqrt(varianceOfArea(area, positives, negatives));
  const needed = confidence === null ? 0 : normalQuantile((1 + confidence) / 2) * errorOf(limit);
  const spread = errorOf(truth);
  const distance = truth - limit - needed;
  return spread > 0 ? normalCdf(distance / spread) : distance >= 0 ? 1 : 0;
}

function varianceOfArea(area: number, positives: number, negatives: number): number {
  const twoPositives = area / (2 - area);
  const twoNegatives = (2 * area * area) / (1 + area);
  const square = area * area;
  const sum =
    area * (1 - area) + (positives - 1) * (twoPositives - square) + (negatives - 1) * (twoNegatives - square);
  return Math.max(0, sum) / (positives * negatives);
}
