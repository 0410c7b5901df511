import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { hashJson } from '../config/pin.ts';

/**
 * An answer that whoever asked may keep for a while and then ask whether it still holds: equal bodies have equal tags, and
 * who names the tag is answered 304 without a body. It is kept by nobody in between (`private`).
 *
 * Sources: RFC 9110, sections 8.8.3 (`ETag`), 13.1.2 (`If-None-Match`, compared weakly) and 15.4.5 (304); RFC 9111, 5.2.2.
 */
export function cacheable(
  request: Pick<HttpRequest, 'headers'>,
  body: object,
  maxAgeSeconds: number,
): HttpResponseInit {
  const etag = `"${hashJson(body).slice(0, 32)}"`;
  const headers = { 'cache-control': `private, max-age=${maxAgeSeconds}`, etag };
  const known = readTags(request.headers.get('if-none-match'));
  if (known.includes('*') || known.includes(etag)) return { status: 304, headers };
  return { headers, jsonBody: body };
}

function readTags(header: string | null): readonly string[] {
  return (header ?? '')
    .slice(0, 2_000)
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
}
