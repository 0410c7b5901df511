/** What the columns of a CSV file hold, as far as a first model needs it. */
import { readFileSync } from 'node:fs';
import { type CsvRow, CsvRows } from '../../shared/tables/csv-rows.ts';

export interface Column {
  readonly name: string;
  readonly kind: 'integer' | 'number' | 'text';
  /** How many rows have no value. */
  readonly missing: number;
  /** How often each value is there; null where there are more than `mostValues`. */
  readonly values: ReadonlyMap<string, number> | null;
  readonly isUnique: boolean;
  /** Of numbers: their standard deviation; 0 of text. */
  readonly deviation: number;
}

export interface Profile {
  readonly rows: number;
  readonly columns: readonly Column[];
}

const mostValues = 50;
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const integer = /^[+-]?\d{1,15}$/;

/** Throws where the file is not CSV with a header line, in UTF-8. */
export function profileCsv(file: string, bytes: Uint8Array = readFileSync(file)): Profile {
  let tallies: ColumnTally[] = [];
  const rows = new CsvRows({
    header: (names, fault) => {
      const twice = names.find((name, at) => name === '' || names.indexOf(name) !== at);
      if (fault !== '') throw new Error(`${file}: the header line: ${fault}`);
      if (twice !== undefined)
        throw new Error(
          `${file}: column names in the header line must be present and different; found ${twice === '' ? 'an empty one' : `${JSON.stringify(twice)} twice`}; rename it`,
        );
      tallies = names.map((name) => new ColumnTally(name));
    },
    row: (row: CsvRow, at) => {
      const fault =
        row.fault ||
        (row.width === tallies.length
          ? ''
          : `expected ${tallies.length} cells, as in the header line, got ${row.width}`);
      if (fault !== '') throw new Error(`${file}: row ${at + 1}: ${fault}`);
      for (const [index, tally] of tallies.entries()) tally.take(row.textOf(index));
    },
  });
  try {
    rows.push(bytes);
    return { rows: rows.end(), columns: tallies.map((tally) => tally.column()) };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(message.startsWith(file) ? message : `${file} cannot be read as CSV: ${message}`, {
      cause,
    });
  }
}

class ColumnTally {
  readonly #name: string;
  readonly #seen = new Set<string>();
  readonly #values = new Map<string, number>();
  #count = 0;
  #missing = 0;
  #isNumber = true;
  #isInteger = true;
  #mean = 0;
  #squares = 0;

  constructor(name: string) {
    this.#name = name;
  }

  take(text: string): void {
    if (text === '') {
      this.#missing++;
      return;
    }
    this.#count++;
    this.#seen.add(text);
    if (this.#values.size <= mostValues) this.#values.set(text, (this.#values.get(text) ?? 0) + 1);
    this.#isInteger &&= integer.test(text);
    this.#isNumber &&= number.test(text) && Number.isFinite(Number(text));
    if (!this.#isNumber) return;
    const away = Number(text) - this.#mean;
    this.#mean += away / this.#count;
    this.#squares += away * (Number(text) - this.#mean);
  }

  column(): Column {
    const isNumber = this.#isNumber && this.#count > 0;
    return {
      name: this.#name,
      kind: isNumber ? (this.#isInteger ? 'integer' : 'number') : 'text',
      missing: this.#missing,
      values: this.#values.size > mostValues ? null : this.#values,
      isUnique: this.#missing === 0 && this.#seen.size === this.#count,
      deviation: isNumber ? Math.sqrt(this.#squares / this.#count) : 0,
    };
  }
}
