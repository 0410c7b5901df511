/**
 * Reads the decision log, and the rows that it is about, for whoever audits them.
 *
 * Rows are told by hashes and by what they should look like: whether they do is for the auditor to say (shared/audit).
 */
import type { TableClient } from '@azure/data-tables';
import { canonicalJson } from '../audit/canonical-json.ts';
import type { LedgerRow, RowRecord } from '../audit/compare-rows.ts';
import { type ChainHead, type LogRecord, sha256 } from '../audit/log-entry.ts';
import { callLimit } from '../azure/call-limits.ts';
import type { KnownRow } from './conditional-writes.ts';
import { readHead } from './decision-log.ts';
import { decisionOf, rowsOfDecision } from './decisions.ts';
import { documentText } from './document.ts';
import { recordOfDecision, recordOfOperation, recordOfRelease, recordOfRun } from './log-records.ts';
import { operationOf, rowsOfOperation } from './operations.ts';
import { listPartitions } from './partitions.ts';
import { releaseOf, rowsOfRelease } from './releases.ts';
import { quote } from './row-keys.ts';
import { rowsOfRun, runOf } from './runs.ts';
import type { SecondRow } from './second-rows.ts';

/** Tables that have a log, by the first word of their chains. */
export const loggedTables = ['decisions', 'runs', 'operations', 'releases'] as const;
export type LoggedTable = (typeof loggedTables)[number];

interface Logged {
  readonly rows: readonly SecondRow[];
  readonly record: LogRecord | null;
  readonly id: string;
  readonly at: string;
}

/** Which rows are the first of a record, and what a record of theirs is like. */
const kinds: Readonly<
  Record<LoggedTable, { readonly first: RegExp; readonly read: (row: KnownRow) => Logged }>
> = {
  decisions: {
    first: /^\d/,
    read(row) {
      const decision = decisionOf(row);
      const rows = rowsOfDecision(decision);
      return {
        rows,
        record: recordOfDecision(rows[0], decision),
        id: decision.signal.id,
        at: decision.decidedAt,
      };
    },
  },
  runs: {
    first: /^[^!~]/,
    read(row) {
      const run = runOf(row);
      const rows = rowsOfRun(run);
      return { rows, record: recordOfRun(rows[0], run), id: run.runId, at: run.endedAt ?? run.startedAt };
    },
  },
  operations: {
    first: /^\d/,
    read(row) {
      const operation = operationOf(row);
      const rows = rowsOfOperation(operation);
      return { rows, record: recordOfOperation(rows[0]!, operation), id: operation.id, at: operation.at };
    },
  },
  releases: {
    first: /^[^!~]/,
    read(row) {
      const release = releaseOf(row);
      const rows = rowsOfRelease(release);
      return {
        rows,
        record: recordOfRelease(rows[0], release),
        id: release.releaseId,
        at: release.writtenAt,
      };
    },
  },
};

/** Where each chain of a table ends. */
export async function readHeads(table: TableClient): Promise<readonly ChainHead[]> {
  const heads: ChainHead[] = [];
  for (const partition of await listPartitions(table)) heads.push(await readHead(table, partition));
  return heads.filter(({ count }) => count > 0);
}

export interface RowsPage {
  readonly rows: readonly LedgerRow[];
  /** The key to go on after; null: these were the last. */
  readonly next: string | null;
}

export interface RowsAsked {
  /** A key. */
  readonly after: string;
  /** What the first row of each record says, too. */
  readonly withDocuments: boolean;
}

/** Rows are as large as half a megabyte. */
const rowsAtMost = 200;
/** Characters of documents in an answer, but for the last one. */
const textAtMost = 2_000_000;

/** The rows of a partition after a key, those of the log itself left out. */
export async function readLedgerRows(
  table: TableClient,
  kind: LoggedTable,
  partition: string,
  { after, withDocuments }: RowsAsked,
): Promise<RowsPage> {
  const filter = `PartitionKey eq ${quote(partition)} and RowKey gt ${quote(after)} and (RowKey lt '~log-' or RowKey ge '~log.')`;
  const rows: LedgerRow[] = [];
  let textLength = 0;
  const pages = table
    .listEntities({ queryOptions: { filter }, ...callLimit() })
    .byPage({ maxPageSize: rowsAtMost });
  for await (const page of pages) {
    for (const row of page) {
      if (row.rowKey === '~second-rows') continue;
      rows.push(describeRow(kind, row as KnownRow, withDocuments));
      textLength += rows.at(-1)!.record?.text?.length ?? 0;
      if (textLength > textAtMost) return { rows, next: String(row.rowKey) };
    }
    const last = page.at(-1)?.rowKey;
    // A page may be smaller than asked for, and not the last one.
    if (last !== undefined && rows.length >= rowsAtMost) return { rows, next: last };
  }
  return { rows, next: null };
}

function describeRow(kind: LoggedTable, row: KnownRow, withDocuments: boolean): LedgerRow {
  const key = String(row['rowKey']);
  const described = { key, hash: hashColumns(row), record: null };
  const { first, read } = kinds[kind];
  if (!first.test(key)) return described;
  try {
    return { ...described, record: describeRecord(row, read(row), withDocuments) };
  } catch {
    return { ...described, isUnreadable: true };
  }
}

function describeRecord(row: KnownRow, { rows, record, id, at }: Logged, withDocuments: boolean): RowRecord {
  const text = documentText(row);
  return {
    id: record?.id ?? id,
    at: record?.at ?? at,
    // As it lies there: written again it might be another text.
    document: sha256(text),
    ...(withDocuments && { text }),
    isLogged: record !== null,
    rows: Object.fromEntries(rows.map((each) => [each.rowKey, hashColumns(each)])),
  };
}

const notColumns = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp']);

function hashColumns(row: Readonly<Record<string, unknown>>): string {
  const columns = Object.entries(row).filter(([name]) => !notColumns.has(name) && !name.includes('.'));
  return sha256(
    canonicalJson(Object.fromEntries(columns.map(([name, value]) => [name, String(value).toWellFormed()]))),
  );
}
