/**
 * A page of a list that is made anew with each answer, and sorted by its keys: a continuation is the key of the last that was told. Pure.
 *
 * Whatever the list gains or loses meanwhile, nothing is told twice and nothing left out, unless it takes another key.
 */
import { RatchetError } from '../errors.ts';

export interface Asked {
  readonly limit: number;
  readonly continuation: string | undefined;
}

interface Keys<Item> {
  of(item: Item): string;
  /** What any key looks like. */
  readonly shape: RegExp;
}

export const modelKeys: Keys<string> = { of: (name) => name, shape: /^[a-z0-9-]{1,48}$/ };

export function pageAfter<Item>(
  sorted: readonly Item[],
  keys: Keys<Item>,
  { limit, continuation }: Asked,
): { readonly page: readonly Item[]; readonly continuation: string | null } {
  const after = continuation === undefined ? '' : readContinuation(continuation, keys.shape);
  const rest = sorted.filter((item) => keys.of(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const isCut = rest.length > page.length && last !== undefined;
  return { page, continuation: isCut ? Buffer.from(keys.of(last)).toString('base64url') : null };
}

function readContinuation(text: string, shape: RegExp): string {
  const key = Buffer.from(text, 'base64url').toString();
  if (shape.test(key)) return key;
  throw new RatchetError(
    'bad-request',
    `continuation must come from an earlier page; found ${JSON.stringify(text.slice(0, 40))}; leave it out to start at the first page`,
  );
}
