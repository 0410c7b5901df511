import { describe, expect, it } from 'vitest';
import { pauseMs } from '../../../orchestrations/patience.ts';

/** How many times a service is asked in an outage. */
function attempts(outageMs: number): number {
  let count = 0;
  for (let at = 0; at < outageMs; at += pauseMs(at)) count += 1;
  return count;
}

describe('the pause before a step is taken again', () => {
  it.each([
    [0, 10_000],
    [20_000, 10_000],
    [60_000, 30_000],
    [1_200_000, 600_000],
    [86_399_999, 600_000],
    [86_400_000, 3_600_000],
  ])('is, after an outage of %i ms, %i ms', (awayMs, pause) => {
    expect(pauseMs(awayMs)).toBe(pause);
  });

  it('keeps the history of a long outage short', () => {
    expect(attempts(3_600_000)).toBeLessThan(20);
    expect(attempts(86_400_000)).toBeLessThan(160);
    expect(attempts(30 * 86_400_000)).toBeLessThan(900);
  });

  it('is longer at first where an attempt is dear', () => {
    expect([0, 40_000, 80_000].map((awayMs) => pauseMs(awayMs, 40_000))).toEqual([40_000, 40_000, 40_000]);
  });
});
