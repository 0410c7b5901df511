import type { InstanceRow } from '../store/records.ts';
import { readInstance } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { type Handler, header, readTime, refusal } from './client.ts';
import { renderStatus } from './status.ts';

const defaultPageSize = 100;
const tokenHeader = 'x-ms-continuation-token';

interface InstanceFilter {
  readonly createdFromMs: number | null;
  readonly createdToMs: number | null;
  readonly statuses: readonly string[];
  readonly idPrefix: string;
}

/** In order of creation, a page at a time; the token of a page says where it ended. */
export const listInstances: Handler = ({ engine }, request) => {
  const { query } = request;
  const filter = readFilter(query);
  if (!filter) return refusal(400, 'createdTimeFrom and createdTimeTo must be ISO 8601 times.');
  const size = Number(query.get('top') || defaultPageSize);
  if (!Number.isInteger(size) || size < 1) return refusal(400, 'top must be a whole number above 0.');
  const after = readToken(header(request, tokenHeader));
  const rows = findInstances(engine.store, filter, after, size + 1);
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const showInput = query.get('showInput')?.toLowerCase() !== 'false';
  return {
    status: 200,
    ...(rows.length > size && last ? { headers: { [tokenHeader]: writeToken(last) } } : {}),
    body: page.map((row) => renderStatus(row, showInput)),
  };
};

/** Null when a time cannot be read. */
export function readFilter(query: URLSearchParams): InstanceFilter | null {
  const createdFromMs = readTime(query, 'createdTimeFrom');
  const createdToMs = readTime(query, 'createdTimeTo');
  if (createdFromMs === undefined || createdToMs === undefined) return null;
  const statuses = (query.get('runtimeStatus') ?? '').split(',').filter((status) => status !== '');
  return { createdFromMs, createdToMs, statuses, idPrefix: query.get('instanceIdPrefix') ?? '' };
}

export function findInstances(
  store: Store,
  filter: InstanceFilter,
  after: readonly [number, string],
  limit: number,
): InstanceRow[] {
  const marks = filter.statuses.map(() => '?').join(', ');
  const sql = `SELECT * FROM instances
    WHERE (created_ms, id) > (?, ?) AND created_ms >= ? AND created_ms <= ?
      AND substr(id, 1, ?) = ? ${marks === '' ? '' : `AND status COLLATE NOCASE IN (${marks})`}
    ORDER BY created_ms, id LIMIT ?`;
  return store
    .prepare(sql)
    .all(
      ...after,
      filter.createdFromMs ?? Number.MIN_SAFE_INTEGER,
      filter.createdToMs ?? Number.MAX_SAFE_INTEGER,
      filter.idPrefix.length,
      filter.idPrefix,
      ...filter.statuses,
      limit,
    )
    .map(readInstance);
}

function writeToken(row: InstanceRow): string {
  return Buffer.from(JSON.stringify([row.createdMs, row.id])).toString('base64url');
}

function readToken(token: string | undefined): readonly [number, string] {
  const fromTheStart = [Number.MIN_SAFE_INTEGER, ''] as const;
  if (!token) return fromTheStart;
  try {
    const [createdMs, id] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    return [Number(createdMs), String(id)];
  } catch {
    return fromTheStart;
  }
}
