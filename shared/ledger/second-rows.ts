/**
 * Second rows: what makes rows of a partition found by another key than their own.
 *
 * Owns: that every row of a partition has its second row, those of a ledger from before there were any included.
 * Does not own: writing both rows of what is recorded today; that is one transaction of a partition, all or nothing.
 *
 * Invariants
 * 1. A partition is gone through once; a mark in it says that this is done. A crash on the way leaves no mark, and the
 *    next who asks goes through it again.
 * 2. A second row that is there is never written over: what is recorded meanwhile is newer.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { statusOf } from '../azure/azure-error.ts';
import { callLimit } from '../azure/call-limits.ts';
import { findRow, type KnownRow } from './conditional-writes.ts';
import { quote } from './row-keys.ts';

export interface SecondRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string;
}

export interface SecondRows {
  /** Which columns `of` needs; absent: all of them. */
  readonly select?: readonly string[];
  /** The second row of a row; null for a row that needs none. */
  of(row: KnownRow): SecondRow | null;
}

/** No id and no time begins with a tilde. */
const markKey = '~second-rows';
/** A transaction holds 100 rows and 4 MiB. */
const mostRows = 100;
const mostCharacters = 1_000_000;

/** Partitions that this process knows to be complete. */
const complete = new WeakMap<TableClient, Set<string>>();

/** Sees to it that a partition has its second rows. Nothing is written into one that does not exist. */
export async function completeSecondRows(
  table: TableClient,
  partition: string,
  second: SecondRows,
): Promise<void> {
  const known = complete.get(table) ?? new Set();
  complete.set(table, known);
  if (known.has(partition)) return;
  if (!(await findRow(table, partition, markKey)) && !(await writeSecondRows(table, partition, second)))
    return;
  known.add(partition);
}

/** Answers whether the partition exists. */
async function writeSecondRows(table: TableClient, partition: string, second: SecondRows): Promise<boolean> {
  const there = await listKeys(table, partition);
  if (there.size === 0) return false;
  let batch: SecondRow[] = [];
  let size = 0;
  for await (const row of listRows(table, partition, second.select)) {
    const next = second.of(row);
    if (next === null || there.has(next.rowKey)) continue;
    const length = JSON.stringify(next).length;
    if (batch.length === mostRows || size + length > mostCharacters) {
      await createMissing(table, batch);
      [batch, size] = [[], 0];
    }
    batch.push(next);
    size += length;
  }
  await createMissing(table, batch);
  await table.upsertEntity({ partitionKey: partition, rowKey: markKey }, 'Replace', callLimit());
  return true;
}

async function listKeys(table: TableClient, partition: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const row of listRows(table, partition, ['RowKey'])) keys.add(String(row['rowKey']));
  return keys;
}

async function* listRows(
  table: TableClient,
  partition: string,
  select?: readonly string[],
): AsyncGenerator<KnownRow> {
  const filter = `PartitionKey eq ${quote(partition)}`;
  const queryOptions = { filter, ...(select && { select: [...select] }) };
  // No limit for the whole of it: each page of so many has its own.
  for await (const page of table.listEntities({ queryOptions }).byPage({ maxPageSize: 1000 })) yield* page;
}

/** All at once; where somebody has written one of them meanwhile, one by one. */
async function createMissing(table: TableClient, rows: readonly SecondRow[]): Promise<void> {
  if (rows.length === 0) return;
  try {
    await table.submitTransaction(
      rows.map((row): TransactionAction => ['create', row]),
      callLimit(),
    );
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    for (const row of rows) await createUnlessThere(table, row);
  }
}

async function createUnlessThere(table: TableClient, row: SecondRow): Promise<void> {
  try {
    await table.createEntity(row, callLimit());
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
  }
}
