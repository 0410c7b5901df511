import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { UnreadableFile } from '../data-file.ts';
import { readVarint32 } from './read-runs.ts';

/** Unpacks a page, never to more than `length` bytes. */
export function decompress(codec: string, bytes: Uint8Array, length: number): Uint8Array {
  const page = unpack(codec, bytes, length);
  if (page.length !== length) {
    throw new UnreadableFile(`a page unpacks to ${page.length} bytes, its header says ${length}`);
  }
  return page;
}

function unpack(codec: string, bytes: Uint8Array, length: number): Uint8Array {
  if (codec === 'UNCOMPRESSED') return bytes;
  if (length === 0) return new Uint8Array();
  if (codec === 'SNAPPY') return unpackSnappy(bytes, length);
  if (codec === 'GZIP') return gunzipSync(bytes, { maxOutputLength: length });
  if (codec === 'ZSTD') return zstdDecompressSync(bytes, { maxOutputLength: length });
  throw new UnreadableFile(`it is compressed with ${codec}; SNAPPY, GZIP, ZSTD and none can be read`);
}

/** Source: "Snappy compressed format description" of the Snappy library. */
function unpackSnappy(bytes: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  const header = readVarint32(bytes, 0);
  if (header.value !== length) throw broken();
  let to = 0;
  for (let at = header.end; at < bytes.length; ) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const size = (extra === 0 ? tag >> 2 : littleEndian(bytes, at, extra)) + 1;
      at += extra;
      if (size > bytes.length - at || size > length - to) throw broken();
      output.set(bytes.subarray(at, at + size), to);
      at += size;
      to += size;
    } else {
      const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      const extra = kind === 3 ? 4 : kind;
      const offset = littleEndian(bytes, at, extra) + (kind === 1 ? (tag >> 5) * 256 : 0);
      at += extra;
      if (offset === 0 || offset > to || size > length - to) throw broken();
      // What is copied may overlap what it is copied to: then it repeats.
      for (const end = to + size; to < end; to++) output[to] = output[to - offset]!;
    }
  }
  if (to !== length) throw broken();
  return output;
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) throw broken();
  let value = 0;
  for (let index = size - 1; index >= 0; index--) value = value * 256 + bytes[at + index]!;
  return value;
}

function broken(): UnreadableFile {
  return new UnreadableFile('a page compressed with SNAPPY is broken');
}
