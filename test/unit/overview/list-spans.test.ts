import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { Operation, OperatorAction } from '../../../shared/domain/operation.ts';
import type { ReleaseRow, TrailStep } from '../../../shared/domain/release-state.ts';
import { isIn, listChampions, listFileFreezes, listHolds } from '../../../shared/overview/list-spans.ts';
import { run } from '../../fixtures/ledger.ts';

const at = (day: number): string => new Date(Date.UTC(2026, 0, day)).toISOString();
const version = (number: string) => ({ name: 'm', version: number, modelUri: 'azureml://m' });

const released = (number: string, day: number) =>
  run({
    runId: `m-${day}`,
    released: true,
    registeredVersion: number,
    challenger: version(number),
    endedAt: at(day),
  });

function release(number: string, steps: readonly [TrailStep['state'], number][]): ReleaseRow {
  const trail = steps.map(([state, day]) => ({
    at: at(day),
    state,
    stage: null,
    step: null,
    asks: null,
    sentence: '',
    lastLook: null,
  }));
  const [state, day] = steps.at(-1)!;
  const ended = state === 'settled' || state === 'rolled-back';
  const ids = {
    releaseId: `m-${number}-release`,
    runId: `m-${number}`,
    model: version(number),
    endpoint: 'e',
  };
  const rest = {
    stage: null,
    step: null,
    asks: null,
    lastLook: null,
    approvals: [],
    digest: null,
    binding: null,
  };
  const times = {
    since: at(day),
    startedAt: at(steps[0]![1]),
    writtenAt: at(day),
    endedAt: ended ? at(day) : null,
  };
  return { ...ids, ...rest, ...times, state, sentence: '', isChampion: state === 'settled', trail };
}

const spans = (...given: Parameters<typeof listChampions>) =>
  listChampions(...given).map((each) => [each.version, each.from, each.until]);

describe('listChampions', () => {
  it('has one end where the next begins', () => {
    expect(spans([released('2', 9), released('1', 3)], [], null)).toEqual([
      ['1', at(3), at(9)],
      ['2', at(9), null],
    ]);
  });

  it('begins with the first moment that a release gave it every request, and goes back where that is rolled back', () => {
    const good = release('1', [
      ['deploying', 1],
      ['serving', 2],
      ['settled', 3],
    ]);
    const bad = release('2', [
      ['deploying', 5],
      ['serving', 6],
      ['rolling-back', 7],
      ['rolled-back', 8],
    ]);
    const never = release('3', [
      ['deploying', 9],
      ['canary', 10],
      ['rolled-back', 11],
    ]);
    expect(spans([], [never, bad, good], null)).toEqual([
      ['1', at(2), at(6)],
      ['2', at(6), at(8)],
      ['1', at(8), null],
    ]);
  });

  it('ends with the champion that the state has', () => {
    const state: ModelState = { ...newModelState, champion: version('7'), championSince: at(20) };
    expect(spans([released('1', 3)], [], state)).toEqual([
      ['1', at(3), at(20)],
      ['7', at(20), null],
    ]);
  });
});

let count = 0;
const did = (action: OperatorAction, day: number, done = true): Operation => {
  return {
    id: `op-${++count}`,
    model: 'm',
    action,
    by: 'ada',
    reason: 'why',
    at: at(day),
    done,
    sentence: '',
  };
};

describe('listHolds', () => {
  it('ends freezes at their time or where somebody thaws, and modes where the next is set', () => {
    const operations = [
      did({ action: 'freeze', until: at(5) }, 1),
      did({ action: 'freeze', until: null }, 2),
      did({ action: 'thaw' }, 9),
      did({ action: 'set-mode', mode: 'off' }, 3),
      did({ action: 'set-mode', mode: 'suggest' }, 4),
      did({ action: 'set-mode', mode: 'file' }, 6),
      did({ action: 'stop' }, 7),
      did({ action: 'freeze', until: null }, 8, false),
    ];
    const told = listHolds(operations).map(({ what, name, from, until }) => [what, name, from, until]);
    expect(told).toEqual([
      ['freeze', null, at(1), at(5)],
      ['freeze', null, at(2), at(9)],
      ['mode', 'off', at(3), at(4)],
      ['mode', 'suggest', at(4), at(6)],
      ['stop', null, at(7), null],
    ]);
  });
});

describe('listFileFreezes', () => {
  const weekly = {
    name: 'weekend',
    cron: '0 0 * * 6',
    timeZone: 'UTC',
    lasts: 'P2D',
    answer: 'defer',
  } as const;

  it('finds the times of a pattern, those that began before included', () => {
    const window = { from: at(4), until: at(20) };
    const told = listFileFreezes([weekly], window).map(({ from, until }) => [from, until]);
    // The 3rd, 10th and 17th of January 2026 are Saturdays.
    expect(told).toEqual([
      [at(4), at(5)],
      [at(10), at(12)],
      [at(17), at(19)],
    ]);
  });

  it('has every time within the window asked for, and a bounded number of them', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(400), fc.integer({ min: 1, max: 59 }), (day, length, minutes) => {
        const window = { from: at(day), until: at(day + length + 1) };
        const hourly = { ...weekly, cron: '0 * * * *', lasts: `PT${minutes}M` };
        const told = listFileFreezes([hourly], window);
        expect(told.length).toBeLessThanOrEqual(100);
        for (const span of told) expect(isIn(span, window)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
