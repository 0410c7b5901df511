/**
 * Pages of a Parquet column, taken out of the file and unpacked.
 *
 * Invariant: what a page claims of its size and its rows is checked before anything is made of it, and all pages of a
 * file together are bounded.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet';
import { checkThrift } from './check-thrift.ts';
import type { CellSink } from './columns.ts';
import { decodeHybrid } from './decode-values.ts';
import { unpackSnappy } from './unpack-snappy.ts';

const mostPageBytes = 64 * 1024 * 1024;
const mostUnpackedBytes = 2 ** 31;
const mostHeaderBytes = 4 * 1024 * 1024;

export type Hyparquet = typeof import('hyparquet/src/metadata.js') & typeof import('hyparquet/src/column.js');
export type PageHeader = ReturnType<Hyparquet['parquetHeader']>;

/** What reading a file may still take: bytes of page headers, and of pages unpacked. */
export interface Budget {
  headerBytes: number;
  unpackedBytes: number;
}

export const newBudget = (): Budget => ({ headerBytes: mostHeaderBytes, unpackedBytes: mostUnpackedBytes });

export interface ColumnSource {
  readonly bytes: Uint8Array;
  readonly metadata: FileMetaData;
  readonly element: SchemaElement;
  readonly sink: CellSink;
  readonly hyparquet: Hyparquet;
  readonly budget: Budget;
}

/** The page header at a position, and where the page starts. */
export function readHeader(
  { hyparquet, budget }: ColumnSource,
  bytes: Uint8Array,
  position: number,
): { header: PageHeader; start: number } {
  const start = checkThrift(bytes, position);
  const own = bytes.subarray(position, start);
  const header = hyparquet.parquetHeader({
    view: new DataView(own.buffer, own.byteOffset, own.byteLength),
    offset: 0,
  });
  budget.headerBytes -= own.length;
  if (budget.headerBytes < 0) throw new RangeError('it has too many pages');
  return { header, start };
}

/** A data page of either version, taken apart: where its levels and its values lie. */
export interface DataPage {
  readonly rows: number;
  readonly encoding: string;
  /** 1 where a row has a value; null where all have. */
  readonly defined: Uint32Array | null;
  readonly values: Uint8Array;
}

export function openPage(
  packed: Uint8Array,
  header: PageHeader,
  { codec }: ColumnMetaData,
  source: ColumnSource,
): DataPage {
  const optional = source.element.repetition_type !== 'REQUIRED';
  const [one, two] = [header.data_page_header, header.data_page_header_v2];
  if (header.type === 'DATA_PAGE' && one) {
    const rows = countOf(one.num_values);
    const page = unpackPage(packed, header.uncompressed_page_size, codec, source);
    if (!optional) return { rows, encoding: one.encoding, defined: null, values: page };
    if (one.definition_level_encoding !== 'RLE')
      throw new RangeError('its levels are not run-length encoded');
    const end = 4 + new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(0, true);
    const defined = decodeHybrid(page, 4, end, 1, rows);
    return { rows, encoding: one.encoding, defined, values: page.subarray(end) };
  }
  if (header.type !== 'DATA_PAGE_V2' || !two) throw new RangeError(`a page of the type ${header.type}`);
  const rows = countOf(two.num_values);
  const levels = two.repetition_levels_byte_length + two.definition_levels_byte_length;
  if (!(levels >= 0 && levels <= packed.length))
    throw new RangeError('its levels are longer than their page');
  const rest = packed.subarray(levels);
  const size = header.uncompressed_page_size - levels;
  const values = two.is_compressed === false || size === 0 ? rest : unpackPage(rest, size, codec, source);
  const start = two.repetition_levels_byte_length;
  const defined = optional ? decodeHybrid(packed, start, levels, 1, rows) : null;
  return { rows, encoding: two.encoding, defined, values };
}

export function countOf(claimed: number): number {
  if (!(claimed >= 0 && claimed <= 2 ** 23)) throw new RangeError(`a page claims ${claimed} values`);
  return claimed;
}

export function unpackPage(
  packed: Uint8Array,
  size: number,
  codec: string,
  { budget }: ColumnSource,
): Uint8Array {
  if (!(size >= 0 && size <= mostPageBytes)) {
    throw new RangeError(`a page claims ${size} bytes, ${mostPageBytes} at most`);
  }
  budget.unpackedBytes -= size;
  if (budget.unpackedBytes < 0)
    throw new RangeError(`its pages unpack to more than ${mostUnpackedBytes} bytes`);
  const limit = { maxOutputLength: Math.max(1, size) };
  const page = ((): Uint8Array => {
    switch (codec) {
      case 'UNCOMPRESSED':
        return packed;
      case 'SNAPPY':
        return unpackSnappy(packed, size);
      case 'GZIP':
        return gunzipSync(packed, limit);
      case 'ZSTD':
        return zstdDecompressSync(packed, limit);
      default:
        throw new RangeError(`compression ${codec}; write snappy, gzip or zstd`);
    }
  })();
  if (page.length !== size) throw new RangeError(`a page claims ${size} bytes and has ${page.length}`);
  return page;
}
