/**
 * Predictions as Parquet: flat columns, uncompressed or by snappy, gzip or zstd, in the encodings writers use by
 * default.
 *
 * Owns: the file's structure, and that what it claims of sizes is not believed.
 * Does not own: footer and page headers (hyparquet), pages (read-page.ts), values (decode-values.ts), what cells mean
 * (columns.ts).
 *
 * Invariants
 * 1. Never throws: whatever the bytes are, the answer is a table, or a sentence that says what is wrong.
 * 2. Memory is that of the columns that are needed and of one page, at most 64 MB, whatever the file claims.
 */
import type { ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet';
import { checkThrift } from './check-thrift.ts';
import { CategoryColumn, type CellSink, NumberColumn, shorten } from './columns.ts';
import { decodeHybrid, decodePlain, findTypeProblem, type ValueKind, type Values } from './decode-values.ts';
import {
  type ColumnSource,
  countOf,
  type DataPage,
  type Hyparquet,
  newBudget,
  openPage,
  type PageHeader,
  readHeader,
  unpackPage,
} from './read-page.ts';
import { type Broken, broken, type Plan, type Planner, type ReadTable, tooManyRows } from './table.ts';

const mostFooterBytes = 4 * 1024 * 1024;
/** `file` is its name, for messages. */
export async function readParquet<P extends Plan>(
  file: string,
  bytes: Uint8Array,
  planOf: Planner<P>,
): Promise<ReadTable<P> | Broken> {
  const [footer, column] = await Promise.all([
    import('hyparquet/src/metadata.js'),
    import('hyparquet/src/column.js'),
  ]);
  try {
    return readFile(file, bytes, planOf, { ...footer, ...column });
  } catch (error) {
    const why = error instanceof Error && error.message !== '' ? error.message : 'it is damaged';
    return broken(`${file}: cannot be read as Parquet: ${shorten(why.replace(/^parquet /, ''))}`);
  }
}

function readFile<P extends Plan>(
  file: string,
  bytes: Uint8Array,
  planOf: Planner<P>,
  hyparquet: Hyparquet,
): ReadTable<P> | Broken {
  const metadata = readFooter(bytes, hyparquet);
  const columns = hyparquet.parquetSchema(metadata).children;
  const names = columns.map(({ element }) => element.name);
  const table = planOf(file, names);
  if ('broken' in table) return table;
  const groupRows = metadata.row_groups.map((group) => Number(group.num_rows));
  const rows = groupRows.reduce((sum, count) => sum + count, 0);
  if (groupRows.some((count) => count < 0) || rows !== Number(metadata.num_rows)) {
    throw new RangeError(`it claims ${metadata.num_rows} rows, and its row groups ${rows}`);
  }
  if (rows > table.mostRows) return tooManyRows(table);
  const budget = newBudget();
  for (const [at, { element, children }] of columns.entries()) {
    const sink = table.sinks[at];
    if (!sink) continue;
    const nested = children.length > 0 || element.repetition_type === 'REPEATED';
    const problem = nested ? 'nested values; write it flat' : findTypeProblem(element);
    if (problem) return broken(`${file}: column ${shorten(element.name)} has ${problem}`);
    readColumn({ bytes, metadata, element, sink, hyparquet, budget });
  }
  return { table, rows, malformed: null };
}

function readFooter(bytes: Uint8Array, { parquetMetadata }: Hyparquet): FileMetaData {
  if (bytes.length < 12) throw new RangeError(`${bytes.length} bytes are no Parquet file`);
  const claimed = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true);
  if (claimed > mostFooterBytes)
    throw new RangeError(`a footer of ${claimed} bytes, ${mostFooterBytes} at most`);
  const footer = bytes.subarray(Math.max(0, bytes.length - 8 - claimed));
  if (footer.length === claimed + 8) checkThrift(footer, 0);
  return parquetMetadata(footer, { geoparquet: false });
}

function readColumn(source: ColumnSource): void {
  const { bytes, metadata, element } = source;
  for (const { columns, num_rows } of metadata.row_groups) {
    const chunk = columns.find(({ meta_data }) => isPathOf(element, meta_data))?.meta_data;
    if (!chunk || chunk.type !== element.type)
      throw new RangeError(`column ${element.name} is not in every row group`);
    const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
    const end = start + Number(chunk.total_compressed_size);
    if (!(start >= 4 && end >= start && end <= bytes.length)) {
      throw new RangeError(`column ${element.name} claims bytes ${start} to ${end} of ${bytes.length}`);
    }
    readChunk(source, chunk, bytes.subarray(start, end), Number(num_rows));
  }
}

const isPathOf = ({ name }: SchemaElement, chunk: ColumnMetaData | undefined): boolean =>
  chunk?.path_in_schema.length === 1 && chunk.path_in_schema[0] === name;

function readChunk(source: ColumnSource, chunk: ColumnMetaData, bytes: Uint8Array, rows: number): void {
  const kind = { element: source.element, asText: !(source.sink instanceof NumberColumn) };
  let dictionary: Values | null = null;
  if (Number(chunk.num_values) !== rows) {
    throw new RangeError(`column ${source.element.name} has ${chunk.num_values} values for ${rows} rows`);
  }
  let left = rows;
  for (let position = 0; left > 0; ) {
    const { header, start } = readHeader(source, bytes, position);
    position = start + header.compressed_page_size;
    if (!(header.compressed_page_size >= 0 && position <= bytes.length)) {
      throw new RangeError(`a page of ${header.compressed_page_size} bytes is longer than its column`);
    }
    const packed = bytes.subarray(start, position);
    if (header.type === 'DICTIONARY_PAGE') {
      dictionary = readDictionary(
        unpackPage(packed, header.uncompressed_page_size, chunk.codec, source),
        header,
        kind,
      );
    } else if (header.type !== 'INDEX_PAGE') {
      const page = openPage(packed, header, chunk, source);
      if (page.rows > left) throw new RangeError(`a page claims ${page.rows} rows where ${left} are left`);
      fill(source.sink, page, dictionary, kind);
      left -= page.rows;
    }
  }
}

function readDictionary(page: Uint8Array, header: PageHeader, kind: ValueKind): Values {
  const count = countOf(header.dictionary_page_header?.num_values ?? -1);
  if (count > page.length)
    throw new RangeError(`a dictionary of ${page.length} bytes claims ${count} values`);
  return decodePlain(page, 0, count, kind);
}

function fill(
  sink: CellSink,
  { rows, encoding, defined, values: bytes }: DataPage,
  dictionary: Values | null,
  kind: ValueKind,
): void {
  const count = defined ? defined.reduce((sum, level) => sum + level, 0) : rows;
  const [values, places] = valuesOf(bytes, encoding, count, dictionary, kind);
  const put = putterOf(sink, values);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (defined && defined[row] === 0) putMissing(sink);
    else {
      put(places ? places[next]! : next);
      next++;
    }
  }
}

/** The values of a page, or those of the dictionary with their places in it. */
function valuesOf(
  bytes: Uint8Array,
  encoding: string,
  count: number,
  dictionary: Values | null,
  kind: ValueKind,
): [Values, Uint32Array | null] {
  if (encoding === 'PLAIN') return [decodePlain(bytes, 0, count, kind), null];
  if (encoding === 'RLE' && kind.element.type === 'BOOLEAN')
    return [decodeBooleans(bytes, count, kind), null];
  if (encoding !== 'RLE_DICTIONARY' && encoding !== 'PLAIN_DICTIONARY') {
    throw new RangeError(`encoding ${encoding}; write plain or dictionary`);
  }
  if (!dictionary) throw new RangeError('a page refers to a dictionary that is not there');
  const places =
    count === 0 ? new Uint32Array(0) : decodeHybrid(bytes, 1, bytes.length, bytes[0] ?? 0, count);
  const size = dictionary instanceof Float64Array ? dictionary.length : dictionary.starts.length;
  if (places.some((place) => place >= size)) throw new RangeError('a place beyond the end of the dictionary');
  return [dictionary, places];
}

/** Booleans by runs, packed again as PLAIN has them. The runs of version 1 and 2 alike follow their length. */
function decodeBooleans(bytes: Uint8Array, count: number, kind: ValueKind): Values {
  const bits = decodeHybrid(bytes, 4, bytes.length, 1, count);
  const packed = new Uint8Array(Math.ceil(count / 8));
  for (let at = 0; at < count; at++) packed[at >>> 3]! |= bits[at]! << (at % 8);
  return decodePlain(packed, 0, count, kind);
}

/** Puts the value of a place into a column; texts of categories are looked up once for each place. */
function putterOf(sink: CellSink, values: Values): (place: number) => void {
  if (values instanceof Float64Array) {
    const column = sink as NumberColumn;
    return (place) => column.push(values[place]!);
  }
  const { bytes, starts, ends } = values;
  if (!(sink instanceof CategoryColumn)) return (place) => sink.take(bytes, starts[place]!, ends[place]!);
  const codes = new Int32Array(starts.length).fill(-1);
  return (place) => {
    if (codes[place] === -1) codes[place] = sink.codeOf(bytes, starts[place]!, ends[place]!);
    sink.push(codes[place]!);
  };
}

const nothing = new Uint8Array(0);

function putMissing(sink: CellSink): void {
  if (sink instanceof NumberColumn) sink.pushMissing();
  else sink.take(nothing, 0, 0);
}
