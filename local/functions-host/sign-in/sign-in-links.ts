/**
 * Links that sign a person of this machine in, once: what `npm start` and `ratchet ui` print.
 *
 * Owns: the tickets in them, and where they lead. Does not own: whose a token is (sign-in.ts), sessions (login-page.ts). Nothing
 * of the kind is in Azure: there whoever opens the page signs in with Microsoft Entra ID.
 *
 * Invariants
 * 1. A ticket is made for whoever proves by their token who they are, is 256 bits of chance, good once, for minutes, and for
 *    as long as this host runs. It is kept as its digest alone.
 * 2. It leads to a path of this host. A browser that only looks ahead is not signed in, and uses nothing up.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Answer, Exchange } from '../http/server.ts';
import { isOwnPath, type Sessions } from './login-page.ts';
import type { Person } from './people.ts';

export const linkPath = '.auth/login/link';
const goodForMs = 10 * 60_000;
const ticketsAtMost = 100;
const defaultPage = '/api/ui';

const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

export class SignInLinks {
  readonly #tickets = new Map<string, { readonly person: Person; readonly untilMs: number }>();

  /** A ticket for a person, good until `goodForMs` from now. */
  make(person: Person, nowMs = Date.now()): string {
    const [oldest] = this.#tickets.keys();
    if (oldest !== undefined && this.#tickets.size >= ticketsAtMost) this.#tickets.delete(oldest);
    const ticket = randomBytes(32).toString('base64url');
    this.#tickets.set(digestOf(ticket), { person, untilMs: nowMs + goodForMs });
    return ticket;
  }

  /** Whom it signs in, once; null: nobody. */
  take(ticket: string, nowMs = Date.now()): Person | null {
    const digest = digestOf(ticket);
    const found = this.#tickets.get(digest);
    this.#tickets.delete(digest);
    return found && found.untilMs > nowMs ? found.person : null;
  }
}

const digestOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url');

/** `POST` with a token: a link for its person. `GET` with a ticket: signs in, and leads on. */
export function answerLink(
  { request }: Exchange,
  { links, sessions }: { readonly links: SignInLinks; readonly sessions: Sessions },
  whose: Person | null,
): Answer {
  if (request.method === 'POST') {
    if (!whose) return { status: 401, headers };
    const path = `/${linkPath}?ticket=${links.make(whose)}`;
    const body = JSON.stringify({ path, name: whose.name, goodForSeconds: goodForMs / 1000 });
    return { status: 201, headers: { ...headers, 'content-type': 'application/json' }, body };
  }
  if (request.method !== 'GET') return { status: 405, headers: { ...headers, allow: 'GET, POST' } };
  if (/\bprefetch\b|\bprerender\b/.test(request.headers.get('sec-purpose') ?? ''))
    return { status: 503, headers };
  const person = links.take(request.url.searchParams.get('ticket') ?? '');
  if (!person) {
    const body =
      'This link was used before, or is too old, or the service has started anew: ratchet ui prints another.\n';
    return { status: 410, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body };
  }
  const back = request.url.searchParams.get('post_login_redirect_uri') ?? defaultPage;
  const location = isOwnPath(back) ? back : defaultPage;
  return { status: 303, headers: { ...headers, location, 'set-cookie': sessions.open(person) } };
}
