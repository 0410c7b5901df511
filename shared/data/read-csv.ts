/**
 * Reads CSV in UTF-8 with a header line, block by block, into a tally.
 *
 * Invariant: memory does not depend on the length of the file.
 */

import { plural } from '../domain/plural.ts';
import { type CsvRow, CsvRows, type TakeRows } from '../tables/csv-rows.ts';
import { blockBytes, type DataFile } from '../tables/data-file.ts';
import { count } from '../tables/describe.ts';
import { extendKey, type Key } from './key-tally.ts';
import { readText } from './read-value.ts';
import type { CheckedColumn, TableTally } from './table-tally.ts';

/** Answers the number of rows. Throws `UnreadableFile` where the rest cannot be read. */
export async function readCsv(file: DataFile, tally: TableTally): Promise<number> {
  const checks = new RowChecks(tally);
  const rows = new CsvRows(checks);
  for await (const bytes of blocksOf(file)) rows.push(bytes);
  const total = rows.end();
  checks.report(total);
  return total;
}

/** The next block is on its way while one is read. */
async function* blocksOf(file: DataFile): AsyncGenerator<Uint8Array> {
  const readAt = (start: number) => file.read(start, Math.min(start + blockBytes, file.bytes));
  let next = file.bytes > 0 ? readAt(0) : undefined;
  for (let start = 0; next; start += blockBytes) {
    const bytes = await next;
    next = start + blockBytes < file.bytes ? readAt(start + blockBytes) : undefined;
    // Whoever does not come back for it must not leave a failure that nobody sees.
    next?.catch(() => {});
    yield bytes;
  }
}

/** Rows that break a rule, with the first. */
interface Broken {
  count: number;
  firstRow: number;
  what: string;
}

class RowChecks implements TakeRows {
  readonly #tally: TableTally;
  #columns: readonly CheckedColumn[] = [];
  #width = 0;
  readonly #ragged: Broken = { count: 0, firstRow: 0, what: '' };
  readonly #faulty: Broken = { count: 0, firstRow: 0, what: '' };

  constructor(tally: TableTally) {
    this.#tally = tally;
  }

  header(names: readonly string[], fault: string): void {
    this.#width = names.length;
    this.#columns = this.#tally.begin(names);
    if (fault !== '') this.#tally.report(`in the header ${fault}`);
  }

  row(row: CsvRow, number: number): void {
    if (row.fault !== '') see(this.#faulty, number, row.fault);
    else if (row.width !== this.#width) see(this.#ragged, number, `with ${count(row.width)}`);
    else this.#addRow(row, number + 1);
  }

  #addRow(row: CsvRow, number: number): void {
    let key: Key;
    for (const { at, tally, isKey } of this.#columns) {
      const reading = readText(tally.type, row.textOf(at));
      tally.add(reading, number);
      if (isKey) key = extendKey(key, reading);
    }
    this.#tally.keys?.add(key, number);
  }

  report(rows: number): void {
    const of = ({ count: broken }: Broken) =>
      `${count(broken)} of ${count(rows)} ${plural(rows, 'row')} ${rows === 1 ? 'has' : 'have'}`;
    const first = ({ firstRow, what }: Broken) => `(the first is row ${count(firstRow)} ${what})`;
    if (this.#ragged.count > 0) {
      const fields = `another number of fields than the header's ${count(this.#width)}`;
      this.#tally.report(`${of(this.#ragged)} ${fields} ${first(this.#ragged)}`);
    }
    if (this.#faulty.count > 0) {
      const { firstRow, what } = this.#faulty;
      this.#tally.report(
        `${of(this.#faulty)} a quote where none may be (the first is row ${count(firstRow)}: ${what})`,
      );
    }
  }
}

function see(broken: Broken, row: number, what: string): void {
  if (broken.count++ === 0) Object.assign(broken, { firstRow: row + 1, what });
}
