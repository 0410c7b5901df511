/** Lists that the page shows whole, however many pages of the API they take. */
import { read } from './ask.ts';

interface Listed {
  readonly field: string;
  /** What an item is told by. */
  readonly key: string;
}

const lists: Readonly<Record<string, Listed>> = {
  inbox: { field: 'items', key: 'id' },
  models: { field: 'models', key: 'model' },
};

type Page = { readonly continuation?: string } & Readonly<Record<string, unknown>>;

/** What a path answers; of a list all its items. */
export async function readWhole(path: string): Promise<unknown> {
  const list = Object.hasOwn(lists, path) ? lists[path] : undefined;
  if (!list) return read(path);
  const { field, key } = list;
  // What changes its place between two pages may be on both.
  const items = new Map<unknown, unknown>();
  const { continuation, ...first } = await read<Page>(path);
  const add = (page: Page): void => {
    for (const item of page[field] as Readonly<Record<string, unknown>>[]) {
      if (!items.has(item[key])) items.set(item[key], item);
    }
  };
  add(first);
  for (let next = continuation; next !== undefined; ) {
    const page = await read<Page>(`${path}?limit=200&continuation=${encodeURIComponent(next)}`);
    add(page);
    next = page.continuation;
  }
  return { ...first, [field]: [...items.values()] };
}
