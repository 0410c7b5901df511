/** A drill of the way back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { drillRelease, isDrillDue } from '../../../shared/release/transitions/drill.ts';
import { judgeUsable } from '../../../shared/release/transitions/judge-usable.ts';
import { newTargetState, type TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { findStatuses } from '../../../shared/release/transitions/version-status.ts';
import { type Tape, tapes } from './world/live.ts';
import { began, now, person, settledOf, target } from './world/target.ts';
import { candidateOf, type Deed, release, World } from './world/world.ts';

const drillId = 'by-hand-release';
const order = {
  ...{ word: { by: 'ada', actor: person('ada'), reason: 'to be sure', at: began }, releaseId: drillId },
  ...{ model: 'spam-filter', configHash: '', freezes: [], target: release.target!, stages: release.stages },
};

/** Version 2 serves, and a rollback would go to version 1, which is deployed no more. */
function between(world: World): void {
  world.state = { ...newTargetState, settled: [settledOf('1'), settledOf('2')] };
  world.traffic = { 'version-2': 100 };
  world.deployed.delete('version-1');
  world.deployed.set('version-2', { version: '2', readyAtMs: 0 });
  world.champion = '2';
}

function drill(tape: Tape, interfere: (world: World) => void = () => {}, turns = 300) {
  const world = new World(...tape);
  between(world);
  world.state = drillRelease(world.state, { ...order, word: { ...order.word, at: world.now } }).state;
  let ended: Deed['action'] | null = null;
  for (let turn = 0; turn < turns && ended === null; turn++) {
    interfere(world);
    const action = world.turn(drillId);
    if (action.do === 'end') ended = action;
    if (action.do === 'wait') world.nowMs += Math.max(Date.parse(action.until) - world.nowMs, 1_000);
  }
  return { world, ended };
}

describe('a drill of the way back', () => {
  it('deploys the version that a rollback would go to, asks it, deletes it again, and says how long it took', () => {
    const { world, ended } = drill([0, 0]);
    const did = world.deeds
      .map(({ action }) => action.do)
      .filter((each) => each !== 'observe' && each !== 'wait');
    expect(did).toEqual(['deploy', 'ask-version', 'retire', 'end']);
    expect(ended).toMatchObject({ ended: { state: 'drilled', model: { version: '1' }, isDrill: true } });
    expect(world.state).toMatchObject({
      release: null,
      lastDrill: { version: '1', hasPassed: true, releaseId: drillId },
      settled: [{ model: { version: '1' } }, { model: { version: '2' } }],
    });
    expect(world.state.lastDrill?.sentence).toMatch(
      /^Version 1 was deployed beside, has answered, and was deleted again, within \d+ s; the endpoint serves version-2 100 %, as before\.$/,
    );
  });

  it('gives no version a request, whatever happens, and leaves nothing deployed that was not', () => {
    let passed = 0;
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world, ended } = drill(tape, (each) => {
          const held = each.state.release;
          if (held && each.breaks(0.02)) each.order({ action: 'abort-release', releaseId: drillId }, 'ada');
          if (held?.asks && each.happens(0.3))
            each.order({ action: 'resume-release', releaseId: drillId }, 'ada');
          if (each.breaks(0.2)) each.hold = 'freeze quarter-end is in force';
        });
        for (const { action } of world.deeds)
          expect(['shift', 'crown', 'notify', 'ask-hold']).not.toContain(action.do);
        expect(world.traffic).toEqual({ 'version-2': 100 });
        if (ended?.do !== 'end') return;
        const { state, sentence } = ended.ended;
        const hasPassed = state === 'drilled';
        if (hasPassed) passed++;
        expect(world.state.lastDrill).toMatchObject({ hasPassed });
        expect(world.deployed.has('version-1') && !sentence.includes('is left')).toBe(false);
        const answered = world.deeds.some(({ event }) => event?.event === 'answered' && event.answered);
        if (hasPassed) expect(answered).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(passed).toBeGreaterThan(20);
  });

  it('has failed where the version does not answer', () => {
    const { world } = drill([0, 0], (each) => {
      const { release: held } = each.state;
      if (!held?.isReady || held.hasAnswered || held.back) return;
      const told = { event: 'answered', answered: false, why: 'it answered 500' } as const;
      each.state = takeEvent(each.state, { releaseId: drillId, now: each.now, ...told });
    });
    expect(world.state.lastDrill?.sentence).toMatch(/it answered 500/);
    expect(world.deployed.has('version-1')).toBe(false);
    expect(world.state.lastDrill).toMatchObject({ hasPassed: false });
    expect(world.deployed.has('version-2')).toBe(true);
  });

  it('begins while no release is under way or waits, and where there is somewhere to go back to', () => {
    const busy = drillRelease(target(), order);
    expect(busy).toMatchObject({
      done: false,
      candidate: null,
      sentence: expect.stringMatching(/is under way/),
    });
    const alone = drillRelease({ ...newTargetState, settled: [settledOf('2')] }, order);
    expect(alone).toMatchObject({ done: false, sentence: expect.stringMatching(/nothing to drill\.$/) });
  });

  it('is the same drill where it is ordered twice', () => {
    const world = new World(0, 0);
    between(world);
    const once = drillRelease(world.state, order);
    const twice = drillRelease(once.state, order);
    expect(twice.state).toEqual(once.state);
    expect(twice.candidate?.releaseId).toBe(drillId);
  });

  it('is waited for by a release that comes meanwhile', () => {
    const world = new World(0, 0);
    between(world);
    const drilling = drillRelease(world.state, order).state;
    const { state } = beginRelease(drilling, { candidate: candidateOf('3'), now });
    expect(state).toMatchObject({ release: { releaseId: drillId }, queue: [{ releaseId: 'run-3-release' }] });
  });

  it('says nothing of where its version may go, nor to the registry', () => {
    const { world } = drill([0, 0]);
    const row = describeRelease(world.state, drillId, world.now)!;
    expect(row).toMatchObject({ isDrill: true, state: 'drilled' });
    expect(row.status).toBeUndefined();
    expect(findStatuses([row], undefined).size).toBe(0);
    const asked = { model: 'spam-filter', version: '1', stage: null, stages: release.stages, embargoes: [] };
    expect(judgeUsable({ ...asked, releases: [row] }).release).toBeNull();
  });
});

describe('a drill that begins by itself', () => {
  const state: TargetState = {
    ...newTargetState,
    settled: [settledOf('1'), settledOf('2', '2026-03-01T00:00:00.000Z')],
  };

  it('is due so long after the last one, or after the version that serves was settled', () => {
    expect(isDrillDue(state, 'P1D', '2026-03-01T23:59:59.000Z')).toBe(false);
    expect(isDrillDue(state, 'P1D', '2026-03-02T00:00:00.000Z')).toBe(true);
    const { lastDrill } = drill([0, 0]).world.state;
    expect(isDrillDue({ ...state, lastDrill: { ...lastDrill!, at: now } }, 'P1D', now)).toBe(false);
  });

  it('is not while a release is under way, nor without a version to go back to', () => {
    const at = '2026-06-02T00:00:00.000Z';
    expect(isDrillDue({ ...state, release: target().release }, 'P1D', at)).toBe(false);
    expect(isDrillDue({ ...state, settled: [settledOf('2')] }, 'P1D', at)).toBe(false);
    expect(isDrillDue(undefined, 'P1D', at)).toBe(false);
  });
});
