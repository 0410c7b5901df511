/** Reads what a form of one of our own pages sends. */
import type { HttpRequest } from '@azure/functions';
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';

const longestFormBytes = 16 * 1024;

/**
 * A browser says with each form which page it stood on (Fetch, "append a request Origin header"). A page of another site
 * can send a form with the session of whoever is signed in, but not say that it was ours. `hosts` are this app's own.
 *
 * Throws `unsupported-media-type`, `forbidden`, `body-too-large` and `bad-request`.
 */
export async function readForm(request: HttpRequest, hosts: readonly string[]): Promise<URLSearchParams> {
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType !== 'application/x-www-form-urlencoded') {
    const seen = mediaType === '' ? 'none' : JSON.stringify(mediaType.slice(0, 100));
    const message = `content-type must be application/x-www-form-urlencoded, as the page's form sends it, got ${seen}`;
    throw new RatchetError('unsupported-media-type', message);
  }
  const origin = request.headers.get('origin') ?? '';
  const site = request.headers.get('sec-fetch-site') ?? 'same-origin';
  const host = URL.canParse(origin) ? new URL(origin).host : '';
  if (!hosts.includes(host) || site !== 'same-origin') {
    const seen = JSON.stringify((origin || 'none').slice(0, 100));
    throw new RatchetError('forbidden', `Origin: only the page's own form may act, got ${seen}`);
  }
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length > longestFormBytes) {
    const message = `the form is too long: at most ${longestFormBytes} bytes are accepted; send less`;
    throw new RatchetError('body-too-large', message);
  }
  return new URLSearchParams(maskSecrets(bytes.toString('utf8')));
}
