import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkVerdicts } from '../../../shared/domain/check.ts';
import { thinSamples } from '../../../shared/overview/thin-samples.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();

const anySamples = fc
  .array(
    fc.record({
      minute: fc.nat(500_000),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      verdict: fc.oneof(
        { weight: 9, arbitrary: fc.constant('fine' as const) },
        { weight: 1, arbitrary: fc.constantFrom(...checkVerdicts) },
      ),
    }),
    { maxLength: 600 },
  )
  .map((all) =>
    all.sort((a, b) => a.minute - b.minute).map(({ minute, ...sample }) => ({ at: at(minute), ...sample })),
  );

describe('thinSamples', () => {
  it('keeps order, ends, extremes and whatever is not fine, and otherwise no more than was asked', () => {
    fc.assert(
      fc.property(anySamples, fc.integer({ min: 4, max: 400 }), (samples, points) => {
        const kept = thinSamples(samples, points);
        expect(samples.filter((sample) => kept.includes(sample))).toEqual(kept);
        if (samples.length === 0) return;
        expect([kept[0], kept.at(-1)]).toEqual([samples[0], samples.at(-1)]);
        const extremes = (all: readonly { value: number }[]) => {
          const values = all.map(({ value }) => value);
          return [Math.min(...values), Math.max(...values)];
        };
        expect(extremes(kept)).toEqual(extremes(samples));
        const odd = samples.filter(({ verdict }) => verdict !== 'fine');
        for (const sample of odd) expect(kept).toContain(sample);
        expect(kept.length - odd.length).toBeLessThanOrEqual(points);
      }),
    );
  });

  it('keeps the lowest and the highest of each part of time', () => {
    const samples = Array.from({ length: 1_000 }, (_, minute) => {
      return {
        at: at(minute),
        value: minute === 500 ? 9 : minute === 501 ? -9 : Math.sin(minute),
        verdict: 'fine' as const,
      };
    });
    const kept = thinSamples(samples, 100);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(kept).toContain(samples[500]);
    expect(kept).toContain(samples[501]);
  });

  it('leaves all where they are few', () => {
    const samples = [{ at: at(1), value: 1, verdict: 'fine' as const }];
    expect(thinSamples(samples, 500)).toBe(samples);
    expect(thinSamples([], 500)).toEqual([]);
  });
});
