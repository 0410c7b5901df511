/** Reads Parquet into a tally: of each row group the columns that matter, page by page. */
import { type DataFile, UnreadableFile } from '../tables/data-file.ts';
import { count, quote } from '../tables/describe.ts';
import type { DecodedPage } from '../tables/parquet/column-decoder.ts';
import { type ParquetColumn, ParquetFile, type ParquetGroup } from '../tables/parquet/parquet-file.ts';
import { convertStored } from './convert-stored.ts';
import { extendKey, mostKeys } from './key-tally.ts';
import { readStored } from './read-value.ts';
import type { CheckedColumn, TableTally } from './table-tally.ts';

/** Values in all checked columns: a small file may claim any number, and each takes its time. */
const mostValues = 2 ** 31;
const budget = { pageBytes: 16 * 1024 ** 3, headerBytes: 256 * 1024 ** 2 };

/** Answers the number of rows. Throws `UnreadableFile` where the file cannot be read. */
export async function readParquet(data: DataFile, tally: TableTally): Promise<number> {
  const file = await ParquetFile.open(data, budget);
  const checked = tally.begin(file.columns.map(({ name }) => name));
  const flat = checked.filter(({ at, tally: column }) => {
    if (file.columns[at]!.isFlat) return true;
    tally.report(`column ${quote(column.name)}: is nested; only flat columns can be checked`);
    return false;
  });
  if (file.rows * Math.max(flat.length, 1) > mostValues) {
    throw new UnreadableFile(
      `it claims ${count(file.rows)} rows; at most ${count(mostValues)} values in checked columns are read; split it`,
    );
  }
  let start = 0;
  for (const group of file.groups) {
    await readGroup(file, group, { start, columns: flat, tally });
    start += group.rows;
  }
  return file.rows;
}

interface GroupReading {
  /** Rows before the group. */
  readonly start: number;
  readonly columns: readonly CheckedColumn[];
  readonly tally: TableTally;
}

async function readGroup(file: ParquetFile, group: ParquetGroup, { start, columns, tally }: GroupReading) {
  const { rows } = group;
  const keyed = columns.filter(({ isKey }) => isKey);
  if (keyed.length > 0 && rows > mostKeys) tally.keys?.giveUp();
  // Columns come one after another, keys row by row: 0 stands for none.
  const keys = new BigUint64Array(keyed.length > 0 && rows <= mostKeys ? rows : 0);
  for (const { at, tally: column, isKey } of columns) {
    const extendsKey = isKey && keys.length > 0;
    await readColumn(file, group, file.columns[at]!, (value, row) => {
      const reading = readStored(column.type, value);
      column.add(reading, start + row + 1);
      if (extendsKey) {
        const before = column === keyed[0]?.tally ? undefined : keys[row] || null;
        keys[row] = extendKey(before, reading) ?? 0n;
      }
    });
  }
  for (const [row, key] of keys.entries()) tally.keys?.add(key || null, start + row + 1);
  if (columns.length === 0 && rows > 0) await countRows(file, group);
}

/** Where no column is checked, one is read all the same: the rows are not what the footer says, but what is there. */
async function countRows(file: ParquetFile, group: ParquetGroup): Promise<void> {
  const column = file.columns.find(({ isFlat }) => isFlat);
  if (!column) throw new UnreadableFile('it has no flat column to count its rows by');
  await readColumn(file, group, column, () => {});
}

/** Every value of a flat column in a row group, null where there is none. Throws `UnreadableFile`. */
export async function readColumn(
  file: ParquetFile,
  group: ParquetGroup,
  column: ParquetColumn,
  take: (value: unknown, row: number) => void,
): Promise<void> {
  let row = 0;
  for await (const page of file.read(group, column, convertStored)) {
    for (const value of valuesOf(page)) take(value, row++);
  }
}

/** Row by row, null where there is none. */
function* valuesOf({ rows, present, values, places }: DecodedPage<readonly unknown[]>): Generator<unknown> {
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (present && present[row] === 0) yield null;
    else {
      yield values[places ? places[next]! : next];
      next++;
    }
  }
}
