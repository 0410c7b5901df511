import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import { quote } from './row-keys.ts';

/** The partition keys of a table after one, by jumping from each to the next: one small query for each, however many rows. */
export async function listPartitions(
  table: TableClient,
  { after = '', atMost = Number.POSITIVE_INFINITY } = {},
): Promise<readonly string[]> {
  const partitions: string[] = [];
  for (let last = after; partitions.length < atMost; ) {
    const filter = `PartitionKey gt ${quote(last)}`;
    const rows = table.listEntities({ queryOptions: { filter, select: ['PartitionKey'] }, ...callLimit() });
    const next = await firstPartition(rows.byPage({ maxPageSize: 1 }));
    if (next === undefined) return partitions;
    partitions.push(next);
    last = next;
  }
  return partitions;
}

/** A page may be empty and still not be the last one. */
async function firstPartition(
  pages: AsyncIterable<readonly { partitionKey?: string }[]>,
): Promise<string | undefined> {
  for await (const page of pages) if (page[0]?.partitionKey !== undefined) return page[0].partitionKey;
  return undefined;
}
