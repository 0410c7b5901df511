/**
 * Finds the pages of a column chunk and unpacks them one by one.
 *
 * Invariant: at most one page is in memory, and no page is larger than `longestPage`, packed or not.
 */
import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { blockBytes, type DataFile, UnreadableFile } from '../data-file.ts';
import { count } from '../describe.ts';
import { measureStruct } from './check-thrift.ts';
import { decoding } from './decoding.ts';
import { decompress } from './decompress.ts';

export const longestPage = 64 * 1024 * 1024;
/** Statistics in a header may hold a value of the column. */
const longestHeader = blockBytes;

export interface Page {
  readonly header: PageHeader;
  /** Definition levels of a page of version 2, which are never compressed; null otherwise. */
  readonly levels: Uint8Array | null;
  readonly body: Uint8Array;
}

/** A stretch of the file, read ahead by a block. */
class Window {
  at: number;
  readonly end: number;
  readonly #file: DataFile;
  #from = 0;
  #bytes: Uint8Array = new Uint8Array();

  constructor(file: DataFile, start: number, end: number) {
    this.#file = file;
    this.at = start;
    this.end = end;
  }

  /** The next `length` bytes, or as many as there are. They stay next. */
  async peek(length: number): Promise<Uint8Array> {
    const end = Math.min(this.at + length, this.end);
    if (this.at < this.#from || end > this.#from + this.#bytes.length) {
      this.#from = this.at;
      this.#bytes = await this.#file.read(this.at, Math.min(Math.max(end, this.at + blockBytes), this.end));
    }
    return this.#bytes.subarray(this.at - this.#from, end - this.#from);
  }
}

/** What may still be read of a file: a small one may hold any number of bytes, and each takes its time. */
export interface ReadBudget {
  /** Of pages, unpacked. */
  pageBytes: number;
  /** Of what stands before each page. */
  headerBytes: number;
}

interface PageSource {
  readonly file: DataFile;
  /** Where the data of the file ends and its footer begins. */
  readonly dataEnd: number;
  readonly budget: ReadBudget;
}

export async function* readPages(
  { file, dataEnd, budget }: PageSource,
  chunk: ColumnMetaData,
  where: string,
): AsyncGenerator<Page> {
  const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const end = start + Number(chunk.total_compressed_size);
  if (!(start >= 4 && end >= start && end <= dataEnd)) {
    throw new UnreadableFile(`${where} lies outside of the file, which may be cut off`);
  }
  const window = new Window(file, start, end);
  while (window.at < window.end) {
    const headerAt = window.at;
    const header = await readHeader(window, where);
    budget.headerBytes -= window.at - headerAt;
    if (budget.headerBytes < 0) throw new UnreadableFile('it has too many pages; write larger ones');
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    for (const size of [packed, unpacked]) {
      // A header that is broken may hold anything there.
      if (Number.isInteger(size) && size >= 0 && size <= longestPage) continue;
      const most = count(longestPage);
      throw new UnreadableFile(`${where}: a page has ${String(size)} bytes, at most ${most} are read`);
    }
    budget.pageBytes -= Math.max(packed, unpacked);
    if (budget.pageBytes < 0) throw new UnreadableFile('it unpacks to more than can be read; split it');
    const bytes = await window.peek(packed);
    if (bytes.length < packed) throw new UnreadableFile(`${where}: a page goes beyond its column`);
    window.at += packed;
    yield decoding(where, () => unpackPage(chunk.codec, header, bytes));
  }
}

async function readHeader(window: Window, where: string): Promise<PageHeader> {
  for (const length of [4096, longestHeader]) {
    const bytes = await window.peek(length);
    const size = decoding(where, () => measureStruct(bytes, 0));
    if (size === null) continue;
    window.at += size;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return decoding(where, () => parquetHeader({ view, offset: 0 }));
  }
  throw new UnreadableFile(`${where}: the header of a page does not end`);
}

function unpackPage(codec: string, header: PageHeader, bytes: Uint8Array): Page {
  const second = header.data_page_header_v2;
  if (header.type !== 'DATA_PAGE_V2' || !second) {
    return { header, levels: null, body: decompress(codec, bytes, header.uncompressed_page_size) };
  }
  const levels = second.definition_levels_byte_length + second.repetition_levels_byte_length;
  if (!(levels >= 0 && levels <= Math.min(bytes.length, header.uncompressed_page_size))) {
    throw new UnreadableFile('the levels of a page go beyond it');
  }
  const body = bytes.subarray(levels);
  const length = header.uncompressed_page_size - levels;
  return {
    header,
    levels: bytes.subarray(second.repetition_levels_byte_length, levels),
    body: second.is_compressed === false ? body : decompress(codec, body, length),
  };
}
