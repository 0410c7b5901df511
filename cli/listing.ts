import pc from 'picocolors';

/** Options of every command that shows a page of a listing. */
export const pageOptions = {
  limit: { type: 'string' },
  continuation: { type: 'string' },
} as const;

export const pageUsage = '[--limit N] [--continuation TOKEN]';

/** A path of the API with those of the values that are given as its query. */
export function listingPath(
  path: string,
  values: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Prints a page for a person, and how to see the next one. */
export function printPage<T>(
  items: readonly T[],
  describe: (item: T) => string,
  { continuation, none }: { readonly continuation: string | undefined; readonly none: string },
): void {
  if (items.length === 0) console.log(none);
  for (const item of items) console.log(describe(item));
  if (continuation !== undefined) {
    console.log(pc.dim(`More: the same with --continuation ${continuation}`));
  }
}
