import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseByWeight, chooseMirror } from '../../../local/azure-ml/serving/weights.ts';

/** Shares of 100 over at most 20 deployments, some of them 0. */
const traffic = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 19 }).map((cuts) => {
  const edges = [0, ...cuts.sort((a, b) => a - b), 100];
  return Object.fromEntries(edges.slice(1).map((edge, index) => [`d${index}`, edge - edges[index]!]));
});

describe('a request', () => {
  it('goes to each deployment as often as its weight says, by evenly spread chances', () => {
    fc.assert(
      fc.property(traffic, (shares) => {
        const counts: Record<string, number> = {};
        for (let percent = 0; percent < 100; percent++) {
          const chosen = chooseByWeight({ traffic: shares, mirrorTraffic: {} }, () => (percent + 0.5) / 100)!;
          counts[chosen] = (counts[chosen] ?? 0) + 1;
        }
        const expected = Object.entries(shares).filter(([, share]) => share > 0);
        expect(counts).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  it('goes nowhere without traffic, and never where there is none', () => {
    expect(chooseByWeight({ traffic: {}, mirrorTraffic: {} }, () => 0)).toBeNull();
    expect(chooseByWeight({ traffic: { a: 0 }, mirrorTraffic: {} }, () => 0)).toBeNull();
    for (const chance of [0, 0.5, 1 - 2 ** -53])
      expect(chooseByWeight({ traffic: { a: 0, b: 100, c: 0 }, mirrorTraffic: {} }, () => chance)).toBe('b');
  });

  it('is copied as often as the mirror’s share says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), (share) => {
        const weights = { traffic: { a: 100 }, mirrorTraffic: { b: share } };
        const copies = Array.from({ length: 100 }, (_, percent) =>
          chooseMirror(weights, () => (percent + 0.5) / 100),
        );
        expect(copies.filter((mirror) => mirror === 'b')).toHaveLength(share);
        expect(copies.filter((mirror) => mirror !== null && mirror !== 'b')).toEqual([]);
      }),
    );
  });
});
