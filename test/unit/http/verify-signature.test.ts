import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifySignature } from '../../../shared/http/verify-signature.ts';

const nowMs = Date.UTC(2026, 2, 1);
const secret = 'a secret of more than thirty-two characters';
const body = new TextEncoder().encode('{ "file": "2026-03-01.csv" }').buffer;

function sign(seconds: number, key = secret, text: ArrayBuffer = body): string {
  const hmac = createHmac('sha256', key).update(`${seconds}.`).update(Buffer.from(text)).digest('hex');
  return `t=${seconds},v1=${hmac}`;
}

function refusalOf(signature: string | null, secrets: readonly string[] = [secret]): string | null {
  try {
    verifySignature({ signature, body, secrets, nowMs });
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad-signature', status: 401 });
    return (error as Error).message;
  }
}

describe('the signature of a notice', () => {
  const now = nowMs / 1000;

  it('is computed as RFC 4231 computes HMAC-SHA-256', () => {
    // Its test case 2, with a time and a full stop before the data.
    expect(createHmac('sha256', 'Jefe').update('what do ya want for nothing?').digest('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('is taken within five minutes either way, in either case of its digits', () => {
    for (const seconds of [now, now - 300, now + 300]) expect(refusalOf(sign(seconds))).toBeNull();
    const [time, digest] = sign(now).split(',v1=');
    expect(refusalOf(`${time},v1=${digest!.toUpperCase()}`)).toBeNull();
  });

  it('is taken with any secret that is set, while they are changed', () => {
    const fresh = 'another secret of more than thirty-two characters';
    expect(refusalOf(sign(now, secret), [fresh, secret])).toBeNull();
    expect(refusalOf(sign(now, fresh), [fresh, secret])).toBeNull();
    expect(refusalOf(sign(now, secret), [fresh])).toMatch(/does not fit/);
  });

  it.each([
    ['missing', null, 'is missing; sign the body as docs/data.md shows'],
    ['of another form', 'sha256=00', 'must be t=UNIXSECONDS,v1=HEX, with 64 hexadecimal digits'],
    ['too short', `t=${now},v1=00`, 'must be t=UNIXSECONDS,v1=HEX, with 64 hexadecimal digits'],
    ['too old', sign(now - 301), 'is 301 s old, 300 s allowed; sign the notice again, and look at the clock'],
    [
      'of the future',
      sign(now + 3600),
      'is 3600 s in the future, 300 s allowed; sign the notice again, and look at the clock',
    ],
    [
      'of another body',
      sign(now, secret, new ArrayBuffer(3)),
      'does not fit the body and any secret that is set',
    ],
    [
      'with its time changed',
      sign(now - 400).replace(`t=${now - 400}`, `t=${now}`),
      'does not fit the body and any secret that is set',
    ],
  ])('is refused when it is %s', (_name, signature, why) => {
    expect(refusalOf(signature)).toBe(`x-ratchet-signature ${why}`);
  });
});
