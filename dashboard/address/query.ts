/** The part of an address that says how a view is looked at. Pure. */

/** The value of a name in a query, or of what is the case without. */
export function readQuery(search: string, name: string, fallback = ''): string {
  return new URLSearchParams(search).get(name) ?? fallback;
}

/** One of the words allowed; anything else, which somebody may have typed, is as if it were not there. */
export function readWord<Word extends string>(
  search: string,
  name: string,
  words: readonly Word[],
  fallback: Word,
): Word {
  const given = new URLSearchParams(search).get(name);
  return words.find((word) => word === given) ?? fallback;
}

/** The query with other values; an empty one is left out, so that the same view has one address. */
export function withQuery(search: string, changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  query.sort();
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
