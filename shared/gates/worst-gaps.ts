/**
 * What labels of rows without one could make of a gap between groups.
 *
 * Of two groups the gap is largest where all of the one are such that its rate is highest, and of the other such that it is
 * lowest. So it is shown whatever the labels are where it is for each group in turn as the highest beside the lowest of all
 * others. The share decided 1 sees no labels.
 */
import type { GapGate } from '../config/gate-schema.ts';
import { countGroups, rateOf } from './group-rates.ts';
import { joinSlices, withLabels } from './join-rows.ts';
import { decisionsOf } from './metrics/decision-rule.ts';
import { type Predictions, scoredBy } from './rows.ts';
import { findSlices } from './slice-column.ts';

interface Why {
  readonly why: string;
}

interface Joined {
  readonly all: Predictions;
  /** Numbers of the rows of each group among all, those with a label first. */
  readonly rowsOf: ReadonlyMap<string, Uint32Array>;
}

/** All rows with labels, one world for each group that could be the highest; empty where there are no groups. */
export function* worstOfGap(gate: GapGate, predictions: Predictions): Generator<Predictions> {
  const joined = joinGroups(gate, predictions);
  if ('why' in joined) return;
  const seesLabels = gate.metric !== 'selection_rate';
  for (const highest of seesLabels ? joined.rowsOf.keys() : [null]) {
    yield relabel(gate, predictions, joined, (group) => group === highest);
  }
}

/** The largest gap that there could be, and the least: that of rates as near to each other as they could be. */
export function boundGap(gate: GapGate, predictions: Predictions): { low: number; high: number } | Why {
  const joined = joinGroups(gate, predictions);
  if ('why' in joined) return joined;
  const ratesIf = (isHighest: boolean): Map<string, number> => {
    const all = relabel(gate, predictions, joined, () => isHighest);
    const groups = countGroups(gate.metric, all, joined.rowsOf);
    const enough = groups.filter(({ challenger }) => challenger.trials >= gate.slices.minimumRows);
    return new Map(enough.map(({ name, challenger }) => [name, rateOf(challenger)]));
  };
  const [lowest, highest] = [ratesIf(false), ratesIf(true)];
  const ranges = [...lowest].flatMap(([name, low]) => {
    const high = highest.get(name);
    return high === undefined ? [] : [{ low, high }];
  });
  if (ranges.length < 2) return { why: 'some labels leave fewer than two groups large enough' };
  const gaps = ranges.flatMap(({ high }, at) =>
    ranges.flatMap(({ low }, other) => (other === at ? [] : high - low)),
  );
  const apart = Math.max(...ranges.map(({ low }) => low)) - Math.min(...ranges.map(({ high }) => high));
  return { low: Math.max(0, apart), high: Math.max(0, ...gaps) };
}

function joinGroups({ slices }: GapGate, predictions: Predictions): Joined | Why {
  const none = new Float64Array(predictions.unlabelled!.labels.length);
  const all = {
    ...predictions,
    ...withLabels(predictions, none),
    unlabelled: null,
    slices: joinSlices(predictions),
  };
  const rowsOf = findSlices(all, slices.by);
  return typeof rowsOf === 'string' ? { why: rowsOf } : { all, rowsOf };
}

/** Those without a label as makes the rate of their group highest, or lowest. */
function relabel(
  { metric }: GapGate,
  predictions: Predictions,
  { all, rowsOf }: Joined,
  isHighest: (group: string) => boolean,
): Predictions {
  const decide = decisionsOf(scoredBy(all, 'challenger')!);
  const labels = all.labels.slice();
  for (const [group, rows] of rowsOf) {
    // A recall is highest where decisions are right, a rate of false positives where they are wrong.
    const right = isHighest(group) === (metric === 'recall');
    for (const row of rows) {
      if (row >= predictions.labels.length) labels[row] = right ? decide(row) : 1 - decide(row);
    }
  }
  return { ...all, labels };
}
