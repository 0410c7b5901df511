/** An order to have an earlier version serve again, whatever is under way. */
import { describe, expect, it } from 'vitest';
import { turnBack } from '../../../shared/release/transitions/changes.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { rollBack } from '../../../shared/release/transitions/roll-back.ts';
import { type RolledBack, stagesOfRollback } from '../../../shared/release/transitions/rollback-candidate.ts';
import { newTargetState, type Release, type TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { began, expectRefused, now, person, releaseId, settledOf, stages, target } from './world/target.ts';
import { release as config, World } from './world/world.ts';

function rolledBack(state: TargetState, version: string | null = null, id = 'back-1-release'): RolledBack {
  return rollBack(state, {
    ...{ version, releaseId: id, model: 'spam-filter', configHash: 'c'.repeat(64) },
    ...{ target: config.target!, stages: config.stages, freezes: [] },
    word: { by: 'ada', actor: person('ada'), reason: 'bad answers', at: now },
  });
}

const idle = (...versions: string[]): TargetState => ({
  ...newTargetState,
  settled: versions.map((version) => settledOf(version)),
});

/** A release of version 2 under way, over settled versions 0 and 1: 1 serves. */
const busy = (more: Partial<Release> = {}): TargetState =>
  target({ state: 'canary', stage: stages.some, hadTraffic: true, ...more }, [
    settledOf('0'),
    settledOf('1'),
  ]);

describe('a rollback while no release is under way', () => {
  it.each([
    ['none is settled', [], null, 'There is no version of spam-filter to go back to; settled: none.'],
    ['one is settled', ['1'], null, 'There is no version of spam-filter to go back to; settled: 1.'],
    [
      'the one named is not settled',
      ['1', '2'],
      '7',
      'Version 7 of spam-filter is not settled, and nothing goes back to it; settled: 1, 2.',
    ],
    ['the one named serves', ['1', '2'], '2', `Version 2 of spam-filter serves already, since ${began}.`],
  ] as const)('is refused where %s', (_when, settled, version, sentence) => {
    const state = idle(...settled);
    const result = rolledBack(state, version);
    expectRefused(result, state, sentence);
    expect(result.candidate).toBeNull();
  });

  it.each([
    ['the one before that which serves', null, '2'],
    ['the one that is named', '1', '1'],
  ])('goes to %s, as a release whose only stage is production', (_which, version, expected) => {
    const { done, sentence, candidate, state } = rolledBack(idle('1', '2', '3'), version);
    expect({ done, sentence }).toEqual({
      done: true,
      sentence: `Version ${expected} is to serve again: Begins.`,
    });
    expect(candidate).toMatchObject({
      model: { version: expected },
      previous: { version: '3' },
      expectedDigest: settledOf(expected).digest,
      rollback: { by: 'ada', reason: 'bad answers' },
    });
    expect(candidate!.stages.map(({ kind }) => kind)).toEqual(['production']);
    expect(state.release).toMatchObject({ state: 'deploying', releaseId: 'back-1-release' });
  });

  it('that is repeated has begun', () => {
    const first = rolledBack(idle('1', '2'));
    const again = rolledBack(first.state);
    expect(again.state).toEqual(first.state);
    expect(again).toMatchObject({ done: true, sentence: 'Release back-1-release has begun before.' });
    expect(again.candidate?.releaseId).toBe('back-1-release');
  });

  it('leaves behind no version to go back to that it has gone back from', () => {
    const world = new World(0, 0);
    world.traffic = { 'version-3': 100 };
    world.deployed.clear();
    for (const version of ['2', '3']) world.deployed.set(`version-${version}`, { version, readyAtMs: 0 });
    world.nowMs = Date.parse(now);
    world.state = rolledBack({
      ...idle('1', '2', '3'),
      desired: { traffic: world.traffic, mirror: {} },
    }).state;
    for (let turn = 0; turn < 200; turn++) {
      const action = world.turn('back-1-release');
      if (action.do === 'end') break;
      if (action.do === 'wait') world.nowMs = Math.max(world.nowMs + 1_000, Date.parse(action.until));
    }
    expect(world.traffic).toEqual({ 'version-2': 100 });
    expect(world.state.settled.map(({ model }) => model.version)).toEqual(['1', '2']);
    expect(rolledBack(world.state, null, 'back-2-release').candidate!.model.version).toBe('1');
  });

  it('is held by no freeze', () => {
    const { state } = rolledBack({ ...idle('1', '2'), desired: { traffic: {}, mirror: {} } });
    const id = 'back-1-release';
    const observed = { at: now, isUpdating: false, traffic: {}, mirror: {}, deployments: [] };
    const seen = takeEvent(state, { releaseId: id, now, event: 'observed', observed });
    const { action } = nextStep(seen, { releaseId: id, now, hold: 'freeze quarter-end is in force' });
    expect(action).toMatchObject({ do: 'deploy', deployment: 'version-1' });
  });
});

describe('a rollback while a release is under way', () => {
  it('is an abort of it', () => {
    const result = rolledBack(busy());
    expect(result).toMatchObject({
      done: true,
      sentence: 'Aborted: version 2 goes back; every request goes to version 1.',
      wake: [releaseId],
      candidate: null,
    });
    expect(result.state.release!.back).toMatchObject({ to: { deployment: 'version-1' }, end: 'rolled-back' });
  });

  it('is one also where the version is named to which it goes back', () => {
    expect(rolledBack(busy(), '1')).toMatchObject({ done: true, candidate: null });
  });

  it.each([
    ['has had requests', { hadTraffic: true }],
    ['waits for approval', { hadTraffic: false, state: 'waiting-for-approval', stage: stages.ask }],
    ['serves everybody', { state: 'serving', stage: stages.all, isChampion: true }],
  ] as [string, Partial<Release>][])(
    'takes its place where another version is named and it %s',
    (_what, more) => {
      const { done, sentence, state, wake, candidate } = rolledBack(busy(more), '0');
      expect({ done, wake, version: candidate!.model.version }).toEqual({
        ...{ done: true, wake: [releaseId], version: '0' },
      });
      expect(sentence).toMatch(/^Version 0 is to serve again: Waits for release run-2-release, which holds/);
      expect(state.release!.back).toMatchObject({ end: 'superseded', to: { deployment: 'version-1' } });
      expect(state.queue.map(({ model }) => model.version)).toEqual(['0']);
    },
  );

  it('to the version that is being released is refused: it is not settled', () => {
    const state = busy();
    expectRefused(rolledBack(state, '2'), state, 'Version 2 of spam-filter is not settled');
  });

  it.each([null, '1'])('is refused where it goes back there already: %s', (version) => {
    const state = busy();
    const word = { by: 'Ratchet', reason: 'it fails', at: began };
    const going = turnBack(state, state.release!, word, 'rolled-back');
    expectRefused(
      rolledBack(going, version),
      going,
      `Release run-2-release goes back already, to version 1, since ${began}.`,
    );
  });

  it('to another version than a way back takes follows it', () => {
    const state = busy();
    const going = turnBack(state, state.release!, { by: 'ada', reason: 'no', at: began }, 'rolled-back');
    const result = rolledBack(going, '0');
    expect(result).toMatchObject({ done: true, candidate: { model: { version: '0' } } });
    expect(result.state.release!.back!.end).toBe('rolled-back');
  });

  it.each([null, '2'])('is refused where a rollback is under way that goes there: %s', (version) => {
    const { state } = rolledBack(idle('1', '2', '3'));
    expectRefused(
      rolledBack(state, version, 'back-2-release'),
      state,
      'Release back-1-release takes every request to version 2 already: deploying. Name another version, or abort it.',
    );
  });

  it('is an abort of a rollback where the version is named that serves', () => {
    const { state } = rolledBack(idle('1', '2', '3'));
    const result = rolledBack(state, '3', 'back-2-release');
    expect(result).toMatchObject({ done: true, candidate: null, wake: ['back-1-release'] });
    expect(result.state.release!.back).toMatchObject({ end: 'rolled-back', to: { deployment: 'version-3' } });
  });

  it('takes the place of a rollback where another version is named', () => {
    const { state } = rolledBack(idle('1', '2', '3'));
    const result = rolledBack(state, '1', 'back-2-release');
    expect(result).toMatchObject({ done: true, candidate: { model: { version: '1' } } });
    expect(result.state.release!.back!.end).toBe('superseded');
  });

  it('tells those again who were told after production, and are to hear of a way back', () => {
    const withdraws = { stage: 'announce', channel: 'event-grid', undo: 'withdraw' } as const;
    const plain = { stage: 'tell', channel: 'event-grid' } as const;
    const production = config.stages.find(({ kind }) => kind === 'production')!;
    const all = [{ ...withdraws, stage: 'early' }, production, plain, withdraws];
    expect(stagesOfRollback(all)).toEqual([production, withdraws]);
  });
});
