/**
 * Verifies that GitHub has sent a webhook, by the secret of the app.
 *
 * Source: GitHub, "Validating webhook deliveries": `X-Hub-Signature-256` is `sha256=` and the HMAC-SHA256 of the body as it came, in
 * hex. Time and delivery are not signed: whoever repeats a body must change nothing by it.
 *
 * Invariant: how long it takes says nothing about how much of a signature was right, nor which secret it was.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { RatchetError } from '../errors.ts';

/** Throws `bad-signature` unless one of the secrets has signed the body. */
export function verifyGitHub(header: string | null, body: Uint8Array, secrets: readonly string[]): void {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (hex === undefined)
    throw refusal(
      'is missing, or not sha256= and 64 hexadecimal digits; give the webhook of the app a secret',
    );
  const given = Buffer.from(hex, 'hex');
  const matches = secrets.map((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given),
  );
  if (!matches.includes(true))
    throw refusal('does not match the body under any secret in RATCHET_GITHUB_HOOK_SECRET');
}

const refusal = (why: string) => new RatchetError('bad-signature', `x-hub-signature-256 ${why}`);
