/** An order to go back that comes while a step forward is under way: what the step came to is told afterwards. */
import { describe, expect, it } from 'vitest';
import type { ReleaseEvent } from '../../../shared/release/transitions/deeds.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import type { Release, TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { now, ordered, releaseId, settledOf, stages, target } from './world/target.ts';

/** Asks what is next, is ordered back while it is done, and is told what came of it. */
function orderedBackWithin(does: string, state: TargetState, event: ReleaseEvent): TargetState {
  const fresh: TargetState = {
    ...state,
    isStale: false,
    observed: { ...state.observed!, at: now, traffic: state.desired!.traffic },
  };
  const { state: doing, action } = nextStep(fresh, { releaseId, now, hold: null });
  expect(action.do).toBe(does);
  const back = ordered(doing, 'abort-release').state;
  return takeEvent(back, { releaseId, now, ...event });
}

const all: Partial<Release> = { stage: stages.all, state: 'promoting', hadTraffic: true };
const everything = (state: TargetState): TargetState => ({
  ...state,
  desired: { traffic: { 'version-2': 100 }, mirror: {} },
});

describe('what a step forward came to, told after the order to go back', () => {
  it('is a crown that is taken back', () => {
    const state = orderedBackWithin('crown', everything(target(all)), { event: 'crowned' });
    expect(state.release).toMatchObject({ isChampion: true, back: { to: { deployment: 'version-1' } } });
  });

  it.each([true, false])('is no answer of the version that it goes back to: %s', (answered) => {
    const state = target({ ...all, hasAnswered: false });
    const told = orderedBackWithin('ask-version', state, { event: 'answered', answered, why: 'it is wrong' });
    expect(told.release).toMatchObject({ asks: null, back: { answered: false } });
    expect(told.release).toMatchObject({ state: 'rolling-back' });
  });

  it.each<ReleaseEvent>([
    { event: 'deployed', state: 'failed', digest: null, why: 'it crashed' },
    { event: 'refused', did: 'deploy', why: 'there is no quota' },
  ])('takes no settled version away: $event', (event) => {
    const state = target({ isReady: false, state: 'deploying' }, [settledOf('0'), settledOf('1')]);
    const told = orderedBackWithin('deploy', state, event);
    expect(told.settled).toEqual(state.settled);
    expect(told.release!.back!.to).toMatchObject({ deployment: 'version-1' });
    expect(told.isStale).toBe(true);
  });
});
