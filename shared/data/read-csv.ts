/**
 * Reads CSV in UTF-8 with a header line, block by block, into a tally.
 *
 * Invariant: memory does not depend on the length of the file.
 */
import { blockBytes, type DataFile, UnreadableFile } from './data-file.ts';
import { count } from './describe.ts';
import { extendKey, type Key } from './key-tally.ts';
import { readText } from './read-value.ts';
import { CsvSplitter } from './split-csv.ts';
import type { CheckedColumn, TableTally } from './table-tally.ts';

/** One field of a megabyte is a mistake sooner than data. */
const longestRecord = 1024 * 1024;

/** Answers the number of rows. Throws `UnreadableFile` where the rest cannot be read. */
export async function readCsv(file: DataFile, tally: TableTally): Promise<number> {
  const rows = new CsvRows(tally);
  const splitter = new CsvSplitter((fields, isFlawed) => rows.take(fields, isFlawed), longestRecord);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const { start, bytes } of blocksOf(file)) {
    splitter.push(decode(decoder, bytes, start));
  }
  splitter.push(decode(decoder, undefined, file.bytes));
  splitter.end();
  return rows.end();
}

/** The next block is on its way while one is read. */
async function* blocksOf(file: DataFile): AsyncGenerator<{ start: number; bytes: Uint8Array }> {
  const readAt = (start: number) => file.read(start, Math.min(start + blockBytes, file.bytes));
  let next = file.bytes > 0 ? readAt(0) : undefined;
  for (let start = 0; next; start += blockBytes) {
    const bytes = await next;
    next = start + blockBytes < file.bytes ? readAt(start + blockBytes) : undefined;
    // Whoever does not come back for it must not leave a failure that nobody sees.
    next?.catch(() => {});
    yield { start, bytes };
  }
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array | undefined,
  start: number,
): string {
  let text: string;
  try {
    text = bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw new UnreadableFile(`it is not UTF-8 (at or after byte ${count(start)})`);
  }
  if (text.includes('\0')) throw new UnreadableFile('it holds a NUL character: it is no text');
  return text;
}

class CsvRows {
  readonly #tally: TableTally;
  #columns: readonly CheckedColumn[] = [];
  /** Fields of the header; 0 before it. */
  #width = 0;
  #rows = 0;
  readonly #ragged = { count: 0, firstRow: 0, fields: 0 };
  readonly #flawed = { count: 0, firstRow: 0 };

  constructor(tally: TableTally) {
    this.#tally = tally;
  }

  take(fields: readonly string[], isFlawed: boolean): void {
    if (this.#width === 0) {
      this.#width = fields.length;
      this.#columns = this.#tally.begin(fields);
      if (isFlawed) this.#tally.report('the header has a quote where none may be');
      return;
    }
    const row = ++this.#rows;
    if (isFlawed && this.#flawed.count++ === 0) this.#flawed.firstRow = row;
    if (fields.length === this.#width) this.#addRow(fields, row);
    else if (this.#ragged.count++ === 0)
      Object.assign(this.#ragged, { firstRow: row, fields: fields.length });
  }

  #addRow(fields: readonly string[], row: number): void {
    let key: Key;
    for (const { at, tally, isKey } of this.#columns) {
      const reading = readText(tally.type, fields[at]!);
      tally.add(reading, row);
      if (isKey) key = extendKey(key, reading);
    }
    this.#tally.keys?.add(key, row);
  }

  end(): number {
    if (this.#width === 0) throw new UnreadableFile('it is empty: not even a header line');
    const { count: ragged, firstRow, fields } = this.#ragged;
    if (ragged > 0) {
      this.#tally.report(
        `${count(ragged)} of ${count(this.#rows)} rows have another number of fields than the header's ${count(this.#width)} (the first is row ${count(firstRow)} with ${count(fields)})`,
      );
    }
    if (this.#flawed.count > 0) {
      this.#tally.report(
        `${count(this.#flawed.count)} of ${count(this.#rows)} rows have a quote where none may be (the first is row ${count(this.#flawed.firstRow)})`,
      );
    }
    return this.#rows;
  }
}
