/**
 * Who may talk to a server of this machine. Pure.
 *
 * A loopback port is open to every page in the user's browser: by its address, and by a name that the page's owner
 * makes point here (DNS rebinding), which turns the server into the page's own origin. No key helps where a server
 * asks for none, so every server here asks each request who sent it.
 *
 * Invariants
 * 1. A request is let in only under a loopback name with the server's own port.
 * 2. A page of another origin is let in to look at the top of a window, never to send or to read: `Origin` is the
 *    server's own or absent, `Sec-Fetch-Site` says the same (Fetch Metadata, W3C).
 * 3. A body has a type its reader takes. What a browser sends to others without asking them first (text/plain, forms, no
 *    type; Fetch, "CORS-safelisted request-header") changes nothing anywhere.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from './request-error.ts';

interface RequestHead {
  readonly method?: string | undefined;
  /** The request target as it was sent. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

interface Address {
  readonly scheme: 'http' | 'https';
  readonly port: number;
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];
const defaultPorts = { http: 80, https: 443 };

/** What is wrong with whoever sends this to the server at `address`; null: nothing. */
export function refuseCaller(head: RequestHead, address: Address): RequestError | null {
  return refuseName(head, address) ?? refuseOrigin(head, address);
}

function refuseName({ url = '', headers }: RequestHead, address: Address): RequestError | null {
  // A target in absolute form wins over Host (RFC 9112, section 3.2.2).
  const target = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  for (const name of [headers.host ?? '', ...(target === undefined ? [] : [target])]) {
    if (isOwnName(name, address)) continue;
    if (!/^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(name)) {
      return new RequestError(400, `Host: expected a name and a port, got ${quote(name)}`);
    }
    const { port } = address;
    return new RequestError(
      403,
      `Host: this server answers only to 127.0.0.1:${port} and localhost:${port}, got ${quote(name)}; ` +
        'use one of these, and have a proxy or tunnel in front of it send that name',
    );
  }
  return null;
}

function isOwnName(name: string, { scheme, port }: Address): boolean {
  const lower = name.toLowerCase();
  return loopbackNames.some(
    (own) => lower === `${own}:${port}` || (lower === own && port === defaultPorts[scheme]),
  );
}

function refuseOrigin({ method, headers }: RequestHead, { scheme }: Address): RequestError | null {
  const { origin } = headers;
  if (origin !== undefined && origin !== `${scheme}://${headers.host}`) {
    return new RequestError(403, `Origin: pages of ${quote(origin)} may not call this server`);
  }
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return null;
  const opensWindow =
    headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document' && method === 'GET';
  if (opensWindow) return null;
  return new RequestError(403, `Sec-Fetch-Site: ${quote(String(site))} pages may not call this server`);
}

/** Which bodies a reader takes. */
export interface BodyTypes {
  /** What a refusal tells to send. */
  readonly described: string;
  takes(method: string, mediaType: string): boolean;
}

/** What pages send anywhere without a question beforehand; none is a type, too. */
const simpleTypes = new Set(['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']);

export const jsonBodies: BodyTypes = {
  described: 'application/json',
  takes: (_method, mediaType) => mediaType === 'application/json',
};

/** Events in the Event Grid schema and as CloudEvents. */
export const eventBodies: BodyTypes = {
  described: 'application/json or application/cloudevents+json',
  takes: (_method, mediaType) => /^application\/(?:json|cloudevents(?:-batch)?\+json)$/.test(mediaType),
};

/** For readers that take bytes of any type: a page can send only POST without a question beforehand. */
export const notByPages: BodyTypes = {
  described: 'a type such as application/json or application/octet-stream',
  takes: (method, mediaType) => method !== 'POST' || !simpleTypes.has(mediaType),
};

/** For a server whose handlers look at the type themselves. */
export const anyBodies: BodyTypes = { described: 'any type', takes: () => true };

/** What is wrong with the type of a request's body; null: nothing, or there is no body. */
export function refuseBody({ method = '', headers }: RequestHead, types: BodyTypes): RequestError | null {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const mediaType = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (!hasBody || types.takes(method, mediaType)) return null;
  const seen = mediaType === '' ? 'none' : quote(mediaType);
  return new RequestError(415, `content-type: expected ${types.described}, got ${seen}`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
