/**
 * Releases in the ledger: rows of the table RatchetReleases, one partition for each model.
 *
 * A release's row has its id as the key. Its copy under a timed key has a partition list newest first with one query;
 * both are written in one transaction, and conditional on what was read: a late repeat of an older row does no harm.
 */
import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import { modelOfRelease } from '../domain/run.ts';
import { findRow, retryLostRaces } from './conditional-writes.ts';
import { readDocument, writeDocument } from './document.ts';
import { type Page, readNewest } from './read-newest.ts';
import { canBeKey, timedKey } from './row-keys.ts';

export interface ReleaseQuery {
  readonly model?: string | undefined;
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly continuation?: string | undefined;
}

/** A release's id begins with its model's name, which never begins with this. */
const timedPrefix = '!';

function releaseRow(release: ReleaseRow) {
  return {
    partitionKey: release.model.name,
    rowKey: release.releaseId,
    state: release.state,
    endpoint: release.endpoint,
    startedAt: release.startedAt,
    ...writeDocument(release, { model: release.model.name, release: release.releaseId }),
  };
}

export async function writeRelease(table: TableClient, release: ReleaseRow): Promise<void> {
  const row = releaseRow(release);
  const copy = { ...row, rowKey: `${timedPrefix}${timedKey(release.releaseId, release.startedAt)}` };
  await retryLostRaces(async () => {
    const known = await findRow(table, row.partitionKey, row.rowKey);
    if (known && readDocument<ReleaseRow>(known).writtenAt > release.writtenAt) return;
    await table.submitTransaction(
      [
        known ? ['update', row, 'Replace', { etag: String(known['etag']) }] : ['create', row],
        ['upsert', copy, 'Replace'],
      ],
      callLimit(),
    );
  });
}

export async function readRelease(table: TableClient, releaseId: string): Promise<ReleaseRow | null> {
  const model = modelOfRelease(releaseId);
  if (model === null || !canBeKey(releaseId)) return null;
  const row = await findRow(table, model, releaseId);
  return row && readDocument<ReleaseRow>(row);
}

export function readReleases(table: TableClient, query: ReleaseQuery): Promise<Page<ReleaseRow>> {
  const { model, limit, continuation } = query;
  const partitions = model === undefined ? undefined : [model].filter(canBeKey);
  return readNewest(table, { partitions, prefix: timedPrefix, limit, continuation }, (row) =>
    readDocument<ReleaseRow>(row),
  );
}
