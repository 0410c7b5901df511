/**
 * Reads Parquet into a tally: the footer, then of each row group the columns that matter, page by page.
 *
 * Owns: what a file may claim of itself. Does not own: pages and values (read-pages.ts, read-column.ts).
 *
 * Invariant: only a failure of the storage is an exception other than `UnreadableFile`. Whatever the decoders throw
 * at is the file's fault.
 */
import type { FileMetaData, RowGroup, SchemaTree } from 'hyparquet';
import { parquetMetadata, parquetSchema } from 'hyparquet';
import { type DataFile, UnreadableFile } from '../data-file.ts';
import { count, quote } from '../describe.ts';
import { extendKey, mostKeys } from '../key-tally.ts';
import { readStored } from '../read-value.ts';
import type { CheckedColumn, TableTally } from '../table-tally.ts';
import { measureStruct } from './check-thrift.ts';
import { decoding } from './decoding.ts';
import { ColumnDecoder } from './read-column.ts';
import { type Budget, readPages } from './read-pages.ts';

/** About 20,000 column chunks. */
const longestFooter = 4 * 1024 * 1024;
/** Values in all checked columns: a small file may claim any number, and each takes its time. */
const mostValues = 2 ** 31;
/** The same of bytes. */
const mostUnpacked = 16 * 1024 ** 3;

/** Answers the number of rows. Throws `UnreadableFile` where the file cannot be read. */
export async function readParquet(file: DataFile, tally: TableTally): Promise<number> {
  const { metadata, schema, dataEnd } = await readFooter(file);
  const names = schema.children.map(({ element }) => element.name);
  const checked = tally.begin(names);
  const flat = checked.filter(({ at, tally: column }) => {
    if (isFlat(schema.children[at]!)) return true;
    tally.report(`column ${quote(column.name)}: is nested; only flat columns can be checked`);
    return false;
  });
  const rows = sumRows(metadata);
  if (rows * Math.max(flat.length, 1) > mostValues) {
    throw new UnreadableFile(
      `it claims ${count(rows)} rows; at most ${count(mostValues)} values in checked columns are read; split it`,
    );
  }
  const source: Source = { file, schema, dataEnd, budget: { bytes: mostUnpacked } };
  let start = 0;
  for (const group of metadata.row_groups) {
    await readGroup(source, group, { start, columns: flat, tally });
    start += Number(group.num_rows);
  }
  return rows;
}

interface Footer {
  readonly metadata: FileMetaData;
  readonly schema: SchemaTree;
  readonly dataEnd: number;
}

async function readFooter(file: DataFile): Promise<Footer> {
  if (file.bytes < 12) throw new UnreadableFile('it is too short for Parquet');
  const tail = Buffer.from(await file.read(file.bytes - 8, file.bytes));
  const magic = tail.toString('latin1', 4);
  if (magic === 'PARE') throw new UnreadableFile('its footer is encrypted');
  if (magic !== 'PAR1') throw new UnreadableFile('it does not end as Parquet does: it may be cut off');
  const length = tail.readUInt32LE(0);
  if (length > longestFooter) {
    throw new UnreadableFile(
      `its footer has ${count(length)} bytes, at most ${count(longestFooter)} are read`,
    );
  }
  const dataEnd = file.bytes - 8 - length;
  if (dataEnd < 4) throw new UnreadableFile('its footer is longer than the file');
  const footer = await file.read(dataEnd, file.bytes);
  return decoding('its footer', () => {
    if (measureStruct(footer.subarray(0, length), 0) === null)
      throw new UnreadableFile('its footer is cut off');
    const metadata = parquetMetadata(footer, { geoparquet: false });
    return { metadata, schema: parquetSchema(metadata), dataEnd };
  });
}

function sumRows({ row_groups: groups, num_rows: claimed }: FileMetaData): number {
  let sum = 0;
  for (const { num_rows: rows } of groups) {
    if (!(Number(rows) >= 0)) throw new UnreadableFile('a row group does not say how many rows it has');
    sum += Number(rows);
  }
  if (sum !== Number(claimed)) {
    throw new UnreadableFile(`its footer says ${count(Number(claimed))} rows, its row groups ${count(sum)}`);
  }
  return sum;
}

function isFlat({ children, element }: SchemaTree): boolean {
  return children.length === 0 && element.type !== undefined && element.repetition_type !== 'REPEATED';
}

interface Source extends Omit<Footer, 'metadata'> {
  readonly file: DataFile;
  readonly budget: Budget;
}

interface GroupReading {
  /** Rows before the group. */
  readonly start: number;
  readonly columns: readonly CheckedColumn[];
  readonly tally: TableTally;
}

async function readGroup(source: Source, group: RowGroup, { start, columns, tally }: GroupReading) {
  const rows = Number(group.num_rows);
  const keyed = columns.filter(({ isKey }) => isKey);
  if (keyed.length > 0 && rows > mostKeys) tally.keys?.giveUp();
  // Columns come one after another, keys row by row: 0 stands for none.
  const keys = new BigUint64Array(keyed.length > 0 && rows <= mostKeys ? rows : 0);
  for (const { at, tally: column, isKey } of columns) {
    const extendsKey = isKey && keys.length > 0;
    await readColumn(source, group, source.schema.children[at]!, (value, row) => {
      const reading = readStored(column.type, value);
      column.add(reading, start + row + 1);
      if (extendsKey) {
        const before = column === keyed[0]?.tally ? undefined : keys[row] || null;
        keys[row] = extendKey(before, reading) ?? 0n;
      }
    });
  }
  for (const [row, key] of keys.entries()) tally.keys?.add(key || null, start + row + 1);
  if (columns.length === 0 && rows > 0) await countRows(source, group);
}

/** Where no column is checked, one is read all the same: the rows are not what the footer says, but what is there. */
async function countRows(source: Source, group: RowGroup): Promise<void> {
  const column = source.schema.children.find(isFlat);
  if (!column) throw new UnreadableFile('it has no flat column to count its rows by');
  await readColumn(source, group, column, () => {});
}

async function readColumn(
  source: Source,
  group: RowGroup,
  { element }: SchemaTree,
  take: (value: unknown, row: number) => void,
): Promise<void> {
  const chunk = group.columns.find(
    ({ meta_data: meta }) => meta?.path_in_schema.length === 1 && meta.path_in_schema[0] === element.name,
  );
  const where = `column ${quote(element.name)}`;
  if (!chunk?.meta_data || chunk.file_path) {
    throw new UnreadableFile(`${where} is encrypted, or its data lies in another file`);
  }
  if (chunk.meta_data.type !== element.type) throw new UnreadableFile(`${where} has two types`);
  const decoder = new ColumnDecoder(element);
  const rows = Number(group.num_rows);
  let row = 0;
  for await (const page of readPages(source, chunk.meta_data, where)) {
    const values = decoding(where, () => decoder.decode(page));
    const first = row;
    row += values.length;
    if (row > rows) break;
    for (const [at, value] of values.entries()) take(value, first + at);
  }
  if (row !== rows) {
    throw new UnreadableFile(`${where} has other than the ${count(rows)} values that its row group has rows`);
  }
}
