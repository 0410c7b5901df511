import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import type { Operation } from '../domain/operation.ts';
import { decisionRowKey } from './decision-row.ts';
import { readDocument, writeDocument } from './document.ts';
import { listPartitions, quote } from './partitions.ts';

/** No model has this name: brackets are not allowed in one. */
const fleetPartition = '(fleet)';

/** A row of the table RatchetOperations: newest first within its model, as decisions are. */
export function operationRow(operation: Operation) {
  const partitionKey = operation.model ?? fleetPartition;
  return {
    partitionKey,
    rowKey: decisionRowKey(operation.id, operation.at),
    action: operation.action.action,
    by: operation.by,
    done: String(operation.done),
    ...writeDocument(operation, { model: partitionKey, operation: operation.id }),
  };
}

export async function readOperations(
  table: TableClient,
  query: { readonly model?: string | null | undefined; readonly limit: number },
): Promise<readonly Operation[]> {
  const partitions =
    query.model === undefined ? await listPartitions(table) : [query.model ?? fleetPartition];
  const found: Operation[] = [];
  for (const partition of partitions) found.push(...(await readNewest(table, partition, query.limit)));
  return found.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, query.limit);
}

async function readNewest(table: TableClient, partition: string, limit: number): Promise<Operation[]> {
  const found: Operation[] = [];
  const rows = table.listEntities({
    queryOptions: { filter: `PartitionKey eq ${quote(partition)}` },
    ...callLimit(),
  });
  for await (const page of rows.byPage({ maxPageSize: Math.min(limit, 1000) })) {
    found.push(...page.map((row) => readDocument<Operation>(row)));
    if (found.length >= limit) break;
  }
  return found;
}
