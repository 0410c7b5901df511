/**
 * What a gate's rows are sliced by: the values of one column, or the pairs of values of two.
 *
 * Invariants
 * 1. Each row is in one slice; pairs that no row has are no slices.
 * 2. Two pairs never have one name.
 */
import type { GateConfig } from '../config/gate-schema.ts';
import type { Predictions, SliceColumn } from './rows.ts';

/** More values than this are no slices but something like an id. */
const mostSlices = 200;

export type SlicesOfGate = NonNullable<Extract<GateConfig, { slices?: unknown }>['slices']>;
type By = SlicesOfGate['by'];

export const columnsOf = (by: By): readonly string[] => (typeof by === 'string' ? [by] : by);

/** `source`; of two columns `source and week`. */
export const describeBy = (by: By): string => columnsOf(by).join(' and ');

/** The slice with its columns: `source=list`; of two columns its name has them already. */
export const nameSlice = (by: By, slice: string): string =>
  typeof by === 'string' ? `${by}=${slice}` : slice;

/** The rows of each slice, or a sentence why there are none. */
export function findSlices({ slices, labels }: Predictions, by: By): SliceColumn['rowsOf'] | string {
  const columns = columnsOf(by);
  for (const name of columns) {
    const problem = findProblem(slices.get(name), `column ${name}`, 'values');
    if (problem !== null)
      return slices.has(name) ? problem : `the predictions have no column ${name} to slice by`;
  }
  const [one, other] = columns;
  if (one === undefined) return 'no column to slice by';
  if (other === undefined) return slices.get(one)!.rowsOf;
  const rowsOf = pairSlices([one, slices.get(one)!], [other, slices.get(other)!], labels.length);
  return findProblem({ rowsOf, overflow: false }, `columns ${describeBy(by)}`, 'pairs of values') ?? rowsOf;
}

function findProblem(column: SliceColumn | undefined, subject: string, values: string): string | null {
  const size = column?.rowsOf.size ?? 0;
  if (column && !column.overflow && size <= mostSlices) return null;
  const count = column?.overflow ? `more than ${size}` : size;
  return `${subject} has ${count} ${values}, ${mostSlices} slices at most; slice by something coarser`;
}

type Named = readonly [name: string, column: SliceColumn];

/** Pairs in the order of the first column's values, then of the second's. */
function pairSlices(
  [firstName, first]: Named,
  [secondName, second]: Named,
  rows: number,
): Map<string, Uint32Array> {
  const secondOf = new Uint8Array(rows);
  for (const [code, which] of [...second.rowsOf.values()].entries()) {
    for (const row of which) secondOf[row] = code;
  }
  const values = [...second.rowsOf.keys()];
  const pairs = new Map<string, Uint32Array>();
  for (const [value, which] of first.rowsOf) {
    for (const [code, rowsOfPair] of dealRows(which, secondOf, values.length).entries()) {
      if (rowsOfPair.length === 0) continue;
      pairs.set(`${firstName}=${quote(value)}, ${secondName}=${quote(values[code]!)}`, rowsOfPair);
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
