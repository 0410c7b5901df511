import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { UnreadableFile } from '../data-file.ts';
import { readVarint32 } from './read-runs.ts';

const mostInBlock = 65_536;
const longestVarint = 10;

/**
 * Walks over delta-packed numbers, so that reading them takes no more than their page has: answers where they end.
 *
 * Source: Apache Parquet, "Encodings", DELTA_BINARY_PACKED = 5.
 */
export function checkDelta(bytes: Uint8Array, start: number, count: number): number {
  const block = readVarint32(bytes, start);
  const parts = readVarint32(bytes, block.end);
  const total = readVarint32(bytes, parts.end);
  const perPart = block.value / parts.value;
  if (block.value > mostInBlock || parts.value < 1 || perPart % 8 !== 0 || perPart === 0) {
    throw new UnreadableFile(
      `a page packs ${parts.value} times ${perPart} differences, which no writer does`,
    );
  }
  if (total.value !== count)
    throw new UnreadableFile(`a page holds ${total.value} numbers instead of ${count}`);
  let at = skipVarint(bytes, total.end);
  for (let left = count - 1; left > 0; ) {
    const widthsAt = skipVarint(bytes, at);
    at = widthsAt + parts.value;
    for (let part = 0; part < parts.value && left > 0; part++, left -= perPart) {
      at += (perPart * (bytes[widthsAt + part] ?? 0)) / 8;
    }
    if (at > bytes.length) throw new UnreadableFile('a page ends before its numbers do');
  }
  return at;
}

/** Texts that are given by what they share with the one before: together they may be far larger than their page. */
export function checkSharedTexts(bytes: Uint8Array, count: number, mostBytes: number): void {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  const lengths = [0, 0].map(() => {
    checkDelta(bytes, reader.offset, count);
    const values = new Int32Array(count);
    deltaBinaryUnpack(reader, count, values);
    return values;
  });
  const total = lengths.reduce(
    (sum, values) => values.reduce((all, length) => all + Math.abs(length), sum),
    0,
  );
  if (total > mostBytes)
    throw new UnreadableFile(`a page unfolds to ${total} bytes, at most ${mostBytes} are read`);
}

function skipVarint(bytes: Uint8Array, start: number): number {
  for (let at = start; at < start + longestVarint && at < bytes.length; at++) {
    if (bytes[at]! < 0x80) return at + 1;
  }
  throw new UnreadableFile('a number in a page does not end');
}
