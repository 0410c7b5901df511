/** A request as the host's own parts see it, and what of a request is refused before any of them sees it. */
import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../http/request-error.ts';

export interface HostRequest {
  readonly method: string;
  /** `http://host/path?query`, as the caller named this host. */
  readonly url: URL;
  /** The path's segments, decoded; a slash at the end adds none. */
  readonly segments: readonly string[];
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
}

export function parseRequest(message: IncomingMessage): HostRequest {
  const url = parseUrl(message.url ?? '', message.headers.host ?? '');
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
    throw new RequestError(400, 'the request target is not a URL of this host');
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
    throw new RequestError(400, 'the path holds a bad percent-encoding');
  });
}

/** The parameters of a query, values of one name joined by commas as the real host hands them on. */
export function joinQuery(parameters: URLSearchParams): Map<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of parameters) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined;
}

/** The key a caller presented: a header, else the `code` parameter. */
export function presentedKey(request: HostRequest): string | null {
  return request.headers.get('x-functions-key') ?? request.url.searchParams.get('code');
}
