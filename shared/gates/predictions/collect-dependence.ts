/**
 * From the column that says how rows depend on each other to a number for each row.
 *
 * Invariants
 * 1. Values are compared as the bytes they are, `7` and `7.0` are two groups, and a missing one is an error.
 * 2. Rows are ordered by number where every value is one, else byte by byte, which is by time for dates and times that are
 *    all written alike (ISO 8601: RFC 3339, section 5.1). Rows of equal values are ordered by their ids.
 */
import type { Dependence } from '../rows.ts';
import { orderNumbers } from '../statistics/order-numbers.ts';
import { type Faults, IdColumn, shorten } from './columns.ts';
import { orderIds } from './order-ids.ts';
import { parseNumber } from './parse-number.ts';
import type { Problem } from './problems.ts';
import type { DependenceColumn, ReadTable } from './table.ts';

/** For each row of the file its group, or its place; null where nothing is asked for. */
export function collectDependence(
  { table, rows }: ReadTable,
  asked: DependenceColumn | undefined,
  byId: Uint32Array,
): Dependence | { readonly problems: readonly Problem[] } | null {
  if (!asked) return null;
  const shown = shorten(asked.name);
  const column = readColumn(table, asked, rows);
  const { missing, overflow } = column;
  if (overflow) {
    const faults: Faults = { count: 1, row: 0, text: '' };
    const rule = `have values of ${shown} that are too long or too many to be kept`;
    return { problems: [{ faults, sentence: `values of ${shown} are too long or too many`, rule }] };
  }
  if (missing) {
    const setting = `evaluation.${asked.kind}`;
    const sentence = `${shown} is empty; ${setting} needs a value in every row`;
    return { problems: [{ faults: missing, sentence, rule: `have no ${shown}` }] };
  }
  const of =
    asked.kind === 'groups'
      ? groupsOf(column, orderIds(column.bytes, column.ends).order)
      : placesOf(column, byId);
  return { kind: asked.kind, column: asked.name, of };
}

/** A column that gates slice by, too, is a category. */
function readColumn(table: ReadTable['table'], { name }: DependenceColumn, rows: number): IdColumn {
  const category = table.categories.get(name);
  if (!category) return table.dependent!;
  const column = new IdColumn();
  const { values, codes } = category;
  column.overflow = category.overflow;
  for (let row = 0; row < rows && !column.overflow; row++) {
    const value = values[codes[row]!]!;
    column.take(value, 0, value.length);
  }
  return column;
}

/** Neighbours in order that have the same bytes are of one group. */
function groupsOf(column: IdColumn, order: Uint32Array): Uint32Array {
  const groups = new Uint32Array(order.length);
  let group = 0;
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    if (place > 0 && !column.isSame(order[place - 1]!, row)) group++;
    groups[row] = group;
  }
  return groups;
}

function placesOf(column: IdColumn, byId: Uint32Array): Uint32Array {
  const rank = rankValues(column);
  const ranks = Float64Array.from(byId, (row) => rank[row]!);
  const places = new Uint32Array(byId.length);
  for (const [place, at] of orderNumbers(ranks).entries()) places[byId[at]!] = place;
  return places;
}

/** Numbers that order the rows, equal ones where values are equal. */
function rankValues(column: IdColumn): Float64Array | Uint32Array {
  const { bytes, ends } = column;
  const numbers = new Float64Array(ends.length);
  for (let row = 0; row < numbers.length; row++) {
    numbers[row] = parseNumber(bytes, row === 0 ? 0 : ends[row - 1]!, ends[row]!);
    if (!Number.isFinite(numbers[row]!)) return groupsOf(column, orderIds(bytes, ends).order);
  }
  return numbers;
}
