/**
 * From how Parquet stores values to what they are.
 *
 * Source: Apache Parquet, "Logical Types".
 */
import type { DecodedArray, ParquetParsers, SchemaElement } from 'hyparquet';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { isDecimal, readUnscaled, scaleOf, showDecimal } from '../tables/parquet/decimal.ts';
import { StoredTime, unreadable, type Value } from './read-value.ts';

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

/** Throws where the library does not know the type. */
export function convertStored(stored: DecodedArray, element: SchemaElement): readonly unknown[] {
  if (isDecimal(element))
    return Array.from(stored as ArrayLike<unknown>, (value) => readDecimal(value, element));
  return convert(stored, { element, parsers } as unknown as Parameters<
    typeof convert
  >[1]) as readonly unknown[];
}

/** Whole numbers as they are, however large: two of them must not become the same. */
function readDecimal(value: unknown, element: SchemaElement): Value {
  const unscaled = readUnscaled(value);
  const scale = scaleOf(element);
  const one = 10n ** BigInt(scale);
  return unscaled % one === 0n ? unscaled / one : Number(showDecimal(unscaled, scale));
}

function readUtf8(bytes: Uint8Array): unknown {
  try {
    return utf8.decode(bytes);
  } catch {
    return unreadable;
  }
}
