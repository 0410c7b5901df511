import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inbox, InboxItem } from '../../../shared/domain/inbox.ts';
import { modelKeys, pageAfter } from '../../../shared/overview/page-after.ts';
import { pageOfInbox } from '../../../shared/overview/read-inbox.ts';

const name = fc.stringMatching(/^[a-z0-9-]{1,48}$/);
const names = fc.uniqueArray(name, { maxLength: 30 }).map((all) => all.sort());
const limit = fc.integer({ min: 1, max: 7 });

/** All pages, and what each of them says of the next. */
function turn<Page extends { readonly continuation?: string | null }>(
  ask: (continuation: string | undefined) => Page,
): readonly Page[] {
  const pages: Page[] = [];
  for (let continuation: string | undefined; pages.length < 100; ) {
    const page = ask(continuation);
    pages.push(page);
    if (!page.continuation) break;
    continuation = page.continuation;
  }
  return pages;
}

describe('a page of a list that is made anew', () => {
  it('is no longer than asked, and all pages together are the list', () => {
    fc.assert(
      fc.property(names, limit, (all, most) => {
        const pages = turn((continuation) => pageAfter(all, modelKeys, { limit: most, continuation }));
        expect(pages.flatMap(({ page }) => page)).toEqual(all);
        expect(pages).toHaveLength(Math.max(1, Math.ceil(all.length / most)));
      }),
    );
  });

  it('repeats nothing and leaves nothing out of what stays, whatever comes and goes between two pages', () => {
    const lists = fc.array(names, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(names, lists, limit, (stays, changing, most) => {
        let asked = 0;
        const pages = turn((continuation) => {
          const now = [...new Set([...stays, ...(changing[asked++] ?? [])])].sort();
          return pageAfter(now, modelKeys, { limit: most, continuation });
        });
        const told = pages.flatMap(({ page }) => page);
        expect(new Set(told).size).toBe(told.length);
        expect(told.filter((each) => stays.includes(each))).toEqual(stays);
      }),
    );
  });

  it.each(['', 'n/a', Buffer.from('../x').toString('base64url')])('is refused after %j', (continuation) => {
    expect(() => pageAfter(['a'], modelKeys, { limit: 1, continuation })).toThrow(
      `continuation must come from an earlier page; found "${continuation}"; leave it out to start at the first page`,
    );
  });
});

describe('a page of the inbox', () => {
  const times = fc.constantFrom(null, '2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z');
  const act = (whyNot: string | null) => ({ action: 'x', fields: {}, does: '', whyNot, command: '' });
  const item = fc
    .record({ id: name, until: times, since: times, whyNot: fc.constantFrom(null, 'no') })
    .map(({ id, until, since, whyNot }): InboxItem => {
      const common = { id: `broken-file ${id}`, model: id, sentence: '', otherwise: null, problems: [] };
      return { what: 'broken-file', ...common, until, since, acts: [act(whyNot)] };
    });
  const inboxes = fc
    .uniqueArray(item, { maxLength: 20, selector: ({ id }) => id })
    .map((items): Inbox => ({ at: 'now', items, unread: [], changes: 'x' }));

  it('has what is over first, says how many there are, and leads to all of them', () => {
    fc.assert(
      fc.property(inboxes, limit, (inbox, most) => {
        const pages = turn((continuation) => pageOfInbox(inbox, { limit: most, continuation }));
        const { items: all } = pageOfInbox(inbox, { limit: 200, continuation: undefined });
        expect(pages.flatMap(({ items }) => items)).toEqual(all);
        expect(new Set(all)).toEqual(new Set(inbox.items));
        const ends = all.map(({ until }) => until ?? '~');
        expect(ends).toEqual([...ends].sort());
        for (const page of pages) expect(page).toMatchObject({ total: inbox.items.length, changes: 'x' });
        expect(pages.at(-1)).not.toHaveProperty('continuation');
      }),
    );
  });
});
