import { describe, expect, it } from 'vitest';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { operateRelease } from '../../../shared/release/transitions/operate-release.ts';
import { newTargetState, type Release, type TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { candidateOf } from './world/world.ts';

const at = '2026-03-02T08:00:00.000Z';
const signed = 'e'.repeat(64);
const releaseId = 'run-2-release';
const split = { traffic: { 'version-1': 100 }, mirror: {} };
const word = { by: 'ada', reason: 'put back', at };

/** A release at its canary, deployed and answering, whose package was signed or not. */
function atCanary(more: Partial<Release> = {}): TargetState {
  const { state } = beginRelease(newTargetState, { candidate: candidateOf('2'), now: at });
  const deployment = (name: string, version: string) =>
    ({ deployment: name, model: { name: 'spam-filter', version }, state: 'ready' }) as const;
  const own = state.release!.deployment;
  const observed = {
    ...{ ...split, at, isUpdating: false },
    deployments: [deployment('version-1', '1'), deployment(own, '2')],
  };
  const stage = state.release!.stages.findIndex(({ kind }) => kind === 'canary');
  const release: Release = { ...state.release!, stage, isReady: true, hasAnswered: true, ...more };
  return { ...state, release, desired: split, observed, isStale: false };
}

const next = (state: TargetState) => nextStep(state, { releaseId, now: at, hold: null });
const tell = (state: TargetState) =>
  takeEvent(state, { releaseId, now: at, event: 'unverified', why: 'model/weights.json was changed.' });

describe('a release whose package is not what was signed', () => {
  it('verifies before each step that gives it more, where something was signed', () => {
    expect(next(atCanary({ package: signed })).action).toMatchObject({
      do: 'shift',
      verify: { model: { version: '2' }, package: signed },
    });
    expect(next(atCanary()).action).not.toHaveProperty('verify');
  });

  it('stops, asks a person, and gives nobody anything', () => {
    const asked = tell(next(atCanary({ package: signed })).state);
    expect(asked.release).toMatchObject({
      state: 'asking',
      asks: { why: 'unverified' },
      sentence: 'What is released is not what was signed: model/weights.json was changed.',
    });
    expect(asked).toMatchObject({ desired: split, changingTo: null, isStale: true });
    const seen = takeEvent(asked, { releaseId, now: at, event: 'observed', observed: asked.observed! });
    expect(seen.release!.asks!.why).toBe('unverified');
    expect(next(seen).action.do).toBe('wait');
    expect(describeRelease(seen, releaseId, at)).toMatchObject({ asks: 'unverified', package: signed });
  });

  it('asks and verifies again once a person has it resumed, and goes back where one has it aborted', () => {
    const asked = tell(next(atCanary({ package: signed })).state);
    const resumed = operateRelease(asked, { order: { action: 'resume-release', releaseId }, word });
    expect(resumed).toMatchObject({
      done: true,
      sentence: 'Its package is verified again before the next step.',
    });
    const seen = takeEvent(resumed.state, {
      releaseId,
      now: at,
      event: 'observed',
      observed: asked.observed!,
    });
    const question = next(seen);
    expect(question.action.do).toBe('ask-version');
    const answered = takeEvent(question.state, {
      releaseId,
      now: at,
      event: 'answered',
      answered: true,
      why: '',
    });
    expect(next(answered).action).toMatchObject({ do: 'shift', verify: { package: signed } });
    const aborted = operateRelease(asked, { order: { action: 'abort-release', releaseId }, word });
    expect(aborted.state.release!.state).toBe('rolling-back');
  });

  it('verifies nothing on its way back, and is not held up by it', () => {
    const asked = tell(next(atCanary({ package: signed, hadTraffic: true })).state);
    const { state } = operateRelease(asked, { order: { action: 'abort-release', releaseId }, word });
    expect(tell(state).release!.back).toEqual(state.release!.back);
    expect(tell(state).release!.state).toBe('rolling-back');
    const served = { traffic: { [state.release!.deployment]: 10, 'version-1': 90 }, mirror: {} };
    const seen = { ...state, isStale: false, observed: { ...state.observed!, ...served } };
    const { action } = next({ ...seen, release: { ...state.release!, hadTraffic: true } });
    expect(action).not.toHaveProperty('verify');
  });

  it('keeps the package of its first deployment', () => {
    const deployed = (state: TargetState, name: string | null) =>
      takeEvent(state, {
        ...{ releaseId, now: at, event: 'deployed', state: 'changing', digest: 'd'.repeat(64), why: '' },
        package: name,
      });
    const first = deployed(atCanary({ isReady: false }), signed);
    expect(first.release!.package).toBe(signed);
    expect(deployed(first, 'f'.repeat(64)).release!.package).toBe(signed);
    expect(deployed(atCanary({ isReady: false }), null).release).not.toHaveProperty('package');
  });
});
