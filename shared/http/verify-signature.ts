/**
 * Verifies who sent a body, by a secret that the sender and we share.
 *
 * The header is `t=UNIXSECONDS,v1=HEX`, where HEX is the HMAC-SHA256 (RFC 2104, FIPS 180-4) of `UNIXSECONDS.BODY`, in
 * hex. The time is part of what is signed: a signature that was overheard is of no use after a while.
 *
 * Invariant: how long it takes says nothing about how much of a signature was right, nor which secret it was.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { RatchetError } from '../errors.ts';

export const signatureHeader = 'x-ratchet-signature';

/** How far the sender's clock and ours may be apart, and how long a notice may be on its way. */
const toleranceMs = 5 * 60_000;

export interface SignedBody {
  /** The header's value; null where there is none. */
  readonly signature: string | null;
  readonly body: ArrayBuffer;
  readonly secrets: readonly string[];
  readonly nowMs: number;
}

/** Throws `bad-signature` with the reason. */
export function verifySignature({ signature, body, secrets, nowMs }: SignedBody): void {
  if (signature === null) throw refusal('is missing; sign the body as docs/data.md shows');
  const [, time, given] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/i.exec(signature) ?? [];
  if (time === undefined || given === undefined) {
    throw refusal('must be t=UNIXSECONDS,v1=HEX, with 64 hexadecimal digits');
  }
  const lateMs = nowMs - Number(time) * 1000;
  if (Math.abs(lateMs) > toleranceMs) {
    const seconds = Math.round(Math.abs(lateMs) / 1000);
    const apart = lateMs > 0 ? `${seconds} s old` : `${seconds} s in the future`;
    throw refusal(
      `is ${apart}, ${toleranceMs / 1000} s allowed; sign the notice again, and look at the clock`,
    );
  }
  const signed = Buffer.concat([Buffer.from(`${time}.`), Buffer.from(body)]);
  const matches = secrets.map((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(signed).digest(), Buffer.from(given, 'hex')),
  );
  if (!matches.includes(true)) throw refusal('does not fit the body and any secret that is set');
}

function refusal(why: string): RatchetError {
  return new RatchetError('bad-signature', `${signatureHeader} ${why}`);
}
