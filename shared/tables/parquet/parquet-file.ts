/**
 * A Parquet file: its footer, then of each row group the columns that matter, page by page.
 *
 * Owns: what a file may claim of itself.
 * Does not own: pages and values (read-pages.ts, column-decoder.ts), what is made of them.
 *
 * Invariants
 * 1. Only a failure of the storage is an exception other than `UnreadableFile`. Whatever the decoders throw at is the
 *    file's fault.
 * 2. Every column read has as many values as the footer counts rows.
 */
import type { FileMetaData, RowGroup, SchemaElement, SchemaTree } from 'hyparquet';
import { parquetMetadata, parquetSchema } from 'hyparquet';
import { type DataFile, UnreadableFile } from '../data-file.ts';
import { count, quote } from '../describe.ts';
import { measureStruct } from './check-thrift.ts';
import { ColumnDecoder, type Convert, type DecodedPage } from './column-decoder.ts';
import { decoding } from './decoding.ts';
import { type ReadBudget, readPages } from './read-pages.ts';

/** About 20,000 column chunks. */
const longestFooter = 4 * 1024 * 1024;

export interface ParquetColumn {
  readonly name: string;
  readonly element: SchemaElement;
  /** One value a row, or none: not nested, not repeated. */
  readonly isFlat: boolean;
}

export interface ParquetGroup {
  readonly rows: number;
  readonly group: RowGroup;
}

export class ParquetFile {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly ParquetGroup[];
  readonly rows: number;
  readonly #file: DataFile;
  readonly #dataEnd: number;
  readonly #budget: ReadBudget;

  private constructor(file: DataFile, metadata: FileMetaData, dataEnd: number, budget: ReadBudget) {
    this.#file = file;
    this.#dataEnd = dataEnd;
    this.#budget = budget;
    this.columns = decoding('its schema', () => parquetSchema(metadata)).children.map(columnOf);
    this.groups = metadata.row_groups.map((group) => ({ rows: Number(group.num_rows), group }));
    this.rows = sumRows(this.groups, Number(metadata.num_rows));
  }

  /** Throws `UnreadableFile` where the footer cannot be read. All that is read later comes out of the budget. */
  static async open(file: DataFile, budget: ReadBudget): Promise<ParquetFile> {
    const { metadata, dataEnd } = await readFooter(file);
    return new ParquetFile(file, metadata, dataEnd, { ...budget });
  }

  /** The pages of a flat column in a row group, converted. Throws `UnreadableFile`. */
  async *read<Values>(
    { group, rows }: ParquetGroup,
    { name, element }: ParquetColumn,
    convert: Convert<Values>,
  ): AsyncGenerator<DecodedPage<Values>> {
    const chunk = group.columns.find(
      ({ meta_data: meta }) => meta?.path_in_schema.length === 1 && meta.path_in_schema[0] === name,
    );
    const where = `column ${quote(name)}`;
    if (!chunk?.meta_data || chunk.file_path) {
      throw new UnreadableFile(`${where} is encrypted, or its data lies in another file`);
    }
    if (chunk.meta_data.type !== element.type) throw new UnreadableFile(`${where} has two types`);
    const decoder = new ColumnDecoder(element, convert);
    const source = { file: this.#file, dataEnd: this.#dataEnd, budget: this.#budget };
    let row = 0;
    for await (const page of readPages(source, chunk.meta_data, where)) {
      const decoded = decoding(where, () => decoder.decode(page));
      if (!decoded) continue;
      row += decoded.rows;
      if (row > rows) break;
      yield decoded;
    }
    if (row === rows) return;
    throw new UnreadableFile(`${where} has other than the ${count(rows)} values that its row group has rows`);
  }
}

function columnOf({ children, element }: SchemaTree): ParquetColumn {
  if (typeof element.name !== 'string') throw new UnreadableFile('a column has no name');
  const isFlat =
    children.length === 0 && element.type !== undefined && element.repetition_type !== 'REPEATED';
  return { name: element.name, element, isFlat };
}

async function readFooter(file: DataFile): Promise<{ metadata: FileMetaData; dataEnd: number }> {
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
    return { metadata: parquetMetadata(footer, { geoparquet: false }), dataEnd };
  });
}

function sumRows(groups: readonly ParquetGroup[], claimed: number): number {
  let sum = 0;
  for (const { rows } of groups) {
    if (!(rows >= 0)) throw new UnreadableFile('a row group does not say how many rows it has');
    sum += rows;
  }
  if (sum === claimed) return sum;
  throw new UnreadableFile(`its footer says ${count(claimed)} rows, its row groups ${count(sum)}`);
}
