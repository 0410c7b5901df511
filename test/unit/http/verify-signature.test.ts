import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSignature, type SignedRequest, verifySignature } from '../../../shared/http/verify-signature.ts';

const nowMs = Date.UTC(2026, 2, 1);
const now = nowMs / 1000;
const secret = 'a secret of more than thirty-two characters';
const path = '/api/hooks/models/sales/data';
const request: SignedRequest = {
  method: 'POST',
  url: `https://app.example${path}`,
  body: Buffer.from('{ "file": "2026-03-01.csv" }'),
};

/** As docs/data.md tells a sender to do it. */
function sign(
  seconds = now,
  key = secret,
  parts: { method?: string; path?: string; body?: string } = {},
): string {
  const { method = 'POST', path: signedPath = path, body = request.body.toString() } = parts;
  const hmac = createHmac('sha256', key).update([seconds, method, signedPath, body].join('\n'));
  return `t=${seconds},v2=${hmac.digest('hex')}`;
}

function refusalOf(
  signature: string | null,
  secrets: readonly string[] = [secret],
  sent: SignedRequest = request,
): string | null {
  try {
    verifySignature(readSignature(signature, nowMs), sent, secrets);
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad-signature', status: 401 });
    return (error as Error).message.replace('x-ratchet-signature ', '');
  }
}

const foreign =
  "does not match the request's method, path and body under any secret in RATCHET_DATA_HOOK_SECRET; sign as docs/data.md shows";

describe('the signature of a notice', () => {
  it('is computed as RFC 4231 computes HMAC-SHA-256', () => {
    // Its test case 2.
    expect(createHmac('sha256', 'Jefe').update('what do ya want for nothing?').digest('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('is taken within five minutes either way, in either case of its digits', () => {
    for (const seconds of [now, now - 300, now + 300]) expect(refusalOf(sign(seconds))).toBeNull();
    const [time, digest] = sign().split(',v2=');
    expect(refusalOf(`${time},v2=${digest!.toUpperCase()}`)).toBeNull();
  });

  it('is taken with any secret that is set, while they are changed', () => {
    const fresh = 'another secret of more than thirty-two characters';
    expect(refusalOf(sign(now, secret), [fresh, secret])).toBeNull();
    expect(refusalOf(sign(now, fresh), [fresh, secret])).toBeNull();
    expect(refusalOf(sign(now, secret), [fresh])).toBe(foreign);
  });

  it('covers the query, and no name of the host', () => {
    const sent = { ...request, url: `http://127.0.0.1:7071${path}?dry=1` };
    expect(refusalOf(sign(now, secret, { path: `${path}?dry=1` }), [secret], sent)).toBeNull();
    expect(refusalOf(sign(), [secret], sent)).toBe(foreign);
  });

  it.each([
    ['missing', null, 'is missing; sign the request as docs/data.md shows'],
    ['of another form', 'sha256=00', 'must be t=UNIXSECONDS,v2=HEX, with 64 hexadecimal digits'],
    ['too short', `t=${now},v2=00`, 'must be t=UNIXSECONDS,v2=HEX, with 64 hexadecimal digits'],
    [
      'of the first form',
      `t=${now},v1=${createHmac('sha256', secret).update(`${now}.${request.body}`).digest('hex')}`,
      'has version v1, which does not cover the model; send v2, as docs/data.md shows',
    ],
    [
      'too old',
      sign(now - 301),
      "is 301 s old, and at most 300 s are allowed; sign the notice again, and check the sender's clock",
    ],
    [
      'of the future',
      sign(now + 3600),
      "is 3600 s in the future, and at most 300 s are allowed; sign the notice again, and check the sender's clock",
    ],
    ['of another body', sign(now, secret, { body: '{}' }), foreign],
    ['of another model', sign(now, secret, { path: path.replace('sales', 'spam') }), foreign],
    ['of another method', sign(now, secret, { method: 'PUT' }), foreign],
    ['of another secret', sign(now, 'a secret of nobody that is long enough'), foreign],
    ['moved to another time', sign(now - 10).replace(String(now - 10), String(now)), foreign],
  ])('that is %s is refused', (_what, signature, message) => {
    expect(refusalOf(signature)).toBe(message);
  });

  it('fits one way alone to cut a request into method, path and body', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '/', '?', '.', ' '), maxLength: 8 });
    const body = fc.string({ unit: fc.constantFrom('a', '/', '\n', '.'), maxLength: 12 });
    const cut = fc.record({ path: line.map((text) => `/${text.replaceAll(' ', '+')}`), body });
    fc.assert(
      fc.property(cut, cut, (one, other) => {
        fc.pre(one.path !== other.path || one.body !== other.body);
        const sent = { method: 'POST', url: `http://x${other.path}`, body: Buffer.from(other.body) };
        fc.pre(new URL(sent.url).pathname + new URL(sent.url).search === other.path);
        expect(refusalOf(sign(now, secret, one), [secret], sent)).toBe(foreign);
      }),
    );
  });
});
