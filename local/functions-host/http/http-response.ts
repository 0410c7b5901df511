/** What a function returned for an HTTP request, in the worker protocol's form, as an answer. Pure. */
import type { Answer } from './server.ts';

export interface RpcHttpResponse {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly RpcCookie[];
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string } | null;
}

interface RpcCookie {
  readonly name: string;
  readonly value: string;
  readonly domain?: { readonly value: string };
  readonly path?: { readonly value: string };
  readonly expires?: { readonly value: { readonly seconds: number } };
  readonly secure?: { readonly value: boolean };
  readonly httpOnly?: { readonly value: boolean };
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  readonly maxAge?: { readonly value: number };
}

/** Headers that describe the connection or the body's length: the server writes its own. */
const ownHeaders = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);

/** A function that returned nothing answers 204. Throws when the status or a cookie cannot be sent. */
export function toAnswer(
  response: RpcHttpResponse | null,
  customHeaders: Readonly<Record<string, string>>,
): Answer {
  if (response === null) return { status: 204, headers: customHeaders };
  const status = Number(response.statusCode ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(
      `status ${JSON.stringify(response.statusCode)} cannot be sent; it must be 200 to 599`,
    );
  }
  const headers: Record<string, string | string[]> = { ...customHeaders };
  for (const [name, value] of Object.entries(response.headers ?? {}))
    if (!ownHeaders.has(name)) headers[name] = value;
  const cookies = (response.cookies ?? []).map(serializeCookie);
  const ownCookie = response.headers?.['set-cookie'];
  if (cookies.length > 0) headers['set-cookie'] = ownCookie === undefined ? cookies : [ownCookie, ...cookies];
  const body = response.body?.bytes ?? response.body?.string;
  return { status, headers, ...(body === undefined ? {} : { body }) };
}

const sameSiteNames: Readonly<Record<string, string>> = {
  lax: 'Lax',
  strict: 'Strict',
  explicitNone: 'None',
};

function serializeCookie(cookie: RpcCookie): string {
  const parts = [`${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`];
  if (cookie.maxAge !== undefined) parts.push(`Max-Age=${Math.trunc(cookie.maxAge.value)}`);
  if (cookie.domain !== undefined) parts.push(`Domain=${attribute(cookie.domain.value)}`);
  parts.push(`Path=${attribute(cookie.path?.value ?? '/')}`);
  if (cookie.expires !== undefined)
    parts.push(`Expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`);
  if (cookie.secure?.value === true) parts.push('Secure');
  if (cookie.httpOnly?.value === true) parts.push('HttpOnly');
  const sameSite = sameSiteNames[cookie.sameSite ?? 'none'];
  if (sameSite !== undefined) parts.push(`SameSite=${sameSite}`);
  return parts.join('; ');
}

function attribute(value: string): string {
  if (/[;\r\n]/.test(value))
    throw new TypeError(`cookie attribute ${JSON.stringify(value)} holds a separator`);
  return value;
}
