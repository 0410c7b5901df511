/** Reads what a form of one of our own pages sends. */
import type { HttpRequest } from '@azure/functions';
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';
import { readLimited } from './read-body.ts';

const longestFormBytes = 16 * 1024;

/**
 * A browser says with each form which page it stood on (Fetch, "append a request Origin header"). A page of another site
 * can send a form with the session of whoever is signed in, but not say that it was ours. `hosts` are this app's own.
 *
 * Throws `unsupported-media-type`, `forbidden`, `body-too-large` and `body-too-slow`.
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
  const text = Buffer.from(await readLimited(request, longestFormBytes)).toString('utf8');
  // What a person pastes into a reason by mistake goes into histories and states: it is taken out here.
  const fields = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(text)) fields.append(name, maskSecrets(value));
  return fields;
}
