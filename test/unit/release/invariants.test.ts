import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Traffic } from '../../../shared/domain/release-state.ts';
import { bindingOf } from '../../../shared/release/transitions/binding.ts';
import { isSame, splitOf } from '../../../shared/release/transitions/splits.ts';
import { isJudged, stageOf } from '../../../shared/release/transitions/stages.ts';
import type { Release } from '../../../shared/release/transitions/state.ts';
import { live, tapes } from './world/live.ts';
import type { Deed } from './world/world.ts';

const shareOf = ({ traffic, mirror }: { traffic: Traffic; mirror: Traffic }, deployment: string): number =>
  (traffic[deployment] ?? 0) + (mirror[deployment] ?? 0);

const held = (deed: Deed): Release => deed.before.release!;

function eachDeed(check: (deed: Deed, earlier: readonly Deed[]) => void): void {
  fc.assert(
    fc.property(tapes, (tape) => {
      const { deeds } = live(tape).world;
      deeds.forEach((deed, at) => {
        if (deed.before.release?.releaseId === 'run-2-release') check(deed, deeds.slice(0, at));
      });
    }),
    { numRuns: 150 },
  );
}

describe('a release, whatever happens', () => {
  it('never gives a version more requests once it was ordered back', () => {
    eachDeed((deed) => {
      if (deed.action.do !== 'shift' || !held(deed).back) return;
      const { deployment } = held(deed);
      expect(shareOf(deed.action.to, deployment)).toBe(0);
    });
  });

  it('takes an order to go back in every state that is not final', () => {
    fc.assert(
      fc.property(tapes, fc.nat(200), (tape, turns) => {
        const { world, ended } = live(tape, turns);
        if (ended) return;
        const before = world.state.release!.back;
        world.order({ action: 'abort-release', releaseId: 'run-2-release' }, 'ada');
        const after = world.state.release!;
        expect(after.back).not.toBeNull();
        expect(after.back === before || after.state === 'rolling-back').toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('goes forward only from what the target was seen to serve, and never through a freeze', () => {
    eachDeed((deed) => {
      if (deed.action.do !== 'shift' || held(deed).back) return;
      const { desired, observed } = deed.before;
      const { deployment } = held(deed);
      if (shareOf(deed.action.to, deployment) <= shareOf(splitOf(observed!), deployment)) return;
      expect(deed.hold).toBeNull();
      expect(isSame(splitOf(observed!), desired!)).toBe(true);
      expect(deed.before.isStale).toBe(false);
    });
  });

  it('leaves a step forwards only after a look that passed, and an approval only with both people', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { deeds } = live(tape).world;
        for (let at = 1; at < deeds.length; at++) {
          const [was, is] = [deeds[at - 1]!.after.release, deeds[at]!.before.release];
          if (!was || !is || was.back || is.back || was.releaseId !== is.releaseId) continue;
          checkLeft(was, is, deeds[at - 1]!);
        }
        for (const { before, after, action } of deeds) {
          const [was, is] = [before.release, after.release];
          if (!was || !is || was.back || is.back || was.stage === is.stage) continue;
          const stage = stageOf(was);
          // Within one answer only an approval, a step with nobody to compare with, or the end of keeping is left.
          if (stage?.kind === 'approval')
            expect(was.approvals.filter(({ binding }) => binding === bindingOf(was))).toHaveLength(2);
          else if (isJudged(stage)) expect(action.do).not.toBe('look');
        }
      }),
      { numRuns: 150 },
    );
    function checkLeft(was: Release, is: Release, deed: Deed): void {
      const isLeft = was.stage !== is.stage || was.step !== is.step;
      if (!isLeft || !isJudged(stageOf(was))) return;
      expect(deed.action.do).toBe('look');
      if (deed.action.do === 'look') expect(deed.action.look.forwardShare).toBeGreaterThan(0);
      expect(deed.event).toMatchObject({ look: { verdict: 'passed' } });
    }
  });

  it('leaves a stage that has started something only once that was seen to have ended well', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { deeds } = live(tape).world;
        for (let at = 1; at < deeds.length; at++) {
          const [was, is] = [deeds[at - 1]!.after.release, deeds[at]!.before.release];
          if (!was || !is || was.back || is.back || was.releaseId !== is.releaseId) continue;
          if (stageOf(was)?.kind !== 'pipeline' || was.stage === is.stage) continue;
          expect(deeds[at - 1]!.event).toMatchObject({ event: 'pipeline', seen: { state: 'succeeded' } });
        }
        for (const { before, after } of deeds) {
          const [was, is] = [before.release, after.release];
          if (was && is && was.stage !== is.stage && !is.back)
            expect(stageOf(was)?.kind).not.toBe('pipeline');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('never starts anything twice, nor once it was ordered back or under a freeze', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world } = live(tape);
        for (const [key, all] of world.pipelines.started) expect([key, all.length <= 1]).toEqual([key, true]);
        const begun = new Set<string>();
        for (const deed of world.deeds) {
          if (deed.action.do !== 'start-pipeline') continue;
          if (deed.action.order.key.endsWith('_back')) {
            checkUndone(deed, deed.action.order.model.version);
            continue;
          }
          expect(held(deed).back).toBeNull();
          if (!begun.has(deed.action.order.key)) expect(deed.hold).toBeNull();
          begun.add(deed.action.order.key);
        }
      }),
      { numRuns: 300 },
    );
  });

  /** What runs again on the way back does so with the version that everybody is served by. */
  function checkUndone(deed: Deed, version: string): void {
    const { back, deployment, hadTraffic } = held(deed);
    expect(back?.to?.model.version).toBe(version);
    expect(shareOf(splitOf(deed.before.observed!), deployment)).toBe(0);
    if (hadTraffic) expect(deed.before.observed?.traffic).toEqual({ [back!.to!.deployment]: 100 });
  }

  it('has what it is to undo run again, where it goes back after it was begun', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world, ended } = live(tape);
        if (ended?.do !== 'end' || ended.ended.state === 'settled') return;
        const last = world.deeds.at(-1)!.before.release!;
        const wasBegun = world.pipelines.started.has('run-2-staging');
        if (!wasBegun || !last.back?.to || tape[0] % 2 === 1) return;
        const again = world.pipelines.started.get('run-2-staging_back') ?? [];
        const isNamed = /could not be run again/.test(ended.ended.sentence);
        expect([again.length === 1, isNamed]).toContain(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is over only once what it has started has ended, or says that it runs on', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world, ended } = live(tape);
        if (ended?.do !== 'end') return;
        const isNamed =
          /still runs|runs again, and (?:has not ended|is not there|could not be looked at)|could not be run again|could not be told to end|could not be found out/.test(
            ended.ended.sentence,
          );
        const running = world.pipelines.running();
        if (!isNamed) expect(running).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('spends no more than the error of a step, however often it looks', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { deeds } = live(tape).world;
        const spent = new Map<string, { forward: number; back: number }>();
        for (const { action, before } of deeds) {
          if (action.do !== 'look') continue;
          const { stage, step } = before.release!;
          const known = spent.get(`${stage} ${step}`) ?? { forward: 0, back: 0 };
          spent.set(`${stage} ${step}`, {
            forward: known.forward + action.look.forwardShare,
            back: known.back + action.look.backShare,
          });
        }
        for (const { forward, back } of spent.values()) {
          expect(forward).toBeLessThanOrEqual(1 + 1e-9);
          expect(back).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('says how it ended only where the target was seen so', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world, ended } = live(tape);
        if (ended?.do !== 'end') return;
        const last = world.deeds.at(-1)!;
        const before = last.before.release!;
        const seen = splitOf(last.before.observed!);
        if (ended.ended.state === 'settled') {
          expect(seen).toEqual({ traffic: { 'version-2': 100 }, mirror: {} });
          expect(before.isChampion).toBe(true);
          expect(world.state.settled.at(-1)?.deployment).toBe('version-2');
        } else {
          expect(shareOf(seen, 'version-2')).toBe(0);
          const { back, hadTraffic } = before;
          if (hadTraffic && back?.to) {
            expect(seen.traffic).toEqual({ [back.to.deployment]: 100 });
            expect(back.answered).toBe(true);
          }
          if (hadTraffic && !back?.to) expect(back?.acknowledged).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has as the champion what serves, once it is over', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world, ended } = live(tape);
        if (ended?.do !== 'end') return;
        const isSettled = ended.ended.state === 'settled';
        expect(world.champion === '2').toBe(isSettled);
      }),
      { numRuns: 600 },
    );
  });

  it('ends once nothing goes wrong any more', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world, ended } = live(tape, 100_000 / 50);
        if (ended) return;
        // Nobody answers what is asked: that, and only that, is waited for without end.
        expect(world.state.release?.asks ?? world.hold).not.toBeNull();
      }),
      { numRuns: 60 },
    );
  });
});
