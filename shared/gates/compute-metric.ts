import type { Side } from './evidence.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { type Rows, scoredBy } from './rows.ts';

/** Rules and intervals ask for the same value several times over, and rows never change. */
const known = new WeakMap<Rows, Map<string, number | null>>();

/** A metric of one side computed from rows; null where it is undefined, or there are no such scores. */
export function computeMetric(rows: Rows, side: Side, name: string): number | null {
  const values = known.get(rows) ?? new Map<string, number | null>();
  known.set(rows, values);
  const key = `${side}/${name}`;
  const before = values.get(key);
  if (before !== undefined) return before;
  const scored = scoredBy(rows, side);
  const value = (scored && prepareMetric(name, scored)?.measure(rows.weights)) ?? null;
  values.set(key, value);
  return value;
}
