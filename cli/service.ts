import { printable } from '../shared/gates/report/printable.ts';
import { findService, type Pass, type Service, type Where } from './find-service.ts';

/** Nothing answers at the address. */
export class SilentService extends Error {}

/** Options of every command that asks the service. */
export const serviceOptions = {
  url: { type: 'string' },
  as: { type: 'string' },
  token: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** How every command that asks the service says which and who asks. */
export const serviceUsage = '[--as NAME | --token TOKEN | --key KEY] [--url URL] [--json]';

/**
 * Asks the HTTP API and answers its JSON. Throws with the service's own words when it refuses, unless it does so with
 * one of the statuses that are an answer, too.
 */
export async function askService(
  where: Where & { readonly json?: boolean | undefined },
  path: string,
  init: RequestInit = {},
  answers: readonly number[] = [],
): Promise<unknown> {
  const { base, text } = await ask(where, path, init, answers);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Error(describeStranger(base, text), { cause });
  }
}

/** The same for an answer that is text as it is. */
export async function askForText(where: Where, path: string): Promise<string> {
  return (await ask(where, path, {}, [])).text;
}

async function ask(
  where: Where & { readonly json?: boolean | undefined },
  path: string,
  init: RequestInit,
  answers: readonly number[],
): Promise<{ base: string; text: string }> {
  const service = findService(where);
  const { base } = service;
  const pass = await completePass(service);
  tell(service, where.json === true);
  const headers = new Headers(init.headers);
  if (pass.kind === 'person') headers.set('authorization', `Bearer ${pass.token}`);
  else if (pass.key) headers.set('x-functions-key', pass.key);
  const door = pass.kind === 'person' ? 'api/signed-in' : 'api';
  // A token is for this address alone: it is not sent on to another one.
  const response = await fetch(`${base}/${door}/${path}`, { ...init, headers, redirect: 'manual' }).catch(
    (cause: unknown) => {
      throw new SilentService(describeSilence(service), { cause });
    },
  );
  const text = await response.text();
  if (response.ok || answers.includes(response.status)) return { base, text };
  const detail = detailOf(text);
  if (response.status === 401 && detail === null) throw new Error(describeDoor(base, pass));
  if (detail === null && !isJson(response)) throw new Error(describeStranger(base, text, response.status));
  throw new Error(`${base} answered ${response.status}: ${printable(detail ?? text.slice(0, 500))}`);
}

/** Nobody is named, and the service is not of this machine: whoever is signed in to the Azure CLI asks. */
async function completePass({ base, pass }: Service): Promise<Pass> {
  if (pass.kind === 'person' || pass.key !== null || !base.startsWith('https:')) return pass;
  const token = await (await import('./azure/sign-in.ts')).signInByAz();
  return token === null ? pass : { kind: 'person', token };
}

function describeDoor(base: string, pass: Pass): string {
  if (pass.kind === 'person')
    return `${base} does not know the token: it may have expired, or be of another service`;
  return `${base} needs to know who you are: a person by az login and RATCHET_SCOPE, by --token or RATCHET_TOKEN (locally --as NAME), a machine by --key or RATCHET_KEY`;
}

let told = false;

/** A person is told once which service answers, unless it was named; a program reads what it asked for and no more. */
function tell({ base, described, named }: Service, forProgram: boolean): void {
  if (told || named || forProgram) return;
  told = true;
  console.error(`${described}, ${base}:`);
}

function describeSilence({ base, described, named }: Service): string {
  const found = named ? '' : ` (${described})`;
  return `nothing answers at ${base}${found}; start the service with ratchet up, or name it with --url`;
}

/** Something answers that is no Ratchet: a web page, a proxy, another program on that port. */
function describeStranger(base: string, text: string, status = 200): string {
  const begin = printable(text.trim().slice(0, 60)).replaceAll(/\s+/g, ' ');
  const what = begin === '' ? 'nothing' : `${JSON.stringify(begin)}…`;
  return `${base} answered ${status} with ${what}, which is not Ratchet's API: check that --url is the address of the service, without a path`;
}

const isJson = (response: Response): boolean => /[/+]json\b/.test(response.headers.get('content-type') ?? '');

/**
 * An id as the rest of a route's path. Slashes stay: hosts leave `%2F` as it is, and could not tell `a/b` from `a%2Fb`.
 * Where a path would lose one of its segments, `%2F` is the lesser evil.
 */
export function encodeId(id: string): string {
  const encoded = encodeURIComponent(id);
  return id.split('/').some((part) => /^\.{0,2}$/.test(part)) ? encoded : encoded.replaceAll('%2F', '/');
}

function detailOf(text: string): string | null {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === 'string' ? detail : null;
  } catch {
    return null;
  }
}

export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
