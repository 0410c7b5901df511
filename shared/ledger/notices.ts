/**
 * Notices in the ledger: rows of the table RatchetNotices, one partition for each release or run that they are about, and one
 * row for each notice and receiver.
 */
import type { TableClient } from '@azure/data-tables';
import type { NoticeRow } from '../domain/notice.ts';
import { writeForward } from './conditional-writes.ts';
import { readDocument, writeDocument } from './document.ts';
import type { InTable } from './on-ready-tables.ts';
import { readNewest } from './read-newest.ts';
import { canBeKey, timedKey } from './row-keys.ts';

/** A release has far fewer; of more the latest are shown. */
const shownAtMost = 200;

export class Notices {
  readonly #in: InTable;

  constructor(inTable: InTable) {
    this.#in = inTable;
  }

  /** Writes what became of a notice to one receiver, unless the ledger knows of a later try. */
  record(notice: NoticeRow): Promise<void> {
    return this.#in(`recording notice ${notice.id} to ${notice.to}`, (table) => writeNotice(table, notice));
  }

  /** What people were told of a release or a run, the latest first. */
  list(subject: string): Promise<readonly NoticeRow[]> {
    return this.#in(`listing the notices of ${subject}`, (table) => readNotices(table, subject));
  }
}

/** A late repeat of an earlier try does no harm. */
async function writeNotice(table: TableClient, notice: NoticeRow): Promise<void> {
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
async function readNotices(table: TableClient, subject: string): Promise<readonly NoticeRow[]> {
  if (!canBeKey(subject)) return [];
  const query = { partitions: [subject], limit: shownAtMost, continuation: undefined };
  const { items } = await readNewest(table, query, (row) => readDocument<NoticeRow>(row));
  return items;
}
