/** A release that waits because others use what its deployment needs. */
import { describe, expect, it } from 'vitest';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import type { TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { now, ordered, releaseId, target } from './world/target.ts';

const why = '1 instance needs 8 cores';
const asked = { releaseId, now };
const begun = () => target({ state: 'deploying', isReady: false, digest: null });
const deployed = (state: TargetState, how: 'no-room' | 'changing', at = now, said = why) =>
  takeEvent(state, { releaseId, now: at, event: 'deployed', state: how, digest: null, why: said });
const seen = (state: TargetState, at: string): TargetState => ({
  ...state,
  isStale: false,
  observed: { ...state.observed!, at },
});

describe('a release without room for its version', () => {
  it('says so and is tried again, without having touched anything', () => {
    const waiting = deployed(begun(), 'no-room').release!;
    expect(waiting).toMatchObject({
      state: 'deploying',
      sentence: 'Waits for room for version 2: 1 instance needs 8 cores.',
      isReady: false,
      hadTraffic: false,
    });
    const later = waiting.pausedUntil!;
    const state = seen(deployed(begun(), 'no-room'), later);
    const { action, state: next } = nextStep(state, { releaseId, now: later, hold: null });
    expect(action).toMatchObject({ do: 'deploy', deployment: 'version-2' });
    expect(next.release!.sentence).toBe(waiting.sentence);
  });

  it('says what it does again once there is room', () => {
    const state = deployed(deployed(begun(), 'no-room'), 'changing', now, '');
    const { pausedUntil, sentence } = state.release!;
    expect(sentence).toBe('Deploys version 2.');
    const next = nextStep(seen(state, pausedUntil!), { releaseId, now: pausedUntil!, hold: null });
    expect(next.state.release!.sentence).toBe('Deploys version 2.');
  });

  it('fails after readyWithin, with what was in the way', () => {
    const state = deployed(begun(), 'no-room');
    const after = deployed(state, 'no-room', new Date(Date.parse(now) + 3_600_000).toISOString());
    expect(after.release!.back).toMatchObject({
      end: 'failed',
      word: { reason: `deployment version-2 was not ready within PT1H: ${why}` },
    });
  });

  it('can be aborted at once', () => {
    const state = ordered(deployed(begun(), 'no-room'), 'abort-release').state;
    expect(nextStep(seen(state, now), { ...asked, hold: null }).state.release?.back ?? 'over').toBeTruthy();
    expect(state.release).toMatchObject({ state: 'rolling-back', pausedUntil: null });
  });
});
