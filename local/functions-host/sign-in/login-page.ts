/**
 * `/.auth/login/aad`, as far as a browser notices it: a page where a person of this machine signs in with their token, and a
 * session afterwards, which `/.auth/logout` ends. In Azure it leads to Microsoft Entra ID, and back
 * (learn.microsoft.com/azure/app-service/configure-authentication-customize-sign-in-out: `post_login_redirect_uri`).
 *
 * Owns: the page, sessions, and where it leads back to. Does not own: whose a token is (sign-in.ts).
 *
 * Invariants
 * 1. It leads back to a path of this host, nowhere else.
 * 2. A session is a random name that is forgotten when the host ends; the cookie is none of scripts, of other sites' requests,
 *    nor of anything but the door of people. No token is in a cookie, an address or a page.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Answer, Exchange } from '../http/server.ts';
import type { Person } from './people.ts';

const sessionMs = 8 * 60 * 60_000;
const sessionsAtMost = 1_000;
const longestFormBytes = 8 * 1024;
export const logoutPath = '.auth/logout';
/** As App Service names it. */
const cookieName = 'AppServiceAuthSession';

const style =
  'body { font: 15px/1.5 system-ui, sans-serif; max-width: 560px; margin: 48px auto; padding: 0 20px; } input { width: 100%; font: inherit; } button { font: inherit; margin-top: 12px; }';
const styleHash = createHash('sha256').update(style).digest('base64');
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

export class Sessions {
  readonly #sessions = new Map<string, { readonly person: Person; readonly untilMs: number }>();

  /** Who the request's cookie says it is of; null: nobody. */
  find(cookies: string | undefined, nowMs = Date.now()): Person | null {
    const name = nameIn(cookies);
    const session = name === undefined ? undefined : this.#sessions.get(name);
    return session && session.untilMs > nowMs ? session.person : null;
  }

  /** The cookies of a new one: for the door of people, and for the way out. */
  open(person: Person, nowMs = Date.now()): readonly string[] {
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= sessionsAtMost) this.#sessions.delete(oldest);
    const name = randomBytes(32).toString('base64url');
    this.#sessions.set(name, { person, untilMs: nowMs + sessionMs });
    return cookiesOf(name, sessionMs / 1000);
  }

  /** Forgets that of the request's cookie. Answers the cookies that take it from the browser, too. */
  close(cookies: string | undefined): readonly string[] {
    this.#sessions.delete(nameIn(cookies) ?? '');
    return cookiesOf('', 0);
  }
}

const nameIn = (cookies: string | undefined): string | undefined =>
  new RegExp(`(?:^|; *)${cookieName}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(cookies ?? '')?.[1];

const cookiesOf = (name: string, seconds: number): readonly string[] =>
  ['/api/signed-in', `/${logoutPath}`].map(
    (path) => `${cookieName}=${name}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${seconds}`,
  );

/** Ends the session, and leads to `post_logout_redirect_uri`, as in Azure. */
export function answerLogout({ request }: Exchange, sessions: Sessions): Answer {
  if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
  const back = request.url.searchParams.get('post_logout_redirect_uri') ?? '/';
  const location = isOwnPath(back) ? back : '/';
  const cookies = sessions.close(request.headers.get('cookie'));
  return { status: 302, headers: { location, 'set-cookie': cookies, 'cache-control': 'no-store' } };
}

/** Shows the page, or takes its form. `whose` finds the person of a token. */
export async function answerLogin(
  exchange: Exchange,
  sessions: Sessions,
  whose: (token: string) => Person | null,
): Promise<Answer> {
  const { request } = exchange;
  const back = request.url.searchParams.get('post_login_redirect_uri') ?? '/';
  if (request.method === 'GET') return page(back, '');
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'GET, POST' } };
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return { status: 415 };
  const form = new URLSearchParams((await exchange.readBody(longestFormBytes)).toString('utf8'));
  const person = whose((form.get('token') ?? '').trim());
  if (!person) return { ...page(back, 'The token is nobody’s here.'), status: 401 };
  const location = isOwnPath(back) ? back : '/';
  return {
    status: 303,
    headers: { location, 'set-cookie': sessions.open(person), 'cache-control': 'no-store' },
  };
}

/** A browser takes `//name` and `/\name` for another host. */
export const isOwnPath = (path: string): boolean =>
  /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes('\\');

function page(back: string, said: string): Answer {
  const action = `?post_login_redirect_uri=${encodeURIComponent(back).replaceAll("'", '%27')}`;
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in to the local service</title><style>${style}</style></head>
<body><h1>Sign in</h1>
<p>In Azure this is the sign-in of Microsoft Entra ID. Here you are who your token in <code>people.json</code> of the state folder says.</p>
<p>${said}</p>
<form method="post" action="${action}"><label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="off" required><button>Sign in</button></form>
</body></html>
`;
  return { status: 200, headers, body };
}
