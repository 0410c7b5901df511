/**
 * Decodes the pages of a flat column.
 *
 * Owns: levels, dictionaries, and the checks before a page is handed to the decoders of the Parquet library, which
 * trust what a page says of itself.
 * Does not own: what the stored values mean (whoever converts them).
 *
 * Invariants
 * 1. A page holds at most `mostValues` values, and nothing is made larger than its values ask for.
 * 2. Every value comes from the page: a place outside the dictionary, or too few values, make the file unreadable.
 */
import type { DecodedArray, SchemaElement } from 'hyparquet';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { UnreadableFile } from '../data-file.ts';
import { count } from '../describe.ts';
import { checkDelta, checkSharedTexts } from './check-delta.ts';
import { longestPage, type Page } from './read-pages.ts';
import { readRuns } from './read-runs.ts';

const mostValues = 4 * 1024 * 1024;

/** From what is stored to what a reader wants, called once for a page or a dictionary. */
export type Convert<Values> = (stored: DecodedArray, element: SchemaElement) => Values;

/** The rows of a page and where their values are. */
export interface DecodedPage<Values> {
  readonly rows: number;
  /** 1 for a row that has a value; null where all have. */
  readonly present: Uint32Array | null;
  /** Of the page, or of the dictionary where there are places in it. */
  readonly values: Values;
  /** For each row that has a value, in turn, its place among the values; null where they come one after another. */
  readonly places: Uint32Array | null;
}

/** Decodes the pages of one column chunk, in their order: it keeps the dictionary for those that follow. */
export class ColumnDecoder<Values> {
  readonly #element: SchemaElement;
  readonly #convert: Convert<Values>;
  #dictionary: { readonly size: number; readonly values: Values } | null = null;

  constructor(element: SchemaElement, convert: Convert<Values>) {
    this.#element = element;
    this.#convert = convert;
  }

  /** Null where a page has no rows: a dictionary, an index, an empty one. */
  decode(page: Page): DecodedPage<Values> | null {
    const { header } = page;
    const { dictionary_page_header: dictionary } = header;
    if (header.type === 'DICTIONARY_PAGE' && dictionary) {
      const stored = this.#decodeStored(page.body, 'PLAIN', countOf(dictionary.num_values));
      this.#dictionary = { size: stored.length, values: this.#convert(stored, this.#element) };
      return null;
    }
    if (header.type === 'INDEX_PAGE') return null;
    const data = header.type === 'DATA_PAGE_V2' ? header.data_page_header_v2 : header.data_page_header;
    if (!data) throw new UnreadableFile('a page is of an unknown kind');
    const rows = countOf(data.num_values);
    if (rows === 0) return null;
    const { present, body } = this.#readLevels(page, rows);
    const total = present ? countPresent(present) : rows;
    return { rows, present, ...this.#decodeValues(body, data.encoding, total) };
  }

  /** Which values there are: null for all of them. */
  #readLevels(
    { levels, body, header }: Page,
    rows: number,
  ): { present: Uint32Array | null; body: Uint8Array } {
    if (this.#element.repetition_type === 'REQUIRED') return { present: null, body };
    if (levels) return { present: readRuns(levels, 1, rows), body };
    const encoding = header.data_page_header?.definition_level_encoding;
    if (encoding !== 'RLE') throw new UnreadableFile(`the levels of a page are encoded as ${encoding}`);
    const length = new DataView(body.buffer, body.byteOffset, body.length).getUint32(0, true);
    if (length > body.length - 4) throw new UnreadableFile('the levels of a page go beyond it');
    return { present: readRuns(body.subarray(4, 4 + length), 1, rows), body: body.subarray(4 + length) };
  }

  #decodeValues(
    body: Uint8Array,
    encoding: string,
    total: number,
  ): Pick<DecodedPage<Values>, 'values' | 'places'> {
    if (encoding !== 'PLAIN_DICTIONARY' && encoding !== 'RLE_DICTIONARY') {
      const stored = this.#decodeStored(body, encoding, total);
      if (stored.length !== total) {
        throw new UnreadableFile(`a page has ${count(stored.length)} values instead of ${count(total)}`);
      }
      return { values: this.#convert(stored, this.#element), places: null };
    }
    const dictionary = this.#dictionary;
    if (!dictionary) throw new UnreadableFile('a page points into a dictionary that is not there');
    const places = total === 0 ? new Uint32Array(0) : readRuns(body.subarray(1), body[0] ?? 0, total);
    for (const place of places) {
      if (place >= dictionary.size) throw new UnreadableFile('a page points outside its dictionary');
    }
    return { values: dictionary.values, places };
  }

  #decodeStored(body: Uint8Array, encoding: string, total: number): DecodedArray {
    if (total === 0) return [];
    const type = this.#element.type!;
    const typeLength = this.#element.type_length;
    const reader = { view: new DataView(body.buffer, body.byteOffset, body.length), offset: 0 };
    switch (encoding) {
      case 'PLAIN':
        return requireWithin(body, reader, readPlain(reader, type, total, typeLength));
      case 'RLE':
        if (type !== 'BOOLEAN') break;
        return Array.from(readRuns(body.subarray(4), 1, total), (bit) => bit === 1);
      case 'BYTE_STREAM_SPLIT':
        if (total * (typeLength ?? 8) > body.length * 8) break;
        return byteStreamSplit(reader, total, type, typeLength);
      case 'DELTA_BINARY_PACKED': {
        checkDelta(body, 0, total);
        const values = type === 'INT32' ? new Int32Array(total) : new BigInt64Array(total);
        deltaBinaryUnpack(reader, total, values);
        return values;
      }
      case 'DELTA_LENGTH_BYTE_ARRAY': {
        checkDelta(body, 0, total);
        return requireWithin(
          body,
          reader,
          readTexts(total, (texts) => deltaLengthByteArray(reader, total, texts)),
        );
      }
      case 'DELTA_BYTE_ARRAY': {
        checkSharedTexts(body, total, longestPage);
        return requireWithin(
          body,
          reader,
          readTexts(total, (texts) => deltaByteArray(reader, total, texts)),
        );
      }
    }
    throw new UnreadableFile(`a page of ${type} is encoded as ${encoding}, which cannot be read`);
  }
}

function readTexts(total: number, read: (into: Uint8Array[]) => void): Uint8Array[] {
  const texts = new Array<Uint8Array>(total);
  read(texts);
  return texts;
}

/** The library bounds texts by the memory that a page lies in, not by the page. */
function requireWithin<T>(body: Uint8Array, reader: { readonly offset: number }, values: T): T {
  if (reader.offset > body.length) throw new UnreadableFile('a page ends before its values do');
  return values;
}

function countOf(values: number): number {
  if (values >= 0 && values <= mostValues) return values;
  throw new UnreadableFile(`a page has ${count(values)} values, at most ${count(mostValues)} are read`);
}

function countPresent(present: Uint32Array): number {
  let total = 0;
  for (const level of present) total += level;
  return total;
}
