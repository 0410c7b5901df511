/** From how Parquet stores the values of a column to numbers, or to the text that CSV would have. */
import { isUtf8 } from 'node:buffer';
import type { DecodedArray, SchemaElement } from 'hyparquet';
import { UnreadableFile } from '../../tables/data-file.ts';
import { isDecimal, readUnscaled, scaleOf, showDecimal } from '../../tables/parquet/decimal.ts';

/** What a page or a dictionary holds: numbers, or texts as bytes. */
export type Cells = Float64Array | readonly Uint8Array[];

/** Why a column of this type is not read, or null. */
export function findTypeProblem({ type, converted_type, logical_type }: SchemaElement): string | null {
  const meaning = logical_type?.type ?? converted_type ?? type;
  const plain = ['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'];
  const meanings = ['STRING', 'ENUM', 'DECIMAL', 'INTEGER', 'UTF8', ...plain];
  const readable = meanings.includes(meaning ?? '') || /^U?INT_\d+$/.test(meaning ?? '');
  return type && plain.includes(type) && readable ? null : `type ${meaning}; write it as numbers or text`;
}

/** Stored values as numbers; texts stay what they are, for a number may be written as one. */
export function toNumbers(stored: DecodedArray, element: SchemaElement): Cells {
  if (isDecimal(element)) {
    const textOf = decimalTextOf(element);
    return numbersOf(stored as ArrayLike<unknown>, (value) => Number(textOf(value)));
  }
  if (isText(element)) return requireUtf8(stored as Uint8Array[]);
  if (stored instanceof Float64Array) return stored;
  const unsigned = isUnsigned(element);
  const show = (value: unknown): number => Number(unsigned ? asUnsigned(value as number) : value);
  return numbersOf(stored as ArrayLike<unknown>, show);
}

/** By a loop: a million values at a time are worth it. */
function numbersOf(stored: ArrayLike<unknown>, numberOf: (value: unknown) => number): Float64Array {
  const numbers = new Float64Array(stored.length);
  for (let at = 0; at < numbers.length; at++) numbers[at] = numberOf(stored[at]);
  return numbers;
}

/** Stored values as the text that would stand in CSV. */
export function toTexts(stored: DecodedArray, element: SchemaElement): Cells {
  if (!isDecimal(element) && isText(element)) return requireUtf8(stored as Uint8Array[]);
  const show = showOf(element);
  return Array.from(stored as ArrayLike<unknown>, (value) => Buffer.from(show(value), 'latin1'));
}

function showOf(element: SchemaElement): (value: unknown) => string {
  if (isDecimal(element)) return decimalTextOf(element);
  if (element.type === 'DOUBLE') return (value) => showFloat(value as number, String(value));
  if (element.type === 'FLOAT') return (value) => showFloat(value as number, shortestSingle(value as number));
  const unsigned = isUnsigned(element);
  return (value) => String(unsigned ? asUnsigned(value as number) : value);
}

/**
 * As what writes CSV shows a float: a whole one with a point, `1.0`, so that a column of floats is another one than of
 * whole numbers in either format. What is no number is no value.
 */
function showFloat(value: number, shortest: string): string {
  if (Number.isNaN(value)) return '';
  const sign = Object.is(value, -0) ? '-' : '';
  return sign + (/^-?\d+$/.test(shortest) ? `${shortest}.0` : shortest);
}

/** The fewest digits that give this number in single precision: 0.1, which as a double is 0.10000000149011612. */
function shortestSingle(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

const isText = ({ type }: SchemaElement): boolean => type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';

const decimalTextOf = (element: SchemaElement): ((stored: unknown) => string) => {
  const scale = scaleOf(element);
  return (stored) => showDecimal(readUnscaled(stored), scale);
};

function isUnsigned({ converted_type, logical_type }: SchemaElement): boolean {
  return (
    converted_type?.startsWith('UINT_') === true ||
    (logical_type?.type === 'INTEGER' && !logical_type.isSigned)
  );
}

const asUnsigned = (value: number | bigint): number | bigint =>
  typeof value === 'bigint' ? BigInt.asUintN(64, value) : value >>> 0;

/** Text that is shown and compared must be text: two values never become one because neither can be read. */
function requireUtf8(texts: Uint8Array[]): Uint8Array[] {
  const at = texts.findIndex((text) => !isUtf8(text));
  if (at < 0) return texts;
  const hex = Buffer.from(texts[at]!.subarray(0, 16)).toString('hex');
  throw new UnreadableFile(`value ${at + 1} of a page (0x${hex}) is not UTF-8; write text as UTF-8`);
}
