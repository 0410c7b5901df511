/**
 * Reads the values of a flat column, page by page.
 *
 * Owns: levels, dictionaries, and the checks before a page is handed to the decoders of the Parquet library, which
 * trust what a page says of itself.
 *
 * Invariants
 * 1. A page holds at most `mostValues` values, and nothing is made larger than its values ask for.
 * 2. Every value comes from the file: a place outside the dictionary, or too few values, make the file unreadable.
 */
import type { DecodedArray, ParquetParsers, SchemaElement } from 'hyparquet';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { UnreadableFile } from '../data-file.ts';
import { count } from '../describe.ts';
import { StoredTime, unreadable } from '../read-value.ts';
import { checkDelta, checkSharedTexts } from './check-delta.ts';
import { longestPage, type Page } from './read-pages.ts';
import { readRuns } from './read-runs.ts';

const mostValues = 4 * 1024 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text that is not UTF-8 is no text. What is not flat data, such as a geometry, is nothing a column can expect. */
const parsers: ParquetParsers = {
  ...DEFAULT_PARSERS,
  timestampFromMilliseconds: (millis) => new StoredTime(BigInt(millis) * 1_000_000n),
  timestampFromMicroseconds: (micros) => new StoredTime(BigInt(micros) * 1_000n),
  timestampFromNanoseconds: (nanos) => new StoredTime(BigInt(nanos)),
  dateFromDays: (days) => new StoredTime(BigInt(days) * 86_400_000_000_000n),
  stringFromBytes: readUtf8,
  jsonFromBytes: readUtf8,
  geometryFromBytes: () => unreadable,
  geographyFromBytes: () => unreadable,
};

function readUtf8(bytes: Uint8Array): unknown {
  try {
    return utf8.decode(bytes);
  } catch {
    return unreadable;
  }
}

/** Decodes the pages of one column chunk, in their order: it keeps the dictionary for those that follow. */
export class ColumnDecoder {
  readonly #element: SchemaElement;
  #dictionary: DecodedArray | null = null;

  constructor(element: SchemaElement) {
    this.#element = element;
  }

  /** The values of a page, null where there is none. A dictionary has none of its own. */
  decode(page: Page): readonly unknown[] {
    const { header } = page;
    const { dictionary_page_header: dictionary } = header;
    if (header.type === 'DICTIONARY_PAGE' && dictionary) {
      this.#dictionary = this.#decodeValues(page.body, 'PLAIN', countOf(dictionary.num_values));
      return [];
    }
    const data = header.type === 'DATA_PAGE_V2' ? header.data_page_header_v2 : header.data_page_header;
    if (header.type === 'INDEX_PAGE') return [];
    if (!data) throw new UnreadableFile(`a page is of an unknown kind`);
    const total = countOf(data.num_values);
    if (total === 0) return [];
    const { present, body } = this.#readLevels(page, total);
    const values = this.#decodeValues(body, data.encoding, present ? countPresent(present) : total);
    return spread(values, present, total);
  }

  /** Which values there are: null for all of them. */
  #readLevels({ levels, body }: Page, total: number): { present: Uint32Array | null; body: Uint8Array } {
    if (this.#element.repetition_type === 'REQUIRED') return { present: null, body };
    if (levels) return { present: readRuns(levels, 1, total), body };
    const length = new DataView(body.buffer, body.byteOffset, body.length).getUint32(0, true);
    if (length > body.length - 4) throw new UnreadableFile('the levels of a page go beyond it');
    return { present: readRuns(body.subarray(4, 4 + length), 1, total), body: body.subarray(4 + length) };
  }

  #decodeValues(body: Uint8Array, encoding: string, total: number): DecodedArray {
    if (total === 0) return [];
    if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') return this.#lookUp(body, total);
    return convert(this.#decodePlain(body, encoding, total), {
      element: this.#element,
      parsers,
    } as unknown as Parameters<typeof convert>[1]);
  }

  #lookUp(body: Uint8Array, total: number): unknown[] {
    const dictionary = this.#dictionary;
    if (!dictionary) throw new UnreadableFile('a page points into a dictionary that is not there');
    const places = readRuns(body.subarray(1), body[0] ?? 0, total);
    return Array.from(places, (place) => {
      if (place >= dictionary.length) throw new UnreadableFile('a page points outside its dictionary');
      return dictionary[place] as unknown;
    });
  }

  #decodePlain(body: Uint8Array, encoding: string, total: number): DecodedArray {
    const type = this.#element.type!;
    const typeLength = this.#element.type_length;
    const reader = { view: new DataView(body.buffer, body.byteOffset, body.length), offset: 0 };
    switch (encoding) {
      case 'PLAIN':
        return readPlain(reader, type, total, typeLength);
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
        const texts = new Array<Uint8Array>(total);
        deltaLengthByteArray(reader, total, texts);
        return texts;
      }
      case 'DELTA_BYTE_ARRAY': {
        checkSharedTexts(body, total, longestPage);
        const texts = new Array<Uint8Array>(total);
        deltaByteArray(reader, total, texts);
        return texts;
      }
    }
    throw new UnreadableFile(`a page of ${type} is encoded as ${encoding}, which cannot be read`);
  }
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

function spread(values: DecodedArray, present: Uint32Array | null, total: number): readonly unknown[] {
  const expected = present ? countPresent(present) : total;
  if (values.length !== expected) {
    throw new UnreadableFile(`a page has ${count(values.length)} values instead of ${count(expected)}`);
  }
  if (!present) return values as readonly unknown[];
  let next = 0;
  return Array.from(present, (level) => (level === 1 ? (values[next++] as unknown) : null));
}
