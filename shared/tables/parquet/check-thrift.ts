/**
 * Walks over a structure in Thrift's compact protocol without building anything, and refuses what a reader that trusts
 * its input would take very long or very much memory for.
 *
 * Source: Apache Thrift, "Thrift Compact protocol encoding".
 */
import { UnreadableFile } from '../data-file.ts';

const deepest = 32;
/** 64 bits in groups of seven. */
const longestVarint = 10;

/** The length of the structure that begins at `start`; null where the bytes end before it does. */
export function measureStruct(bytes: Uint8Array, start: number): number | null {
  const walk = new Walk(bytes, start);
  try {
    walk.struct(0);
    return walk.at - start;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

class Walk {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.at = start;
  }

  struct(depth: number): void {
    if (depth > deepest) throw new UnreadableFile('its metadata is nested too deeply');
    for (;;) {
      const head = this.#byte();
      const type = head & 0x0f;
      if (type === 0) return;
      if (head >> 4 === 0) this.#varint();
      if (type > 2) this.#element(type, depth);
    }
  }

  #element(type: number, depth: number): void {
    switch (type) {
      case 1:
      case 2:
      case 3:
        this.#skip(1);
        return;
      case 4:
      case 5:
      case 6:
        this.#varint();
        return;
      case 7:
        this.#skip(8);
        return;
      case 8:
        this.#skip(this.#varint());
        return;
      case 9:
        this.#list(depth);
        return;
      case 12:
        this.struct(depth + 1);
        return;
      default:
        throw new UnreadableFile(`its metadata has an unknown type ${type}`);
    }
  }

  #list(depth: number): void {
    if (depth > deepest) throw new UnreadableFile('its metadata is nested too deeply');
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    // Every element takes a byte at least.
    if (size > this.#bytes.length - this.at) throw new RangeError();
    for (let index = 0; index < size; index++) this.#element(head & 0x0f, depth + 1);
  }

  #varint(): number {
    let value = 0;
    for (let index = 0; index < longestVarint; index++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new UnreadableFile('its metadata has a number of more than 64 bits');
  }

  #byte(): number {
    this.#skip(1);
    return this.#bytes[this.at - 1]!;
  }

  #skip(length: number): void {
    this.at += length;
    if (this.at > this.#bytes.length) throw new RangeError();
  }
}
