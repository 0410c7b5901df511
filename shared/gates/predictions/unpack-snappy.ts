/**
 * Unpacks a block of Snappy, by its format description (google/snappy, format_description.txt): the length, then
 * literals and copies of what was unpacked before.
 *
 * Invariant: takes time by what the block holds and the size asked for; whatever it claims beyond either throws.
 */
export function unpackSnappy(packed: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  let [at, filled] = [passLength(packed), 0];
  while (at < packed.length) {
    const tag = packed[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >>> 2;
      const lengthBytes = short < 60 ? 0 : short - 59;
      const length = (lengthBytes === 0 ? short : readNumber(packed, at, lengthBytes)) + 1;
      at += lengthBytes;
      if (at + length > packed.length || filled + length > size) throw tooLong();
      output.set(packed.subarray(at, at + length), filled);
      at += length;
      filled += length;
      continue;
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offsetBytes = kind === 3 ? 4 : kind;
    const offset = readNumber(packed, at, offsetBytes) + (kind === 1 ? (tag >>> 5) * 256 : 0);
    at += offsetBytes;
    if (offset === 0 || offset > filled || filled + length > size) throw tooLong();
    // Byte by byte: a copy may reach into what it writes.
    for (const end = filled + length; filled < end; filled++) output[filled] = output[filled - offset]!;
  }
  if (filled !== size) throw new RangeError(`a page claims ${size} bytes and has ${filled}`);
  return output;
}

/** Past the length of the whole: the page header says it, too. */
function passLength(packed: Uint8Array): number {
  const end = packed.subarray(0, 5).findIndex((byte) => byte < 128);
  if (end < 0) throw new RangeError('a snappy block without its length');
  return end + 1;
}

function readNumber(packed: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > packed.length) throw tooLong();
  let value = 0;
  for (let byte = 0; byte < bytes; byte++) value += packed[at + byte]! * 256 ** byte;
  return value;
}

const tooLong = (): RangeError => new RangeError('a snappy block claims more than it holds');
