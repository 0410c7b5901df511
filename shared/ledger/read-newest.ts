/**
 * Reads rows newest first, a page at a time, of one partition or of all.
 *
 * Across partitions (the models), the newest of each are read and merged. Where it is known how late the rows of each are,
 * the latest partitions are read first, and no more than can have a row on the page; else which there are is found by jumping
 * from one to the next. A page costs the same however many rows there are, except where `filter` passes rows over.
 *
 * Invariant: keys do not change, so a continuation goes on after the last row of its page, whatever was written since.
 */
import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import { RatchetError } from '../errors.ts';
import type { KnownRow } from './conditional-writes.ts';
import { listPartitions } from './partitions.ts';
import { invertTime, quote } from './row-keys.ts';

export interface Page<T> {
  /** Newest first. */
  readonly items: readonly T[];
  /** For the page after this one; null where nothing follows. */
  readonly continuation: string | null;
}

interface NewestQuery {
  /** Absent: all there are. */
  readonly partitions?: readonly string[] | undefined;
  /** In place of those: by partition, a time (ISO 8601, UTC) than which no row listed is later. */
  readonly latest?: ReadonlyMap<string, string> | undefined;
  /** Happens before a partition is read. */
  readonly before?: (partition: string) => Promise<void>;
  /** What stands before the time in the keys of the rows listed; other rows are not seen. */
  readonly prefix?: string;
  /** ISO 8601, UTC: only rows of this moment or later. */
  readonly since?: string | undefined;
  /** ISO 8601, UTC: only rows of before this moment. */
  readonly until?: string | undefined;
  /** A further condition in OData. The service reads every row it passes over. */
  readonly filter?: string | undefined;
  readonly limit: number;
  readonly continuation?: string | undefined;
}

/** A row's place in the order of a listing: by row key, then by partition. */
interface Place {
  readonly rowKey: string;
  readonly partition: string;
}

interface Found extends Place {
  readonly row: KnownRow;
}

/** Partitions are read side by side, but not all of a large fleet at once. */
const sideBySide = 8;

export async function readNewest<T>(
  table: TableClient,
  query: NewestQuery,
  read: (row: KnownRow) => T,
): Promise<Page<T>> {
  const after = query.continuation === undefined ? null : readContinuation(query.continuation);
  const partitions = query.latest
    ? latestFirst(query.latest, query.since)
    : (query.partitions ?? (await listPartitions(table)));
  const found: Found[] = [];
  for (let first = 0; first < partitions.length; first += sideBySide) {
    const some = partitions.slice(first, first + sideBySide);
    if (query.latest && isFull(found, query, query.latest.get(some[0]!)!)) break;
    const pages = await Promise.all(some.map((partition) => readPartition(table, partition, query, after)));
    found.push(...pages.flat());
    found.sort((a, b) => (isAfter(a, b) ? 1 : -1));
  }
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(({ row }) => read(row)),
    continuation: last && found.length > query.limit ? writeContinuation(last) : null,
  };
}

/** Without those that have nothing since then. */
function latestFirst(latest: ReadonlyMap<string, string>, since = ''): readonly string[] {
  const names = [...latest].filter(([, at]) => at >= since);
  return names.sort(([, a], [, b]) => (a > b ? -1 : a < b ? 1 : 0)).map(([name]) => name);
}

/** Whether no row of that time or before has a place on the page, or tells that something follows it. */
function isFull(found: readonly Found[], { prefix = '', limit }: NewestQuery, latest: string): boolean {
  const last = found[limit];
  return last !== undefined && last.rowKey < `${prefix}${invertTime(latest)}`;
}

/** One row more than asked for tells whether anything follows. */
async function readPartition(
  table: TableClient,
  partition: string,
  query: NewestQuery,
  after: Place | null,
): Promise<Found[]> {
  await query.before?.(partition);
  const wanted = query.limit + 1;
  const found: Found[] = [];
  const queryOptions = { filter: filterOf(partition, query, after) };
  const rows = table.listEntities({ queryOptions, ...callLimit() });
  for await (const page of rows.byPage({ maxPageSize: Math.min(wanted, 1000) })) {
    for (const row of page) found.push({ rowKey: String(row.rowKey), partition, row });
    if (found.length >= wanted) break;
  }
  return found;
}

function filterOf(
  partition: string,
  { prefix = '', since, until, filter }: NewestQuery,
  after: Place | null,
): string {
  // A time is digits; the colon is the character after the nine, the full stop the one after the hyphen.
  const end = since === undefined ? `${prefix}:` : `${prefix}${invertTime(since)}.`;
  // What is of the moment itself comes before the full stop.
  const first = until === undefined ? `${prefix}0` : `${prefix}${invertTime(until)}.`;
  const from = after === null ? first : after.rowKey;
  const begins = after === null || partition > after.partition ? 'ge' : 'gt';
  return [
    `PartitionKey eq ${quote(partition)}`,
    `RowKey ${begins} ${quote(from)}`,
    `RowKey lt ${quote(end)}`,
    ...(filter === undefined ? [] : [filter]),
  ].join(' and ');
}

function isAfter(a: Place, b: Place): boolean {
  return a.rowKey === b.rowKey ? a.partition > b.partition : a.rowKey > b.rowKey;
}

function writeContinuation({ rowKey, partition }: Place): string {
  return Buffer.from(JSON.stringify([rowKey, partition])).toString('base64url');
}

function readContinuation(text: string): Place {
  try {
    const [rowKey, partition] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (typeof rowKey === 'string' && typeof partition === 'string' && /^!?\d{13}-/.test(rowKey)) {
      return { rowKey, partition };
    }
  } catch {
    // Said below.
  }
  throw new RatchetError(
    'bad-request',
    `continuation must come from an earlier page; found ${JSON.stringify(text.slice(0, 40))}; leave it out to start at the first page`,
  );
}
