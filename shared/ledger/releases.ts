/**
 * Releases in the ledger: rows of the table RatchetReleases, one partition for each model.
 *
 * A release's row has its id as the key. Its copy under a timed key has a partition list newest first with one query;
 * a third row, under the hash of its version, has the releases of a version found by one query. All are written in one
 * transaction, and conditional on what was read: a late repeat of an older row does no harm. What the release went
 * through is kept with it (release-trail.ts).
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { ReleaseRow } from '../domain/release-state.ts';
import { modelOfRelease } from '../domain/run.ts';
import { shortHash } from '../domain/short-hash.ts';
import { findRow, type KnownRow } from './conditional-writes.ts';
import { writeLogged } from './decision-log.ts';
import { readDocument, writeDocument } from './document.ts';
import { recordOfRelease } from './log-records.ts';
import { type Page, readNewest } from './read-newest.ts';
import { withTrail } from './release-trail.ts';
import { canBeKey, timedKey } from './row-keys.ts';
import { completeSecondRows, type SecondRow, type SecondRows } from './second-rows.ts';

export interface ReleaseQuery {
  readonly model?: string | undefined;
  /** ISO 8601, UTC: only those that began before this moment. */
  readonly until?: string | undefined;
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly continuation?: string | undefined;
}

/** A release's id begins with its model's name, which never begins with this. */
const timedPrefix = '!';

function releaseRow(release: ReleaseRow): SecondRow {
  return {
    partitionKey: release.model.name,
    rowKey: release.releaseId,
    state: release.state,
    endpoint: release.endpoint,
    startedAt: release.startedAt,
    ...writeDocument(release, { model: release.model.name, release: release.releaseId }),
  };
}

export const releaseOf = (row: KnownRow): ReleaseRow => readDocument<ReleaseRow>(row);

/** A version is what a registry calls it: hashed, it is a key whatever that is. */
const versionPrefix = (version: string): string => `~version-${shortHash(version)}-`;

const releasesByVersion: SecondRows = {
  of: (row) => (/^[!~]/.test(String(row['rowKey'])) ? null : rowByVersion(releaseOf(row))),
};

function rowByVersion(release: ReleaseRow): SecondRow {
  const { releaseId, startedAt, model } = release;
  return {
    ...releaseRow(release),
    rowKey: `${versionPrefix(model.version)}${timedKey(releaseId, startedAt)}`,
  };
}

export async function writeRelease(table: TableClient, release: ReleaseRow): Promise<void> {
  const { model, releaseId } = release;
  await writeLogged(table, model.name, async () => {
    const known = await findRow(table, model.name, releaseId);
    const before = known && releaseOf(known);
    if (before && before.writtenAt > release.writtenAt) return null;
    const now = withTrail(release, before);
    const [row, ...copies] = rowsOfRelease(now);
    return {
      actions: [
        known ? ['update', row, 'Replace', { etag: String(known['etag']) }] : ['create', row],
        ...copies.map((copy): TransactionAction => ['upsert', copy, 'Replace']),
      ],
      record: recordOfRelease(row, now),
    };
  });
}

/** All rows that a release has. */
export function rowsOfRelease(release: ReleaseRow): readonly [SecondRow, SecondRow, SecondRow] {
  const row = releaseRow(release);
  const { releaseId, startedAt } = release;
  return [row, { ...row, rowKey: `${timedPrefix}${timedKey(releaseId, startedAt)}` }, rowByVersion(release)];
}

/** The releases of one version, going back to it included, newest first; at most `limit` of them. */
export async function readReleasesOf(
  table: TableClient,
  { model, version, limit }: { readonly model: string; readonly version: string; readonly limit: number },
): Promise<readonly ReleaseRow[]> {
  if (!canBeKey(model)) return [];
  await completeSecondRows(table, model, releasesByVersion);
  const query = { partitions: [model], prefix: versionPrefix(version), limit };
  return (await readNewest(table, query, releaseOf)).items;
}

export async function readRelease(table: TableClient, releaseId: string): Promise<ReleaseRow | null> {
  const model = modelOfRelease(releaseId);
  if (model === null || !canBeKey(releaseId)) return null;
  const row = await findRow(table, model, releaseId);
  return row && releaseOf(row);
}

/** `latest`: of all models, by model, a time than which no release of it began later; absent: not known. */
export function readReleases(
  table: TableClient,
  query: ReleaseQuery,
  latest?: ReadonlyMap<string, string>,
): Promise<Page<ReleaseRow>> {
  const { model, until, limit, continuation } = query;
  const where = model === undefined ? { latest } : { partitions: [model].filter(canBeKey) };
  return readNewest(table, { ...where, prefix: timedPrefix, until, limit, continuation }, releaseOf);
}
