import type { GapGate } from '../config/gate-schema.ts';
import { thresholdOf } from './metrics/decision-rule.ts';
import type { Predictions, SliceColumn } from './rows.ts';
import type { Proportion } from './statistics/independent-proportions.ts';

/** A group of rows, with how many of those a rate is a share of it counts, for either side. */
export interface Group {
  readonly name: string;
  readonly challenger: Proportion;
  readonly champion: Proportion | null;
}

/** Cells of the confusion table: 0 true negative, 1 false positive, 2 false negative, 3 true positive. */
const cellOf = (label: number, isDecided: boolean): number => (label === 1 ? 2 : 0) + (isDecided ? 1 : 0);

export function countGroups(
  metric: GapGate['metric'],
  { labels, challenger, champion, rule }: Predictions,
  rowsOf: SliceColumn['rowsOf'],
): Group[] {
  const threshold = thresholdOf(rule);
  const count = (rows: Uint32Array, scores: Float64Array): Proportion => {
    const cells: [number, number, number, number] = [0, 0, 0, 0];
    for (const row of rows) cells[cellOf(labels[row]!, scores[row]! >= threshold)]!++;
    const [trueNegative, falsePositive, falseNegative, truePositive] = cells;
    switch (metric) {
      case 'recall':
        return { successes: truePositive, trials: truePositive + falseNegative };
      case 'false_positive_rate':
        return { successes: falsePositive, trials: falsePositive + trueNegative };
      case 'selection_rate':
        return { successes: truePositive + falsePositive, trials: rows.length };
    }
  };
  return [...rowsOf].map(([name, rows]) => ({
    name,
    challenger: count(rows, challenger),
    champion: champion && count(rows, champion),
  }));
}

export const rateOf = ({ successes, trials }: Proportion): number => successes / trials;

/** The largest difference between any two rates, null where there are none. */
export function gapOf(proportions: readonly Proportion[]): number | null {
  const rates = proportions.filter(({ trials }) => trials > 0).map(rateOf);
  return rates.length === 0 ? null : Math.max(...rates) - Math.min(...rates);
}
