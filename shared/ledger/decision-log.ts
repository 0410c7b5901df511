/**
 * The decision log: what the ledger writes is written into a chain of hashes, too, in the same transaction.
 *
 * Owns: the rows of the log and their keys, and that a record and its entry are both there or neither.
 * Does not own: what an entry is (shared/audit), what is logged (each table's file).
 *
 * A transaction of Table Storage is of one partition: so the entries lie beside the rows they are about, and there is one
 * chain for each table and model. Entries are keyed by what is left to the last number there can be, and so sort latest
 * first: the head of a chain is one query for one row. Whoever appends creates the entry after it; where two do, one is
 * refused and reads again.
 *
 * Invariants
 * 1. A row that is logged has its entry, and an entry had its row: a crash leaves both or neither.
 * 2. A record is appended once however often it is written: its hash is the key of a row that is created with it. What is
 *    written again is not written at all, so that a late repeat undoes nothing.
 * 3. Numbers are 1, 2, 3 … without a gap; an entry is never written over.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import {
  type ChainHead,
  type LogEntry,
  type LogRecord,
  makeEntry,
  noHash,
  sha256,
} from '../audit/log-entry.ts';
import { statusOf } from '../azure/azure-error.ts';
import { callLimit } from '../azure/call-limits.ts';
import { findRow, retryLostRaces } from './conditional-writes.ts';
import { readDocument, writeWhole } from './document.ts';
import { inTurnOf } from './in-turn-of.ts';
import { quote } from './row-keys.ts';
import type { SecondRow } from './second-rows.ts';

/** What is to be written: rows, and the record of them; null where they are not logged. */
export interface Planned {
  readonly actions: readonly TransactionAction[];
  readonly record: LogRecord | null;
}

const lastNumber = 999_999_999_999;
const entryKey = (n: number): string => `~log-e${String(lastNumber - n).padStart(12, '0')}`;
const recordKey = ({ type, id, document }: LogRecord): string =>
  `~log-r${sha256(JSON.stringify([type, id, document]))}`;

/** Instances that write to one model at once: each round one of them gets through. */
const attempts = 40;

/** Heads that this process has written or read: mostly nobody else appends meanwhile. */
const heads = new WeakMap<TableClient, Map<string, ChainHead>>();

/** Writes what `plan` finds to be written, and its entry; `plan` is asked again where somebody came between. */
export function writeLogged(
  table: TableClient,
  partition: string,
  plan: () => Promise<Planned | null>,
): Promise<void> {
  return inTurnOf(table, partition, () =>
    retryLostRaces(async () => {
      const planned = await plan();
      if (!planned) return;
      const { actions, record } = planned;
      if (!record) return void (await table.submitTransaction([...actions], callLimit()));
      await append(table, partition, actions, record);
    }, attempts),
  );
}

async function append(
  table: TableClient,
  partition: string,
  actions: readonly TransactionAction[],
  record: LogRecord,
): Promise<void> {
  const known = heads.get(table) ?? new Map<string, ChainHead>();
  heads.set(table, known);
  const entry = makeEntry(known.get(partition) ?? (await readHead(table, partition)), record);
  try {
    await table.submitTransaction(
      [...actions, ...logRows(partition, entry).map((row): TransactionAction => ['create', row])],
      callLimit(),
    );
    known.set(partition, { chain: entry.chain, count: entry.n, hash: entry.hash });
  } catch (error) {
    known.delete(partition);
    // It may have been written before: by a repeat, or by this very call, whose answer was lost.
    if (statusOf(error) === null || !(await findRow(table, partition, recordKey(record)))) throw error;
  }
}

const chainOf = (table: TableClient, partition: string): string =>
  `${table.tableName.replace(/^Ratchet/, '').toLowerCase()}/${partition}`;

/** The row of an entry, and the one that keeps its record from being appended again. */
export function logRows(partitionKey: string, entry: LogEntry): readonly SecondRow[] {
  const { type, id, at, n, chain } = entry;
  return [
    { partitionKey, rowKey: entryKey(n), type, at, ...writeWhole(entry, { chain, id }) },
    { partitionKey, rowKey: recordKey(entry), n: String(n) },
  ];
}

/** Where the chain of a partition ends. */
export async function readHead(table: TableClient, partition: string): Promise<ChainHead> {
  const [last] = await readRange(table, partition, entryKey(lastNumber), `~log-f`, 1);
  const chain = chainOf(table, partition);
  return last ? { chain, count: last.n, hash: last.hash } : { chain, count: 0, hash: noHash };
}

/** Up to `limit` entries after number `after`, in their order. Numbers that are missing are left out. */
export async function readEntries(
  table: TableClient,
  partition: string,
  after: number,
  limit: number,
): Promise<readonly LogEntry[]> {
  const found = await readRange(table, partition, entryKey(after + limit), entryKey(after), limit);
  return found.toReversed();
}

async function readRange(
  table: TableClient,
  partition: string,
  from: string,
  before: string,
  limit: number,
): Promise<LogEntry[]> {
  const filter = `PartitionKey eq ${quote(partition)} and RowKey ge ${quote(from)} and RowKey lt ${quote(before)}`;
  const rows = table.listEntities({ queryOptions: { filter }, ...callLimit() });
  const found: LogEntry[] = [];
  for await (const page of rows.byPage({ maxPageSize: limit })) {
    for (const row of page) found.push(readDocument<LogEntry>(row));
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}
