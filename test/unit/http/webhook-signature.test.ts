import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findForgery, readWebhookSecret, signWebhook } from '../../../shared/http/webhook-signature.ts';

const nowMs = Date.parse('2026-03-02T08:00:00Z');
const unixSeconds = nowMs / 1000;
const key = readWebhookSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')!;
const message = { id: 'ntc_1', unixSeconds, body: '{"type":"approval.waits"}' };

const headersOf = (all: Readonly<Record<string, string>>) => new Headers(all);
const refusal = (
  change: Readonly<Record<string, string>>,
  body = message.body,
  keys = [key],
): string | null => findForgery(headersOf({ ...signWebhook(message, key), ...change }), body, keys, nowMs);

describe('a signature of Standard Webhooks', () => {
  it('is the one of the specification’s own example', () => {
    // standard-webhooks/spec, "Verifying signatures": the same secret, id, time and body.
    const example = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      unixSeconds: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(signWebhook(example, key)['webhook-signature']).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('is believed of whoever has one of the keys, beside others', () => {
    const other = Buffer.alloc(32, 1);
    expect(refusal({})).toBeNull();
    expect(refusal({}, message.body, [other, key])).toBeNull();
    const { 'webhook-signature': ours } = signWebhook(message, key);
    expect(refusal({ 'webhook-signature': `v1a,AAAA v1,${'A'.repeat(43)}= ${ours}` })).toBeNull();
  });

  it.each([
    ['another body', {}, '{"type":"release.settled"}', /does not match/],
    ['another id', { 'webhook-id': 'ntc_2' }, message.body, /does not match/],
    ['another time', { 'webhook-timestamp': String(unixSeconds + 1) }, message.body, /does not match/],
    ['an old time', { 'webhook-timestamp': String(unixSeconds - 301) }, message.body, /is 301 s old/],
    [
      'a time to come',
      { 'webhook-timestamp': String(unixSeconds + 301) },
      message.body,
      /301 s in the future/,
    ],
    ['no time', { 'webhook-timestamp': 'now' }, message.body, /webhook-timestamp is missing/],
    ['an id with a full stop', { 'webhook-id': 'ntc_1.1' }, message.body, /webhook-id is missing/],
    ['no signature', { 'webhook-signature': '' }, message.body, /webhook-signature is missing/],
    [
      'one of another kind',
      { 'webhook-signature': 'v1a,AAAA' },
      message.body,
      /webhook-signature is missing/,
    ],
  ])('is not believed with %s', (_what, change, body, why) => {
    expect(refusal(change, body)).toMatch(why);
  });

  it('is of the message alone, and of one key', () => {
    const texts = fc.string({ maxLength: 60 });
    fc.assert(
      fc.property(texts, texts, fc.uint8Array({ minLength: 24, maxLength: 64 }), (body, other, secret) => {
        const headers = headersOf(signWebhook({ ...message, body }, secret));
        expect(findForgery(headers, body, [secret], nowMs)).toBeNull();
        if (other !== body) expect(findForgery(headers, other, [secret], nowMs)).not.toBeNull();
        expect(findForgery(headers, body, [key], nowMs)).not.toBeNull();
      }),
    );
  });

  it.each([
    '',
    'whsec_',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_c2hvcnQ=',
    `whsec_${'A'.repeat(88)}`,
    'whsec_!',
  ])('has no key in %j', (secret) => expect(readWebhookSecret(secret)).toBeNull());
});
