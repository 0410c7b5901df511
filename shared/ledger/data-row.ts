import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import { type DataVerdict, describeProblems, verdictKey } from '../domain/data-verdict.ts';
import { readDocument, writeDocument } from './document.ts';
import { type Page, readNewest } from './read-newest.ts';
import { quote, timedKey } from './row-keys.ts';

/** A row of the table RatchetData. The columns are for filters; the document is the whole verdict. */
interface DataRow {
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
  return {
    partitionKey: model,
    rowKey: timedKey(verdictKey(verdict), uploadedAt),
    file,
    // `etag` would be the row's own.
    content: etag,
    expectHash,
    refused: accepted ? '' : describeProblems(verdict),
    ...writeDocument(verdict, { model, file }),
  };
}

export interface VerdictQuery {
  readonly model: string;
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly continuation?: string | undefined;
}

/** Rows sort by the time of the upload, the latest first. */
export function readVerdicts(table: TableClient, query: VerdictQuery): Promise<Page<DataVerdict>> {
  const { model, limit, continuation } = query;
  return readNewest(table, { partitions: [model], limit, continuation }, (row) =>
    readDocument<DataVerdict>(row),
  );
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
