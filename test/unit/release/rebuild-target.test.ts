import { describe, expect, it } from 'vitest';
import type { Operation, OperatorAction } from '../../../shared/domain/operation.ts';
import type { FinalState, ReleaseRow } from '../../../shared/domain/release-state.ts';
import { endRelease } from '../../../shared/release/transitions/changes.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { findQuarantined, rebuildTarget } from '../../../shared/release/transitions/rebuild-target.ts';
import { newTargetState, type TargetState } from '../../../shared/release/transitions/state.ts';
import { target } from './world/target.ts';
import { candidateOf } from './world/world.ts';

/** Releases one after the other as the target's entity ends them; a version that comes again is rolled back to. */
function live(ends: readonly (readonly [version: string, end: FinalState])[]) {
  let state: TargetState = newTargetState;
  const rows: ReleaseRow[] = [];
  ends.forEach(([version, end], index) => {
    const at = `2026-03-${String(index + 1).padStart(2, '0')}T00:00:00.000Z`;
    const isAgain = state.settled.some(({ model }) => model.version === version);
    const release = {
      ...target().release!,
      ...candidateOf(version, { releaseId: `r${index}`, previous: state.settled.at(-1)?.model ?? null }),
      deployment: `version-${version}`,
      startedAt: at,
      ...(isAgain && { rollback: { by: 'ada', reason: 'bad', at } }),
    };
    state = endRelease({ ...state, release }, release, at, end, 'Over.').state;
    rows.unshift(describeRelease(state, `r${index}`, at)!);
  });
  return { state, rows };
}

describe('a target that is made anew from the ledger', () => {
  it.each([
    ['nothing', [], []],
    [
      'settled versions, the latest last',
      [
        ['1', 'settled'],
        ['2', 'settled'],
      ],
      ['1', '2'],
    ],
    [
      'none of those that were not',
      [
        ['1', 'settled'],
        ['2', 'rolled-back'],
        ['3', 'failed'],
      ],
      ['1'],
    ],
    [
      'a rollback',
      [
        ['1', 'settled'],
        ['2', 'settled'],
        ['1', 'settled'],
      ],
      ['1'],
    ],
    [
      'a rollback over one between, and what came after',
      [
        ['1', 'settled'],
        ['2', 'settled'],
        ['3', 'settled'],
        ['1', 'settled'],
        ['4', 'settled'],
      ],
      ['2', '1', '4'],
    ],
  ] as const)('knows %s', (_what, ends, versions) => {
    const { state, rows } = live(ends);
    const rebuilt = rebuildTarget(newTargetState, rows);
    expect(rebuilt.settled.map(({ model }) => model.version)).toEqual(versions);
    expect(rebuilt.settled).toEqual(state.settled);
  });

  it('knows as many as the target keeps', () => {
    const { state, rows } = live(Array.from({ length: 15 }, (_, at) => [String(at + 1), 'settled'] as const));
    expect(rebuildTarget(newTargetState, rows).settled).toEqual(state.settled);
    expect(state.settled).toHaveLength(10);
  });

  it('knows how the last drill went: a release that requires one has it done again for no lost state', () => {
    const { rows } = live([['1', 'settled']]);
    const drill = (id: string, at: string, end: 'drilled' | 'failed'): ReleaseRow => {
      const word = { by: 'ada', reason: 'to be sure', at };
      const release = { ...target().release!, releaseId: id, drill: word, startedAt: at };
      const { state } = endRelease(newTargetState, release, at, end, `It ${end}.`);
      expect(rebuildTarget(newTargetState, [describeRelease(state, id, at)!]).lastDrill).toEqual(
        state.lastDrill,
      );
      return describeRelease(state, id, at)!;
    };
    const both = [
      drill('d1', '2026-04-01T00:00:00.000Z', 'drilled'),
      drill('d2', '2026-03-01T00:00:00.000Z', 'failed'),
    ];
    expect(rebuildTarget(newTargetState, [...both, ...rows]).lastDrill).toMatchObject({
      releaseId: 'd1',
      hasPassed: true,
    });
  });
});

describe('the quarantines of a target', () => {
  it('are those that were ordered and not taken back, whatever sequence the ledger lists them in', () => {
    const order = (action: OperatorAction, at: string, done = true): Operation => ({
      ...{ id: at, model: 'spam-filter', action, by: 'ada', reason: 'it leaks', at, done, sentence: '' },
    });
    const operations = [
      order({ action: 'quarantine', version: '3' }, '2026-03-04T00:00:00.000Z'),
      order({ action: 'lift-quarantine', version: '2' }, '2026-03-03T00:00:00.000Z'),
      order({ action: 'quarantine', version: '2' }, '2026-03-02T00:00:00.000Z'),
      order({ action: 'quarantine', version: '4' }, '2026-03-01T00:00:00.000Z', false),
      order({ action: 'roll-back', version: '5' }, '2026-03-01T00:00:00.000Z'),
    ];
    const at = '2026-03-04T00:00:00.000Z';
    expect(findQuarantined(operations)).toEqual([{ version: '3', by: 'ada', reason: 'it leaks', at }]);
    expect(findQuarantined(operations.toReversed())).toHaveLength(1);
  });
});
