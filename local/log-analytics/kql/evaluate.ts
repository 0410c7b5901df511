/**
 * Evaluates a query of the subset over stored rows.
 *
 * Owns: the operators, one after the other. Does not own: reading the query (parse.ts), rows and the time span (store.ts).
 *
 * Invariants
 * 1. What is outside the subset is refused with a KqlError, never ignored.
 * 2. now() and ago() go by the time given, the same for the whole query.
 */
import { compile } from './compile.ts';
import type { Scope } from './compiled.ts';
import { semanticError } from './error.ts';
import { nameColumns } from './name-columns.ts';
import { parseQuery } from './parse.ts';
import { summarize } from './summarize.ts';
import type { Operator, SortKey } from './syntax.ts';
import { compareValues, type Table, type Value } from './values.ts';

interface Source {
  /** Null where there is no such table. */
  find(table: string): Table | null;
  readonly nowMs: number;
}

export function evaluateQuery(text: string, { find, nowMs }: Source): Table {
  const { table, operators } = parseQuery(text);
  const source = find(table);
  if (!source)
    throw semanticError(`Failed to resolve table or column expression named '${table.slice(0, 100)}'`);
  return operators.reduce((input, operator) => apply(operator, input, nowMs), source);
}

function apply(operator: Operator, table: Table, nowMs: number): Table {
  const scope: Scope = { columns: table.columns, nowMs, operator: operator.kind };
  switch (operator.kind) {
    case 'where': {
      const condition = compile(operator.condition, scope);
      if (condition.type !== 'bool')
        throw semanticError(`'where' operator: the condition is ${condition.type}, not bool`);
      return { ...table, rows: table.rows.filter((row) => condition.run(row) === true) };
    }
    case 'summarize':
      return summarize(operator, table, nowMs);
    case 'project': {
      const items = operator.items.map(({ expression }) => compile(expression, scope));
      const columns = nameColumns(operator.items).map((name, index) => ({ name, type: items[index]!.type }));
      return { columns, rows: table.rows.map((row) => items.map((item) => item.run(row))) };
    }
    case 'project-rename':
      return rename(operator.items, table, scope);
    case 'order':
      return { ...table, rows: sortRows(operator.keys, table, scope) };
    case 'take':
      return { ...table, rows: table.rows.slice(0, operator.count) };
    case 'count':
      return { columns: [{ name: 'Count', type: 'long' }], rows: [[table.rows.length]] };
  }
}

function rename(
  items: readonly { readonly to: string; readonly from: string }[],
  table: Table,
  scope: Scope,
): Table {
  // Says which column there is not.
  for (const { from } of items) compile({ kind: 'column', name: from }, scope);
  const columns = table.columns.map((column) => ({
    ...column,
    name: items.find(({ from }) => from === column.name)?.to ?? column.name,
  }));
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw semanticError(`'project-rename' operator: a column named '${twice.slice(0, 100)}' exists already`);
  }
  return { ...table, columns };
}

function sortRows(keys: readonly SortKey[], table: Table, scope: Scope): Table['rows'] {
  const compiled = keys.map((key) => ({ ...key, ...compile(key.expression, scope) }));
  const unordered = compiled.find(({ type }) => type === 'dynamic');
  if (unordered) throw semanticError("'order' operator: a dynamic value has no order");
  return [...table.rows].sort((a, b) => {
    for (const { run, descending, nullsFirst } of compiled) {
      const order = compareNullable(run(a), run(b), descending, nullsFirst);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compareNullable(a: Value, b: Value, descending: boolean, nullsFirst: boolean): number {
  const nulls = Number(b === null) - Number(a === null);
  if (a === null || b === null) return nullsFirst ? nulls : -nulls;
  return compareValues(a, b) * (descending ? -1 : 1);
}
