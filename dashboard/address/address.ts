/**
 * Where the reader is: the address bar, as a signal.
 *
 * Owns: the history of the browser, and links of this page. Does not own: what an address shows (app.tsx).
 */
import { computed, signal } from '@preact/signals';
import { withQuery } from './query.ts';
import { root, routeOf } from './route.ts';

const place = signal({ path: location.pathname, search: location.search });

export const path = computed(() => place.value.path);
export const search = computed(() => place.value.search);
export const route = computed(() => routeOf(place.value.path));

function go(href: string, how: 'push' | 'replace' = 'push'): void {
  const url = new URL(href, location.href);
  if (how === 'push') history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  const isOtherView = url.pathname !== place.value.path;
  place.value = { path: url.pathname, search: url.search };
  if (isOtherView) scrollTo(0, 0);
}

/** Sets how the view is looked at; typing leaves no trail of letters behind in the history. */
export function setQuery(changes: Readonly<Record<string, string | null>>, how: 'push' | 'replace'): void {
  const { path, search } = place.value;
  go(`${path}${withQuery(search, changes)}`, how);
}

/** A plain click on a link of this page stays on this page; every other is the browser's. */
function follow(event: MouseEvent): void {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!isPlain || event.defaultPrevented || !(link instanceof HTMLAnchorElement) || link.target !== '')
    return;
  const { origin, pathname, hash } = new URL(link.href);
  if (origin !== location.origin || (pathname !== root && !pathname.startsWith(`${root}/`)) || hash !== '')
    return;
  event.preventDefault();
  go(link.href);
}

export function watchAddress(): void {
  addEventListener('popstate', () => {
    place.value = { path: location.pathname, search: location.search };
  });
  document.addEventListener('click', follow);
}
