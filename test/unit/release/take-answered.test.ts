/** What a release makes of a version that has said nothing, and of one that has. */
import { describe, expect, it } from 'vitest';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import type { Release, TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { now, ordered, releaseId, stages, target } from './world/target.ts';

const why = 'deployment version-2 answered 424: nobody there';
const atMs = (ms: number): string => new Date(Date.parse(now) + ms).toISOString();
const told = (state: TargetState, how: object, ms = 0): TargetState =>
  takeEvent(state, { releaseId, now: atMs(ms), event: 'answered', answered: false, why, ...how });
const silent = (state: TargetState, ms = 0): TargetState => told(state, { silent: true }, ms);
const begun = (more: Partial<Release> = {}): TargetState =>
  target({ state: 'deploying', hasAnswered: false, ...more });
const promoted = () => begun({ state: 'promoting', stage: stages.all, hadTraffic: true });
const goingBack = () => ordered(promoted(), 'abort-release').state;

describe('a version that has said nothing', () => {
  it('is asked again, after a pause that grows', () => {
    const first = silent(begun());
    expect(first.release).toMatchObject({
      ...{ back: null, hasAnswered: false, silentSince: now, sentence: `Asks again: ${why}` },
      pausedUntil: atMs(10_000),
    });
    const observed = { ...first.observed!, at: atMs(10_000) };
    const { action } = nextStep(
      { ...first, isStale: false, observed },
      { releaseId, now: atMs(10_000), hold: null },
    );
    expect(action).toMatchObject({ do: 'ask-version', deployment: 'version-2' });
    const later = silent(first, 200_000);
    expect(later.release).toMatchObject({ silentSince: now, pausedUntil: atMs(250_000) });
  });

  it('has readyWithin to answer in while it has no requests', () => {
    expect(silent(silent(begun()), 3_599_000).release!.back).toBeNull();
    expect(silent(silent(begun()), 3_600_000).release!.back).toMatchObject({
      ...{ end: 'failed', word: { reason: why } },
    });
  });

  it('has two minutes where it has requests', () => {
    expect(silent(silent(promoted()), 119_000).release!.back).toBeNull();
    expect(silent(silent(promoted()), 120_000).release!.back).toMatchObject({ end: 'rolled-back' });
  });

  it('has as long again once it has answered', () => {
    const answered = told(silent(promoted()), { answered: true }, 60_000);
    expect(answered.release).toMatchObject({ hasAnswered: true });
    expect(answered.release).not.toHaveProperty('silentSince');
    expect(silent(answered, 180_000).release).toMatchObject({ back: null, silentSince: atMs(180_000) });
  });

  it('has two minutes, and then a person is asked, where a rollback goes to it', () => {
    const first = silent(goingBack());
    expect(first.release).toMatchObject({ asks: null, state: 'rolling-back', silentSince: now });
    expect(silent(first, 60_000).release!.asks).toBeNull();
    const stuck = silent(first, 120_000).release!;
    expect(stuck.asks?.why).toBe('stuck');
    expect(stuck.asks?.sentence).toContain(why);
    expect(stuck.pausedUntil).toBe(atMs(720_000));
  });

  it('has it anew on the way back, however long another was silent before', () => {
    const back = ordered(silent(promoted()), 'abort-release', atMs(119_000)).state;
    expect(silent(back, 121_000).release!.asks).toBeNull();
  });
});

describe('a version that has answered badly', () => {
  it('is asked no more', () => {
    expect(told(begun(), {}).release!.back).toMatchObject({ end: 'failed' });
    expect(told(promoted(), {}).release!.back).toMatchObject({ end: 'rolled-back' });
    expect(told(goingBack(), {}).release!.asks?.why).toBe('stuck');
  });
});
