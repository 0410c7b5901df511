import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { utcTimeMs } from '../clock/utc-time.ts';

/**
 * Checks a publisher's key (`aeg-sas-key`) or signature (`aeg-sas-token`: `r=<resource>&e=<expiry>&s=<signature>`,
 * signed with the key over the text before `&s=`). Returns null when it may publish, else what is wrong.
 */
export function refuseAccess(headers: IncomingHttpHeaders, key: string, nowMs: number): string | null {
  const sentKey = headers['aeg-sas-key'];
  if (typeof sentKey === 'string') {
    return isSame(sentKey, key) ? null : 'the aeg-sas-key does not belong to this topic';
  }
  const token = headers['aeg-sas-token'];
  if (typeof token === 'string') return refuseToken(token, key, nowMs);
  return 'one of the headers aeg-sas-key and aeg-sas-token is required';
}

function refuseToken(token: string, key: string, nowMs: number): string | null {
  const [signed = '', signature = ''] = token.split('&s=');
  const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest('base64');
  if (!isSame(decode(signature), expected))
    return 'the aeg-sas-token is not signed with the key of this topic';
  const expiry = /(?:^|&)e=([^&]*)/.exec(signed)?.[1] ?? '';
  const expiryMs = utcTimeMs(decode(expiry).replace(/\+/g, ' '));
  return expiryMs > nowMs ? null : `the aeg-sas-token expired at ${decode(expiry)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
