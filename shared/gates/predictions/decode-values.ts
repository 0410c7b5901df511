/**
 * Values out of the pages of a Parquet column: encodings PLAIN, dictionary and RLE, as the format's Encodings.md has
 * them.
 *
 * Invariant: no more is made than the caller asks for, whatever the bytes claim; bytes that end early throw.
 */
import type { SchemaElement } from 'hyparquet';

/** What a page or a dictionary holds: numbers, or texts as stretches of bytes. */
export type Values = Float64Array | Texts;

export interface Texts {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** How the values of one column are read: the schema's word on it, and whether text is wanted of them. */
export interface ValueKind {
  readonly element: SchemaElement;
  readonly asText: boolean;
}

/** Why a column of this type is not read, or null. */
export function findTypeProblem({ type, converted_type, logical_type }: SchemaElement): string | null {
  const meaning = logical_type?.type ?? converted_type ?? type;
  const plain = ['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'];
  const meanings = ['STRING', 'ENUM', 'DECIMAL', 'INTEGER', 'UTF8', ...plain];
  const readable = meanings.includes(meaning ?? '') || /^U?INT_\d+$/.test(meaning ?? '');
  return type && plain.includes(type) && readable ? null : `type ${meaning}; write it as numbers or text`;
}

/** `count` values of the encoding PLAIN from `at` on. */
export function decodePlain(page: Uint8Array, at: number, count: number, kind: ValueKind): Values {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const { element, asText } = kind;
  switch (element.type) {
    case 'BYTE_ARRAY':
      return isDecimal(element)
        ? decodeDecimals(decodeByteArrays(view, page, at, count), element, asText)
        : decodeByteArrays(view, page, at, count);
    case 'FIXED_LEN_BYTE_ARRAY':
      return isDecimal(element)
        ? decodeDecimals(sliceFixed(page, at, count, element.type_length ?? 0), element, asText)
        : sliceFixed(page, at, count, element.type_length ?? 0);
    default:
      return asText
        ? textsOf(count, (index) => showNumber(view, at, index, element))
        : numbersOf(count, (index) => readNumber(view, at, index, element));
  }
}

/**
 * `count` whole numbers of the RLE and bit-packed hybrid, of `width` bits each, between `at` and `end`. A run longer
 * than what is left to read is cut: encoders fill the last one up.
 */
export function decodeHybrid(
  page: Uint8Array,
  at: number,
  end: number,
  width: number,
  count: number,
): Uint32Array {
  if (width > 32) throw new RangeError(`numbers of ${width} bits, 32 at most`);
  const values = new Uint32Array(count);
  let position = at;
  const next = (): number => {
    if (position >= end || position >= page.length) throw new RangeError('a run of values ends early');
    return page[position++]!;
  };
  for (let filled = 0; filled < count; ) {
    const header = readVarInt(next);
    if (header % 2 === 0) {
      let value = 0;
      for (let byte = 0; byte < width; byte += 8) value += next() * 2 ** byte;
      const to = Math.min(count, filled + Math.floor(header / 2));
      if (to === filled) continue;
      values.fill(value, filled, to);
      filled = to;
    } else filled = unpack(next, width, 8 * Math.floor(header / 2), values, filled);
  }
  return values;
}

/** Bit-packed values, the least bit first. Padding after the last that is wanted is not read. */
function unpack(
  next: () => number,
  width: number,
  packed: number,
  values: Uint32Array,
  from: number,
): number {
  const to = Math.min(values.length, from + packed);
  let [bits, held] = [0, 0];
  for (let at = from; at < to; at++) {
    // Products, not shifts: what is held may need 40 bits.
    while (held < width) {
      bits += next() * 2 ** held;
      held += 8;
    }
    const size = 2 ** width;
    values[at] = bits % size;
    bits = Math.floor(bits / size);
    held -= width;
  }
  return to;
}

function readVarInt(next: () => number): number {
  let value = 0;
  for (let scale = 1; scale < 2 ** 36; scale *= 128) {
    const byte = next();
    value += (byte % 128) * scale;
    if (byte < 128) return value;
  }
  throw new RangeError('the length of a run is no number');
}

function numbersOf(count: number, valueAt: (index: number) => number): Float64Array {
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) values[index] = valueAt(index);
  return values;
}

/** Texts of ASCII characters only, as numbers are. */
function textsOf(count: number, valueAt: (index: number) => string): Texts {
  const parts = Array.from({ length: count }, (_, index) => valueAt(index));
  const ends = new Uint32Array(count);
  const starts = new Uint32Array(count);
  let size = 0;
  for (let index = 0; index < count; index++) {
    starts[index] = size;
    size += parts[index]!.length;
    ends[index] = size;
  }
  return { bytes: Buffer.from(parts.join(''), 'latin1'), starts, ends };
}

function decodeByteArrays(view: DataView, page: Uint8Array, at: number, count: number): Texts {
  if (4 * count > page.length) throw new RangeError(`a page of ${page.length} bytes claims ${count} texts`);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  let position = at;
  for (let index = 0; index < count; index++) {
    const start = position + 4;
    position = start + view.getUint32(position, true);
    if (position > page.length) throw new RangeError('a text is longer than its page');
    starts[index] = start;
    ends[index] = position;
  }
  return { bytes: page, starts, ends };
}

function sliceFixed(page: Uint8Array, at: number, count: number, length: number): Texts {
  if (!(length > 0) || at + count * length > page.length) {
    throw new RangeError(`a page of ${page.length} bytes claims ${count} values of ${length} bytes`);
  }
  const starts = Uint32Array.from({ length: count }, (_, index) => at + index * length);
  return { bytes: page, starts, ends: starts.map((start) => start + length) };
}

const isDecimal = ({ converted_type, logical_type }: SchemaElement): boolean =>
  converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';

function isUnsigned({ converted_type, logical_type }: SchemaElement): boolean {
  return (
    converted_type?.startsWith('UINT_') === true ||
    (logical_type?.type === 'INTEGER' && !logical_type.isSigned)
  );
}

function readNumber(view: DataView, at: number, index: number, element: SchemaElement): number {
  if (isDecimal(element)) return Number(showNumber(view, at, index, element));
  switch (element.type) {
    case 'BOOLEAN':
      return (view.getUint8(at + (index >>> 3)) >>> (index % 8)) & 1;
    case 'INT32':
      return isUnsigned(element) ? view.getUint32(at + 4 * index, true) : view.getInt32(at + 4 * index, true);
    case 'INT64':
      return Number(readLong(view, at + 8 * index, isUnsigned(element)));
    case 'FLOAT':
      return view.getFloat32(at + 4 * index, true);
    default:
      return view.getFloat64(at + 8 * index, true);
  }
}

const readLong = (view: DataView, at: number, unsigned: boolean): bigint =>
  unsigned ? view.getBigUint64(at, true) : view.getBigInt64(at, true);

/** A value as text, as it would stand in CSV. */
function showNumber(view: DataView, at: number, index: number, element: SchemaElement): string {
  if (element.type === 'BOOLEAN') return readNumber(view, at, index, element) === 1 ? 'true' : 'false';
  if (element.type !== 'INT64' && !isDecimal(element)) return String(readNumber(view, at, index, element));
  const whole =
    element.type === 'INT64'
      ? readLong(view, at + 8 * index, isUnsigned(element))
      : BigInt(view.getInt32(at + 4 * index, true));
  return isDecimal(element) ? showDecimal(whole, scaleOf(element)) : String(whole);
}

const scaleOf = ({ scale, logical_type }: SchemaElement): number =>
  scale ?? (logical_type?.type === 'DECIMAL' ? logical_type.scale : 0);

function decodeDecimals({ bytes, starts, ends }: Texts, element: SchemaElement, asText: boolean): Values {
  const show = (index: number): string => {
    const hex = Buffer.from(bytes.subarray(starts[index], ends[index])).toString('hex');
    if (hex.length > 64) throw new RangeError('a decimal is longer than 32 bytes');
    return showDecimal(BigInt.asIntN(4 * hex.length, BigInt(`0x${hex || '0'}`)), scaleOf(element));
  };
  return asText ? textsOf(starts.length, show) : numbersOf(starts.length, (index) => Number(show(index)));
}

function showDecimal(whole: bigint, scale: number): string {
  if (!(scale >= 0 && scale <= 80)) throw new RangeError(`a decimal with ${scale} places`);
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
  const sign = whole < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
