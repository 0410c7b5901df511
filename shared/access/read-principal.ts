/**
 * The principal that App Service authentication hands over, to a visitor. Pure.
 *
 * Owns: when the header is trusted, whom it names, and which roles its claims carry.
 * Does not own: what a visitor may do (access-table.ts).
 *
 * `X-MS-CLIENT-PRINCIPAL` is base64 of `{auth_typ, claims: [{typ, val}], name_typ, role_typ}`
 * (learn.microsoft.com/azure/app-service/configure-authentication-user-identities). The platform takes it out of what
 * comes from outside only where authentication is on for the app; elsewhere anybody may send it.
 *
 * Invariants
 * 1. Where authentication is off nothing of a request makes it a person's.
 * 2. Whatever stands in the header, the answer is a visitor or a refusal: 401 or 403.
 * 3. An application's own token is a machine's, whatever roles it holds.
 */
import { RatchetError } from '../errors.ts';
import { type Role, roles } from './access-table.ts';
import type { SignIn } from './sign-in.ts';
import type { Visitor } from './visitor.ts';

const principalHeader = 'x-ms-client-principal';
/** The name that the platform itself gives, where no claim has one that can be shown. */
const nameHeader = 'x-ms-client-principal-name';

/** Entra sends far less; hosts refuse longer headers. */
const longestHeader = 64 * 1024;

/** Claims by type: short names of tokens of version 2, and what App Service makes of those of version 1. */
const types = {
  objectId: ['oid', 'http://schemas.microsoft.com/identity/claims/objectidentifier'],
  subject: ['sub', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier'],
  roles: ['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'],
  groups: ['groups', 'http://schemas.xmlsoap.org/claims/group'],
  /** The name to be shown, the surest first. */
  names: [
    'preferred_username',
    'upn',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn',
    'email',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
    'unique_name',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
    'name',
  ],
  kind: ['idtyp'],
  application: ['app_displayname', 'azp', 'appid'],
  /** What stands in place of groups that are too many for a token. */
  leftOut: ['_claim_names', 'hasgroups'],
} as const;

/** Throws `sign-in-off`, `not-signed-in` or `forbidden`. */
export function readPrincipal(headers: { get(name: string): string | null }, signIn: SignIn): Visitor {
  if (!signIn.isOn) {
    const message =
      'App Service authentication is off for this app, so that nobody can prove who they are: switch it on, see docs/access.md';
    throw new RatchetError('sign-in-off', message);
  }
  const header = headers.get(principalHeader);
  if (header === null) {
    throw notSignedIn(
      'nobody is signed in: send a token of Microsoft Entra as Authorization: Bearer, or sign in',
    );
  }
  const { provider, claims } = decode(header);
  if (provider !== 'aad') {
    throw new RatchetError(
      'forbidden',
      `signed in with ${JSON.stringify(provider.slice(0, 40))}: roles come from Microsoft Entra alone; sign in there`,
    );
  }
  return toVisitor(claims, headers.get(nameHeader), signIn);
}

type Claims = ReadonlyMap<string, readonly string[]>;

function decode(header: string): { provider: string; claims: Claims } {
  const text =
    header.length <= longestHeader && /^[A-Za-z0-9+/_-]+={0,2}$/.test(header)
      ? Buffer.from(header, 'base64').toString('utf8')
      : '';
  const principal = parseObject(text);
  const { auth_typ: provider, claims } = principal;
  if (typeof provider !== 'string' || !Array.isArray(claims)) {
    throw notSignedIn(`${principalHeader} is not base64 of {"auth_typ", "claims"} in JSON; sign in again`);
  }
  const found = new Map<string, string[]>();
  for (const claim of claims as readonly unknown[]) {
    const { typ, val } = (claim ?? {}) as { typ?: unknown; val?: unknown };
    if (typeof typ !== 'string' || typeof val !== 'string') {
      throw notSignedIn(`${principalHeader} has a claim that is not {"typ", "val"} of texts; sign in again`);
    }
    const values = found.get(typ);
    if (values) values.push(val);
    else found.set(typ, [val]);
  }
  return { provider, claims: found };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function toVisitor(claims: Claims, platformName: string | null, { groups }: SignIn): Visitor {
  const all = (kind: keyof typeof types): string[] => types[kind].flatMap((type) => claims.get(type) ?? []);
  // Whoever is compared with somebody else is so by this alone: it is one, and has one spelling.
  const [id, ...others] = new Set(all('objectId').map((value) => value.toLowerCase()));
  if (id === undefined || others.length > 0 || !/^[\w-]{1,100}$/.test(id)) {
    throw notSignedIn(
      `${principalHeader} has no one object id (claim oid) that says who it is; sign in again`,
    );
  }
  const names = all('names');
  const isApplication =
    all('kind').includes('app') ||
    all('subject').some((value) => value.toLowerCase() === id) ||
    names.length === 0;
  const known = [...(isApplication ? all('application') : names), platformName ?? ''];
  const shown = known.find(isShowable) ?? id;
  const held = new Set([
    ...all('roles'),
    ...all('groups').flatMap((group) => groups.get(group.toLowerCase()) ?? []),
  ]);
  const leftOut = groups.size > 0 && all('groups').length === 0 && all('leftOut').some(saysLeftOut);
  return {
    actor: { kind: isApplication ? 'machine' : 'person', name: shown, id },
    roles: roles.filter((role) => held.has(role)),
    teams: [...held].filter((name) => !isRole(name)),
    incomplete: leftOut
      ? 'the token leaves out the groups, which are too many: assign app roles, or have the token carry only the groups that are assigned to the application (docs/access.md)'
      : null,
  };
}

const isRole = (name: string): name is Role => (roles as readonly string[]).includes(name);

const saysLeftOut = (value: string): boolean => /groups|^true$/i.test(value);

/** Fit for a sentence and for a row: no line ends, no colon, which sets machines apart. */
function isShowable(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N} .'_@+#!^~()-]{0,199}$/u.test(name);
}

function notSignedIn(message: string): RatchetError {
  return new RatchetError('not-signed-in', message);
}
