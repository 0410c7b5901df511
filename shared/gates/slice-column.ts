/**
 * What a gate's rows are sliced by: the values of one column, or the pairs of values of two.
 *
 * Invariants
 * 1. Each row is in one slice; pairs that no row has are no slices.
 * 2. Two pairs never have one name.
 */
import type { GateConfig } from '../config/gate-schema.ts';
import { counted } from '../domain/plural.ts';
import type { Predictions, SliceColumn } from './rows.ts';

/** More values than this are no slices but something like an id. */
const mostSlices = 200;

export type SlicesOfGate = NonNullable<Extract<GateConfig, { slices?: unknown }>['slices']>;
type By = SlicesOfGate['by'];

export const columnsOf = (by: By): readonly string[] => (typeof by === 'string' ? [by] : by);

/** `source`; of two columns `source and week`. */
export const describeBy = (by: By): string => columnsOf(by).join(' and ');

/** The rows of each slice, or a sentence why there are none. One that only rows without a label are in has no rows. */
export function findSlices({ slices, labels, unlabelled }: Predictions, by: By): RowsOf | string {
  const [first, second] = columnsOf(by).map((name) => findColumn(slices, name));
  if (first === undefined) return 'the gate names no column to slice by';
  if (typeof first === 'string') return first;
  if (second === undefined) return first.rowsOf;
  if (typeof second === 'string') return second;
  const names = columnsOf(by) as [string, string];
  const pairs = pairSlices([names[0], first.rowsOf], [names[1], second.rowsOf], labels.length);
  if (unlabelled && first.unlabelled && second.unlabelled) {
    const size = unlabelled.labels.length;
    const others = pairSlices([names[0], first.unlabelled], [names[1], second.unlabelled], size);
    for (const name of others.keys()) if (!pairs.has(name)) pairs.set(name, new Uint32Array(0));
  }
  return limitSlices(pairs, `columns ${describeBy(by)} have ${pairs.size} pairs of values`);
}

type RowsOf = SliceColumn['rowsOf'];

function findColumn(slices: Predictions['slices'], name: string): SliceColumn | string {
  const column = slices.get(name);
  if (!column) return `the predictions have no column ${name} to slice by`;
  const { rowsOf, overflow } = column;
  const found = `column ${name} has ${overflow ? 'more than ' : ''}${counted(rowsOf.size, 'value')}`;
  const limited = limitSlices(rowsOf, found, overflow);
  return typeof limited === 'string' ? limited : column;
}

function limitSlices(rowsOf: RowsOf, found: string, overflow = false): RowsOf | string {
  if (!overflow && rowsOf.size <= mostSlices) return rowsOf;
  return `${found}, ${mostSlices} slices at most; slice by something coarser`;
}

/** The slices that must be there, by their names as `findSlices` gives them. */
export function namesRequired({ by, require = [] }: SlicesOfGate): string[] {
  const columns = columnsOf(by);
  return require.map((value) =>
    typeof value === 'string' ? value : nameOfPair([columns[0]!, value[0]!], [columns[1]!, value[1]!]),
  );
}

type Cell = readonly [column: string, value: string];

const nameOfPair = ([first, value]: Cell, [second, other]: Cell): string =>
  `${first}=${quote(value)}, ${second}=${quote(other)}`;

type Named = readonly [name: string, rowsOf: RowsOf];

/** Pairs in the order of the first column's values, then of the second's. */
function pairSlices(
  [firstName, first]: Named,
  [secondName, second]: Named,
  rows: number,
): Map<string, Uint32Array> {
  const secondOf = new Uint8Array(rows);
  for (const [code, which] of [...second.values()].entries()) {
    for (const row of which) secondOf[row] = code;
  }
  const values = [...second.keys()];
  const pairs = new Map<string, Uint32Array>();
  for (const [value, which] of first) {
    for (const [code, rowsOfPair] of dealRows(which, secondOf, values.length).entries()) {
      if (rowsOfPair.length === 0) continue;
      pairs.set(nameOfPair([firstName, value], [secondName, values[code]!]), rowsOfPair);
    }
  }
  return pairs;
}

/** Rows by their code, in the order they come. */
function dealRows(rows: Uint32Array, codeOf: Uint8Array, codes: number): Uint32Array[] {
  const counts = new Uint32Array(codes);
  for (const row of rows) counts[codeOf[row]!]!++;
  const dealt = Array.from(counts, (count) => new Uint32Array(count));
  const next = new Uint32Array(codes);
  for (const row of rows) {
    const code = codeOf[row]!;
    dealt[code]![next[code]!++] = row;
  }
  return dealt;
}

/** Quoted where it could be taken for two: `a, week=1`. */
const quote = (value: string): string =>
  value === '' || /[",=]/.test(value) ? JSON.stringify(value) : value;
