/**
 * Signs webhooks, and verifies whose they are, as Standard Webhooks says: whoever receives ours may use any of its libraries.
 *
 * Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, symmetric signatures. What is signed is
 * `{webhook-id}.{webhook-timestamp}.{body}`, by HMAC-SHA256; `webhook-signature` has one or more `v1,BASE64`, blanks between
 * them. A secret is `whsec_` and the base64 of 24 to 64 bytes.
 *
 * Invariant: how long verifying takes says nothing about how much of a signature was right, nor which secret it was.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far the clocks of sender and receiver may be apart, as the specification recommends. */
const toleranceMs = 5 * 60_000;

interface SignedMessage {
  /** The same however often the message is sent; without full stops, which separate what is signed. */
  readonly id: string;
  readonly unixSeconds: number;
  readonly body: string;
}

type WebhookHeaders = Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>>;

/** The key that a secret stands for; null: it is none. */
export function readWebhookSecret(secret: string): Buffer | null {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  if (base64 === undefined || base64.length % 4 !== 0) return null;
  const key = Buffer.from(base64, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

export function signWebhook({ id, unixSeconds, body }: SignedMessage, key: Uint8Array): WebhookHeaders {
  const signature = digestOf({ id, unixSeconds, body }, key).toString('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(unixSeconds),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Why a message is not to be believed; null: one of the keys has signed it, and it is of now. */
export function findForgery(
  headers: { get(name: string): string | null | undefined },
  body: string,
  keys: readonly Uint8Array[],
  nowMs: number,
): string | null {
  const id = headers.get('webhook-id') ?? '';
  const time = headers.get('webhook-timestamp') ?? '';
  const signatures = (headers.get('webhook-signature') ?? '').slice(0, 2_000);
  if (!/^[^\s.]{1,200}$/.test(id)) return 'webhook-id is missing, or has blanks or full stops';
  if (!/^\d{1,12}$/.test(time)) return 'webhook-timestamp is missing, or no number of seconds';
  const lateMs = nowMs - Number(time) * 1000;
  if (Math.abs(lateMs) > toleranceMs)
    return `webhook-timestamp is ${Math.round(Math.abs(lateMs) / 1000)} s ${lateMs > 0 ? 'old' : 'in the future'}, and at most ${toleranceMs / 1000} s are allowed`;
  const given = signatures.split(' ').flatMap((each) => {
    const [, base64] = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(each) ?? [];
    return base64 === undefined ? [] : [Buffer.from(base64, 'base64')];
  });
  if (given.length === 0) return 'webhook-signature is missing, or has no v1 signature';
  const expected = keys.map((key) => digestOf({ id, unixSeconds: Number(time), body }, key));
  const matches = expected.flatMap((one) => given.map((other) => timingSafeEqual(one, other)));
  return matches.includes(true) ? null : 'webhook-signature does not match the message';
}

function digestOf({ id, unixSeconds, body }: SignedMessage, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${id}.${unixSeconds}.${body}`).digest();
}
