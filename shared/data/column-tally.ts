import type { ColumnExpectation, ColumnType } from '../config/data-schema.ts';
import { plural } from '../domain/plural.ts';
import { count, listNames, percent, quote } from '../tables/describe.ts';
import { type Reading, unreadable } from './read-value.ts';

/** How often something was seen, and in which row first. */
interface Sightings {
  count: number;
  firstRow: number;
}

const notOfType: Readonly<Record<ColumnType, string>> = {
  number: 'no number',
  integer: 'no whole number',
  string: 'no text',
  boolean: 'neither true nor false',
  time: 'no time in ISO 8601',
};

/** Counts what the values of one column are not. Its size does not depend on how many there are. */
export class ColumnTally {
  readonly name: string;
  readonly type: ColumnType;
  readonly #expected: ColumnExpectation;
  readonly #listed: ReadonlySet<Reading> | null;
  readonly #unreadable: Sightings = { count: 0, firstRow: 0 };
  readonly #below: Sightings = { count: 0, firstRow: 0 };
  readonly #above: Sightings = { count: 0, firstRow: 0 };
  readonly #unlisted: Sightings = { count: 0, firstRow: 0 };
  #values = 0;
  #missing = 0;
  #lowest: number | bigint = Number.POSITIVE_INFINITY;
  #highest: number | bigint = Number.NEGATIVE_INFINITY;

  constructor(name: string, expected: ColumnExpectation) {
    this.name = name;
    this.type = expected.type;
    this.#expected = expected;
    this.#listed = expected.oneOf ? new Set(expected.oneOf) : null;
  }

  /** `row` counts from 1. */
  add(reading: Reading, row: number): void {
    this.#values++;
    if (reading === null) this.#missing++;
    else if (reading === unreadable) see(this.#unreadable, row);
    else if (typeof reading === 'number' || typeof reading === 'bigint') this.#compare(reading, row);
    else if (this.#listed && !this.#listed.has(reading)) see(this.#unlisted, row);
  }

  #compare(value: number | bigint, row: number): void {
    const { atLeast, atMost } = this.#expected;
    if (atLeast !== undefined && value < atLeast) {
      see(this.#below, row);
      if (value < this.#lowest) this.#lowest = value;
    }
    if (atMost !== undefined && value > atMost) {
      see(this.#above, row);
      if (value > this.#highest) this.#highest = value;
    }
  }

  problems(): readonly string[] {
    const { nullShare, atLeast, atMost, oneOf } = this.#expected;
    const share = this.#values === 0 ? 0 : this.#missing / this.#values;
    return [
      ...(share > nullShare
        ? [this.#say(`${percent(share, nullShare)} of`, `are missing, ${percent(nullShare, share)} allowed`)]
        : []),
      ...this.#describe(this.#unreadable, `are ${notOfType[this.type]}`),
      ...this.#describe(this.#below, `are below ${atLeast}`, `the lowest ${this.#lowest}, `),
      ...this.#describe(this.#above, `are above ${atMost}`, `the highest ${this.#highest}, `),
      ...this.#describe(this.#unlisted, `are none of ${listNames(oneOf ?? [])}`),
    ];
  }

  #describe(seen: Sightings, what: string, detail = ''): string[] {
    if (seen.count === 0) return [];
    return [
      this.#say(`${count(seen.count)} of`, `${what} (${detail}the first in row ${count(seen.firstRow)})`),
    ];
  }

  #say(howMany: string, what: string): string {
    return `column ${quote(this.name)}: ${howMany} ${count(this.#values)} ${plural(this.#values, 'value')} ${this.#values === 1 ? what.replace(/^are/, 'is') : what}`;
  }
}

function see(seen: Sightings, row: number): void {
  if (seen.count === 0) seen.firstRow = row;
  seen.count++;
}
