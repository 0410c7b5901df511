import { createHash as ofNode } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHash } from '../../../dashboard/trial/node-crypto.ts';

const here = (text: string): string => createHash('sha256').update(text).digest('hex');
const there = (text: string): string => ofNode('sha256').update(text).digest('hex');

describe('the hash of the page', () => {
  it('is the one of the service, of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(here(text)).toBe(there(text));
      }),
    );
  });

  it('is so at every length around the end of a block, and far beyond one', () => {
    for (let length = 0; length < 200; length++)
      expect(here('ä'.repeat(length))).toBe(there('ä'.repeat(length)));
    expect(here('x'.repeat(1_000_003))).toBe(there('x'.repeat(1_000_003)));
  });

  it('is of no other algorithm', () => {
    expect(() => createHash('md5')).toThrow('only sha256 is made here, not md5');
  });
});
