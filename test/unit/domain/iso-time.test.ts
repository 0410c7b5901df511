import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIsoTime } from '../../../shared/domain/iso-time.ts';

describe('a time as services write it', () => {
  it.each([
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01 10:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T10:00:00.1871187Z', '2026-03-01T10:00:00.187Z'],
    ['2026-03-01T10:00:00.0357429+00:00', '2026-03-01T10:00:00.035Z'],
    ['2026-03-01T10:00:00+0200', '2026-03-01T08:00:00.000Z'],
    ['2026-03-01T10:00:00 -05:30', '2026-03-01T15:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s, wherever it is read', (written, meant) => {
    expect(readIsoTime(written)).toBe(meant);
  });

  it.each([
    ...['yesterday', '', '1', '2026', 'March 7, 2026', '11/20/2026 1:36:31 PM', '2026-3-1'],
    ...['2026-02-30', '2026-06-31T00:00:00Z', '2025-02-29', '2026-13-01', '2026-03-01T25:00:00Z'],
    ...['2026-03-01T10:00:00+99:00', '2026-03-01T10:00:00Z05'],
  ])('%j is none', (written) => {
    expect(readIsoTime(written)).toBeNull();
  });

  it('is what was written, to the millisecond', () => {
    const time = fc.date({
      min: new Date('1970-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(time, (date) => {
        expect(readIsoTime(date.toISOString())).toBe(date.toISOString());
        expect(readIsoTime(date.toISOString().slice(0, -1))).toBe(date.toISOString());
      }),
    );
  });

  it('is none, and no error, of whatever else', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const read = readIsoTime(value);
        if (read !== null) expect(new Date(read).toISOString()).toBe(read);
      }),
    );
  });
});
