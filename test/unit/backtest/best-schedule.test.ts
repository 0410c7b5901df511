import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, findBestSchedule } from '../../../shared/backtest/best-schedule.ts';

/** Every way to have the versions serve with at most so many changes. */
function tryAll(
  first: Candidate,
  others: readonly Candidate[],
  changes: number,
  serves: Candidate | null = null,
  window = 0,
): number | null {
  if (window === first.costs.length) return 0;
  let best: number | null = null;
  for (const next of [first, ...others]) {
    const isChange = next !== (serves ?? first);
    const own = next.costs[window]!;
    if (own === null || (next !== first && window < next.from) || (isChange && changes === 0)) continue;
    const rest = tryAll(first, others, changes - Number(isChange), next, window + 1);
    if (rest !== null && (best === null || own + rest < best)) best = own + rest;
  }
  return best;
}

describe('the best schedule', () => {
  const windows = 5;
  const anyCosts = fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { freq: 8 }), {
    minLength: windows,
    maxLength: windows,
  });

  it('costs what the best of all schedules costs, and is one of so many runs', () => {
    fc.assert(
      fc.property(
        anyCosts,
        fc.array(fc.record({ from: fc.nat({ max: windows - 1 }), costs: anyCosts }), { maxLength: 3 }),
        fc.nat({ max: 5 }),
        (firstCosts, some, runs) => {
          const first = { version: 'first', from: 0, costs: firstCosts };
          const others = some.map((each, at) => ({ ...each, version: `v${at}` }));
          const found = findBestSchedule(first, others, runs);
          expect(found?.cost ?? null).toBe(tryAll(first, others, runs));
          if (found) {
            expect(found.versions.length).toBeLessThanOrEqual(runs);
            const taken = others.filter(({ version }) => found.versions.includes(version));
            expect(tryAll(first, taken, runs)).toBe(found.cost);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
