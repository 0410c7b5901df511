/**
 * What a cell holds, read as its column's type.
 *
 * Owns: which texts and stored values are of a type, and which are missing.
 * Does not own: what follows from it (column-tally.ts).
 *
 * Invariant: the text of a value and the value itself, as CSV and Parquet have them, are read as the same.
 */
import type { ColumnType } from '../config/data-schema.ts';

export type Value = string | number | bigint | boolean;

/** The cell holds something, and it is not of the type. */
export const unreadable: unique symbol = Symbol('unreadable');

/** Null: the value is missing. */
export type Reading = Value | null | typeof unreadable;

/** A moment as Parquet stores it. Whatever its unit, nothing of it is lost. */
export class StoredTime {
  readonly epochNanos: bigint;

  constructor(epochNanos: bigint) {
    this.epochNanos = epochNanos;
  }
}

/** Longer texts are no numbers: a double holds no more, and larger whole numbers cost time without bound. */
const longestNumber = 400;
const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const integerPattern = /^[+-]?\d+$/;
const timePattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?)?$/;

/** Reads a field of a text file. */
export function readText(type: ColumnType, text: string): Reading {
  if (text === '') return null;
  switch (type) {
    case 'string':
      return text;
    case 'number':
      return readNumber(text);
    case 'integer':
      return onlyWhole(readNumber(text));
    case 'boolean':
      return /^(?:true|1)$/i.test(text) ? true : /^(?:false|0)$/i.test(text) ? false : unreadable;
    case 'time':
      return isTime(text) ? text : unreadable;
  }
}

/** Reads a value that is stored with a type of its own. */
export function readStored(type: ColumnType, value: unknown): Reading {
  if (value === null || value === undefined || value === '' || Number.isNaN(value)) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : unreadable;
    case 'number':
      return storedNumber(value);
    case 'integer':
      return onlyWhole(storedNumber(value));
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return value === 1 || value === 1n ? true : value === 0 || value === 0n ? false : unreadable;
    case 'time':
      if (value instanceof StoredTime) return value.epochNanos;
      return typeof value === 'string' && isTime(value) ? value : unreadable;
  }
}

function readNumber(text: string): number | bigint | typeof unreadable {
  if (text.length > longestNumber || !numberPattern.test(text)) return unreadable;
  const value = Number(text);
  if (!Number.isFinite(value)) return unreadable;
  // A double would make neighbours of large whole numbers the same.
  if (!Number.isSafeInteger(value) && integerPattern.test(text)) return BigInt(text.replace('+', ''));
  return value;
}

function storedNumber(value: unknown): number | bigint | typeof unreadable {
  if (typeof value === 'number') return Number.isFinite(value) ? value : unreadable;
  if (typeof value !== 'bigint') return unreadable;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function onlyWhole(value: number | bigint | typeof unreadable): Reading {
  return typeof value === 'number' && !Number.isInteger(value) ? unreadable : value;
}

function isTime(text: string): boolean {
  const [, year, month, day] = timePattern.exec(text) ?? [];
  if (year === undefined) return false;
  const lastDay = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= lastDay;
}
