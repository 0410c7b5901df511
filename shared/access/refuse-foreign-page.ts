/**
 * Keeps other sites from acting with a browser's session (cross-site request forgery). Pure.
 *
 * A browser sends the session's cookie with whatever request a page has it send. What changes something is taken only
 * as JSON, which a page of another site cannot send without being asked first (Fetch, "CORS-safelisted
 * request-header"), and only where the browser says that the page is this service's own (`Origin`, `Sec-Fetch-Site`).
 */
import { RatchetError } from '../errors.ts';

interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** Throws `forbidden` or `unsupported-media-type`. */
export function refuseForeignPage({ method, url, headers }: RequestHead): void {
  const origin = headers.get('origin');
  if (origin !== null && !isOf(origin, url)) {
    throw refusal(
      `Origin: pages of ${JSON.stringify(origin.slice(0, 100))} may not act for who is signed in`,
    );
  }
  if (method === 'GET') return;
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') {
    throw refusal(
      `Sec-Fetch-Site: ${JSON.stringify(site.slice(0, 40))} pages may not act for who is signed in`,
    );
  }
  const mediaType = (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType === 'application/json') return;
  const seen = mediaType === '' ? 'none' : JSON.stringify(mediaType.slice(0, 100));
  throw new RatchetError('unsupported-media-type', `content-type must be application/json, got ${seen}`);
}

/** By host and port: whether the platform has ended TLS before the application is not for the application to know. */
function isOf(origin: string, url: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(url).host;
}

function refusal(message: string): RatchetError {
  return new RatchetError('forbidden', message);
}
