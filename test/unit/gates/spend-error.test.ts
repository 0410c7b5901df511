import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HoldoutPart } from '../../../shared/domain/holdout.ts';
import { askConfidence, lookAgain, spendError } from '../../../shared/gates/spend-error.ts';

const fresh = (part: string): HoldoutPart => ({ part, looks: [], earlier: { looks: 0, share: 0 } });

/** The looks of runs that each judge some of the parts, one after the other. */
function look(runs: readonly (readonly string[])[], plannedLooks?: number) {
  const ledger = new Map<string, HoldoutPart>();
  return runs.map((parts, run) => {
    const known = parts.map((part) => ledger.get(part) ?? fresh(part));
    const spending = spendError(known, `r${run}`, plannedLooks);
    for (const part of spending.parts) ledger.set(part.part, part);
    return { ...spending, run: parts };
  });
}

const sharesOf = (count: number, plannedLooks?: number): number[] =>
  look(
    Array.from({ length: count }, () => ['a', 'b']),
    plannedLooks,
  ).map(({ share }) => share);

describe('the error of a holdout that never changes', () => {
  it('is spent by halves, thirds and quarters of what is left: 1 - 1/(2k) after k looks', () => {
    const shares = sharesOf(6);
    expect(shares).toEqual(
      [1 / 2, 1 / 4, 1 / 12, 1 / 24, 1 / 40, 1 / 60].map((share) => expect.closeTo(share, 12)),
    );
    for (const count of [1, 7, 250]) {
      const { look: number, spent } = lookAgain(count, undefined);
      expect(number).toBe(count);
      expect(spent).toBeCloseTo(1 - 1 / (2 * count), 9);
    }
  });

  it('is shared equally by planned looks, and then there is none', () => {
    expect(sharesOf(5, 3)).toEqual([1 / 3, 1 / 3, 1 / 3, 0, 0]);
    expect(lookAgain(1, 1)).toEqual({ version: null, look: 1, share: 1, spent: 1 });
  });

  it('is still counted in full when old looks are kept as a sum only', () => {
    const [last] = look(Array.from({ length: 150 }, () => ['a'])).slice(-1);
    const [part] = last!.parts;
    expect(part!.looks).toHaveLength(100);
    expect(part!.looks.at(-1)).toMatchObject({ runId: 'r149' });
    expect(part!.earlier.looks).toBe(50);
    expect(last).toMatchObject({ look: 150, spent: expect.closeTo(1 - 1 / 300, 9) });
  });
});

describe('a holdout that is renewed part by part', () => {
  const week = (at: number): string[] => [at, at + 1, at + 2, at + 3].map((part) => `week ${part}`);

  it('has the look of the part that was looked at most', () => {
    const looks = look([week(0), week(1), week(2), week(3), week(4), week(8)]);
    expect(looks.map((each) => each.look)).toEqual([1, 2, 3, 4, 4, 1]);
    expect(looks.map(({ share }) => share)).toMatchObject({ 0: 1 / 2, 1: 1 / 4, 5: 1 / 2 });
  });

  it('settles at a share that each part can afford for as long as it is judged', () => {
    const shares = look(Array.from({ length: 60 }, (_, at) => week(at))).map(({ share }) => share);
    // The oldest part has three looks behind it: s = (1 - 3s) / 4.
    expect(shares.at(-1)).toBeCloseTo(1 / 7, 3);
  });

  it('never spends more than all of the error of any part, and never lets a look go backwards', () => {
    const run = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
    const planned = fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 40 }), planned, (runs, plannedLooks) => {
        const looks = look(runs, plannedLooks);
        for (const part of 'abcde') {
          const ofPart = looks.filter((each) => each.run.includes(part));
          const sum = ofPart.reduce((total, { share }) => total + share, 0);
          expect(sum).toBeLessThanOrEqual(1 + 1e-9);
          expect(ofPart.every((each, at) => each.look >= at + 1)).toBe(true);
        }
        for (const { share, spent } of looks) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(spent).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });
});

describe('a look that is asked for again', () => {
  it('is the same look, and changes nothing', () => {
    const first = spendError([fresh('a'), fresh('b')], 'r1', undefined);
    const second = spendError(first.parts, 'r2', undefined);
    const again = spendError(second.parts, 'r1', undefined);
    expect(again).toEqual({ look: 1, share: 1 / 2, spent: 1 / 2, parts: second.parts });
    expect(again.parts.every((part, at) => part === second.parts[at])).toBe(true);
  });

  it('is completed where a crash left it in some of the parts, with the least share', () => {
    const [a] = spendError([fresh('a')], 'r1', undefined).parts;
    const [b] = spendError([fresh('b')], 'r0', undefined).parts;
    const completed = spendError([a!, b!], 'r1', undefined);
    expect(completed).toMatchObject({ look: 2, share: 1 / 4, spent: 3 / 4 });
    expect(completed.parts[0]).toBe(a);
    expect(completed.parts[1]!.looks).toEqual([
      { runId: 'r0', share: 1 / 2 },
      { runId: 'r1', share: 1 / 4 },
    ]);
    expect(spendError(completed.parts, 'r1', undefined)).toMatchObject({ look: 2, share: 1 / 4 });
  });
});

describe('the confidence asked', () => {
  it.each([0.6, 0.9, 0.95, 0.999])('is %d itself at a first look', (confidence) => {
    expect(askConfidence(confidence, lookAgain(1, undefined).share)).toBe(confidence);
  });

  it('leaves each side what the look may spend', () => {
    expect(askConfidence(0.95, 1 / 4)).toBeCloseTo(0.975, 12);
    expect(askConfidence(0.95, 1 / 4, 0.01)).toBeCloseTo(0.995, 12);
    // Twice the error of a life does not make a look ask less than the gate does.
    expect(askConfidence(0.95, 1 / 2, 0.2)).toBe(0.95);
  });

  it('is none where no error is left', () => {
    expect(askConfidence(0.95, 0)).toBeNull();
  });
});
