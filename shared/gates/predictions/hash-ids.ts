/**
 * Ids as the first 64 bits of their SHA-256: eight bytes each, whatever an id is, and equal where the ids are. Of ten
 * million ids two different ones are alike once in 370,000 times, which counts a row as seen that was not.
 */
import { hash } from 'node:crypto';
import type { CellSink } from '../../tables/csv-rows.ts';
import { ByteKinds } from './byte-kinds.ts';
import type { Faults } from './columns.ts';
import { textOf } from './parse-number.ts';

const hashBytes = 8;
const hexDigits = 2 * hashBytes;
const startRows = 1024;

/** Writes the hash of an id, as it lies in memory. */
function hashInto(into: Uint8Array, at: number, id: Uint8Array): void {
  into.set(hash('sha256', id, 'buffer').subarray(0, hashBytes), at);
}

/** The hashes of ids that lie one after the other, in rising order. */
export function hashIds(bytes: Uint8Array, ends: Float64Array): BigUint64Array {
  const hashes = new BigUint64Array(ends.length);
  const into = new Uint8Array(hashes.buffer);
  for (let row = 0; row < ends.length; row++) {
    hashInto(into, row * hashBytes, bytes.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row]!));
  }
  return hashes.sort();
}

/** What the ids are written with. */
export function kindsOfIds(bytes: Uint8Array, ends: Float64Array): ByteKinds {
  const kinds = new ByteKinds();
  for (let row = 0; row < ends.length; row++) kinds.take(bytes, row === 0 ? 0 : ends[row - 1]!, ends[row]!);
  return kinds;
}

/** How many of `some`, each there once, are among `others`. Both in rising order. */
export function countShared(some: BigUint64Array, others: BigUint64Array): number {
  let shared = 0;
  for (let at = 0, other = 0; at < some.length && other < others.length; ) {
    const [hash, seen] = [some[at]!, others[other]!];
    if (hash === seen) shared++;
    if (hash <= seen) at++;
    else other++;
  }
  return shared;
}

/** A column of ids, or of their hashes as hexadecimal digits. Cells that cannot be used are counted. */
export class HashColumn implements CellSink {
  readonly #holds: 'id' | 'hash';
  readonly #mostRows: number;
  #hashes = new BigUint64Array(startRows);
  #bytes = new Uint8Array(this.#hashes.buffer);
  #size = 0;
  faults: Faults | null = null;
  /** What the ids are written with; of hashes nobody knows. */
  readonly kinds = new ByteKinds();

  constructor(holds: 'id' | 'hash', mostRows: number) {
    this.#holds = holds;
    this.#mostRows = mostRows;
  }

  take(bytes: Uint8Array, start: number, end: number): void {
    if (this.#size === this.#hashes.length) this.#grow();
    const at = this.#size * hashBytes;
    this.kinds.take(bytes, start, end);
    if (this.#holds === 'id' && start < end) hashInto(this.#bytes, at, bytes.subarray(start, end));
    else if (this.#holds === 'id' || !readHex(this.#bytes, at, bytes, start, end)) {
      const { count, row, text } = this.faults ?? {
        count: 0,
        row: this.#size,
        text: textOf(bytes, start, end),
      };
      this.faults = { count: count + 1, row, text };
    }
    this.#size++;
  }

  /** The hashes in rising order. */
  sorted(): BigUint64Array {
    return this.#hashes.subarray(0, this.#size).sort();
  }

  #grow(): void {
    const larger = new BigUint64Array(Math.min(2 * this.#size, this.#mostRows));
    larger.set(this.#hashes);
    this.#hashes = larger;
    this.#bytes = new Uint8Array(larger.buffer);
  }
}

/** Whether the cell is the sixteen digits of a hash, which are written. */
function readHex(into: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== hexDigits) return false;
  for (let digit = 0; digit < hexDigits; digit += 2) {
    const [high, low] = [digitOf(bytes[start + digit]!), digitOf(bytes[start + digit + 1]!)];
    if (high < 0 || low < 0) return false;
    into[at + digit / 2] = 16 * high + low;
  }
  return true;
}

/** The value of a hexadecimal digit of either case, -1 where it is none. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
