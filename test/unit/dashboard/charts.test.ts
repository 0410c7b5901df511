import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { place, rangeOf, ticksOf } from '../../../dashboard/charts/scale.ts';
import { compressAxis, timeTicks } from '../../../dashboard/charts/time-axis.ts';

const anyNumber = fc.double({ noNaN: false });

describe('a scale', () => {
  it('places every number within the axis, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 20 }), anyNumber, (values, value) => {
        const range = rangeOf(values);
        expect(range.high).toBeGreaterThan(range.low);
        const at = place(value, range, 10, 90);
        expect(at).toBeGreaterThanOrEqual(10);
        expect(at).toBeLessThanOrEqual(90);
      }),
    );
  });

  it('has round numbers within it, and not more than there is room for', () => {
    expect(ticksOf({ low: 0.893, high: 0.994 }, 10)).toEqual([0.9, 0.92, 0.94, 0.96, 0.98]);
    expect(ticksOf({ low: -3, high: 7 }, 4)).toEqual([0, 5]);
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
        (low, width) => {
          const ticks = ticksOf({ low, high: low + width }, 6);
          expect(ticks.length).toBeLessThanOrEqual(7);
        },
      ),
    );
  });
});

const hour = 3_600_000;
const day = 24 * hour;
const from = Date.parse('2026-01-01T00:00:00Z');

describe('the axis of time', () => {
  const axisOf = (hours: readonly number[], days: number) =>
    compressAxis({
      ...{ fromMs: from, untilMs: from + days * day, start: 0, end: 1_000 },
      marks: hours.map((each) => from + each * hour),
    });

  it('is even where something happens all the time', () => {
    const axis = axisOf(
      Array.from({ length: 30 }, (_, at) => at * 24),
      30,
    );
    expect(axis.stretches.filter(({ isBreak }) => isBreak)).toEqual([]);
    expect(axis.place(from + 15 * day)).toBeCloseTo(500);
  });

  it('makes a month in which nothing happens short, and gives the room to what did', () => {
    const axis = axisOf([1, 2, 3, 4, 700, 701], 30);
    expect(axis.stretches.filter(({ isBreak }) => isBreak)).toHaveLength(1);
    const burst = axis.place(from + 4 * hour) - axis.place(from + hour);
    expect(burst).toBeGreaterThan(3 * (1_000 / 720));
  });

  it('keeps the order, stays within, and leads back from a place to its time', () => {
    const hours = fc.array(fc.double({ min: 0, max: 2_000, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: 90 }), (given, days) => {
        const axis = axisOf(given, days);
        const places = Array.from({ length: 50 }, (_, at) => axis.place(from + (at / 49) * days * day));
        for (const [at, x] of places.entries()) {
          expect(x).toBeGreaterThanOrEqual(-1e-6);
          expect(x).toBeLessThanOrEqual(1_000 + 1e-6);
          if (at > 0) expect(x).toBeGreaterThanOrEqual(places[at - 1]! - 1e-6);
          expect(axis.place(axis.timeAt(x))).toBeCloseTo(x, 3);
        }
        const even = axis.stretches.filter(({ isBreak, untilMs, fromMs }) => !isBreak && untilMs > fromMs);
        const widths = even.map(
          ({ start, end, fromMs, untilMs }) => ((end - start) / (untilMs - fromMs)) * day,
        );
        for (const width of widths) expect(width).toBeCloseTo(widths[0]!, 3);
      }),
    );
  });

  it('breaks only where nothing lies', () => {
    const hours = [1, 300, 301, 650];
    const axis = axisOf(hours, 30);
    for (const { isBreak, fromMs, untilMs } of axis.stretches)
      if (isBreak)
        expect(hours.some((each) => from + each * hour >= fromMs && from + each * hour <= untilMs)).toBe(
          false,
        );
  });

  it('is written with whole steps, never so near that one runs into another', () => {
    const axis = axisOf([1, 2, 3, 400, 401], 30);
    const { at: ticks } = timeTicks(axis, 80, hour);
    expect(ticks.length).toBeGreaterThan(2);
    for (const [at, tick] of ticks.entries())
      if (at > 0) expect(axis.place(tick) - axis.place(ticks[at - 1]!)).toBeGreaterThanOrEqual(80);
    expect(ticks.every((tick) => (tick + hour) % hour === 0)).toBe(true);
  });
});
