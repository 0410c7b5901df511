/**
 * Walks a structure of Thrift's compact protocol, as Parquet's footer and page headers are, without making anything of
 * it: whoever then makes objects of it makes no more than the bytes can hold.
 *
 * Source: the Apache Thrift specification, "Thrift Compact protocol encoding".
 */
const longestNumberBytes = 10;
const deepest = 32;

const [boolTrue, boolFalse, byte, int16, int32, int64, double, binary, list, set, struct] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12,
] as const;

/** Answers where the structure at a place ends; throws a RangeError where it claims more than there is. */
export function checkThrift(bytes: Uint8Array, at: number): number {
  return passStruct(bytes, at, 0);
}

function passStruct(bytes: Uint8Array, from: number, depth: number): number {
  if (depth > deepest) throw new RangeError('its structures are nested without end');
  for (let at = from; ; ) {
    const header = byteAt(bytes, at++);
    const type = header % 16;
    if (type === 0) return at;
    if (header < 16) at = passNumber(bytes, at).end;
    // The truth of a field is in its type; in a list it is a byte.
    at = type === boolTrue || type === boolFalse ? at : passValue(bytes, at, type, depth);
  }
}

function passValue(bytes: Uint8Array, at: number, type: number, depth: number): number {
  switch (type) {
    case boolTrue:
    case boolFalse:
    case byte:
      return passBytes(bytes, at, 1);
    case int16:
    case int32:
    case int64:
      return passNumber(bytes, at).end;
    case double:
      return passBytes(bytes, at, 8);
    case binary: {
      const { value, end } = passNumber(bytes, at);
      return passBytes(bytes, end, value);
    }
    case list:
    case set:
      return passList(bytes, at, depth);
    case struct:
      return passStruct(bytes, at, depth + 1);
    default:
      throw new RangeError(`it holds values of an unknown kind ${type}`);
  }
}

function passList(bytes: Uint8Array, from: number, depth: number): number {
  if (depth > deepest) throw new RangeError('its lists are nested without end');
  const header = byteAt(bytes, from);
  const long = header >= 0xf0 ? passNumber(bytes, from + 1) : null;
  const size = long ? long.value : header >> 4;
  let at = long ? long.end : from + 1;
  // Each element takes a byte at least.
  passBytes(bytes, at, size);
  for (let element = 0; element < size; element++) at = passValue(bytes, at, header % 16, depth + 1);
  return at;
}

function passNumber(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0;
  for (let length = 0; length < longestNumberBytes; length++) {
    const part = byteAt(bytes, from + length);
    value += (part % 128) * 128 ** length;
    if (part < 128) return { value, end: from + length + 1 };
  }
  throw new RangeError('it holds a number without end');
}

function passBytes(bytes: Uint8Array, at: number, count: number): number {
  if (at + count > bytes.length) throw new RangeError('it claims more than it holds');
  return at + count;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new RangeError('it ends early');
  return value;
}
