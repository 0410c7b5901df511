import type { TableClient } from '@azure/data-tables';
import type { Operation } from '../domain/operation.ts';
import { readDocument, writeDocument } from './document.ts';
import { type Page, readNewest } from './read-newest.ts';
import { timedKey } from './row-keys.ts';

/** No model has this name: brackets are not allowed in one. */
const fleetPartition = '(fleet)';

export interface OperationQuery {
  /** Null: the fleet. Absent: all. */
  readonly model?: string | null | undefined;
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly continuation?: string | undefined;
}

/** A row of the table RatchetOperations: newest first within its model, as decisions are. */
export function operationRow(operation: Operation) {
  const partitionKey = operation.model ?? fleetPartition;
  return {
    partitionKey,
    rowKey: timedKey(operation.id, operation.at),
    action: operation.action.action,
    by: operation.by,
    done: String(operation.done),
    ...writeDocument(operation, { model: partitionKey, operation: operation.id }),
  };
}

export function readOperations(table: TableClient, query: OperationQuery): Promise<Page<Operation>> {
  const { model, limit, continuation } = query;
  const partitions = model === undefined ? undefined : [model ?? fleetPartition];
  return readNewest(table, { partitions, limit, continuation }, (row) => readDocument<Operation>(row));
}
