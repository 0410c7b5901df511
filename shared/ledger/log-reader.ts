import type { TableClient } from '@azure/data-tables';
import type { ChainHead, LogEntry } from '../audit/log-entry.ts';
import { readEntries } from './decision-log.ts';
import {
  type LoggedTable,
  loggedTables,
  type RowsAsked,
  type RowsPage,
  readHeads,
  readLedgerRows,
} from './read-log.ts';

/** A chain of the decision log: that of one table and one model. */
interface LogChain {
  readonly table: LoggedTable;
  readonly partition: string;
}

/** Runs `work` on a table that exists, and tells its failure in the ledger's words. */
type In = <T>(name: LoggedTable, asked: string, work: (table: TableClient) => Promise<T>) => Promise<T>;

/** The decision log as auditors read it. */
export class LogReader {
  readonly #in: In;

  constructor(inTable: In) {
    this.#in = inTable;
  }

  /** Where each chain ends. */
  async heads(): Promise<readonly ChainHead[]> {
    const read = loggedTables.map((name) => this.#in(name, 'reading the decision log', readHeads));
    return (await Promise.all(read)).flat();
  }

  /** Up to `limit` entries of a chain after number `after`. */
  entries({ table, partition }: LogChain, after: number, limit: number): Promise<readonly LogEntry[]> {
    return this.#in(table, `reading the log ${table}/${partition}`, (client) =>
      readEntries(client, partition, after, limit),
    );
  }

  /** The rows that a chain is about, after a key. */
  rows({ table, partition }: LogChain, asked: RowsAsked): Promise<RowsPage> {
    return this.#in(table, `reading the rows of ${table}/${partition}`, (client) =>
      readLedgerRows(client, table, partition, asked),
    );
  }
}
