/**
 * Verifies who sent a request, by a secret that the sender and we share.
 *
 * The header is `t=UNIXSECONDS,v2=HEX`, where HEX is the HMAC-SHA256 (RFC 2104, FIPS 180-4), in hex, of the time, the
 * method, the path (with its query, as it was sent) and the body, in this order, a line feed between each two. So a
 * signature that was overheard is of no use after a while, nor for another model, route or body. The first form, `v1`,
 * signed time and body alone: it would do for any model, and is taken no more.
 *
 * Invariant: how long it takes says nothing about how much of a signature was right, nor which secret it was.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { RatchetError } from '../errors.ts';

export const signatureHeader = 'x-ratchet-signature';

/** How far the sender's clock and ours may be apart, and how long a notice may be on its way. */
const toleranceMs = 5 * 60_000;

interface Signature {
  /** As it was sent: it is part of what is signed. */
  readonly unixSeconds: string;
  readonly digest: Buffer;
}

/** Reads the header's value, null where there is none. Throws `bad-signature` unless it is of its form and of now. */
export function readSignature(header: string | null, nowMs: number): Signature {
  if (header === null) throw refusal('is missing; sign the request as docs/data.md shows');
  const [, unixSeconds, version, hex] = /^t=(\d{1,12}),(v[12])=([0-9a-f]{64})$/i.exec(header) ?? [];
  if (unixSeconds === undefined || hex === undefined) {
    throw refusal('must be t=UNIXSECONDS,v2=HEX, with 64 hexadecimal digits');
  }
  if (version!.toLowerCase() === 'v1') {
    throw refusal('has version v1, which does not cover the model; send v2, as docs/data.md shows');
  }
  const lateMs = nowMs - Number(unixSeconds) * 1000;
  if (Math.abs(lateMs) > toleranceMs) {
    const seconds = Math.round(Math.abs(lateMs) / 1000);
    const apart = lateMs > 0 ? `${seconds} s old` : `${seconds} s in the future`;
    throw refusal(
      `is ${apart}, and at most ${toleranceMs / 1000} s are allowed; sign the notice again, and check the sender's clock`,
    );
  }
  return { unixSeconds, digest: Buffer.from(hex, 'hex') };
}

export interface SignedRequest {
  readonly method: string;
  /** `https://HOST/path?query`; the host is no part of what is signed, it may have several names. */
  readonly url: string;
  readonly body: Uint8Array;
}

/** Throws `bad-signature` unless one of the secrets has made the signature for this request. */
export function verifySignature(
  { unixSeconds, digest }: Signature,
  { method, url, body }: SignedRequest,
  secrets: readonly string[],
): void {
  const { pathname, search } = new URL(url);
  const head = `${unixSeconds}\n${method.toUpperCase()}\n${pathname}${search}\n`;
  const matches = secrets.map((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(head).update(body).digest(), digest),
  );
  if (matches.includes(true)) return;
  throw refusal(
    "does not match the request's method, path and body under any secret in RATCHET_DATA_HOOK_SECRET; sign as docs/data.md shows",
  );
}

function refusal(why: string): RatchetError {
  return new RatchetError('bad-signature', `${signatureHeader} ${why}`);
}
