import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formToken, isFormToken, readLink, signLink } from '../../../shared/access/approval-link.ts';

const secret = 's'.repeat(32);
const link = {
  releaseId: 'spam-filter-20260302-1f2e3d4c-release',
  binding: 'a'.repeat(64),
  until: '2026-03-05T08:00:00.000Z',
};
const now = '2026-03-02T08:00:00.000Z';
const forged = 'this link is not one that was sent, or was cut on its way';

describe('a link to an approval', () => {
  it('says what it was made of, until its time is over', () => {
    const token = signLink(link, secret);
    expect(readLink(token, [secret], now)).toEqual(link);
    expect(readLink(token, [secret], '2026-03-05T07:59:59.999Z')).toEqual(link);
    expect(readLink(token, [secret], link.until)).toBe(`this link was good until ${link.until}`);
  });

  it('is good while the secret it was made with still counts, and no longer', () => {
    const token = signLink(link, secret);
    expect(readLink(token, ['n'.repeat(32), secret], now)).toEqual(link);
    expect(readLink(token, ['n'.repeat(32)], now)).toBe(forged);
    expect(readLink(token, [], now)).toBe(forged);
  });

  it('is good for nothing with any character of it changed, added or left out', () => {
    const token = signLink(link, secret);
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'z', '0', '_', '-', '.', '=', ' ', ''),
        fc.boolean(),
        (at, put, isAdded) => {
          const changed = token.slice(0, at) + put + token.slice(isAdded ? at : at + 1);
          fc.pre(changed !== token);
          const read = readLink(changed, [secret], now);
          // The last digit of base64 has bits that stand for nothing.
          if (typeof read !== 'string') expect(at).toBe(token.length - 1);
          else expect(read).toBe(forged);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is no token of a form, and a token of a form is no link', () => {
    const token = signLink(link, secret);
    const [said, digest] = token.split('.') as [string, string];
    const of = { link: said, actorId: 'ada', secrets: [secret] };
    expect(isFormToken(digest, of)).toBe(false);
    expect(readLink(`${said}.${formToken(said, 'ada', secret)}`, [secret], now)).toBe(forged);
  });

  it('has a form for each person, which is nobody else’s and of no other link', () => {
    const mine = formToken('link', 'ada', secret);
    const secrets = [secret];
    expect(isFormToken(mine, { link: 'link', actorId: 'ada', secrets })).toBe(true);
    expect(isFormToken(mine, { link: 'link', actorId: 'ben', secrets })).toBe(false);
    expect(isFormToken(mine, { link: 'other', actorId: 'ada', secrets })).toBe(false);
    expect(isFormToken(mine, { link: 'a\nlink', actorId: 'ad', secrets })).toBe(false);
    expect(isFormToken('', { link: 'link', actorId: 'ada', secrets })).toBe(false);
  });
});
