/**
 * Predictions as CSV: a header line, then rows (RFC 4180 quoting), in UTF-8, read as the bytes come.
 *
 * Owns: bytes to cells of the columns that are needed, whatever the chunks they come in.
 * Does not own: what the cells mean (columns.ts), which rows can be used (collect-predictions.ts).
 *
 * Invariants
 * 1. Memory is that of the columns and of one row, at most 1 MB, never of the file.
 * 2. What was read does not depend on where the chunks end.
 */
import type { Faults } from './columns.ts';
import { textOf } from './parse-number.ts';
import { type Broken, broken, type Plan, type Planner, type ReadTable, tooManyRows } from './table.ts';

const mostRowBytes = 1024 * 1024;
const [quote, comma, carriageReturn, lineFeed] = [0x22, 0x2c, 0x0d, 0x0a];

export class CsvReader<P extends Plan> {
  readonly #file: string;
  readonly #planOf: Planner<P>;
  #table: P | null = null;
  #broken: Broken | null = null;
  #rest = new Uint8Array(0);
  #rows = 0;
  #malformed: Faults | null = null;
  /** Of the row at hand: where each cell begins and ends, 1 where it has doubled quotes, and what is wrong with it. */
  #starts = new Uint32Array(64);
  #ends = new Uint32Array(64);
  #doubled = new Uint8Array(64);
  #width = 0;
  #fault = '';

  constructor(file: string, planOf: Planner<P>) {
    this.#file = file;
    this.#planOf = planOf;
  }

  push(chunk: Uint8Array): void {
    if (this.#broken) return;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = new Uint8Array(bytes.subarray(this.#readRows(bytes, false)));
    if (this.#rest.length > mostRowBytes) this.#refuse('it is longer than 1 MB; is a quote not closed?');
  }

  end(): ReadTable<P> | Broken {
    if (!this.#broken) this.#readRows(this.#rest, true);
    if (!this.#broken && !this.#table) this.#plan([]);
    return this.#broken ?? { table: this.#table!, rows: this.#rows, malformed: this.#malformed };
  }

  /** Reads whole rows; answers where the first that is not whole begins. */
  #readRows(bytes: Uint8Array, last: boolean): number {
    let position = 0;
    while (position < bytes.length && !this.#broken) {
      const next = this.#splitRow(bytes, position, last);
      if (next < 0) break;
      if (next - position > mostRowBytes) this.#refuse('it is longer than 1 MB');
      else this.#takeRow(bytes);
      position = next;
    }
    return position;
  }

  /** Finds the cells of the row at a position; answers where the next begins, -1 where this one is not whole. */
  #splitRow(bytes: Uint8Array, from: number, last: boolean): number {
    this.#width = 0;
    this.#fault = '';
    for (let start = from; ; ) {
      const quoted = bytes[start] === quote;
      const end = quoted ? this.#endOfQuoted(bytes, start) : endOfPlain(bytes, start);
      const after = quoted ? end + 1 : end;
      const byte = bytes[after];
      // A carriage return may have its line feed in the next chunk.
      const unsure = after >= bytes.length || (byte === carriageReturn && after + 1 === bytes.length);
      if (unsure && !last) return -1;
      if (!quoted) this.#addCell(start, end, 0);
      if (after >= bytes.length) {
        if (after > bytes.length) this.#fault = 'a quote is not closed';
        return bytes.length;
      }
      if (byte === comma) start = after + 1;
      else if (byte === lineFeed) return after + 1;
      else if (byte === carriageReturn) return bytes[after + 1] === lineFeed ? after + 2 : after + 1;
      else {
        this.#fault = 'a quote stands within a field';
        const lineEnd = bytes.indexOf(lineFeed, after);
        if (lineEnd < 0 && !last) return -1;
        return lineEnd < 0 ? bytes.length : lineEnd + 1;
      }
    }
  }

  /** Adds the cell whose quote opens at `start`; answers where it closes, the length of the bytes where it does not. */
  #endOfQuoted(bytes: Uint8Array, start: number): number {
    let doubled = 0;
    let at = bytes.indexOf(quote, start + 1);
    while (at >= 0 && bytes[at + 1] === quote) {
      doubled = 1;
      at = bytes.indexOf(quote, at + 2);
    }
    const end = at < 0 ? bytes.length : at;
    this.#addCell(start + 1, end, doubled);
    return end;
  }

  #addCell(start: number, end: number, doubled: number): void {
    if (this.#width === this.#starts.length) {
      this.#starts = grown(this.#starts, new Uint32Array(2 * this.#width));
      this.#ends = grown(this.#ends, new Uint32Array(2 * this.#width));
      this.#doubled = grown(this.#doubled, new Uint8Array(2 * this.#width));
    }
    this.#starts[this.#width] = start;
    this.#ends[this.#width] = end;
    this.#doubled[this.#width++] = doubled;
  }

  #takeRow(bytes: Uint8Array): void {
    const blank = this.#width === 1 && this.#starts[0] === this.#ends[0] && this.#fault === '';
    if (blank) return;
    if (!this.#table) {
      const header = Array.from({ length: this.#width }, (_, at) =>
        textOf(...this.#cellAt(bytes, at)).replace(/^\uFEFF/, ''),
      );
      this.#plan(this.#fault === '' ? header : []);
      return;
    }
    const { sinks, mostRows } = this.#table;
    if (this.#rows === mostRows) {
      this.#broken = tooManyRows(this.#table);
      return;
    }
    if (this.#width !== sinks.length && this.#fault === '') {
      this.#fault = `it has ${this.#width} fields, the header has ${sinks.length}`;
    }
    if (this.#fault !== '') {
      const { count, row, text } = this.#malformed ?? { count: 0, row: this.#rows, text: this.#fault };
      this.#malformed = { count: count + 1, row, text };
    }
    this.#fill(bytes, sinks);
    this.#rows++;
  }

  #fill(bytes: Uint8Array, sinks: Plan['sinks']): void {
    for (let at = 0; at < sinks.length; at++) {
      const sink = sinks[at];
      if (!sink) continue;
      if (at >= this.#width) sink.take(bytes, 0, 0);
      else if (this.#doubled[at] === 0) sink.take(bytes, this.#starts[at]!, this.#ends[at]!);
      else sink.take(...this.#cellAt(bytes, at));
    }
  }

  /** The bytes of a cell, doubled quotes made single. */
  #cellAt(bytes: Uint8Array, at: number): [bytes: Uint8Array, start: number, end: number] {
    const [start, end] = [this.#starts[at]!, this.#ends[at]!];
    if (this.#doubled[at] === 0) return [bytes, start, end];
    const single = Buffer.from(textOf(bytes, start, end).replaceAll('""', '"'));
    return [single, 0, single.length];
  }

  #plan(header: readonly string[]): void {
    const planned = this.#planOf(this.#file, header);
    if ('broken' in planned) this.#broken = planned;
    else this.#table = planned;
  }

  #refuse(why: string): void {
    this.#broken = broken(`${this.#file}: row ${this.#rows + 1}: ${why}`);
  }
}

/** Where a cell without quotes ends: at a comma, a line end, a quote, or the end of the bytes. */
function endOfPlain(bytes: Uint8Array, start: number): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    // All that ends a cell is no greater than a comma.
    if (byte <= comma && (byte === comma || byte === lineFeed || byte === carriageReturn || byte === quote))
      break;
  }
  return at;
}

function grown<Column extends Uint32Array | Uint8Array>(from: Column, into: Column): Column {
  into.set(from);
  return into;
}
