/** Evidence as CSV: rows into the columns that are needed. */
import { type CsvRow, CsvRows } from '../../tables/csv-rows.ts';
import { UnreadableFile } from '../../tables/data-file.ts';
import type { Faults } from './columns.ts';
import { type Broken, broken, type Plan, type Planner, type ReadTable, tooManyRows } from './table.ts';

const nothing = new Uint8Array(0);

export class CsvReader<P extends Plan> {
  readonly #file: string;
  readonly #rows: CsvRows;
  #table: P | null = null;
  #broken: Broken | null = null;
  #malformed: Faults | null = null;

  constructor(file: string, planOf: Planner<P>) {
    this.#file = file;
    this.#rows = new CsvRows({
      header: (names, fault) => this.#plan(planOf(file, fault === '' ? names : [])),
      row: (row, number) => this.#take(row, number),
    });
  }

  push(chunk: Uint8Array): void {
    if (!this.#broken) this.#reading(() => this.#rows.push(chunk));
  }

  end(): ReadTable<P> | Broken {
    const rows = this.#broken ? null : this.#reading(() => this.#rows.end());
    return this.#broken ?? { table: this.#table!, rows: rows!, malformed: this.#malformed };
  }

  #reading<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      this.#broken = broken(`${this.#file}: ${error.message}`);
      return null;
    }
  }

  #plan(planned: P | Broken): void {
    if ('broken' in planned) this.#broken = planned;
    else this.#table = planned;
  }

  #take(row: CsvRow, number: number): void {
    // What is left of a chunk comes all the same.
    if (this.#broken) return;
    const { sinks, mostRows } = this.#table!;
    if (number === mostRows) {
      this.#broken = tooManyRows(this.#table!);
      return;
    }
    const fault =
      row.fault === '' && row.width !== sinks.length
        ? `it has ${row.width} fields, the header has ${sinks.length}`
        : row.fault;
    if (fault !== '') {
      const { count, row: first, text } = this.#malformed ?? { count: 0, row: number, text: fault };
      this.#malformed = { count: count + 1, row: first, text };
    }
    for (let at = 0; at < sinks.length; at++) {
      const sink = sinks[at];
      if (!sink) continue;
      if (at < row.width) row.give(at, sink);
      else sink.take(nothing, 0, 0);
    }
  }
}
