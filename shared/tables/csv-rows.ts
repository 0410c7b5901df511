/**
 * Splits CSV into rows of cells as its bytes come (RFC 4180 quoting, UTF-8, any line end).
 *
 * Owns: bytes to cells, the byte order mark, what is no text, what is wrong with a row.
 * Does not own: what the header means and what the cells are (whoever takes the rows).
 *
 * Invariants
 * 1. Memory is that of a chunk and of one row, at most 1 MB, never of the file.
 * 2. What is read does not depend on where the chunks end.
 * 3. A file that is not UTF-8 is unreadable, wherever in it that is: two different cells never become one text.
 */
import { isUtf8 } from 'node:buffer';
import { UnreadableFile } from './data-file.ts';
import { count } from './describe.ts';

const longestRow = 1024 * 1024;
const [quote, comma, carriageReturn, lineFeed] = [0x22, 0x2c, 0x0d, 0x0a];
const byteOrderMark = Buffer.from('\uFEFF');

/** The row at hand. It is another one with the next call. */
export interface CsvRow {
  /** How many cells it has. */
  readonly width: number;
  /** Why it cannot be taken apart as it is written; empty where it can. */
  readonly fault: string;
  /** Hands the bytes of a cell over, doubled quotes made single. */
  readonly give: (at: number, sink: CellSink) => void;
  readonly textOf: (at: number) => string;
}

/** Where a reader puts a cell, as UTF-8; an empty cell is a missing one. */
export interface CellSink {
  readonly take: (bytes: Uint8Array, start: number, end: number) => void;
}

/** What is done with the rows, the header first. Rows count from 0 and do not count the header. */
export interface TakeRows {
  readonly header: (names: readonly string[], fault: string) => void;
  readonly row: (row: CsvRow, number: number) => void;
}

export class CsvRows implements CsvRow {
  readonly #to: TakeRows;
  /** What is left of the chunks so far, and where in the file it begins. */
  #rest: Buffer = Buffer.alloc(0);
  #offset = 0;
  #begun = false;
  /** -1 before the header. */
  #row = -1;
  #bytes: Buffer = this.#rest;
  /** Where each cell begins and ends, and 1 where it has doubled quotes. */
  #starts = new Uint32Array(64);
  #ends = new Uint32Array(64);
  #doubled = new Uint8Array(64);
  width = 0;
  fault = '';

  constructor(to: TakeRows) {
    this.#to = to;
  }

  /** Takes the next bytes of the file. Throws `UnreadableFile` where they cannot be read, and what `to` throws. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#read(this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]), false);
    if (this.#rest.length > longestRow)
      throw this.#unreadable('it is longer than 1 MB; is a quote not closed?');
  }

  /** Takes the last row, where the file does not end with a line end; answers how many rows there were. */
  end(): number {
    this.#read(this.#rest, true);
    if (this.#row < 0) throw new UnreadableFile('it is empty: not even a header line');
    return this.#row;
  }

  give(at: number, sink: CellSink): void {
    if (this.#doubled[at] === 0) sink.take(this.#bytes, this.#starts[at]!, this.#ends[at]!);
    else {
      const single = Buffer.from(this.textOf(at));
      sink.take(single, 0, single.length);
    }
  }

  textOf(at: number): string {
    const text = this.#bytes.toString('utf8', this.#starts[at], this.#ends[at]);
    return this.#doubled[at] === 0 ? text : text.replaceAll('""', '"');
  }

  /** Reads whole rows and keeps the rest. */
  #read(bytes: Buffer, last: boolean): void {
    let position = 0;
    if (!this.#begun) {
      if (bytes.length < byteOrderMark.length && !last) {
        this.#rest = Buffer.from(bytes);
        return;
      }
      refuseUtf16(bytes);
      this.#begun = true;
      if (bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark)) position = byteOrderMark.length;
    }
    this.#bytes = bytes;
    const textTo = endOfText(bytes);
    while (position < bytes.length) {
      const next = this.#splitRow(bytes, position, last);
      if (next < 0) break;
      if (next > textTo) this.#requireText(bytes, position, next);
      if (next - position > longestRow) throw this.#unreadable('it is longer than 1 MB');
      this.#takeRow();
      position = next;
    }
    // A copy: whoever reads may use the chunk again.
    this.#rest = Buffer.from(bytes.subarray(position));
    this.#offset += position;
  }

  #takeRow(): void {
    const blank =
      this.width === 1 && this.#starts[0] === this.#ends[0] && this.fault === '' && !this.#isQuoted(0);
    if (blank) return;
    const number = this.#row++;
    if (number >= 0) this.#to.row(this, number);
    else
      this.#to.header(
        Array.from({ length: this.width }, (_, at) => this.textOf(at)),
        this.fault,
      );
  }

  #isQuoted(at: number): boolean {
    return this.#bytes[this.#ends[at]!] === quote;
  }

  /** Finds the cells of the row at a position; answers where the next begins, -1 where this one is not whole. */
  #splitRow(bytes: Buffer, from: number, last: boolean): number {
    this.width = 0;
    this.fault = '';
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
        if (after > bytes.length) this.fault = 'a quote is not closed';
        return bytes.length;
      }
      if (byte === comma) start = after + 1;
      else if (byte === lineFeed) return after + 1;
      else if (byte === carriageReturn) return bytes[after + 1] === lineFeed ? after + 2 : after + 1;
      else {
        this.fault = 'a quote stands within a field';
        return endOfLine(bytes, after, last);
      }
    }
  }

  /** Adds the cell whose quote opens at `start`; answers where it closes, the length of the bytes where it does not. */
  #endOfQuoted(bytes: Buffer, start: number): number {
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
    if (this.width === this.#starts.length) {
      this.#starts = grown(this.#starts, new Uint32Array(2 * this.width));
      this.#ends = grown(this.#ends, new Uint32Array(2 * this.width));
      this.#doubled = grown(this.#doubled, new Uint8Array(2 * this.width));
    }
    this.#starts[this.width] = start;
    this.#ends[this.width] = end;
    this.#doubled[this.width++] = doubled;
  }

  #requireText(bytes: Buffer, from: number, to: number): void {
    const at = findNoText(bytes.subarray(from, to));
    if (at < 0) return;
    const byte = bytes[from + at]!;
    const hex = `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    const what = byte === 0 ? 'is NUL; it is no text' : `(${hex}) is not UTF-8; save the file as UTF-8`;
    throw this.#unreadable(`byte ${count(this.#offset + from + at + 1)} of the file ${what}`);
  }

  #unreadable(why: string): UnreadableFile {
    return new UnreadableFile(this.#row < 0 ? `the header line: ${why}` : `row ${this.#row + 1}: ${why}`);
  }
}

/** Where a cell without quotes ends: at a comma, a line end, a quote, or the end of the bytes. */
function endOfPlain(bytes: Buffer, start: number): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    // All that ends a cell is no greater than a comma.
    if (byte <= comma && (byte === comma || byte === lineFeed || byte === carriageReturn || byte === quote))
      break;
  }
  return at;
}

/** Where the line after this one begins; -1 where this one is not whole. */
function endOfLine(bytes: Buffer, from: number, last: boolean): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== lineFeed && bytes[at] !== carriageReturn) at++;
  // A carriage return may have its line feed in the next chunk.
  const isWhole = at + 1 < bytes.length || bytes[at] === lineFeed;
  if (!isWhole) return last ? bytes.length : -1;
  return bytes[at] === carriageReturn && bytes[at + 1] === lineFeed ? at + 2 : at + 1;
}

/** Up to where whole lines are known to be text: a line end never lies within a character. */
function endOfText(bytes: Buffer): number {
  const end = Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(carriageReturn)) + 1;
  const lines = bytes.subarray(0, end);
  return isUtf8(lines) && !lines.includes(0) ? end : 0;
}

/** The first byte that is no text: NUL, or where UTF-8 is broken. -1 where all of it is text. */
function findNoText(bytes: Buffer): number {
  const nul = bytes.indexOf(0);
  if (nul < 0 && isUtf8(bytes)) return -1;
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead === 0 || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return -1;
}

function refuseUtf16(bytes: Buffer): void {
  const start = bytes.toString('hex', 0, 2);
  if (start !== 'fffe' && start !== 'feff') return;
  throw new UnreadableFile('it is UTF-16: save it as UTF-8');
}

function grown<Column extends Uint32Array | Uint8Array>(from: Column, into: Column): Column {
  into.set(from);
  return into;
}
