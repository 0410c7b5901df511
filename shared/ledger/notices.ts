/**
 * Notices in the ledger: rows of the table RatchetNotices, one partition for each release or run that they are about, and one
 * row for each notice and receiver.
 */
import type { TableClient } from '@azure/data-tables';
import type { NoticeRow } from '../domain/notice.ts';
import { writeForward } from './conditional-writes.ts';
import { readDocument, writeDocument } from './document.ts';
import { readNewest } from './read-newest.ts';
import { canBeKey, timedKey } from './row-keys.ts';

/** A release has far fewer; of more the latest are shown. */
const shownAtMost = 200;

/** A late repeat of an earlier try does no harm. */
export async function writeNotice(table: TableClient, notice: NoticeRow): Promise<void> {
  const { subject, id, to, at, state } = notice;
  const row = {
    partitionKey: subject,
    rowKey: timedKey(`${id} ${to}`, at),
    ...{ to, state },
    ...writeDocument(notice, { notice: id }),
  };
  await writeForward(table, row, (known) => readDocument<NoticeRow>(known).tries <= notice.tries);
}

/** Newest first. */
export async function readNotices(table: TableClient, subject: string): Promise<readonly NoticeRow[]> {
  if (!canBeKey(subject)) return [];
  const query = { partitions: [subject], limit: shownAtMost, continuation: undefined };
  const { items } = await readNewest(table, query, (row) => readDocument<NoticeRow>(row));
  return items;
}
