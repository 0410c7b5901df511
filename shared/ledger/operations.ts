/**
 * Operations in the ledger: rows of the table RatchetOperations, one partition for each model and one for the fleet.
 *
 * An operation about one run or one release has a second row, under the hash of what it is about, so that what people did
 * to it is found by one query; both are written in one transaction.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { rollBackReleaseId } from '../domain/durable-names.ts';
import type { Operation } from '../domain/operation.ts';
import { shortHash } from '../domain/short-hash.ts';
import type { KnownRow } from './conditional-writes.ts';
import { writeLogged } from './decision-log.ts';
import { readDocument, writeDocument } from './document.ts';
import { recordOfOperation } from './log-records.ts';
import { type Page, readNewest } from './read-newest.ts';
import { timedKey } from './row-keys.ts';
import { completeSecondRows, type SecondRow, type SecondRows } from './second-rows.ts';

/** No model has this name: brackets are not allowed in one. */
export const fleetPartition = '(fleet)';

export interface OperationQuery {
  /** Null: the fleet. Absent: all. */
  readonly model?: string | null | undefined;
  /** ISO 8601, UTC: only those that began before this moment. */
  readonly until?: string | undefined;
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly continuation?: string | undefined;
}

/** Newest first within its model, as decisions are. */
function operationRow(operation: Operation): SecondRow {
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

export const operationOf = (row: KnownRow): Operation => readDocument<Operation>(row);

/** The run or the release that an operation is about, by id; null: neither. */
function subjectOf({ id, model, action, at }: Operation): string | null {
  if ('releaseId' in action) return action.releaseId;
  if ('runId' in action) return action.runId;
  if (action.action === 'roll-back' && model !== null) return rollBackReleaseId({ id, model, at });
  return null;
}

/** Times begin with digits: a listing does not see these. */
const aboutPrefix = (subject: string): string => `~about-${shortHash(subject)}-`;

function secondOf(operation: Operation): SecondRow | null {
  const subject = subjectOf(operation);
  if (subject === null) return null;
  const row = operationRow(operation);
  return { ...row, rowKey: `${aboutPrefix(subject)}${row.rowKey}` };
}

const operationsBySubject: SecondRows = {
  of: (row) => (String(row['rowKey']).startsWith('~') ? null : secondOf(operationOf(row))),
};

/** A repetition writes the same rows. */
export async function writeOperation(table: TableClient, operation: Operation): Promise<void> {
  const rows = rowsOfOperation(operation);
  const actions = rows.map((row): TransactionAction => ['upsert', row, 'Replace']);
  const record = recordOfOperation(rows[0]!, operation);
  await writeLogged(table, rows[0]!.partitionKey, async () => ({ actions, record }));
}

/** All rows that an operation has. */
export function rowsOfOperation(operation: Operation): readonly SecondRow[] {
  const second = secondOf(operation);
  return [operationRow(operation), ...(second ? [second] : [])];
}

/** What people and machines did to a run or a release, newest first; at most `limit` of it. */
export async function readOperationsAbout(
  table: TableClient,
  { model, subject, limit }: { readonly model: string; readonly subject: string; readonly limit: number },
): Promise<readonly Operation[]> {
  await completeSecondRows(table, model, operationsBySubject);
  const query = { partitions: [model], prefix: aboutPrefix(subject), limit };
  return (await readNewest(table, query, operationOf)).items;
}

export function readOperations(table: TableClient, query: OperationQuery): Promise<Page<Operation>> {
  const { model, until, limit, continuation } = query;
  const partitions = model === undefined ? undefined : [model ?? fleetPartition];
  return readNewest(table, { partitions, until, limit, continuation }, operationOf);
}
