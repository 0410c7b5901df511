import { describe, expect, it } from 'vitest';
import { type ReleaseRow, releaseStates } from '../../../shared/domain/release-state.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { newTargetState } from '../../../shared/release/transitions/state.ts';
import { findStatuses } from '../../../shared/release/transitions/version-status.ts';
import { live } from './world/live.ts';
import { began, now, ordered, releaseId, settledOf, stages, target } from './world/target.ts';

const statusOf = (state: Parameters<typeof describeRelease>[0]) =>
  describeRelease(state, releaseId, now)?.status;

const row = (version: string, more: Partial<ReleaseRow> = {}) =>
  ({
    ...{ model: { name: 'm', version, modelUri: '' }, state: 'settled', startedAt: began, endedAt: now },
    ...more,
  }) as ReleaseRow;

describe('what the registry says of a version', () => {
  it('follows its release', () => {
    expect(statusOf(target({ stage: stages.ask }))).toBe('candidate');
    expect(statusOf(target({ stage: stages.some }))).toBe('approved');
    expect(statusOf(target({ stage: stages.judged, isChampion: true, hadTraffic: true }))).toBe('serving');
    expect(statusOf(ordered(target(), 'reject-release').state)).toBe('rejected');
    const tried = target({ stage: stages.some, hadTraffic: true });
    expect(statusOf(ordered(tried, 'abort-release').state)).toBe('rolled-back');
  });

  it('is at the end of a release what it came to', () => {
    for (let seed = 0; seed < 60; seed++) {
      const { world, ended } = live([seed, 400], 400, {}, {});
      if (ended?.do !== 'end') continue;
      const { state } = ended.ended;
      const expected = state === 'failed' ? 'rejected' : state;
      expect(describeRelease(world.state, releaseId, now)?.status).toBe(expected);
    }
  });

  it('is of the latest release of each version', () => {
    const rows = [row('1', { status: 'settled' }), row('1', { status: 'rolled-back', startedAt: now })];
    expect([...findStatuses(rows, undefined)]).toEqual([['1', 'rolled-back']]);
    expect([...findStatuses(rows.toReversed(), undefined)]).toEqual([['1', 'rolled-back']]);
  });

  it('is known of releases of before they said it', () => {
    for (const state of releaseStates)
      expect(findStatuses([row('1', { state })], undefined).get('1')).toBeDefined();
    const asking = row('1', { state: 'asking', isChampion: true, endedAt: null });
    expect(findStatuses([asking], undefined).get('1')).toBe('serving');
  });

  it('is that it is embargoed, whatever became of its release', () => {
    const embargo = { version: '1', why: 'too-old' as const, since: began, sentence: 'old' };
    const state = { ...newTargetState, settled: [settledOf('1'), settledOf('2')], embargoed: [embargo] };
    expect(Object.fromEntries(findStatuses([row('1'), row('2')], state))).toEqual({
      1: 'embargoed',
      2: 'settled',
    });
  });

  it('is that it was rolled back where a person had another version serve in its place', () => {
    const state = { ...newTargetState, settled: [settledOf('1')] };
    expect(findStatuses([row('1'), row('2')], state).get('2')).toBe('rolled-back');
    expect(findStatuses([row('1'), row('2')], newTargetState).get('2')).toBe('settled');
  });
});
