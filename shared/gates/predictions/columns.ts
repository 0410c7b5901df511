/**
 * Columns of predictions as they are read: typed arrays that grow, so that a million rows cost megabytes and no cell
 * stays a string.
 *
 * Owns: cells to numbers, ids and codes; counting the cells that cannot be used, with the first of them.
 * Does not own: files and their formats (read-csv.ts, read-parquet.ts), the rules for rows (collect-predictions.ts).
 */
import type { CellSink } from '../../tables/csv-rows.ts';
import { parseNumber, textOf } from './parse-number.ts';

/** Cells that break a rule: how many rows, and the first. Rows count from 0. */
export interface Faults {
  readonly count: number;
  readonly row: number;
  readonly text: string;
}

const startRows = 1024;
/** Of a cell shown in a message. */
const shownCharacters = 60;

export const shorten = (text: string): string =>
  text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text;

/** What a number must be beside lying between two others. */
export interface NumberRule {
  readonly whole?: boolean;
  readonly mayMiss?: boolean;
}

export class NumberColumn implements CellSink {
  #values = new Float64Array(startRows);
  #size = 0;
  /** Cells without anything in them. */
  missing = 0;
  /** 1 for each of those; null while there are none. */
  #absent: Uint8Array | null = null;
  /** The first cell that is no number, as it is written. */
  #unreadable: { readonly row: number; readonly text: string } | null = null;

  take(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) {
      this.pushMissing();
      return;
    }
    const value = parseNumber(bytes, start, end);
    if (Number.isNaN(value)) this.#unreadable ??= { row: this.#size, text: textOf(bytes, start, end) };
    this.push(value);
  }

  push(value: number): void {
    if (this.#size === this.#values.length) {
      const larger = new Float64Array(2 * this.#size);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#size++] = value;
  }

  pushMissing(): void {
    this.missing++;
    const row = this.#size;
    this.push(Number.NaN);
    if (!this.#absent || this.#absent.length <= row) {
      const larger = new Uint8Array(this.#values.length);
      larger.set(this.#absent ?? []);
      this.#absent = larger;
    }
    this.#absent[row] = 1;
  }

  /** A view of the numbers, NaN where there is none. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#size);
  }

  /**
   * Cells that are no number from `low` to `high`, or not whole where that is asked; those without anything in them are,
   * too, unless `mayMiss`. Null where there are none.
   */
  findFaults(low: number, high: number, { whole = false, mayMiss = false }: NumberRule = {}): Faults | null {
    let count = 0;
    let row = -1;
    for (let at = 0; at < this.#size; at++) {
      const value = this.#values[at]!;
      if (value >= low && value <= high && !(whole && value !== Math.floor(value))) continue;
      if (mayMiss && this.#absent?.[at] === 1) continue;
      if (count++ === 0) row = at;
    }
    if (count === 0) return null;
    if (this.#absent?.[row] === 1) return { count, row, text: '' };
    const text = this.#unreadable?.row === row ? this.#unreadable.text : String(this.#values[row]);
    return { count, row, text };
  }
}

/** Of all ids together, and of all values of a category: a dictionary can repeat a long text in a few bytes. */
const mostIdBytes = 2 ** 29;
const mostCategoryBytes = 2 ** 24;

/** Ids as bytes, one after the other. */
export class IdColumn implements CellSink {
  #bytes = new Uint8Array(16 * startRows);
  #ends = new Float64Array(startRows);
  #size = 0;
  missing: Faults | null = null;
  /** Whether there are more bytes than are kept. */
  overflow = false;

  take(bytes: Uint8Array, start: number, end: number): void {
    const from = this.#size === 0 ? 0 : this.#ends[this.#size - 1]!;
    const to = from + end - start;
    if (to > mostIdBytes) {
      this.overflow = true;
      return;
    }
    if (to > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, to));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    // An id is short: a loop is faster than a view of it.
    for (let at = start, into = from; at < end; at++, into++) this.#bytes[into] = bytes[at]!;
    if (this.#size === this.#ends.length) {
      const larger = new Float64Array(2 * this.#size);
      larger.set(this.#ends);
      this.#ends = larger;
    }
    if (start === end) {
      const { count, row } = this.missing ?? { count: 0, row: this.#size };
      this.missing = { count: count + 1, row, text: '' };
    }
    this.#ends[this.#size++] = to;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  textOf(row: number): string {
    return textOf(this.#bytes, row === 0 ? 0 : this.#ends[row - 1]!, this.#ends[row]!);
  }

  /** Whether two rows have the very same bytes. */
  isSame(row: number, other: number): boolean {
    const [start, from] = [row === 0 ? 0 : this.#ends[row - 1]!, other === 0 ? 0 : this.#ends[other - 1]!];
    const length = this.#ends[row]! - start;
    if (this.#ends[other]! - from !== length) return false;
    for (let at = 0; at < length; at++) if (this.#bytes[start + at] !== this.#bytes[from + at]) return false;
    return true;
  }

  /** Where each id ends; it begins where the one before ends. */
  get ends(): Float64Array {
    return this.#ends.subarray(0, this.#size);
  }
}

/** Codes from here on would not fit. */
const mostCategories = 65_535;

/** Text that repeats: each distinct value once, and a code for each row. */
export class CategoryColumn implements CellSink {
  readonly #values: Uint8Array[] = [];
  #codes = new Uint16Array(startRows);
  #size = 0;
  /** Codes by hash, plus one; 0 is free. */
  #table = new Int32Array(256);
  #bytes = 0;
  /** Whether there are more distinct values than codes, or longer ones than are kept. */
  overflow = false;
  #firstMissing = -1;

  take(bytes: Uint8Array, start: number, end: number): void {
    this.push(this.codeOf(bytes, start, end));
  }

  push(code: number): void {
    if (this.#size === this.#codes.length) {
      const larger = new Uint16Array(2 * this.#size);
      larger.set(this.#codes);
      this.#codes = larger;
    }
    if (this.#firstMissing < 0 && this.#values[code]?.length === 0) this.#firstMissing = this.#size;
    this.#codes[this.#size++] = code;
  }

  /** The code of a value, a new one where it was not seen before. */
  codeOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    const mask = this.#table.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
      const code = this.#table[slot]! - 1;
      if (isSame(this.#values[code]!, bytes, start, end)) return code;
    }
    if (this.#values.length === mostCategories || this.#bytes + end - start > mostCategoryBytes) {
      this.overflow = true;
      return mostCategories;
    }
    this.#values.push(new Uint8Array(bytes.subarray(start, end)));
    this.#bytes += end - start;
    this.#table[slot] = this.#values.length;
    if (2 * this.#values.length > this.#table.length) this.#grow();
    return this.#values.length - 1;
  }

  get codes(): Uint16Array {
    return this.#codes.subarray(0, this.#size);
  }

  /** The bytes of each distinct value. */
  get values(): readonly Uint8Array[] {
    return this.#values;
  }

  get names(): string[] {
    return this.#values.map((bytes) => textOf(bytes, 0, bytes.length));
  }

  /** The distinct values with how many rows have each. */
  counts(): Map<string, number> {
    const counts = new Uint32Array(this.#values.length);
    for (const code of this.codes) if (code < counts.length) counts[code]!++;
    return new Map(this.names.map((name, code) => [name, counts[code]!]));
  }

  /** Rows with nothing in the cell. Null where there are none. */
  findMissing(): Faults | null {
    if (this.#firstMissing < 0) return null;
    const empty = this.#codes[this.#firstMissing]!;
    const count = this.codes.reduce((sum, code) => (code === empty ? sum + 1 : sum), 0);
    return { count, row: this.#firstMissing, text: '' };
  }

  #grow(): void {
    const known = this.#values.splice(0);
    this.#bytes = 0;
    this.#table = new Int32Array(2 * this.#table.length);
    for (const value of known) this.codeOf(value, 0, value.length);
  }
}

/** Text that is only looked at where it repeats: once there are too many values for that, no more of it is kept. */
export class WatchedColumn extends CategoryColumn {
  override take(bytes: Uint8Array, start: number, end: number): void {
    if (!this.overflow) super.take(bytes, start, end);
  }
}

function isSame(value: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (value.length !== end - start) return false;
  for (let at = 0; at < value.length; at++) if (value[at] !== bytes[start + at]) return false;
  return true;
}
