import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { command } from '../../../dashboard/format/command.ts';
import { counted, formatNumber } from '../../../dashboard/format/number.ts';
import { printable } from '../../../dashboard/format/printable.ts';
import { splitSentence } from '../../../dashboard/format/sentence.ts';
import {
  describeAge,
  describeSpan,
  formatDay,
  formatTime,
  formatTimeWhole,
} from '../../../dashboard/format/time.ts';
import { isOver, sayAdmission, sayOutcome, sayReason, sayRelease } from '../../../dashboard/format/words.ts';
import { admissionOutcomes, reasonCodes } from '../../../shared/domain/decision.ts';
import { releaseStates } from '../../../shared/domain/release-state.ts';
import { runOutcomes } from '../../../shared/domain/run.ts';

const s = 1_000;
const min = 60 * s;
const h = 60 * min;
const d = 24 * h;

describe('a length of time', () => {
  it.each([
    [0, 'under 1 s'],
    [400, 'under 1 s'],
    [59 * s, '59 s'],
    [90 * s, '1 min 30 s'],
    [2 * h, '2 h'],
    [2 * h + 5 * min + 3 * s, '2 h 5 min'],
    [d + 4 * s, '1 d'],
    [45 * d, '1 mo 15 d'],
    [-5 * s, 'under 1 s'],
  ])('%i ms is %s', (ms, text) => expect(describeSpan(ms)).toBe(text));
});

describe('a time', () => {
  const now = Date.parse('2026-03-03T12:00:00Z');
  const place = { language: 'en-GB', zone: 'Europe/Berlin' };

  it.each([
    ['2026-03-03T11:59:59.500Z', 'now'],
    ['2026-03-03T11:00:00Z', '1 h ago'],
    ['2026-03-05T13:00:00Z', 'in 2 d'],
    ['not a time', 'not a time'],
  ])('%s is %s', (iso, text) => expect(describeAge(iso, now)).toBe(text));

  it.each([
    ['2026-03-03T13:05:00Z', '14:05'],
    ['2026-03-02T23:30:00Z', '00:30'],
    ['2026-03-02T22:30:00Z', '2 Mar, 23:30'],
    ['2002-08-15T00:00:00Z', '15 Aug 2002, 02:00'],
    ['never', 'never'],
  ])('%s is shown in the reader’s zone as %s', (iso, text) => expect(formatTime(iso, now, place)).toBe(text));

  it('has its day', () => {
    expect(formatDay(new Date('2026-03-02T23:30:00Z'), now, place)).toBe('3 Mar');
    expect(formatDay(new Date('2002-08-15T00:00:00Z'), now, place)).toBe('15 Aug 2002');
  });

  it('is whole, with UTC, where the reader points', () => {
    expect(formatTimeWhole('2026-03-03T13:05:07Z', place)).toBe(
      '3 Mar 2026, 14:05:07 CET · 2026-03-03T13:05:07 UTC',
    );
    expect(formatTimeWhole('', place)).toBe('');
  });
});

describe('a number', () => {
  it.each([
    [0.97480620155, '0.975'],
    [12.345, '12.3'],
    [1204.4, '1204'],
    [0, '0'],
    [-0.02, '-0.02'],
    [8.6e-8, '8.6e-8'],
    [Number.NaN, 'NaN'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text));
  it('stands with its noun', () =>
    expect([counted(1, 'run'), counted(2, 'run')]).toEqual(['1 run', '2 runs']));
});

describe('words', () => {
  it('are there for every outcome, state and reason there is, and none reads as code', () => {
    const said = [
      ...runOutcomes.map((word) => sayOutcome(word).text),
      ...admissionOutcomes.map((word) => sayAdmission(word).text),
      ...releaseStates.map((word) => sayRelease(word).text),
      ...reasonCodes.map(sayReason),
    ];
    for (const text of said) expect(text).toMatch(/^[a-z][a-z ,:-]+$/);
  });

  it('of a later service are shown as they are', () => {
    for (const word of ['brand-new', 'constructor', '__proto__', 'toString'])
      expect(sayOutcome(word)).toEqual({ text: word, tone: 'quiet' });
  });

  it('tell what is over', () => {
    expect(releaseStates.filter(isOver)).toEqual([
      'settled',
      'rolled-back',
      'rejected',
      'superseded',
      'drilled',
      'failed',
    ]);
  });
});

describe('a sentence', () => {
  it('gives up its times and ids, and loses nothing', () => {
    const text =
      'Joined run spam-filter-20261129-fbb26c82, under way since 2026-11-29T01:38:39.480Z; see spam-filter-20261129-fbb26c82-release.';
    expect(splitSentence(text).filter(({ kind }) => kind !== 'text')).toEqual([
      { kind: 'run', text: 'spam-filter-20261129-fbb26c82' },
      { kind: 'time', text: '2026-11-29T01:38:39.480Z' },
      { kind: 'release', text: 'spam-filter-20261129-fbb26c82-release' },
    ]);
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const whole = `${before} ${text} ${after}`;
        expect(
          splitSentence(whole)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(whole);
      }),
    );
  });

  it('takes a job for no run, nor a path', () => {
    const names = 'job tiny-20261129-fbb26c82-train, runs/tiny-20261129-fbb26c82/model';
    expect(splitSentence(names)).toEqual([{ kind: 'text', text: names }]);
  });
});

describe('text from outside', () => {
  it('cannot turn the direction of what follows, nor hold what is no text', () => {
    expect(printable('failed \u202edessap\u202c\u0000\u0007')).toBe('failed \ufffddessap\ufffd\ufffd\ufffd');
    expect(printable('two\nlines\tand <b>Ünïcödé</b> 漢字 🎉')).toBe(
      'two\nlines\tand <b>Ünïcödé</b> 漢字 🎉',
    );
  });
});

describe('a command', () => {
  it('can be typed as it stands, whatever is in it', () => {
    expect(command('freeze', 'tiny', '--reason', "it's $(rm -rf) `x`")).toBe(
      "npx ratchet freeze tiny --reason 'it'\\''s $(rm -rf) `x`'",
    );
    expect(command('quarantine', 'tiny:3')).toBe('npx ratchet quarantine tiny:3');
  });
});
