import type { Reply } from '../../http/json-exchange.ts';
import { userError } from '../../http/service-error.ts';
import type { Request } from '../http.ts';

/** What listing needs to know of a resource, whichever kind it is. */
interface Listed {
  readonly name: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly seq: number;
  readonly details: { readonly isArchived: boolean; readonly tags: Readonly<Record<string, string>> };
}

const pageSize = 50;

/**
 * One page of a list. `$skip` is the continuation, `$top` the most the caller wants in all, `listViewType` shows
 * archived ones or hides them, `tags` (`a,b=1`) asks for labels, `$orderBy` sorts. `items` come newest first.
 */
export function listReply<T extends Listed>(
  request: Request,
  items: readonly T[],
  body: (item: T) => object,
  order = request.query.get('$orderBy') ?? request.query.get('orderBy'),
): Reply {
  const { query } = request;
  const tags = query.get('tags') ?? query.get('tag');
  const fitting = items.filter(
    ({ details }) => isInView(details, query.get('listViewType')) && hasLabels(details.tags, tags),
  );
  const sorted = sortBy(fitting, order);
  const skip = wholeNumber(query, '$skip') ?? wholeNumber(query, 'offset') ?? 0;
  const top = wholeNumber(query, '$top') ?? wholeNumber(query, 'count');
  const size = Math.min(pageSize, top ?? pageSize);
  const page = sorted.slice(skip, skip + size);
  const isMore = skip + size < sorted.length && (top === undefined || top > size);
  const nextLink = isMore
    ? linkTo(request, skip + size, top === undefined ? undefined : top - size)
    : undefined;
  return { status: 200, body: { value: page.map(body), ...(nextLink && { nextLink }) } };
}

function linkTo(request: Request, skip: number, top: number | undefined): string {
  const link = new URL(`${request.origin}${request.path}`);
  for (const [name, value] of request.query) link.searchParams.set(name, value);
  link.searchParams.set('$skip', String(skip));
  link.searchParams.delete('offset');
  if (top !== undefined) link.searchParams.set(request.query.has('count') ? 'count' : '$top', String(top));
  return link.toString();
}

function isInView(details: Listed['details'], view: string | null): boolean {
  switch (view) {
    case null:
    case 'ActiveOnly':
      return !details.isArchived;
    case 'ArchivedOnly':
      return details.isArchived;
    case 'All':
      return true;
    default:
      throw userError(`listViewType: ${JSON.stringify(view)} is none of ActiveOnly, ArchivedOnly, All`);
  }
}

/** `wanted`: `a,b=1`, every one of them. */
export function hasLabels(labels: Readonly<Record<string, string>>, wanted: string | null): boolean {
  return (wanted ?? '')
    .split(',')
    .filter((tag) => tag !== '')
    .every((tag) => {
      const [key = '', ...value] = tag.split('=');
      const actual = labels[key.trim()];
      return actual !== undefined && (value.length === 0 || actual === value.join('='));
    });
}

const sortKeys: Readonly<Record<string, (item: Listed & { version?: string }) => string | number>> = {
  createdtime: (item) => item.seq,
  createdat: (item) => item.seq,
  modifiedtime: (item) => item.modifiedMs,
  updatedtime: (item) => item.modifiedMs,
  updatetime: (item) => item.modifiedMs,
  name: (item) => item.name,
  version: (item) => (/^\d+$/.test(item.version ?? '') ? Number(item.version) : (item.version ?? '')),
};

function sortBy<T extends Listed>(items: readonly T[], order: string | null): readonly T[] {
  if (!order) return items;
  const [field = '', direction = 'asc'] = order.trim().split(/\s+/);
  const key = Object.hasOwn(sortKeys, field.toLowerCase()) && sortKeys[field.toLowerCase()];
  if (!key || !/^(asc|desc)$/i.test(direction)) {
    throw userError(
      `$orderBy: ${JSON.stringify(order)}; use createdtime, modifiedtime, name or version, and asc or desc`,
    );
  }
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return items.toSorted((a, b) => sign * compare(key(a), key(b)) || b.seq - a.seq);
}

/** Numbers before texts, each among their own. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw userError(`${name}: ${JSON.stringify(text)} is not a whole number`);
}
