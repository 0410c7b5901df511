import { describe, expect, it } from 'vitest';
import { measureDrift, stabilityIndex } from '../../../examples/spam-filter/drift.ts';

const evenly = Array.from({ length: 1000 }, (_, index) => index);

describe('the population stability index', () => {
  it('is 0 for the same rows, and small for rows drawn from them', () => {
    expect(stabilityIndex(evenly, evenly)).toBeCloseTo(0);
    const everySeventh = evenly.filter((value) => value % 7 === 0);
    expect(stabilityIndex(evenly, everySeventh)).toBeLessThan(0.01);
  });

  it('is the sum over the bins as its definition has it', () => {
    // Ten bins of a tenth each; now all rows lie in the lower five, a fifth in each. Half a row is added to each bin.
    const lower = evenly.filter((value) => value < 500);
    const then = 100.5 / 1005;
    const term = (now: number): number => (now - then) * Math.log(now / then);
    expect(stabilityIndex(evenly, lower)).toBeCloseTo(5 * term(100.5 / 505) + 5 * term(0.5 / 505), 10);
  });

  it('makes fewer bins where many rows share a value', () => {
    const mostlyNone = [...new Array<number>(900).fill(0), ...new Array<number>(100).fill(1)];
    expect(stabilityIndex(mostlyNone, mostlyNone)).toBeCloseTo(0);
    expect(stabilityIndex(mostlyNone, [1, 1, 1, 1])).toBeGreaterThan(1);
  });
});

describe('the drift of a week of mail', () => {
  it('names the features that changed, the largest first', () => {
    const before = Array.from({ length: 200 }, (_, index) => `mail number ${index} ${'word '.repeat(index)}`);
    const shouting = before.map((text) => text.toUpperCase());
    const [first, ...others] = measureDrift(before, shouting);
    expect(first).toMatchObject({ feature: 'capitals' });
    expect(first!.psi).toBeGreaterThan(1);
    for (const { psi } of others) expect(psi).toBeCloseTo(0);
  });
});
