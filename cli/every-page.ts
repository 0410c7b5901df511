/** What is told whole, however many pages of the API it takes. */
import type { Inbox, InboxItem, InboxPage } from '../shared/domain/inbox.ts';
import { listingPath } from './listing.ts';

type Ask = (path: string) => Promise<unknown>;

interface ModelsPage<View> {
  readonly models: readonly View[];
  readonly continuation?: string;
}

/** In the order of their names. */
export async function askModels<View>(ask: Ask): Promise<ModelsPage<View>> {
  const models: View[] = [];
  let last = {};
  for await (const { continuation, ...page } of everyPage<ModelsPage<View>>(ask, 'models')) {
    models.push(...page.models);
    last = page;
  }
  return { ...last, models };
}

export async function askInbox(ask: Ask): Promise<Inbox> {
  // What changes its place between two pages may be on both.
  const items = new Map<string, InboxItem>();
  let last: Partial<InboxPage> = {};
  for await (const { continuation, ...page } of everyPage<InboxPage>(ask, 'inbox')) {
    for (const item of page.items) items.set(item.id, items.get(item.id) ?? item);
    last = page;
  }
  return { ...(last as Inbox), items: [...items.values()] };
}

async function* everyPage<Page extends { readonly continuation?: string }>(
  ask: Ask,
  path: string,
): AsyncGenerator<Page> {
  for (let continuation: string | undefined; ; ) {
    const page = (await ask(listingPath(path, { continuation }))) as Page;
    yield page;
    continuation = page.continuation;
    if (continuation === undefined) return;
  }
}
