import { type Aggregate, isAggregate, makeAggregate } from './aggregates.ts';
import { compile } from './compile.ts';
import type { Compiled, Scope } from './compiled.ts';
import { semanticError } from './error.ts';
import { nameColumns } from './name-columns.ts';
import type { Expression, Named, Operator } from './syntax.ts';
import type { Column, Table, Value } from './values.ts';

/**
 * Groups rows by the values of the keys, in the order in which the groups appear. Without keys there is one group,
 * even of no rows; with keys no rows make no groups.
 */
export function summarize(
  { aggregates, by }: Extract<Operator, { kind: 'summarize' }>,
  table: Table,
  nowMs: number,
): Table {
  const scope: Scope = { columns: table.columns, nowMs, operator: 'summarize' };
  const keys = by.map(({ expression }) => compile(expression, scope));
  const collected: Aggregate[] = [];
  const outer = aggregates.map(({ expression }) => collect(expression, scope, collected));
  const inner: Scope = {
    ...scope,
    columns: collected.map(({ type }, index) => ({ name: placeOf(index), type })),
  };
  const results = outer.map((expression) => compile(expression, inner));
  const rows = groupRows(table.rows, keys).map(({ key, members }) => {
    const values = collected.map((aggregate) => aggregate.run(members));
    return [...key, ...results.map((result) => result.run(values))];
  });
  return { columns: columnsOf([...by, ...aggregates], [...keys, ...results]), rows };
}

function columnsOf(named: readonly Named[], compiled: readonly Compiled[]): Column[] {
  return nameColumns(named).map((name, index) => ({ name, type: compiled[index]!.type }));
}

const placeOf = (index: number): string => `$${index}`;

/** Puts a place holder where an aggregate stands, so that the rest is an expression over aggregates. */
function collect(expression: Expression, scope: Scope, into: Aggregate[]): Expression {
  switch (expression.kind) {
    case 'call': {
      if (!isAggregate(expression.name)) {
        return { ...expression, args: expression.args.map((arg) => collect(arg, scope, into)) };
      }
      const args = expression.args.map((arg) => compile(arg, scope));
      into.push(makeAggregate(expression.name, args));
      return { kind: 'column', name: placeOf(into.length - 1) };
    }
    case 'member':
      return { ...expression, of: collect(expression.of, scope, into) };
    case 'binary': {
      const [left, right] = [expression.left, expression.right].map((side) => collect(side, scope, into));
      return { ...expression, left: left!, right: right! };
    }
    case 'in': {
      const items = expression.items.map((item) => collect(item, scope, into));
      return { ...expression, operand: collect(expression.operand, scope, into), items };
    }
    case 'between': {
      const [operand, low, high] = [expression.operand, expression.low, expression.high].map((side) =>
        collect(side, scope, into),
      );
      return { kind: 'between', operand: operand!, low: low!, high: high! };
    }
    case 'column':
      throw semanticError(
        `'summarize' operator: column '${expression.name.slice(0, 100)}' is neither aggregated nor named after by`,
      );
    case 'literal':
      return expression;
  }
}

interface Group {
  readonly key: readonly Value[];
  readonly members: (readonly Value[])[];
}

function groupRows(rows: Table['rows'], keys: readonly Compiled[]): Group[] {
  if (keys.length === 0) return [{ key: [], members: [...rows] }];
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const key = keys.map((part) => part.run(row));
    const text = JSON.stringify(key.map((part) => (Number.isNaN(part) ? 'NaN' : part)));
    const group = groups.get(text) ?? { key, members: [] };
    group.members.push(row);
    groups.set(text, group);
  }
  return [...groups.values()];
}
