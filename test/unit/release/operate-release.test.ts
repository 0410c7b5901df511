/** What people order of a release, in each state, and what they are told; approvals.test.ts has approvals. */
import { describe, expect, it } from 'vitest';
import type { Question, ReleaseState } from '../../../shared/domain/release-state.ts';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { turnBack } from '../../../shared/release/transitions/changes.ts';
import { newTargetState, type Release, type TargetState } from '../../../shared/release/transitions/state.ts';
import { began, expectRefused, now, ordered, releaseId, stages, target } from './world/target.ts';
import { candidateOf } from './world/world.ts';

/** Every state that is neither final nor on the way back. */
const underWay: readonly (readonly [ReleaseState, number])[] = [
  ['deploying', 0],
  ['notifying', 0],
  ['waiting-for-approval', 1],
  ['shadow', 2],
  ['canary', 3],
  ['promoting', 4],
  ['serving', 4],
  ['asking', 3],
];

describe('an abort', () => {
  it.each(underWay)('is taken while the release is %s', (state, stage) => {
    const result = ordered(target({ state, stage, hadTraffic: true }), 'abort-release');
    expect(result).toMatchObject({
      done: true,
      sentence: 'Aborted: version 2 goes back; every request goes to version 1.',
      wake: [releaseId],
    });
    expect(result.state.release).toMatchObject({
      state: 'rolling-back',
      asks: null,
      back: { end: 'rolled-back', to: { deployment: 'version-1' }, word: { by: 'ada', reason: 'so it is' } },
    });
  });

  it('says that nothing changes where the version has had no requests', () => {
    const { sentence } = ordered(target(), 'abort-release');
    expect(sentence).toBe(
      'Aborted: version 2 goes back; it has had no requests, and the endpoint stays as it is.',
    );
  });

  it('says that a person will be asked where there is no way back', () => {
    const result = ordered(target({ hadTraffic: true }, []), 'abort-release');
    expect(result.sentence).toBe(
      'Aborted: version 2 goes back; there is no settled version to go back to: a person will be asked what is to serve.',
    );
    expect(result.state.release!.back!.to).toBeNull();
  });

  it('that comes twice is told so', () => {
    const { state } = ordered(target(), 'abort-release');
    const sentence = 'It goes back already, since 2026-03-02T12:00:00.000Z, by ada.';
    expectRefused(ordered(state, 'abort-release', '2026-03-02T13:00:00.000Z'), state, sentence);
  });

  it.each(['settled', 'rolled-back', 'rejected', 'superseded', 'failed'] as const)(
    'is refused once the release is %s',
    (end) => {
      const { releaseId: id, runId, model, digest, startedAt } = target().release!;
      const over = {
        ...{ releaseId: id, runId, model, digest, startedAt, endpoint: 'spam-filter', state: end },
        ...{ sentence: 'Over.', endedAt: now },
      };
      const state = { ...target(), release: null, ended: [over] };
      for (const action of ['abort-release', 'reject-release', 'resume-release'] as const)
        expectRefused(ordered(state, action), state, `Release ${releaseId} is over: ${end} at ${now}.`);
    },
  );

  it('of a release that there is not says which one is under way', () => {
    const state = target();
    const result = ordered(state, 'abort-release', now, 'run-9-release');
    expectRefused(result, state, 'There is no release run-9-release; release run-2-release is under way.');
    const none = ordered(newTargetState, 'abort-release');
    expectRefused(none, newTargetState, 'There is no release run-2-release; no release is under way.');
  });
});

describe('an order to resume', () => {
  const asks = (why: Question['why'], more: Partial<Release> = {}): TargetState =>
    target({ state: 'asking', stage: stages.some, asks: { why, sentence: 'Look.', since: began }, ...more });

  it.each(underWay.filter(([state]) => state !== 'asking'))(
    'is refused while the release is %s and asks nothing',
    (state, stage) => {
      const before = target({ state, stage });
      const sentence = `Nothing is asked: the release is ${state}. Waits.`;
      expectRefused(ordered(before, 'resume-release'), before, sentence);
    },
  );

  it('takes what the endpoint serves now as meant, where somebody else has changed it', () => {
    const state = asks('drifted');
    const traffic = { 'version-1': 60, 'version-9': 40 };
    const drifted = { ...state, observed: { ...state.observed!, traffic } };
    const result = ordered(drifted, 'resume-release');
    expect(result.sentence).toBe(
      'It goes on from what the endpoint serves now: version-1 60 %, version-9 40 %.',
    );
    expect(result.state).toMatchObject({ desired: { traffic }, isStale: true });
    expect(result.state.release).toMatchObject({ asks: null, isReady: false, hasAnswered: false });
  });

  it('is refused where nobody knows what the endpoint is to serve', () => {
    const state = { ...asks('drifted'), desired: null };
    const sentence = 'One deployment must be given every request first. Look.';
    expectRefused(ordered(state, 'resume-release'), state, sentence);
  });

  it('gives a step as long again, and no way forward, where its checks cannot say', () => {
    const result = ordered(asks('inconclusive'), 'resume-release');
    expect(result.sentence).toBe(
      'The step goes on until 2026-03-02T13:00:00.000Z; it is left forwards only where its checks pass.',
    );
    expect(result.state.release).toMatchObject({ asks: null, stage: stages.some, step: 0 });
  });

  const back = turnBack(
    target({ hadTraffic: true }),
    target({ hadTraffic: true }).release!,
    { by: 'Ratchet', reason: 'it fails', at: began },
    'rolled-back',
  ).release!.back;

  it('has the way back tried again at once, where it is stuck', () => {
    const result = ordered(
      asks('stuck', { back, pausedUntil: '2026-03-02T12:10:00.000Z' }),
      'resume-release',
    );
    expect(result.sentence).toBe('The rollback is tried again at once.');
    expect(result.state.release).toMatchObject({
      state: 'rolling-back',
      asks: null,
      pausedUntil: null,
      back,
    });
  });

  it('ends a release without a way back, and leaves the endpoint to whoever says so', () => {
    const result = ordered(asks('no-way-back', { back: { ...back!, to: null } }), 'resume-release');
    expect(result.sentence).toBe('It ends; what is to serve the endpoint is yours to say.');
    expect(result.state.release).toMatchObject({ state: 'rolling-back', back: { acknowledged: true } });
  });
});

describe('a release that waits for its turn', () => {
  const waiting = (): TargetState => beginRelease(target(), { candidate: candidateOf('3'), now }).state;

  it.each(['abort-release', 'reject-release'] as const)('is taken out by %s', (action) => {
    const result = ordered(waiting(), action, now, 'run-3-release');
    expect(result).toMatchObject({
      done: true,
      sentence: 'Version 3 does not wait for the endpoint any more.',
      wake: ['run-3-release'],
    });
    expect(result.state.queue).toEqual([]);
    expect(result.state.ended.at(-1)).toMatchObject({ state: 'rejected', sentence: 'ada: so it is' });
    expect(result.state.release!.releaseId).toBe(releaseId);
  });

  it('has nothing to resume', () => {
    const state = waiting();
    const result = ordered(state, 'resume-release', now, 'run-3-release');
    expectRefused(
      result,
      state,
      'Release run-3-release waits for its turn: nothing can be approved of it yet.',
    );
  });

  it('leaves no more behind than the target keeps, however often one comes and is taken out', () => {
    let state = target();
    for (let version = 3; version < 100; version++) {
      state = beginRelease(state, { candidate: candidateOf(String(version)), now }).state;
      state = ordered(state, 'abort-release', now, `run-${version}-release`).state;
    }
    expect(state.ended.length).toBeLessThanOrEqual(20);
  });
});
