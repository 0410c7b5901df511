/** What was told of a version is taken back where its release goes back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReleaseSchema } from '../../../shared/config/release-schema.ts';
import { later } from '../../../shared/release/transitions/changes.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { operateRelease } from '../../../shared/release/transitions/operate-release.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { live, tapes } from './world/live.ts';
import { now, person, releaseId, settledOf, target } from './world/target.ts';
import { release } from './world/world.ts';

const asked = release.stages.map((stage) => ('channel' in stage ? { ...stage, undo: 'withdraw' } : stage));
const { stages } = ReleaseSchema.parse({ target: release.target, stages: asked });

describe('a notice that is to be withdrawn', () => {
  it('is once everybody is served by another version, each once, the latest first, and by no other release', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { world, ended } = live(tape, 400, { stages }, { settled: [settledOf('1')] });
        if (ended?.do !== 'end') return;
        const said = { told: [] as string[], withdrawn: [] as string[] };
        for (const { action, before, event } of world.deeds) {
          if (action.do !== 'notify' || event?.event !== 'notified') continue;
          said[action.withdrawn ? 'withdrawn' : 'told'].push(action.stage.stage);
          if (!action.withdrawn) continue;
          expect(before.observed!.traffic['version-2'] ?? 0).toBe(0);
          expect(action.withdrawn.serves?.version ?? '1').toBe('1');
        }
        if (ended.ended.state === 'settled') expect(said.withdrawn).toEqual([]);
        const unsaid = /was not told that the version is withdrawn/.test(ended.ended.sentence);
        if (ended.ended.state === 'settled' || unsaid) return;
        for (const stage of said.told) expect(said.withdrawn).toContain(stage);
        expect(['announce,tell', 'tell', '']).toContain(said.withdrawn.join());
      }),
      { numRuns: 200 },
    );
  });

  it('holds the endpoint no longer than a day where the channel cannot be reached', () => {
    let state = target({ stages, stage: 1, hadTraffic: false });
    state = operateRelease(state, {
      order: { action: 'abort-release', releaseId },
      word: { by: 'ada', actor: person('ada'), reason: 'it leaks', at: now },
    }).state;
    const nextAt = (at: string) => {
      const observed = { ...state.observed!, at };
      state = takeEvent(state, { releaseId, now: at, event: 'observed', observed });
      const answer = nextStep(state, { releaseId, now: at });
      state = answer.state;
      return answer.action;
    };
    const withdrawn = { serves: settledOf('1').model, because: 'ada: it leaks' };
    expect(nextAt(now)).toMatchObject({ do: 'notify', stage: { stage: 'tell' }, withdrawn });
    expect(nextAt(later(now, 80_000_000))).toMatchObject({ do: 'notify', withdrawn });
    const over = later(now, 86_400_000);
    expect(nextAt(over)).toEqual({ do: 'wait', until: over });
    expect(nextAt(over)).toMatchObject({
      do: 'end',
      ended: {
        sentence: expect.stringContaining('tell was not told that the version is withdrawn: it could'),
      },
    });
  });

  it('is refused in a file without a target, where nothing goes back', () => {
    const { error } = ReleaseSchema.safeParse({
      stages: [{ stage: 'announce', channel: 'event-grid', undo: 'withdraw' }],
    });
    expect(error?.issues[0]).toMatchObject({
      path: ['stages', 0, 'undo'],
      message: expect.stringMatching(/^takes a notice back .*; add one, or leave undo out$/),
    });
  });
});
