/**
 * Which service a command talks to: the one named, or else the one that runs in this folder or one above it, or else
 * the usual address.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export interface Service {
  /** Without a slash at its end. */
  readonly base: string;
  /** A function key, where one is known. */
  readonly key: string | null;
  /** How it was found, for a person: `the service of .ratchet`. */
  readonly described: string;
  /** Whether a person has named it. */
  readonly named: boolean;
}

export interface Where {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
}

const usualBase = 'http://127.0.0.1:7071';

/** Throws where a named address is none, or a state file is damaged. */
export function findService(where: Where): Service {
  const given = where.key || process.env['RATCHET_KEY'] || null;
  const url = where.url ?? (process.env['RATCHET_URL'] || undefined);
  if (url !== undefined) {
    const from = where.url === undefined ? 'RATCHET_URL' : '--url';
    return { base: checkUrl(url, from), key: given, described: `the service of ${from}`, named: true };
  }
  const home = findHome();
  const running = home === null ? null : readRunning(home);
  if (home === null || running === null)
    return { base: usualBase, key: given, described: 'the default address', named: false };
  const key = given ?? (running.keys ? readHostKey(home) : null);
  return { base: running.url, key, described: `the service of ${near(home)}`, named: false };
}

/** The state folder of the service of this folder: RATCHET_HOME, or `.ratchet` here or in a folder above. */
export function findHome(): string | null {
  const named = process.env['RATCHET_HOME'];
  if (named) return resolve(named);
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.ratchet'))) return join(folder, '.ratchet');
    if (folder === dirname(folder)) return null;
  }
}

/** What the service that runs with this state folder says of itself; null where none runs. */
function readRunning(home: string): { url: string; keys: boolean } | null {
  const file = join(home, 'service.json');
  const state = readState(file);
  if (state === null) return null;
  const { url, keys } = state;
  if (typeof url !== 'string')
    throw new Error(`${file}: url: expected a string; stop the service and start it again`);
  return { url, keys: keys === true };
}

function readHostKey(home: string): string | null {
  const file = join(home, 'host', 'keys.json');
  const { hostKeys } = readState(file) ?? {};
  const key = (hostKeys as { default?: unknown } | undefined)?.default;
  return typeof key === 'string' ? key : null;
}

function readState(file: string): Record<string, unknown> | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`${file} is not JSON: stop the service and start it again`, { cause });
  }
}

function checkUrl(url: string, from: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed && /^https?:$/.test(parsed.protocol)) return url.replace(/\/+$/, '').replace(/\/api$/, '');
  throw new Error(
    `${from}: expected the address of a service, such as ${usualBase}, got ${JSON.stringify(url)}`,
  );
}

/** A path as a person in this folder would write it. */
export function near(path: string): string {
  const isBelow = (folder: string): boolean => process.cwd().startsWith(folder);
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || (fromHere.startsWith('..') && !isBelow(dirname(path))) ? path : fromHere;
}
