/**
 * Finds rows with the same key, in memory that grows with the rows and not with the keys: of each key it keeps 64 bits
 * of its SHA-256.
 *
 * A repeated key is always found. Two different keys are taken for the same with a chance below 1 in 500,000 for a
 * file of the most rows there may be (n² / 2^65).
 */
import { hash } from 'node:crypto';
import { count, listNames } from '../tables/describe.ts';
import { type Reading, unreadable } from './read-value.ts';

/** At most half of the 2^24 slots: 128 MiB. */
export const mostKeys = 2 ** 23;

/** The key of a row as far as it has been read: undefined before its first column, null where one is missing. */
export type Key = bigint | null | undefined;

/** A key with one more column. */
export function extendKey(key: Key, reading: Reading): Key {
  if (key === null || reading === null || reading === unreadable) return null;
  const digest = hash('sha256', `${key ?? ''}:${reading}`, 'buffer').readBigUInt64LE(0);
  return digest === 0n ? 1n : digest;
}

export class KeyTally {
  readonly #columns: readonly string[];
  readonly #mostKeys: number;
  /** Open addressing; 0 is an empty slot. */
  #slots = new BigUint64Array(1024);
  #keys = 0;
  #repeated = 0;
  #firstRow = 0;
  #isFull = false;

  constructor(columns: readonly string[], most = mostKeys) {
    this.#columns = columns;
    this.#mostKeys = most;
  }

  /** `row` counts from 1. */
  add(key: Key, row: number): void {
    if (key === null || key === undefined || this.#isFull) return;
    const slot = findSlot(this.#slots, key);
    if (this.#slots[slot] === key) {
      if (this.#repeated === 0) this.#firstRow = row;
      this.#repeated++;
    } else if (this.#keys === this.#mostKeys) {
      this.#isFull = true;
    } else {
      this.#slots[slot] = key;
      this.#keys++;
      if (this.#keys * 2 > this.#slots.length) this.#slots = grow(this.#slots);
    }
  }

  /** Says that there are more rows than can be compared. */
  giveUp(): void {
    this.#isFull = true;
  }

  problems(): readonly string[] {
    const named = `unique ${listNames(this.#columns)}`;
    const repeated = `${named}: ${count(this.#repeated)} ${this.#repeated === 1 ? 'row repeats' : 'rows repeat'} an earlier one (the first is row ${count(this.#firstRow)})`;
    const full = `${named}: at most ${count(this.#mostKeys)} rows of a file can be compared; split the file`;
    return [...(this.#repeated > 0 ? [repeated] : []), ...(this.#isFull ? [full] : [])];
  }
}

function findSlot(slots: BigUint64Array, key: bigint): number {
  const mask = slots.length - 1;
  let slot = Number(BigInt.asUintN(32, key)) & mask;
  while (slots[slot] !== 0n && slots[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}

function grow(slots: BigUint64Array): BigUint64Array<ArrayBuffer> {
  const larger = new BigUint64Array(slots.length * 2);
  for (const key of slots) if (key !== 0n) larger[findSlot(larger, key)] = key;
  return larger;
}
