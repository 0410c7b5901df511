/** What a row could do to an area under a ROC curve, or to a gain in one, whatever was seen. */
import type { Range } from './metrics/measure.ts';
import type { Rows } from './rows.ts';

/** Whether a metric is an area, or a mean of areas, of each class against the others. */
export const isArea = (metric: string): boolean => metric === 'roc_auc' || metric === 'roc_auc_ovr';

/** The share of the other class that a row can be on the right side of. */
export const areaRange: Range = { least: 0, greatest: 1 };

/** Of a gain over so many times the champion's area: one side has the row right against all others, the other against none. */
export const areaGainRange = (factor: number): Range => ({
  least: Math.min(0, -factor),
  greatest: 1 + Math.max(0, -factor),
});

/** Beyond the value, times the number of rows. Unknown of rows with weights, and of units of rows. */
export function worstPlacements(value: number, range: Range, rows: Rows): Range | undefined {
  if (rows.weights || rows.dependence) return undefined;
  const most = mostOfRow(rows);
  return { least: (range.least - value) * most, greatest: (range.greatest - value) * most };
}

/** How many times what an average row counts in a mean of areas one of the rarest class does. */
function mostOfRow({ labels, classes }: Rows): number {
  const counts = new Float64Array(classes?.names.length ?? 2);
  for (const label of labels) counts[label]!++;
  if (!classes) return labels.length / Math.min(...counts);
  const known = [...counts].filter((_, of) => classes.challenger.known[of]);
  // It is above in the area of its own class, and below in those of all the others.
  const below = (count: number): number => labels.length / (labels.length - count);
  const ofOthers = known.reduce((sum, count) => sum + below(count), 0);
  const most = Math.max(...known.map((count) => labels.length / count + ofOthers - below(count)));
  return most / known.length;
}
