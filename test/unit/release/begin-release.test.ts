/** A version that is to be released while another holds the target: queue, or supersede. */
import { describe, expect, it } from 'vitest';
import { type Begun, beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { newTargetState, type Release, type TargetState } from '../../../shared/release/transitions/state.ts';
import { began, now, releaseId, stages, target } from './world/target.ts';
import { candidateOf, release as config } from './world/world.ts';

function begun(state: TargetState, version: string, onNewCandidate: 'queue' | 'supersede' = 'queue'): Begun {
  const candidate = candidateOf(version, { target: { ...config.target!, onNewCandidate } });
  return beginRelease(state, { candidate, now });
}

const waitingOf = ({ queue }: TargetState): string[] => queue.map(({ model }) => model.version);

describe('a version that is to be released', () => {
  it('has the target at once where nobody holds it', () => {
    const { state, sentence, wake } = begun(newTargetState, '2');
    expect({ sentence, wake }).toEqual({ sentence: 'Begins.', wake: [] });
    expect(state.release).toMatchObject({ releaseId, state: 'deploying', startedAt: now });
  });

  it.each([
    ['holds the target', target()],
    ['waits', begun(target(), '3').state],
  ])('that comes twice has begun, while one %s', (_what, state) => {
    const known = state.queue.at(-1) ?? state.release!;
    const again = begun(state, known.model.version, 'supersede');
    expect(again).toEqual({ state, sentence: `Release ${known.releaseId} has begun before.`, wake: [] });
  });
});

describe('under queue', () => {
  it('waits, says for what, and leaves the other alone', () => {
    const state = target();
    const { state: next, sentence, wake } = begun(state, '3');
    expect({ sentence, wake }).toEqual({
      sentence: 'Waits for release run-2-release, which holds endpoint spam-filter: waiting-for-approval.',
      wake: [],
    });
    expect(next.release).toEqual(state.release);
    expect(next.queue[0]).toMatchObject({ state: 'queued', sentence });
  });

  it('keeps the order in which they came', () => {
    expect(waitingOf(begun(begun(target(), '3').state, '4').state)).toEqual(['3', '4']);
  });

  it('keeps twenty: the oldest is superseded, and told', () => {
    let state = target();
    let last: Begun | undefined;
    for (let version = 3; version < 24; version++) {
      last = begun(state, String(version));
      state = last.state;
    }
    expect(waitingOf(state)).toHaveLength(20);
    expect(waitingOf(state)[0]).toBe('4');
    expect(last!.wake).toEqual(['run-3-release']);
    expect(state.ended).toMatchObject([{ releaseId: 'run-3-release', state: 'superseded' }]);
  });
});

describe('under supersede', () => {
  it.each(['deploying', 'waiting-for-approval', 'canary', 'asking'] as const)(
    'has a release that is %s rolled back first',
    (state) => {
      const { state: next, wake } = begun(target({ state, hadTraffic: true }), '3', 'supersede');
      expect(wake).toEqual([releaseId]);
      expect(next.release).toMatchObject({
        state: 'rolling-back',
        back: {
          ...{ end: 'superseded', to: { deployment: 'version-1' } },
          word: { by: 'Ratchet', reason: 'version 3 takes its place' },
        },
      });
      expect(waitingOf(next)).toEqual(['3']);
    },
  );

  it.each([
    ['serving', stages.all],
    ['notifying', stages.announce],
    ['asking', stages.all],
  ] as const)('waits for a release that serves everybody and is %s', (state, stage) => {
    const before = target({ state, stage, isChampion: true, hadTraffic: true });
    const { state: next, wake } = begun(before, '3', 'supersede');
    expect(next.release).toEqual(before.release);
    expect({ wake, waiting: waitingOf(next) }).toEqual({ wake: [], waiting: ['3'] });
  });

  it('waits for a person’s order to go back', () => {
    const rollback: Release['rollback'] = { by: 'ada', reason: 'bad', at: began };
    const before = target({ state: 'promoting', rollback, hadTraffic: true });
    const { state: next, wake } = begun(before, '3', 'supersede');
    expect(next.release).toEqual(before.release);
    expect({ wake, waiting: waitingOf(next) }).toEqual({ wake: [], waiting: ['3'] });
  });

  it.each(['queue', 'supersede'] as const)('leaves a person’s order in the line, as %s does', (policy) => {
    const order = candidateOf('0', { rollback: { by: 'ada', reason: 'bad', at: began } });
    let { state } = beginRelease(target({ hadTraffic: true }), { candidate: order, now });
    for (let version = 3; version < 30; version++) state = begun(state, String(version), policy).state;
    expect(waitingOf(state)[0]).toBe('0');
    expect(waitingOf(state).at(-1)).toBe('29');
    expect(waitingOf(state)).toHaveLength(policy === 'queue' ? 20 : 2);
  });

  it('ends those that wait already', () => {
    const { state, wake } = begun(begun(target(), '3').state, '4', 'supersede');
    expect(waitingOf(state)).toEqual(['4']);
    expect(wake).toEqual([releaseId, 'run-3-release']);
    expect(state.ended).toMatchObject([
      { releaseId: 'run-3-release', state: 'superseded', sentence: 'version 4 takes its place.' },
    ]);
  });

  it('turns nothing around that goes back already', () => {
    const going = begun(target({ hadTraffic: true }), '3', 'supersede').state;
    const { state, wake } = begun(going, '4', 'supersede');
    expect(state.release).toEqual(going.release);
    expect(wake).toEqual(['run-3-release']);
  });
});
