/** Metrics of the intervals that a regression model predicts, from the columns `SIDE:lower` and `SIDE:upper`. */
import { meanOf, type PrepareMetric, type Range, type ScoredRows } from './measure.ts';

/** Whether the label of a row lies within its interval; null where the side predicts none. */
export function coveredBy({ labels, intervals }: ScoredRows): ((row: number) => boolean) | null {
  if (!intervals) return null;
  const { lower, upper } = intervals;
  return (row) => lower[row]! <= labels[row]! && labels[row]! <= upper[row]!;
}

const shareLess =
  (nominal: number): PrepareMetric =>
  (rows) => {
    const isCovered = coveredBy(rows);
    const range: Range = { least: -nominal, greatest: 1 - nominal };
    return (
      isCovered &&
      meanOf(
        rows.labels.map((_, row) => (isCovered(row) ? 1 : 0) - nominal),
        { range },
      )
    );
  };

/** Share of the labels within their interval. */
export const intervalCoverage: PrepareMetric = shareLess(0);

/** The same less what it should be: below 0 intervals are too narrow. */
export const intervalCoverageError = (nominal: number): PrepareMetric => shareLess(nominal);

/**
 * Mean interval score (Winkler, Journal of the American Statistical Association 67, 1972; Gneiting and Raftery, the same 102, 2007,
 * section 6.2): the width, and for a label outside how far it is times 2 / (1 - nominal). In the label's unit; least in
 * expectation for the quantiles that leave half of 1 - nominal on either side.
 */
export const intervalScore =
  (nominal: number): PrepareMetric =>
  ({ labels, intervals }) => {
    if (!intervals) return null;
    const { lower, upper } = intervals;
    const price = 2 / (1 - nominal);
    return meanOf(
      labels.map((label, row) => {
        const outside = Math.max(0, lower[row]! - label, label - upper[row]!);
        return upper[row]! - lower[row]! + price * outside;
      }),
    );
  };
