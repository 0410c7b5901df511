import type { GapGate } from '../config/gate-schema.ts';
import { countUnits, findPlainUnits } from './dependence.ts';
import { thresholdOf } from './metrics/decision-rule.ts';
import { type Predictions, type SliceColumn, selectRows } from './rows.ts';
import type { Proportion } from './statistics/independent-proportions.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { leastUnits } from './statistics/likelihood-inference.ts';
import { inferFromInfluences } from './units.ts';

/** A group of rows, with how many of those a rate is a share of it counts, for either side. */
export interface Group {
  readonly name: string;
  readonly challenger: Proportion;
  readonly champion: Proportion | null;
  readonly rows: Uint32Array;
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
    rows,
    challenger: count(rows, challenger),
    champion: champion && count(rows, champion),
  }));
}

const oneClass = (most: number) => ({ least: Float64Array.of(-most), greatest: Float64Array.of(most) });

/** Whether a row is a success of the rate; null where the rate is not of it. */
function isSuccess(metric: GapGate['metric'], label: number, isDecided: boolean): boolean | null {
  if (metric === 'recall' && label !== 1) return null;
  if (metric === 'false_positive_rate' && label !== 0) return null;
  return isDecided;
}

/**
 * What rows that depend on each other say of the difference of two groups' rates of the challenger, or of the rate of one
 * where there is no other.
 */
export function inferDependentRates(
  metric: GapGate['metric'],
  predictions: Predictions,
  high: Group,
  low: Group | null,
): Inference | NoInference {
  const which = Uint32Array.from([...high.rows, ...(low?.rows ?? [])]);
  const rows = selectRows(predictions, which);
  const units = findPlainUnits(rows)!;
  const threshold = thresholdOf(rows.rule);
  const influences = new Float64Array(which.length);
  const told = new Uint8Array(which.length);
  for (let at = 0; at < which.length; at++) {
    const success = isSuccess(metric, rows.labels[at]!, rows.challenger[at]! >= threshold);
    if (success === null) continue;
    const [group, sign] = at < high.rows.length ? ([high, 1] as const) : ([low!, -1] as const);
    influences[at] = (sign * ((success ? 1 : 0) - rateOf(group.challenger))) / group.challenger.trials;
    told[at] = sign === 1 ? 1 : 2;
  }
  for (const [place, { name }] of [high, ...(low ? [low] : [])].entries()) {
    const count = countUnits(units, (at) => told[at] === place + 1);
    if (count >= leastUnits) continue;
    const each = count === 1 ? units.seen.noun : units.seen.plural;
    return {
      why: `rows of ${JSON.stringify(name)} are in ${count} ${each}, and an interval needs ${leastUnits}`,
    };
  }
  const value = rateOf(high.challenger) - (low ? rateOf(low.challenger) : 0);
  // The group with fewer rows moves the difference most.
  const trials = Math.min(high.challenger.trials, low?.challenger.trials ?? Number.POSITIVE_INFINITY);
  return inferFromInfluences(value, influences, rows, { extremes: oneClass(1 / trials) });
}

export const rateOf = ({ successes, trials }: Proportion): number => successes / trials;

/** The largest difference between any two rates, null where there are none. */
export function gapOf(proportions: readonly Proportion[]): number | null {
  const rates = proportions.filter(({ trials }) => trials > 0).map(rateOf);
  return rates.length === 0 ? null : Math.max(...rates) - Math.min(...rates);
}
