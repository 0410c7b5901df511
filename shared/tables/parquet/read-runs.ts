import { UnreadableFile } from '../data-file.ts';

/** Unsigned LEB128 of at most 32 bits. */
export function readVarint32(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  throw new UnreadableFile('a number in a page does not end');
}

/**
 * Reads `count` values of `width` bits in the hybrid of runs and packed bits: levels and places in a dictionary.
 * Never more than `count`, whatever a run says of its length.
 *
 * Source: Apache Parquet, "Encodings", RLE = 3.
 */
export function readRuns(bytes: Uint8Array, width: number, count: number): Uint32Array {
  if (width > 32) throw new UnreadableFile(`a page packs values into ${width} bits, 32 is the most`);
  const values = new Uint32Array(count);
  let at = 0;
  for (let seen = 0; seen < count; ) {
    const { value: head, end } = readVarint32(bytes, at);
    at = end;
    if (head % 2 === 0) {
      const length = head / 2;
      if (length > count - seen) throw new UnreadableFile('a run is longer than its page');
      const next = at + Math.ceil(width / 8);
      values.fill(readPacked(bytes, at * 8, width), seen, seen + length);
      seen += length;
      at = next;
    } else {
      const packed = Math.min(((head - 1) / 2) * 8, count - seen);
      for (let index = 0; index < packed; index++) {
        values[seen + index] = readPacked(bytes, at * 8 + index * width, width);
      }
      seen += packed;
      at += ((head - 1) / 2) * width;
    }
  }
  return values;
}

/** `width` bits from a bit on, the least significant first. */
function readPacked(bytes: Uint8Array, bit: number, width: number): number {
  let value = 0;
  for (let done = 0; done < width; ) {
    const byte = bytes[Math.floor((bit + done) / 8)];
    if (byte === undefined) throw new UnreadableFile('a page ends before its values do');
    const offset = (bit + done) % 8;
    const taken = Math.min(8 - offset, width - done);
    value += ((byte >> offset) & ((1 << taken) - 1)) * 2 ** done;
    done += taken;
  }
  return value;
}
