/** A drill that a release must wait for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { findNotices } from '../../../shared/release/transitions/find-notices.ts';
import type { TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { type Tape, tapes } from './world/live.ts';
import { ordered, settledOf } from './world/target.ts';
import { candidateOf, type Deed, World } from './world/world.ts';

const ofRelease = 'run-2-release';
const drillId = (number: number) => `run-2-drill${number}-release`;

/** The release and the drills that it has begun, turn by turn, with what people and others do between. */
function live(
  tape: Tape,
  {
    requiresDrill = {},
    interfere = () => {},
  }: { requiresDrill?: { within?: string }; interfere?: (world: World) => void },
  before: Partial<TargetState> = {},
  set: (world: World) => void = () => {},
) {
  const world = new World(...tape);
  world.state = { ...world.state, ...before };
  set(world);
  world.begin(candidateOf('2', { requiresDrill, notices: [{ to: 'leads' }] }));
  let ended: Deed['action'] | null = null;
  for (let turn = 0; turn < 500 && ended === null; turn++) {
    interfere(world);
    const holder = world.state.release!.releaseId;
    const action = world.turn(holder);
    if (action.do === 'end' && holder === ofRelease) ended = action;
    if (action.do === 'wait')
      world.nowMs += Math.min(Math.max(Date.parse(action.until) - world.nowMs, 1_000), 3_600_000);
  }
  return { world, ended };
}

const approving = (world: World): void => {
  const held = world.state.release;
  if (held?.state !== 'waiting-for-approval') return;
  world.approve(held, 'ada');
  world.approve(held, 'ben');
};

const deedsOf = ({ deeds }: World, id: string) =>
  deeds
    .filter(({ before }) => before.release?.releaseId === id)
    .map(({ action }) => action.do)
    .filter((did) => did !== 'observe' && did !== 'wait');

describe('a release whose file requires a drill', () => {
  it('has the version that it would go back to drilled first, beside the one that serves, and then begins', () => {
    const { world, ended } = live([1, 0], { interfere: approving });
    expect(deedsOf(world, ofRelease)[0]).toBe('start-drill');
    expect(deedsOf(world, drillId(1))).toEqual(['deploy', 'ask-version', 'retire', 'end']);
    const made = world.deeds.flatMap(({ action }) => (action.do === 'deploy' ? [action] : []));
    expect(made[0]).toMatchObject({ deployment: 'drill-1', model: { version: '1' } });
    expect(world.deployed.has('drill-1')).toBe(false);
    expect(world.state.lastDrill).toMatchObject({ hasPassed: true, version: '1', releaseId: drillId(1) });
    expect(ended).toMatchObject({ ended: { state: 'settled' } });
  });

  it('has its own version deployed, asked and taken away again where there is nothing to go back to', () => {
    const { world, ended } = live([1, 0], { interfere: approving }, {}, (each) => {
      each.traffic = {};
      each.deployed.clear();
      each.champion = null;
    });
    expect(deedsOf(world, drillId(1))).toEqual(['deploy', 'ask-version', 'retire', 'end']);
    expect(world.state.lastDrill).toMatchObject({ hasPassed: true, version: '2' });
    expect(ended).toMatchObject({ ended: { state: 'settled' } });
  });

  it('never deploys its version or gives it a request before a drill has passed, whatever happens', () => {
    let waited = 0;
    let asked = 0;
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world } = live(tape, {
          interfere(each) {
            approving(each);
            const held = each.state.release;
            if (!held) return;
            if (held.asks?.why === 'not-drilled') asked++;
            if (held.asks && each.happens(0.4))
              each.order({ action: 'resume-release', releaseId: held.releaseId }, 'ada');
            if (each.breaks(0.02)) each.order({ action: 'abort-release', releaseId: held.releaseId }, 'ada');
            if (each.breaks(0.02)) each.traffic = { 'version-1': 60, 'version-9': 40 };
          },
        });
        for (const { action, before } of world.deeds) {
          const held = before.release!;
          if (held.releaseId !== ofRelease) {
            expect(['shift', 'crown', 'notify']).not.toContain(action.do);
            continue;
          }
          const deploys = action.do === 'deploy' && action.deployment === held.deployment && !held.back;
          const gives = action.do === 'shift' && (action.to.traffic[held.deployment] ?? 0) > 0;
          if (!deploys && !gives) continue;
          waited++;
          expect(before.lastDrill).toMatchObject({ hasPassed: true });
        }
      }),
      { numRuns: 200 },
    );
    expect(waited).toBeGreaterThan(200);
    expect(asked).toBeGreaterThan(0);
  });

  it('asks a person where the drill has not passed, drills again on their word, and tells them of it', () => {
    let answers = false;
    const { world } = live([1, 0], {
      interfere(each) {
        const held = each.state.release!;
        if (answers || !held.drill || !held.isReady || held.hasAnswered || held.back) return;
        const told = { event: 'answered', answered: false, why: 'it answered 500' } as const;
        each.state = takeEvent(each.state, { releaseId: held.releaseId, now: each.now, ...told });
      },
    });
    const { release } = world.state;
    expect(release).toMatchObject({ state: 'asking', asks: { why: 'not-drilled' }, releaseId: ofRelease });
    expect(release?.asks?.sentence).toMatch(
      /^A release of endpoint spam-filter needs a drill that has passed, and drill run-2-drill1-release has not: .*it answered 500/,
    );
    expect(findNotices(world.state, drillId(1), world.now)).toMatchObject([
      {
        to: ['leads'],
        notice: { kind: 'drill.failed', title: expect.stringMatching(/has not passed: failed$/) },
      },
    ]);
    answers = true;
    const { state, done, sentence } = ordered(world.state, 'resume-release', world.now, ofRelease);
    expect([done, sentence]).toEqual([true, 'The way back is drilled again.']);
    world.state = state;
    // The target is looked at again before anything is done.
    for (let turn = 0; turn < 3 && world.state.release?.releaseId === ofRelease; turn++)
      world.turn(ofRelease);
    expect(world.state).toMatchObject({
      release: { releaseId: drillId(2) },
      queue: [{ releaseId: ofRelease, state: 'queued', sentence: expect.stringMatching(/^Waits for drill/) }],
    });
  });

  it('drills nothing where one has passed on the endpoint, unless that is longer ago than the file allows', () => {
    const at = '2026-03-01T08:00:00.000Z';
    const lastDrill = { releaseId: 'd', version: '1', hasPassed: true, sentence: '', startedAt: at, at };
    const known = { lastDrill, settled: [settledOf('1')] };
    const none = live([1, 0], { interfere: approving }, known);
    expect(deedsOf(none.world, ofRelease)).not.toContain('start-drill');
    const fresh = live([1, 0], { requiresDrill: { within: 'P2D' }, interfere: approving }, known);
    expect(deedsOf(fresh.world, ofRelease)).not.toContain('start-drill');
    const old = live([1, 0], { requiresDrill: { within: 'P1D' }, interfere: approving }, known);
    expect(deedsOf(old.world, ofRelease)[0]).toBe('start-drill');
    const failed = live([1, 0], { interfere: approving }, { lastDrill: { ...lastDrill, hasPassed: false } });
    expect(deedsOf(failed.world, ofRelease)[0]).toBe('start-drill');
  });

  it('stays the next in line where others wait, and is superseded with its drill where the file says so', () => {
    const drilling = new World(1, 0);
    drilling.begin(candidateOf('2', { requiresDrill: {} }));
    while (drilling.state.release?.releaseId === ofRelease) drilling.turn(ofRelease);
    const queued = beginRelease(drilling.state, { candidate: candidateOf('3'), now: drilling.now });
    expect(queued.state.queue.map(({ releaseId }) => releaseId)).toEqual([ofRelease, 'run-3-release']);
    const { target } = candidateOf('3');
    const candidate = candidateOf('3', { target: { ...target, onNewCandidate: 'supersede' } });
    const superseded = beginRelease(drilling.state, { candidate, now: drilling.now });
    expect(superseded.state).toMatchObject({
      release: { releaseId: drillId(1), back: { end: 'superseded' } },
      queue: [{ releaseId: 'run-3-release' }],
      ended: [{ releaseId: ofRelease, state: 'superseded' }],
    });
  });
});
