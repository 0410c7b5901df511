/**
 * What the page has been told, by the path it asked: shown at once when a view is opened again, and asked anew beside.
 *
 * Owns: the cache, and that a path is asked once at a time. Does not own: when to ask again (live.ts).
 *
 * Invariant: what was told once stays on the page while it is asked again, and when that fails.
 */
import { type Signal, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { learnNow } from '../parts/now.ts';
import { ServiceError } from './ask.ts';
import { readWhole } from './read-whole.ts';
import { connection, learnFrom } from './session.ts';

export interface Resource<T> {
  readonly data: T | null;
  /** Why the latest question has no answer. */
  readonly error: ServiceError | null;
  readonly isAsking: boolean;
}

interface Entry {
  readonly value: Signal<Resource<unknown>>;
  users: number;
  asking: Promise<void> | null;
  isStale: boolean;
}

const entriesAtMost = 100;
const entries = new Map<string, Entry>();
const nothing: Resource<never> = { data: null, error: null, isAsking: false };

function entryOf(path: string): Entry {
  const known = entries.get(path);
  if (known) return known;
  if (entries.size >= entriesAtMost) {
    for (const [other, { users, asking }] of entries) if (users === 0 && !asking) entries.delete(other);
  }
  const made = { value: signal({ ...nothing, isAsking: true }), users: 0, asking: null, isStale: true };
  entries.set(path, made);
  return made;
}

/** What a path of the API tells; null: nothing is asked. `everyMs`: what no change tells of is asked again so often. */
export function useResource<T>(path: string | null, everyMs: number | null = null): Resource<T> {
  useEffect(() => {
    if (path === null || everyMs === null) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && connection.peek() === 'reached') void ask(path);
    }, everyMs);
    return () => clearInterval(timer);
  }, [path, everyMs]);
  useEffect(() => {
    if (path === null) return;
    const entry = entryOf(path);
    entry.users++;
    void ask(path);
    return () => {
      entry.users--;
    };
  }, [path]);
  return path === null ? nothing : (entryOf(path).value.value as Resource<T>);
}

/** A question that comes while the same is under way is asked again afterwards: what it is about may have changed. */
export async function ask(path: string): Promise<void> {
  const entry = entryOf(path);
  entry.isStale = true;
  entry.asking ??= askUntilFresh(path, entry).finally(() => {
    entry.asking = null;
  });
  return entry.asking;
}

async function askUntilFresh(path: string, entry: Entry): Promise<void> {
  while (entry.isStale) {
    entry.isStale = false;
    const before = entry.value.peek();
    if (before.data === null) entry.value.value = { ...before, isAsking: true };
    try {
      const data = await readWhole(path);
      connection.value = 'reached';
      const { at } = data as { readonly at?: unknown };
      if (typeof at === 'string') learnNow(at);
      const isSame = before.error === null && JSON.stringify(before.data) === JSON.stringify(data);
      if (!isSame || before.isAsking) entry.value.value = { data, error: null, isAsking: false };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      learnFrom(error);
      entry.value.value = { ...before, error, isAsking: false };
    }
  }
}

/** Asks again for everything that is on the page. */
export async function askAgain(): Promise<void> {
  const shown = [...entries].filter(([, { users }]) => users > 0);
  await Promise.all(shown.map(([path]) => ask(path)));
}
