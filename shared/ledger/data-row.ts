import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import { type DataVerdict, describeProblems, verdictKey } from '../domain/data-verdict.ts';
import { shortHash } from '../domain/short-hash.ts';
import { invertTime } from './decision-row.ts';
import { readDocument, writeDocument } from './document.ts';
import { quote } from './partitions.ts';

/** A row of the table RatchetData. The columns are for filters; the document is the whole verdict. */
export interface DataRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string;
}

/** What a run needs to know of a file. */
export interface KnownVerdict {
  /** Why the file is refused; null where it is not. */
  readonly refused: string | null;
}

export function verdictRow(verdict: DataVerdict): DataRow {
  const { model, file, etag, uploadedAt, accepted, expectHash } = verdict;
  const hash = shortHash(verdictKey(verdict));
  return {
    partitionKey: model,
    rowKey: `${invertTime(uploadedAt)}-${hash}`,
    file,
    // `etag` would be the row's own.
    content: etag,
    expectHash,
    refused: accepted ? '' : describeProblems(verdict),
    ...writeDocument(verdict, { model, file }),
  };
}

/** Rows sort by the time of the upload, the latest first. */
export async function listVerdicts(
  table: TableClient,
  model: string,
  limit: number,
): Promise<readonly DataVerdict[]> {
  const found: DataVerdict[] = [];
  const filter = `PartitionKey eq ${quote(model)}`;
  const rows = table.listEntities({ queryOptions: { filter }, ...callLimit() });
  for await (const page of rows.byPage({ maxPageSize: Math.min(limit, 1000) })) {
    found.push(...page.map((row) => readDocument<DataVerdict>(row)));
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

export async function readKnownVerdicts(
  table: TableClient,
  model: string,
  expectHash: string,
): Promise<ReadonlyMap<string, KnownVerdict>> {
  const filter = `PartitionKey eq ${quote(model)} and expectHash eq ${quote(expectHash)}`;
  const select = ['file', 'content', 'refused'];
  const known = new Map<string, KnownVerdict>();
  for await (const row of table.listEntities({ queryOptions: { filter, select }, ...callLimit() })) {
    const key = verdictKey({ file: String(row['file']), etag: String(row['content']) });
    known.set(key, { refused: row['refused'] ? String(row['refused']) : null });
  }
  return known;
}
