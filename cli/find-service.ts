/**
 * Which service a command talks to: the one named, or else the one that runs in this folder or one above it, or else
 * the usual address.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { suggest } from '../shared/config/suggest.ts';
import { UsageError } from './command.ts';
import { isAlive } from './is-alive.ts';

export interface Service {
  /** Without a slash at its end. */
  readonly base: string;
  /** By what the command is let in. */
  readonly pass: Pass;
  /** How it was found, for a person: `the service of .ratchet`. */
  readonly described: string;
  /** Whether a person has named it. */
  readonly named: boolean;
}

/** A person's token, or a function key, which is a machine's; neither: a local service asks machines for nothing. */
export type Pass =
  | { readonly kind: 'person'; readonly token: string }
  | { readonly kind: 'machine'; readonly key: string | null };

export interface Where {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  /** A person of the local service. */
  readonly as?: string | undefined;
}

const usualBase = 'http://127.0.0.1:7071';

/** Throws where a named address is none, a state file is damaged, or nobody is named as is asked for. */
export function findService(where: Where): Service {
  const url = where.url ?? (process.env['RATCHET_URL'] || undefined);
  const home = findHome();
  const running = home === null ? null : readRunning(home);
  if (url !== undefined) {
    const from = where.url === undefined ? 'RATCHET_URL' : '--url';
    const base = checkUrl(url, from);
    // The tokens of a folder are for the service of that folder alone.
    const own = running !== null && running.url === base ? { home: home!, keys: running.keys } : null;
    return { base, pass: findPass(where, own), described: `the service of ${from}`, named: true };
  }
  if (home === null || running === null)
    return { base: usualBase, pass: findPass(where, null), described: 'the default address', named: false };
  const pass = findPass(where, { home, keys: running.keys });
  return { base: running.url, pass, described: `the service of ${near(home)}`, named: false };
}

/** What is named wins over the environment, and that over what the local service's folder has. */
function findPass(where: Where, own: { readonly home: string; readonly keys: boolean } | null): Pass {
  const { key, token, as } = where;
  if ([key, token, as].filter((given) => given !== undefined).length > 1)
    throw new UsageError('--as, --token and --key each say who you are: give one of them');
  if (token !== undefined) return { kind: 'person', token };
  if (key !== undefined) return { kind: 'machine', key };
  if (as !== undefined) {
    if (own === null)
      throw new Error(`--as ${as}: only the local service knows people by name; give a token with --token`);
    return { kind: 'person', token: readToken(own.home, as)! };
  }
  const { RATCHET_TOKEN: named, RATCHET_KEY: namedKey } = process.env;
  if (named) return { kind: 'person', token: named };
  if (namedKey) return { kind: 'machine', key: namedKey };
  const mine = own === null ? null : readToken(own.home, null);
  if (mine !== null) return { kind: 'person', token: mine };
  return { kind: 'machine', key: own?.keys ? readHostKey(own.home) : null };
}

/** The token of a person of the local service; null: of the first one, the machine's user. */
function readToken(home: string, name: string | null): string | null {
  const file = join(home, 'people.json');
  const { people = [] } = (readState(file) ?? {}) as {
    people?: readonly { name?: unknown; token?: unknown }[];
  };
  const person = name === null ? people[0] : people.find((candidate) => candidate.name === name);
  if (typeof person?.token === 'string') return person.token;
  if (name === null) return null;
  const names = people.map((candidate) => String(candidate.name));
  const known = names.length === 0 ? 'has nobody' : `has ${names.join(', ')}`;
  throw new Error(`--as ${name}: nobody of that name${suggest(name, names)}; ${near(file)} ${known}`);
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
  const { pid, url, keys } = state;
  // Killed, it could not take the file back: whoever listens at its address by now is to have no token.
  if (typeof pid === 'number' && !isAlive(pid)) return null;
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
