import { afterEach, expect, it, vi } from 'vitest';
import { readInbox } from '../../../dashboard/service/read-inbox.ts';

afterEach(() => vi.unstubAllGlobals());

it('reads all pages, and what is on two of them once', async () => {
  const page = (ids: readonly string[], more: object) => ({
    ...{ at: '2026-03-01T00:00:00.000Z', unread: [], changes: 'first', total: 3, ...more },
    items: ids.map((id) => ({ id })),
  });
  const pages: Readonly<Record<string, object>> = {
    '/api/signed-in/inbox': page(['a', 'b'], { continuation: 'b+' }),
    '/api/signed-in/inbox?continuation=b%2B': page(['b', 'c'], { changes: 'later' }),
  };
  vi.stubGlobal('fetch', async (path: string) => Response.json(pages[path]));
  const { items, ...rest } = await readInbox();
  expect(items.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  // What changes after the first page was read is asked again.
  expect(rest).toEqual({ at: '2026-03-01T00:00:00.000Z', unread: [], changes: 'first' });
});
