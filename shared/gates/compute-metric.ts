import type { Side } from './evidence.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { remember } from './remember.ts';
import { type Rows, scoredBy } from './rows.ts';

const valuesOf = remember((_rows: Rows) => new Map<string, number | null>());

/** A metric of one side computed from rows; null where it is undefined, or there are no such scores. */
export function computeMetric(rows: Rows, side: Side, name: string): number | null {
  const values = valuesOf(rows);
  const key = `${side}/${name}`;
  const before = values.get(key);
  if (before !== undefined) return before;
  const scored = scoredBy(rows, side);
  const value = (scored && prepareMetric(name, scored)?.measure(rows.weights)) ?? null;
  values.set(key, value);
  return value;
}
