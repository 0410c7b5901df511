import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token of the local cloud says, in the names Microsoft Entra ID uses. Times are epoch seconds. */
export interface TokenClaims {
  /** The resource it is good for. */
  readonly aud: string;
  readonly iss: string;
  /** Who holds it. */
  readonly sub: string;
  /** The identity's client id. */
  readonly appid: string;
  readonly iat: number;
  readonly exp: number;
}

const header = encode({ typ: 'JWT', alg: 'HS256' });

export function signToken(key: Uint8Array, claims: TokenClaims): string {
  const signed = `${header}.${encode(claims)}`;
  return `${signed}.${signatureOf(key, signed).toString('base64url')}`;
}

/** The claims of a token this key has signed and that has not expired; otherwise undefined. */
export function verifyToken(key: Uint8Array, token: string, nowS: number): TokenClaims | undefined {
  const parts = token.split('.');
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head !== header || !body || !signature) return undefined;
  const expected = signatureOf(key, `${head}.${body}`);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as TokenClaims;
  return claims.exp > nowS ? claims : undefined;
}

function signatureOf(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
