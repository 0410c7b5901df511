/** Which view an address is of, and the addresses of views. Pure. */

export type Route =
  | { readonly view: 'fleet' | 'inbox' | 'decisions' | 'runs' | 'releases' | 'audit' }
  | { readonly view: 'model' | 'trial'; readonly model: string }
  | { readonly view: 'version'; readonly model: string; readonly version: string }
  | { readonly view: 'decision'; readonly id: string }
  | { readonly view: 'run'; readonly id: string }
  | { readonly view: 'release'; readonly id: string }
  | { readonly view: 'nowhere' };

export const root = '/api/ui';

const lists = ['inbox', 'decisions', 'runs', 'releases', 'audit'] as const;

export function routeOf(path: string): Route {
  if (path !== root && !path.startsWith(`${root}/`)) return { view: 'nowhere' };
  const parts = path.slice(root.length).split('/').filter(Boolean).map(decode);
  const [first, second, third, fourth] = parts;
  if (first === undefined) return { view: 'fleet' };
  const list = lists.find((each) => each === first);
  if (list && parts.length === 1) return { view: list };
  if (second === undefined) return { view: 'nowhere' };
  // The id of a signal may hold slashes, written as they are.
  if (first === 'decisions') return { view: 'decision', id: parts.slice(1).join('/') };
  if (parts.length === 2 && first === 'models') return { view: 'model', model: second };
  if (parts.length === 3 && first === 'models' && third === 'try') return { view: 'trial', model: second };
  if (parts.length === 2 && first === 'runs') return { view: 'run', id: second };
  if (parts.length === 2 && first === 'releases') return { view: 'release', id: second };
  if (parts.length === 4 && first === 'models' && third === 'versions')
    return { view: 'version', model: second, version: fourth! };
  return { view: 'nowhere' };
}

/** A part of an address that is no text in UTF-8 is taken as it stands. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const to = (...parts: readonly string[]): string => [root, ...parts.map(encodeURIComponent)].join('/');

export const addressOf = {
  fleet: () => root,
  list: (name: (typeof lists)[number], query: Readonly<Record<string, string>> = {}) =>
    `${to(name)}${Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`}`,
  model: (model: string) => to('models', model),
  /** Its time line around a time, so long before and after it. */
  around: (model: string, iso: string, ms = 12 * 3_600_000) => {
    const at = (change: number) => new Date(Date.parse(iso) + change).toISOString();
    return `${to('models', model)}?${new URLSearchParams({ from: at(-ms), until: at(ms) })}`;
  },
  /** `search`: the span that is looked at. */
  trial: (model: string, search = '') => `${to('models', model, 'try')}${search}`,
  version: (model: string, version: string) => to('models', model, 'versions', version),
  decision: (id: string) => to('decisions', id),
  run: (id: string) => to('runs', id),
  release: (id: string) => to('releases', id),
} as const;
