/**
 * The managed-identity endpoint of the local cloud, as App Service gives it to a function app.
 *
 * Owns: the secret header, the signing key (both kept in its folder), and which tokens are genuine.
 * Does not own: what a holder may do; each service decides that from the verified claims.
 *
 * Invariants
 * 1. Without the secret header nobody gets a token.
 * 2. Tokens outlive a restart: the key is kept, so a caller with a cached token need not notice one.
 * 3. Times in tokens are real, whatever the clock says: the credential that caches them looks at the real time.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { CloudContext } from '../cloud-context.ts';
import { jsonBodies } from '../http/guard.ts';
import { listenOnLoopback } from '../http/listen.ts';
import { signToken, type TokenClaims, verifyToken } from './token.ts';

interface TokenRequest {
  readonly resource: string;
  readonly subject: string;
  readonly clientId?: string;
  readonly lifetimeS?: number;
}

/** What the services of the local cloud ask of identity. */
export interface TokenAuthority {
  issue(request: TokenRequest): { readonly token: string; readonly claims: TokenClaims };
  /** The claims of a genuine, unexpired token. */
  verify(token: string): TokenClaims | undefined;
}

export interface Identity extends TokenAuthority {
  /** The settings that let ManagedIdentityCredential find this endpoint. */
  readonly environment: { readonly IDENTITY_ENDPOINT: string; readonly IDENTITY_HEADER: string };
  stop(): Promise<void>;
}

const dayS = 86_400;
const systemAssignedClientId = '00000000-0000-0000-0000-0000000000aa';
const issuer = 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/';

export async function startIdentity(context: CloudContext & { readonly port: number }): Promise<Identity> {
  const key = keptSecret(join(context.home, 'signing-key'));
  const secretHeader = keptSecret(join(context.home, 'identity-header')).toString('hex');

  const authority: TokenAuthority = {
    issue(request) {
      const iat = Math.floor(Date.now() / 1000);
      const claims: TokenClaims = {
        aud: request.resource,
        iss: issuer,
        sub: request.subject,
        appid: request.clientId ?? systemAssignedClientId,
        iat,
        exp: iat + (request.lifetimeS ?? dayS),
      };
      return { token: signToken(key, claims), claims };
    },
    verify: (token) => verifyToken(key, token, Math.floor(Date.now() / 1000)),
  };

  const { origin, serve, stop } = await listenOnLoopback({ port: context.port, bodies: jsonBodies });
  serve((request, response) => {
    const endWork = context.work.begin();
    response.once('close', endWork);
    const { status, body } = answer(request, secretHeader, authority);
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(JSON.stringify(body));
  });

  return {
    ...authority,
    environment: { IDENTITY_ENDPOINT: `${origin}/msi/token`, IDENTITY_HEADER: secretHeader },
    stop,
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

function answer(request: IncomingMessage, secretHeader: string, authority: TokenAuthority): Answer {
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (url?.pathname !== '/msi/token') return refusal(404, `${request.url}: not found; ask /msi/token`);
  if (request.method !== 'GET') return refusal(405, `${request.method}: only GET is answered`);
  if (!sameText(request.headers['x-identity-header'], secretHeader)) {
    return refusal(401, 'X-IDENTITY-HEADER: missing or wrong; send the value of IDENTITY_HEADER');
  }
  if (!url.searchParams.get('api-version')) {
    return refusal(400, 'api-version: missing; send api-version=2019-08-01');
  }
  const resource = url.searchParams.get('resource');
  if (!resource) return refusal(400, 'resource: missing; name the resource the token is for');
  const clientId = url.searchParams.get('client_id');
  const { token, claims } = authority.issue({ resource, subject: 'app', ...(clientId && { clientId }) });
  const body = { access_token: token, expires_on: String(claims.exp), resource, token_type: 'Bearer' };
  return { status: 200, body: { ...body, client_id: claims.appid } };
}

function refusal(status: number, message: string): Answer {
  return { status, body: { statusCode: status, message } };
}

function sameText(given: string | string[] | undefined, expected: string): boolean {
  const bytes = Buffer.from(typeof given === 'string' ? given : '');
  return bytes.length === expected.length && timingSafeEqual(bytes, Buffer.from(expected));
}

/** 32 random bytes that stay the same over restarts, readable by their owner alone. */
function keptSecret(file: string): Buffer {
  try {
    writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file);
}
