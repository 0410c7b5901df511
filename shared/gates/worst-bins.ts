/** Which labels make a calibration error least, and which greatest. */
import type { ScoredRows } from './metrics/measure.ts';
import { scoreBin, topOf } from './metrics/probability-metrics.ts';

/** Bins do not meddle with each other: in each the sum of errors is as near to 0 as labels make it, or as far. */
export function binned(
  bins: number,
  scored: ScoredRows,
  labelled: ScoredRows,
  greatest: boolean,
): Float64Array | { readonly why: string } {
  const [tops, seen] = [topsOf(scored), topsOf(labelled)];
  if (!tops || !seen) return { why: 'there are no probabilities' };
  const sums = new Float64Array(bins);
  for (let row = 0; row < labelled.labels.length; row++) {
    sums[scoreBin(seen.probability[row]!, bins)]! += seen.probability[row]! - seen.right[row]!;
  }
  const rowsOf = Array.from({ length: bins }, (): number[] => []);
  for (let row = 0; row < scored.labels.length; row++) {
    const bin = scoreBin(tops.probability[row]!, bins);
    sums[bin]! += tops.probability[row]!;
    rowsOf[bin]!.push(row);
  }
  const labels = scored.labels.map((_, row) => tops.wrong[row]!);
  for (const [bin, rows] of rowsOf.entries()) {
    const whole = sums[bin]!;
    const nearest = Math.min(rows.length, Math.max(0, Math.round(whole)));
    const farthest = Math.abs(whole - rows.length) > Math.abs(whole) ? rows.length : 0;
    for (const row of rows.slice(0, greatest ? farthest : nearest)) labels[row] = tops.rightly[row]!;
  }
  return labels;
}

/** What a row says of the class it is binned by, and the labels that make it right or wrong. */
function topsOf(scored: ScoredRows) {
  const { scores, labels, classes, probabilities } = scored;
  if (!classes) {
    const [rightly, wrong] = [labels.map(() => 1), labels.map(() => 0)];
    return { probability: scores, right: labels, rightly, wrong };
  }
  const top = topOf(scored);
  if (!top || classes.names.length < 2) return null;
  const rightly = labels.map((_, row) =>
    probabilities!.findIndex((column) => column[row] === top.probability[row]),
  );
  return { ...top, rightly, wrong: rightly.map((of) => (of === 0 ? 1 : 0)) };
}
