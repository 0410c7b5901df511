import { printable } from '../shared/gates/report/printable.ts';

/** Options of every command that asks the service. */
export const serviceOptions = {
  url: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

interface Where {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Asks the HTTP API and answers its JSON. Throws with the service's own words when it refuses, unless it does so with
 * one of the statuses that are an answer, too.
 */
export async function askService(...asked: Parameters<typeof askForText>): Promise<unknown> {
  return JSON.parse(await askForText(...asked)) as unknown;
}

/** The same for an answer that is text as it is. */
export async function askForText(
  where: Where,
  path: string,
  init: RequestInit = {},
  answers: readonly number[] = [],
): Promise<string> {
  const base = (where.url ?? process.env['RATCHET_URL'] ?? 'http://127.0.0.1:7071').replace(/\/+$/, '');
  const key = where.key ?? process.env['RATCHET_KEY'];
  const headers = new Headers(init.headers);
  if (key) headers.set('x-functions-key', key);
  const response = await fetch(`${base}/api/${path}`, { ...init, headers }).catch((cause: unknown) => {
    throw new Error(`nothing answers at ${base}; start the service with npm start, or name it with --url`, {
      cause,
    });
  });
  const text = await response.text();
  if (response.ok || answers.includes(response.status)) return text;
  if (response.status === 401)
    throw new Error(`${base} wants a function key: give it with --key or RATCHET_KEY`);
  throw new Error(`${base} answered ${response.status}: ${printable(detailOf(text))}`);
}

/**
 * An id as the rest of a route's path. Slashes stay: hosts leave `%2F` as it is, and could not tell `a/b` from `a%2Fb`.
 * Where a path would lose one of its segments, `%2F` is the lesser evil.
 */
export function encodeId(id: string): string {
  const encoded = encodeURIComponent(id);
  return id.split('/').some((part) => /^\.{0,2}$/.test(part)) ? encoded : encoded.replaceAll('%2F', '/');
}

function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === 'string' ? detail : text.slice(0, 500);
  } catch {
    return text.slice(0, 500);
  }
}

export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
