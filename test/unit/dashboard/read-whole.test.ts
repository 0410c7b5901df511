import { afterEach, expect, it, vi } from 'vitest';
import { readWhole } from '../../../dashboard/service/read-whole.ts';

afterEach(() => vi.unstubAllGlobals());

it.each([
  ['inbox', 'items', 'id'],
  ['models', 'models', 'model'],
])('reads all pages of %s, and what is on two of them once', async (path, field, key) => {
  const page = (ids: readonly string[], more: object) => ({
    ...{ at: '2026-03-01T00:00:00.000Z', changes: 'first', total: 3, ...more },
    [field]: ids.map((id) => ({ [key]: id })),
  });
  const pages: Readonly<Record<string, object>> = {
    [`/api/signed-in/${path}`]: page(['a', 'b'], { continuation: 'b+' }),
    [`/api/signed-in/${path}?limit=200&continuation=b%2B`]: page(['b', 'c'], { changes: 'later' }),
  };
  vi.stubGlobal('fetch', async (asked: string) => Response.json(pages[asked]));
  expect(await readWhole(path)).toEqual({
    ...{ at: '2026-03-01T00:00:00.000Z', total: 3 },
    // What changes after the first page was read is asked again.
    changes: 'first',
    [field]: ['a', 'b', 'c'].map((id) => ({ [key]: id })),
  });
});

it('reads what is no list once', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    return Response.json({ items: [], continuation: 'more' });
  });
  expect(await readWhole('models/m/policy')).toEqual({ items: [], continuation: 'more' });
  expect(asked).toEqual(['/api/signed-in/models/m/policy']);
});
