/**
 * App Service authentication, as far as an app notices it: it stands before everything, and tells the app who a request
 * comes from by the header `X-MS-CLIENT-PRINCIPAL` (learn.microsoft.com/azure/app-service/overview-authentication-authorization).
 *
 * Owns: that header and its kin, and whether a token is somebody's. A browser has a session (login-page.ts) in place of a token.
 * Does not own: what an app makes of it. As in Azure with "allow unauthenticated access", a request without a token passes
 * as nobody's; one with a token that is nobody's is refused.
 *
 * Invariants
 * 1. While it is on, no header of that family gets in from outside.
 * 2. While it is off, such headers pass, as in Azure: an app that trusts them then is found out here.
 * 3. How long it takes says nothing about how much of a token was right. No token is in a log or an answer.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { RequestError } from '../../http/request-error.ts';
import type { HostRequest } from '../http/request.ts';
import type { Answer, Exchange } from '../http/server.ts';
import { answerLogin, answerLogout, Sessions } from './login-page.ts';
import { openPeople, type Person } from './people.ts';
import { answerLink, SignInLinks } from './sign-in-links.ts';

export interface SignIn {
  /** The request as the app may see it. Throws a RequestError 401. */
  admit(request: HostRequest): HostRequest;
  /** Where a browser signs in; null: it is off, and there is no such place. */
  login: ((exchange: Exchange) => Promise<Answer>) | null;
  /** Where they sign out; null: as above. */
  logout: ((exchange: Exchange) => Answer) | null;
  /** Where links that sign in once are made, and lead to; null: as above. */
  link: ((exchange: Exchange) => Answer) | null;
}

/** Absent: off. */
export function openSignIn(peopleFile: string | undefined): SignIn {
  if (peopleFile === undefined) return { admit: (request) => request, login: null, logout: null, link: null };
  const people = openPeople(peopleFile).map((person) => ({ person, digest: digestOf(person.token) }));
  const sessions = new Sessions();
  const links = new SignInLinks();
  const whose = (token: string): Person | null => {
    const digest = digestOf(token);
    const [found] = people.filter((known) => timingSafeEqual(known.digest, digest));
    return found?.person ?? null;
  };
  return {
    admit(request) {
      const kept = [...request.headers].filter(([name]) => !name.startsWith('x-ms-client-principal'));
      const token = presentedToken(request.headers.get('authorization'));
      const person = token === null ? sessions.find(request.headers.get('cookie')) : whose(token);
      if (token === null && !person) return { ...request, headers: new Map(kept) };
      if (!person) {
        throw new RequestError(
          401,
          'Authorization: the token is nobody’s here; people and tokens are in people.json of the state folder',
        );
      }
      return { ...request, headers: new Map([...kept, ...principalOf(person)]) };
    },
    login: (exchange) => answerLogin(exchange, sessions, whose),
    logout: (exchange) => answerLogout(exchange, sessions),
    link(exchange) {
      const token = presentedToken(exchange.request.headers.get('authorization'));
      return answerLink(exchange, { links, sessions }, token === null ? null : whose(token));
    },
  };
}

function presentedToken(header: string | null | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? null;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const claimTypes = 'http://schemas.microsoft.com/identity/claims';
const soapClaims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** As App Service writes it for a token of Microsoft Entra ID. */
function principalOf({ id, name, roles, teams }: Person): [string, string][] {
  const principal = {
    auth_typ: 'aad',
    claims: [
      { typ: `${claimTypes}/objectidentifier`, val: id },
      { typ: `${soapClaims}/nameidentifier`, val: `subject-${id}` },
      { typ: 'preferred_username', val: name },
      ...[...roles, ...teams].map((role) => ({ typ: 'roles', val: role })),
    ],
    name_typ: `${soapClaims}/emailaddress`,
    role_typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
  };
  return [
    ['x-ms-client-principal', Buffer.from(JSON.stringify(principal)).toString('base64')],
    ['x-ms-client-principal-id', id],
    ['x-ms-client-principal-name', name],
    ['x-ms-client-principal-idp', 'aad'],
  ];
}
