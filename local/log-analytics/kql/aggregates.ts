/** The aggregate functions of the subset. Nulls are left out; of nothing the average is NaN, the sum 0, the rest null. */
import type { Compiled } from './compiled.ts';
import { semanticError } from './error.ts';
import { compareValues, isNumeric, type Type, type Value } from './values.ts';

export interface Aggregate {
  readonly type: Type;
  readonly run: (rows: readonly (readonly Value[])[]) => Value;
}

type Make = (args: readonly Compiled[]) => Aggregate | null;

const aggregates: Readonly<Record<string, Make | undefined>> = {
  count: (args) => (args.length === 0 ? { type: 'long', run: (rows) => rows.length } : null),
  countif: ([condition, ...rest]) =>
    condition?.type === 'bool' && rest.length === 0
      ? { type: 'long', run: (rows) => rows.filter((row) => condition.run(row) === true).length }
      : null,
  sum: ([value, ...rest]) =>
    value && isNumeric(value.type) && rest.length === 0 ? over(value, value.type, sum) : null,
  avg: ([value, ...rest]) =>
    value && isNumeric(value.type) && rest.length === 0
      ? over(value, 'real', (values) => (sum(values) as number) / values.length)
      : null,
  min: ([value, ...rest]) => (isOrderable(value) && rest.length === 0 ? extreme(value!, -1) : null),
  max: ([value, ...rest]) => (isOrderable(value) && rest.length === 0 ? extreme(value!, 1) : null),
  percentile: ([value, share, ...rest]) => {
    const rank = share?.constant;
    return value &&
      isNumeric(value.type) &&
      typeof rank === 'number' &&
      isNumeric(share!.type) &&
      rest.length === 0
      ? over(value, value.type, (values) => percentile(values, rank))
      : null;
  },
};

export function isAggregate(name: string): boolean {
  return Object.hasOwn(aggregates, name);
}

export function makeAggregate(name: string, args: readonly Compiled[]): Aggregate {
  const made = aggregates[name]?.(args);
  if (made) return made;
  const types = args.map(({ type }) => type).join(', ');
  throw semanticError(`Aggregate '${name}' cannot be invoked with arguments of types (${types})`);
}

function over(value: Compiled, type: Type, fold: (values: readonly Value[]) => Value): Aggregate {
  return { type, run: (rows) => fold(rows.map((row) => value.run(row)).filter((one) => one !== null)) };
}

function sum(values: readonly Value[]): Value {
  return values.reduce<number>((total, value) => total + (value as number), 0);
}

function isOrderable(value: Compiled | undefined): boolean {
  return value !== undefined && value.type !== 'dynamic' && value.type !== 'bool';
}

function extreme(value: Compiled, sign: 1 | -1): Aggregate {
  return over(value, value.type, (values) =>
    values.reduce<Value>(
      (best, one) => (best === null || compareValues(one, best) * sign > 0 ? one : best),
      null,
    ),
  );
}

/** The nearest rank: the smallest value that at least `share` per cent of the values do not exceed. */
function percentile(values: readonly Value[], share: number): Value {
  const sorted = [...values].sort(compareValues);
  const rank = Math.ceil((Math.min(Math.max(share, 0), 100) / 100) * sorted.length);
  return sorted[Math.max(rank, 1) - 1] ?? null;
}
