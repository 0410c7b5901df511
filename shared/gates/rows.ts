/** Labels and scores, row by row; binary labels are 0 and 1, and scores the chance of class 1. */
export interface Rows {
  readonly labels: Float64Array;
  readonly challenger: Float64Array;
  /** The champion's scores in the same rows, or null where the file has none. */
  readonly champion: Float64Array | null;
  /** What each row counts, or null where all count the same. */
  readonly weights: Float64Array | null;
}

/** Numbers of the rows that have each value. */
export type SliceColumn = ReadonlyMap<string, readonly number[]>;

export interface Predictions extends Rows {
  readonly slices: ReadonlyMap<string, SliceColumn>;
  readonly notes: readonly string[];
}

export const weightsOf = (rows: Rows): Float64Array =>
  rows.weights ?? new Float64Array(rows.labels.length).fill(1);

/** Some of the rows, in the order asked for. */
export function selectRows(rows: Rows, which: readonly number[]): Rows {
  const pick = (column: Float64Array): Float64Array => Float64Array.from(which, (row) => column[row]!);
  return {
    labels: pick(rows.labels),
    challenger: pick(rows.challenger),
    champion: rows.champion && pick(rows.champion),
    weights: rows.weights && pick(rows.weights),
  };
}

/** Rows that decisions cannot tell apart taken as one, with how many they were. */
export interface KindsOfRows {
  readonly rows: Rows;
  readonly counts: Float64Array;
}

/** Groups rows by a small whole number that says all a metric sees of them. Kinds come in order of the number. */
export function groupRows(rows: Rows, kindOf: (row: number) => number): KindsOfRows {
  const first: number[] = [];
  const counts: number[] = [];
  for (let row = 0; row < rows.labels.length; row++) {
    const kind = kindOf(row);
    first[kind] ??= row;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const kinds = Object.keys(counts).map(Number);
  return {
    rows: selectRows(
      rows,
      kinds.map((kind) => first[kind]!),
    ),
    counts: Float64Array.from(kinds, (kind) => counts[kind]!),
  };
}
