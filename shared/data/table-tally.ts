/**
 * Holds a table, read column by column or row by row, against what the model file expects.
 *
 * Owns: which columns matter, and the findings, each with its numbers.
 * Does not own: where the values come from (read-csv.ts, read-parquet.ts).
 *
 * Invariants
 * 1. The size of a tally depends on the expectations, and with `unique` on the rows; never on the length of a value.
 * 2. A table that breaks an expectation has at least one problem.
 */
import type { Expectations } from '../config/data-schema.ts';
import { plural } from '../domain/plural.ts';
import { count, listNames } from '../tables/describe.ts';
import { ColumnTally } from './column-tally.ts';
import { KeyTally } from './key-tally.ts';

/** A column of the file that an expectation is about. */
export interface CheckedColumn {
  readonly at: number;
  readonly tally: ColumnTally;
  readonly isKey: boolean;
}

export class TableTally {
  readonly #expected: Expectations;
  readonly #found: string[] = [];
  #columns: readonly CheckedColumn[] = [];
  #keys: KeyTally | null = null;

  constructor(expected: Expectations) {
    this.#expected = expected;
  }

  /** Takes the names of the file's columns; answers those to be read, the columns of the key in their order. */
  begin(names: readonly string[]): readonly CheckedColumn[] {
    const { columns, otherColumns, unique } = this.#expected;
    const expected = Object.entries(columns);
    const missing = expected.map(([name]) => name).filter((name) => !names.includes(name));
    if (missing.length > 0) {
      this.report(`the file lacks ${columnsWord(missing)} ${listNames(missing)}; it has ${listNames(names)}`);
    }
    const others = names.filter((name) => !Object.hasOwn(columns, name));
    if (otherColumns === 'refuse' && others.length > 0) {
      this.report(`the file has ${count(others.length)} other ${columnsWord(others)}: ${listNames(others)}`);
    }
    const seen = new Set<string>();
    const twice = new Set(names.filter((name) => seen.size === seen.add(name).size));
    if (twice.size > 0) this.report(`the file names a column twice: ${listNames([...twice])}`);
    const hasKey = unique.length > 0 && unique.every((name) => names.includes(name));
    this.#keys = hasKey ? new KeyTally(unique) : null;
    const order = [...unique, ...expected.map(([name]) => name).filter((name) => !unique.includes(name))];
    this.#columns = order
      .filter((name) => names.includes(name))
      .map((name) => ({
        at: names.indexOf(name),
        tally: new ColumnTally(name, columns[name]!),
        isKey: hasKey && unique.includes(name),
      }));
    return this.#columns;
  }

  /** Takes the keys of rows; null where the file is not asked for any. */
  get keys(): KeyTally | null {
    return this.#keys;
  }

  /** Takes what a reader finds wrong with the file itself. */
  report(problem: string): void {
    this.#found.push(problem);
  }

  /** Every problem, once all rows have been read; `rows` null where they could not be. */
  problems(rows: number | null): readonly string[] {
    const { atLeast, atMost } = this.#expected.rows;
    const few =
      rows !== null && rows < atLeast
        ? [`${count(rows)} ${plural(rows, 'row')}, at least ${count(atLeast)} expected`]
        : [];
    const many =
      rows !== null && atMost !== undefined && rows > atMost
        ? [`${count(rows)} ${plural(rows, 'row')}, at most ${count(atMost)} expected`]
        : [];
    return [
      ...this.#found,
      ...few,
      ...many,
      ...this.#columns.flatMap(({ tally }) => tally.problems()),
      ...(this.#keys?.problems() ?? []),
    ];
  }
}

function columnsWord(names: readonly string[]): string {
  return names.length === 1 ? 'column' : 'columns';
}
