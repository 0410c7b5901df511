import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difficulties, drawChallenger, drawWorld, judgeCounts } from '../../../bench/repeated-looks/world.ts';
import type { HoldoutPart } from '../../../shared/domain/holdout.ts';
import type { HoldoutLook } from '../../../shared/gates/ask-of-look.ts';
import { askConfidence, spendError } from '../../../shared/gates/spend-error.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { decisions, judgeRows } from './tables.ts';

const fresh: readonly HoldoutPart[] = [{ part: 'p', looks: [], earlier: { looks: 0, share: 0 } }];
const better = readGate({ gate: 'better', kind: 'against-champion', metric: 'accuracy' });
/** What one look at a gate of 95 % confidence may spend on passing wrongly. */
const stated = 0.025;

/** The looks of so many past champions at a holdout that was looked at so often before. */
function looksOf(candidates: number, before = 0, planned?: number): readonly HoldoutLook[] {
  let parts = fresh;
  for (let look = 0; look < before; look++) ({ parts } = spendError(parts, `before ${look}`, planned));
  return Array.from({ length: candidates }, (_, at) => {
    const { parts: after, ...taken } = spendError(parts, `past ${at}`, planned, candidates);
    parts = after;
    return { version: null, ...taken, alpha: undefined, pastChampions: candidates };
  });
}

describe('past champions that are judged beside each other', () => {
  it('share the error of one look, however many they are and however often was looked before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 0, max: 30 }),
        fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
        (candidates, before, planned) => {
          const looks = looksOf(candidates, before, planned);
          const [alone] = looksOf(1, before, planned);
          const sum = looks.reduce((total, { share }) => total + share, 0);
          expect(sum).toBeLessThanOrEqual(alone!.share + 1e-9);
          expect(looks.at(-1)!.spent).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });

  it('share it where the model file gives the holdout more error than one look of the gate has, too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.double({ min: 0.06, max: 0.49, noNaN: true }),
        (candidates, alpha) => {
          const errors = looksOf(candidates).map(
            ({ share }) => (1 - askConfidence(0.95, share, alpha, candidates)!) / 2,
          );
          expect(errors.reduce((sum, error) => sum + error, 0)).toBeLessThanOrEqual(stated + 1e-12);
        },
      ),
    );
  });

  it('leave nothing of a look that was planned, and take nothing of the next', () => {
    const looks = looksOf(3, 1, 2);
    expect(looks.map(({ share }) => share)).toEqual([1 / 6, 1 / 6, 1 / 6]);
    expect(looks.at(-1)!.spent).toBeCloseTo(1, 9);
    expect(looksOf(3, 2, 2).map(({ share }) => share)).toEqual([0, 0, 0]);
  });

  it('say so in the sentence of the gate, whether one passes or not', () => {
    const [, second] = looksOf(3);
    const clear = decisions(1000, { challenger: 5, champion: 60 });
    const said =
      /; 3 past champions share the error of one look, and it is look 2 at the holdout, so that 98\.61 % confidence is asked in place of 95 %/;
    const passed = judgeRows([better], clear, { look: second! });
    expect(passed).toMatchObject({
      verdict: 'passed',
      gates: [{ holdout: { confidenceAsked: expect.closeTo(1 - (2 * 0.05 * 5) / 36, 12) } }],
    });
    expect(passed.sentence).toMatch(said);
    const open = decisions(1000, { challenger: 10, champion: 22 });
    const inconclusive = judgeRows([better], open, { look: second! });
    expect(inconclusive.verdict).toBe('inconclusive');
    expect(inconclusive.sentence).toMatch(said);
  });

  it('are one at its gate’s own confidence where there is one alone at a first look', () => {
    const [only] = looksOf(1);
    const clear = decisions(1000, { challenger: 5, champion: 60 });
    expect(judgeRows([better], clear, { look: only! }).sentence).not.toContain('past champion');
  });
});

/** Each is exactly as good as the champion: whichever passes does so wrongly. All meet the same rows and the same champion. */
describe('past champions none of which is better than the champion', () => {
  const worlds = 3_000;
  const rows = 400;
  const candidates = 3;

  function shareOfWorlds(looks: readonly (HoldoutLook | null)[]): number {
    const random = seedRandom('past champions');
    let wrong = 0;
    for (let world = 0; world < worlds; world++) {
      const drawn = drawWorld(random, rows, difficulties(0));
      // All of them are drawn, so that both ways of judging meet the same.
      const counts = looks.map(() => drawChallenger(random, [drawn]));
      if (looks.some((look, at) => judgeCounts(better, counts[at]!, look).verdict === 'passed')) wrong += 1;
    }
    return wrong / worlds;
  }

  it('pass by luck in no more worlds, all together, than one alone may, and would in more without the correction', () => {
    // Three standard errors of a share of 2.5 % of so many worlds.
    const room = 3 * Math.sqrt((stated * (1 - stated)) / worlds);
    expect(shareOfWorlds(looksOf(candidates))).toBeLessThanOrEqual(stated + room);
    expect(shareOfWorlds(Array.from({ length: candidates }, () => null))).toBeGreaterThan(stated + room);
  });
});
