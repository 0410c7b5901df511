import type { Inbox, InboxItem, InboxPage } from '../../shared/domain/inbox.ts';
import { read } from './ask.ts';

/** The inbox whole, however many pages it takes. */
export async function readInbox(): Promise<Inbox> {
  // What changes its place between two pages may be on both.
  const items = new Map<string, InboxItem>();
  const first = await read<InboxPage>('inbox');
  for (let page = first; ; ) {
    for (const item of page.items) items.set(item.id, items.get(item.id) ?? item);
    if (page.continuation === undefined) break;
    page = await read<InboxPage>(`inbox?continuation=${encodeURIComponent(page.continuation)}`);
  }
  const { at, unread, changes } = first;
  return { at, items: [...items.values()], unread, changes };
}
