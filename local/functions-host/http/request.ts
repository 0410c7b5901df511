/** A request as the host's own parts see it, and what of a request is refused before any of them sees it. */
import type { IncomingMessage } from 'node:http';

export interface HostRequest {
  readonly method: string;
  /** `http://host/path?query`, as the caller named this host. */
  readonly url: URL;
  /** The path's segments, decoded; a slash at the end adds none. */
  readonly segments: readonly string[];
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What is wrong with a request. Pure. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
  readonly status: 400 | 413;

  constructor(status: 400 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

const hostPattern = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

export function parseRequest(message: IncomingMessage): HostRequest {
  const host = message.headers.host ?? '';
  if (!hostPattern.test(host)) throw new BadRequestError(400, 'the Host header is not a host name');
  const url = parseUrl(message.url ?? '', host);
  return {
    method: message.method ?? 'GET',
    url,
    segments: decodePath(url.pathname),
    headers: new Map(
      Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
  };
}

/** Origin-form is glued to the host rather than resolved against it: `//elsewhere/` must stay a path. */
function parseUrl(target: string, host: string): URL {
  const text = target.startsWith('/') ? `http://${host}${target}` : target;
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'http:' || url.username !== '' || url.password !== '') {
    throw new BadRequestError(400, 'the request target is not a URL of this host');
  }
  return url;
}

/** `%2F` stays as it is, as in ASP.NET: a slash inside a value must not become a segment's end. */
function decodePath(pathname: string): string[] {
  const path = pathname.replace(/^\//, '').replace(/\/$/, '');
  if (path === '') return [];
  return path.split('/').map((segment) => {
    try {
      const decoded = decodeURIComponent(segment.replace(/%2f/gi, '%252F'));
      if (!decoded.includes('\0')) return decoded;
    } catch {
      // Falls through: a sequence that is not UTF-8 is refused like a zero byte.
    }
    throw new BadRequestError(400, 'the path holds a bad percent-encoding');
  });
}

/**
 * Whether a page of another origin sends this: a browser reaches a loopback port, too, by its address or by a name
 * that was made to point there.
 */
export function isFromOtherOrigin({ url, headers }: HostRequest): boolean {
  const origin = headers.get('origin');
  return (origin !== undefined && origin !== url.origin) || !loopbackNames.has(url.hostname);
}

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The key a caller presented: a header, else the `code` parameter. */
export function presentedKey(request: HostRequest): string | null {
  return request.headers.get('x-functions-key') ?? request.url.searchParams.get('code');
}
