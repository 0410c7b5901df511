/**
 * Evidence as Parquet: flat columns into those that are needed.
 *
 * Owns: which types can be evidence. Does not own: the format (shared/tables), what cells mean (columns.ts).
 *
 * Invariants
 * 1. Never fails: whatever the bytes are, the answer is a table, or a sentence that says what is wrong.
 * 2. Memory is that of the columns that are needed and of one page, at most 64 MB, whatever the file claims.
 */

import type { CellSink } from '../../tables/csv-rows.ts';
import { UnreadableFile } from '../../tables/data-file.ts';
import type { DecodedPage } from '../../tables/parquet/column-decoder.ts';
import { type ParquetColumn, ParquetFile } from '../../tables/parquet/parquet-file.ts';
import { CategoryColumn, NumberColumn, shorten } from './columns.ts';
import { type Cells, findTypeProblem, toNumbers, toTexts } from './convert-cells.ts';
import { type Broken, broken, type Plan, type Planner, type ReadTable, tooManyRows } from './table.ts';

const budget = { pageBytes: 2 ** 31, headerBytes: 4 * 1024 * 1024 };

/** `name` is the file's, for messages. */
export async function readParquet<P extends Plan>(
  name: string,
  bytes: Uint8Array,
  planOf: Planner<P>,
): Promise<ReadTable<P> | Broken> {
  const data = {
    name,
    bytes: bytes.length,
    read: async (start: number, end: number) => bytes.subarray(start, end),
  };
  try {
    return await readFile(name, await ParquetFile.open(data, budget), planOf);
  } catch (error) {
    // The bytes are all here: whatever goes wrong with them, the file is to blame.
    const why = error instanceof UnreadableFile ? error.message : 'it is damaged';
    return broken(`${name}: cannot be read as Parquet: ${why}`);
  }
}

async function readFile<P extends Plan>(
  name: string,
  file: ParquetFile,
  planOf: Planner<P>,
): Promise<ReadTable<P> | Broken> {
  const table = planOf(
    name,
    file.columns.map((column) => column.name),
  );
  if ('broken' in table) return table;
  if (file.rows > table.mostRows) return tooManyRows(table);
  for (const [at, column] of file.columns.entries()) {
    const sink = table.sinks[at];
    if (!sink) continue;
    const problem = column.isFlat ? findTypeProblem(column.element) : 'nested values; write it flat';
    if (problem) return broken(`${name}: column ${shorten(column.name)} has ${problem}`);
    await readColumn(file, column, sink);
  }
  return { table, rows: file.rows, malformed: null };
}

async function readColumn(file: ParquetFile, column: ParquetColumn, sink: CellSink): Promise<void> {
  const convert = sink instanceof NumberColumn ? toNumbers : toTexts;
  for (const group of file.groups) {
    for await (const page of file.read(group, column, convert)) fill(sink, page);
  }
}

function fill(sink: CellSink, { rows, present, values, places }: DecodedPage<Cells>): void {
  const put = putterOf(sink, values);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (present && present[row] === 0) putMissing(sink);
    else {
      put(places ? places[next]! : next);
      next++;
    }
  }
}

/** Puts the value of a place into a column; texts of categories are looked up once for each place. */
function putterOf(sink: CellSink, values: Cells): (place: number) => void {
  if (values instanceof Float64Array) {
    const column = sink as NumberColumn;
    return (place) => column.push(values[place]!);
  }
  if (!(sink instanceof CategoryColumn))
    return (place) => sink.take(values[place]!, 0, values[place]!.length);
  const codes = new Int32Array(values.length).fill(-1);
  return (place) => {
    if (codes[place] === -1) codes[place] = sink.codeOf(values[place]!, 0, values[place]!.length);
    sink.push(codes[place]!);
  };
}

const nothing = new Uint8Array(0);

function putMissing(sink: CellSink): void {
  if (sink instanceof NumberColumn) sink.pushMissing();
  else sink.take(nothing, 0, 0);
}
