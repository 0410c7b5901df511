/**
 * The keys of rows that are listed newest first and found by id.
 *
 * Owns: how a time and an id become a row key. Stored: it never changes.
 *
 * A table sorts by partition, then by row key. A timed key begins with the time left until the year 2286, so that the
 * latest comes first; the hash after it tells rows of one millisecond apart, and holds nothing that a key may not.
 */
import { shortHash } from '../domain/short-hash.ts';

/** Milliseconds of the year 2286, the last with 13 digits. */
const lastMs = 9_999_999_999_999;

export function invertTime(at: string): string {
  return String(lastMs - Date.parse(at)).padStart(13, '0');
}

export function timedKey(id: string, at: string): string {
  return `${invertTime(at)}-${shortHash(id)}`;
}

/** The time of a timed key (ISO 8601, UTC). */
export function timeOfKey(key: string): string {
  return new Date(lastMs - Number(/\d{13}/.exec(key)![0])).toISOString();
}

/** Whether a text can be a partition or row key at all: the service answers 400 to one that cannot. */
export function canBeKey(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what keys may not hold.
  return /^[^/\\#?\u0000-\u001f\u007f-\u009f]{1,500}$/.test(text);
}

/** A string literal of OData. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
