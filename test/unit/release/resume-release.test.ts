/** The life of a release whose target loses its state, and is given again what the ledger was told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import { withTrail } from '../../../shared/ledger/release-trail.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { rebuildTarget } from '../../../shared/release/transitions/rebuild-target.ts';
import { isSame, splitOf } from '../../../shared/release/transitions/splits.ts';
import {
  type Candidate,
  newTargetState,
  type Release,
  type TargetState,
} from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { live, tapes } from './world/live.ts';
import { ordered, settledOf, stages, target } from './world/target.ts';
import { candidateOf, type Deed, type World, withPipelines } from './world/world.ts';

const id = 'run-2-release';
const turns = fc.array(fc.nat(250), { minLength: 1, maxLength: 3 });

/** What the ledger has of version 1, where it was released. */
const first: ReleaseRow = {
  ...describeRelease(target({}, []), id, '2026-03-01T00:00:00.000Z')!,
  ...{ releaseId: 'run-1-release', runId: 'run-1', model: settledOf('1').model, state: 'settled' },
  ...{ startedAt: '2026-03-01T00:00:00.000Z', endedAt: '2026-03-01T12:00:00.000Z', digest: 'd'.repeat(64) },
};

function liveLosing(tape: readonly [number, number], at: readonly number[], isFirst: boolean, most = 400) {
  const rows: readonly ReleaseRow[] = isFirst ? [] : [first];
  let row: ReleaseRow | null = null;
  let turn = 0;
  const lose = (world: World): void => {
    const deed = world.deeds.at(-1)!;
    row = withTrail(describeRelease(deed.after, id, deed.now)!, row);
    if (!at.includes(turn++)) return;
    const { stages: asked, releaseId } = world.state.release!;
    expect(releaseId).toBe(id);
    const candidate: Candidate = candidateOf('2', { stages: asked });
    world.state = rebuildTarget(newTargetState, [...rows, row], [{ row, candidate }]);
  };
  const settled = isFirst ? [] : [settledOf('1')];
  return live(tape, most, {}, { settled }, lose);
}

describe('a release whose target has lost its state', () => {
  const losses = fc.tuple(tapes, turns, fc.boolean());

  it('ends as what was seen says, goes back for good, and begins nothing twice', () => {
    fc.assert(
      fc.property(losses, ([tape, at, isFirst]) => {
        const { world, ended } = liveLosing(tape, at, isFirst);
        checkDeeds(world.deeds);
        for (const [key, all] of world.pipelines.started)
          if (!key.endsWith('_back')) expect([key, all.length <= 1]).toEqual([key, true]);
        if (ended?.do !== 'end') return;
        const isSettled = ended.ended.state === 'settled';
        expect(world.champion === '2').toBe(isSettled);
        const seen = splitOf(world.deeds.at(-1)!.before.observed!);
        if (isSettled) expect(seen).toEqual({ traffic: { 'version-2': 100 }, mirror: {} });
        else expect((seen.traffic['version-2'] ?? 0) + (seen.mirror['version-2'] ?? 0)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  function checkDeeds(deeds: readonly Deed[]): void {
    let wasBack = false;
    for (const { action, before, hold } of deeds) {
      const held = before.release!;
      if (wasBack) expect(held.back).not.toBeNull();
      wasBack = held.back !== null;
      if (action.do !== 'shift' || held.back) continue;
      const share = action.to.traffic[held.deployment] ?? 0;
      if (share <= (before.observed!.traffic[held.deployment] ?? 0)) continue;
      expect(hold).toBeNull();
      expect(isSame(splitOf(before.observed!), before.desired!)).toBe(true);
    }
  }

  it('ends once nothing goes wrong any more', () => {
    fc.assert(
      fc.property(losses, ([tape, at, isFirst]) => {
        const { world, ended } = liveLosing(tape, at, isFirst, 2_000);
        if (ended) return;
        expect(world.state.release?.asks ?? world.hold).not.toBeNull();
      }),
      { numRuns: 40 },
    );
  });
});

describe('what is known of it again', () => {
  const now = '2026-03-05T00:00:00.000Z';
  const lost = (more: Partial<Release>, changes: Partial<ReleaseRow> = {}): TargetState => {
    const before = target(more);
    const row = { ...withTrail(describeRelease(before, id, '2026-03-04T00:00:00.000Z')!, null), ...changes };
    const candidate = candidateOf('2', { stages: before.release!.stages });
    return rebuildTarget(newTargetState, [first, row], [{ row, candidate }]);
  };

  it('approvals of the stage that waits for them, which count only while they are of the same', () => {
    const word = { by: 'ada', reason: 'good', at: '2026-03-02T09:00:00.000Z' };
    const approvals = [{ ...word, binding: 'a'.repeat(64) }];
    const { release, settled } = lost({ approvals, given: [{ ...word, by: 'ben', binding: 'b' }] });
    expect(release).toMatchObject({
      stage: stages.ask,
      approvals,
      given: [{ by: 'ben' }],
      digest: 'e'.repeat(64),
    });
    expect(settled.map(({ model }) => model.version)).toEqual(['1']);
  });

  it.each([true, false])('that it may have had requests, and be the champion: %s', (isChampion) => {
    const state = lost({ stage: stages.all, state: 'promoting', isChampion, hadTraffic: true });
    expect(state.release).toMatchObject({ hadTraffic: true, isChampion });
    const back = ordered(state, 'abort-release', now).state;
    // Its requests were taken from it before the state was lost, and it still may be the champion.
    const traffic = { 'version-1': 100 };
    const observed = { at: now, isUpdating: false, traffic, mirror: {}, deployments: [] };
    const seen = { ...back, isStale: false, observed };
    const asking = nextStep(seen, { releaseId: id, now });
    expect(asking.action).toMatchObject({ do: 'ask-version', deployment: 'version-1' });
    const answered = takeEvent(asking.state, {
      ...{ releaseId: id, now, event: 'answered', answered: true, why: '' },
    });
    const crowning = nextStep(answered, { releaseId: id, now });
    expect(crowning.action).toMatchObject({ do: 'crown', champion: { version: '1' } });
    const crowned = takeEvent(crowning.state, { releaseId: id, now, event: 'crowned' });
    expect(nextStep(crowned, { releaseId: id, now }).action.do).toBe('end');
  });

  it('the step of a canary, whose checks count from when the endpoint is looked at', () => {
    const lastLook = { at: now, verdict: 'inconclusive', sentence: 'few', requests: 9 } as const;
    const state = lost({ stage: stages.some, step: 1, state: 'canary', stepSince: now, lastLook, looks: 7 });
    expect(state.release).toMatchObject({ stage: stages.some, step: 1, looks: 0, isReady: false });
    const split = { traffic: { 'version-1': 50, 'version-2': 50 }, mirror: {} };
    const observed = { at: now, isUpdating: false, ...split, deployments: [] };
    const seen = takeEvent(state, { releaseId: id, now, event: 'observed', observed });
    expect(seen).toMatchObject({ desired: split, release: { stepSince: now, asks: null, hadTraffic: true } });
  });

  it('what it asks a person, and the looks of a probation', () => {
    const asks = { why: 'unproven', sentence: 'Nobody can say.', since: now } as const;
    const job = { name: `${id}-trial-5-evaluate`, state: 'running', askAt: now } as const;
    const trials = { begun: 5, begunAt: now, job, looks: 3, decisiveLooks: 1, last: null };
    const { release } = lost({ stage: stages.judged, state: 'asking', isChampion: true, asks, trials });
    expect(release).toMatchObject({
      ...{ state: 'asking', asks: { why: 'unproven' }, isChampion: true },
      trials: { begun: 5, looks: 3, decisiveLooks: 3, job: { name: job.name, state: 'asked' } },
    });
  });

  it('what was started outside, under the same key and since the same time', () => {
    const { release } = lost(
      { stages: withPipelines, stage: 0, state: 'in-pipeline', outside: null },
      { pipeline: null },
    );
    expect(release?.outside?.order).toMatchObject({
      key: 'run-2-staging',
      askedAt: '2026-03-04T00:00:00.000Z',
    });
  });

  it('that it goes back', () => {
    const { release } = lost({}, { state: 'rolling-back', sentence: 'Goes back: too many errors' });
    expect(release?.back).toMatchObject({
      word: { reason: 'too many errors' },
      to: { model: { version: '1' } },
    });
    expect(lost({}, { stage: 'gone' }).release?.back?.word.reason).toMatch(
      /stage gone, which the model file/,
    );
  });

  it('an order to go back that the ledger has, and the release had not told of', () => {
    const row = withTrail(describeRelease(target(), id, now)!, null);
    const ordered = { by: 'ada', reason: 'stop it', at: now };
    const interrupted = {
      row,
      candidate: candidateOf('2'),
      back: { word: ordered, end: 'rejected' } as const,
    };
    const { release } = rebuildTarget(newTargetState, [first, row], [interrupted]);
    expect(release?.back).toMatchObject({ word: ordered, end: 'rejected', to: { model: { version: '1' } } });
  });

  it('who waits for the target, and not one that a later release has overtaken', () => {
    const state = target();
    const of = (version: string, more: Partial<ReleaseRow>) => {
      const row = { ...describeRelease(state, id, now)!, releaseId: `run-${version}-release`, ...more };
      return { row, candidate: candidateOf(version) };
    };
    const waiting = of('3', { state: 'queued', startedAt: '2026-03-04T00:00:00.000Z' });
    const old = of('0', { state: 'canary', startedAt: '2026-02-01T00:00:00.000Z' });
    const rows = [first, waiting.row, old.row];
    const alone = rebuildTarget(newTargetState, rows, [waiting, old]);
    expect([alone.release?.model.version, alone.release?.state, alone.queue]).toEqual(['3', 'deploying', []]);
    const held = of('2', { startedAt: '2026-03-03T00:00:00.000Z' });
    const both = rebuildTarget(newTargetState, [...rows, held.row], [waiting, held, old]);
    expect([both.release?.model.version, both.queue.map(({ model }) => model.version)]).toEqual(['2', ['3']]);
  });

  it('a drill, which ends as not passed, and whose deployment is cleared away', () => {
    const word = { by: 'ada', reason: 'to be sure', at: now };
    const { release } = lost({ drill: word, stages: [], deployment: 'drill-2' }, { stage: null });
    expect(release).toMatchObject({ deployment: 'drill-2', back: { end: 'failed' }, hadTraffic: false });
  });
});
