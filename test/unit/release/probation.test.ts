/** A version on probation, whatever happens; and what its looks ask and mean. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReleaseEvent } from '../../../shared/release/transitions/deeds.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { hasRequests } from '../../../shared/release/transitions/moves.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { stageOf } from '../../../shared/release/transitions/stages.ts';
import type { Release, TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { live, tapes } from './world/live.ts';
import { began, now, ordered, releaseId, stages, target } from './world/target.ts';
import { release, type World } from './world/world.ts';

/** Lives of which enough come to a probation for the property to mean something. */
function eachLife(check: (world: World, isOver: boolean) => void): void {
  let onProbation = 0;
  fc.assert(
    fc.property(tapes, (tape) => {
      const { world, ended } = live(tape, 400, { stages: release.stages.slice(stages.all) });
      if (world.deeds.some(({ action }) => action.do === 'judge-trial')) onProbation++;
      check(world, ended !== null);
    }),
    { numRuns: 100 },
  );
  expect(onProbation).toBeGreaterThan(20);
}

const isOn = (release: Release | null): boolean =>
  release !== null && stageOf(release)?.kind === 'probation' && release.back === null;

describe('a version on probation, whatever happens', () => {
  it('leaves it only by a look at enough labels that passed, or on the word of a person who was asked', () => {
    eachLife(({ deeds }) => {
      for (let at = 1; at < deeds.length; at++) {
        const [was, is] = [deeds[at - 1]!.after.release, deeds[at]!.before.release];
        if (!isOn(was) || !is || is.back || is.releaseId !== was!.releaseId || was!.stage === is.stage)
          continue;
        const { event } = deeds[at - 1]!;
        const isProven =
          event?.event === 'trial-judged' &&
          event.isDecisive &&
          event.result.verdict === 'passed' &&
          (event.result.labels ?? 0) >= 100;
        const isAccepted = was!.asks?.why === 'unproven' && is.acceptedBy !== undefined;
        expect(isProven || isAccepted).toBe(true);
      }
      for (const { before, after } of deeds)
        if (isOn(before.release) && after.release && !after.release.back)
          expect(after.release.stage).toBe(before.release!.stage);
    });
  });

  it('is taken back by Ratchet where something was shown, and never because nobody can say', () => {
    eachLife(({ deeds }) => {
      for (const { before, after, event } of deeds) {
        if (!isOn(before.release) || !after.release || event?.event !== 'trial-judged') continue;
        expect(after.release.back).toBeNull();
      }
      const said = deeds.flatMap(({ after }) => after.release?.back?.word.reason ?? []);
      for (const reason of said.filter((text) => text.startsWith('on probation')))
        expect(reason).toBe('on probation, it failed.');
    });
  });

  it('has one job at a time, under a name of its own, and each judged look a number of its own', () => {
    eachLife((world) => {
      const spent = new Set<string>();
      let running: string | null = null;
      for (const { action, event, before } of world.deeds) {
        if (action.do === 'begin-trial') {
          const { trialId } = action.trial;
          if (running !== null) expect(trialId).toBe(running);
          running = trialId;
          expect(before.release!.trials?.job?.state ?? 'asked').toBe('asked');
        }
        const isOver = event?.event === 'trial-judged' || event?.event === 'refused';
        if (isOver || (event?.event === 'trial-seen' && event.state === 'gone')) running = null;
        if (action.do !== 'judge-trial' || event?.event !== 'trial-judged') continue;
        const told = world.deeds.at(-1)!.after.release?.trials;
        const { look, decisiveLook } = action.trial;
        expect(spent).not.toContain(`look ${look}`);
        spent.add(`look ${look}`);
        if (event.isDecisive) {
          expect(spent).not.toContain(`decisive ${decisiveLook}`);
          spent.add(`decisive ${decisiveLook}`);
        }
        expect(told?.begun ?? 1).toBeGreaterThan(0);
      }
    });
  });

  it('is over once no job of it goes on, and gave its requests back before it saw to that', () => {
    eachLife((world, isOver) => {
      if (isOver) expect(world.jobs.alive()).toEqual([]);
      for (const { action, before, real } of world.deeds) {
        if (action.do !== 'end-trial' || !before.release!.back) continue;
        expect(real.traffic['version-2'] ?? 0).toBe(0);
      }
    });
  });

  it('goes on being watched while it has requests', () => {
    eachLife(({ deeds }) => {
      const waits = deeds.filter(
        ({ before, action }) =>
          action.do === 'wait' && isOn(before.release) && hasRequests(before, before.release!),
      );
      for (const { action, now: at } of waits) {
        if (action.do !== 'wait') continue;
        expect(Date.parse(action.until) - Date.parse(at)).toBeLessThanOrEqual(5 * 60_000);
      }
    });
  });
});

const serving: Partial<Release> = {
  stage: stages.judged,
  state: 'serving',
  stageSince: began,
  servesSince: began,
  hadTraffic: true,
  isChampion: true,
};

/** Version 2 serves everybody, and was just seen to. */
function onProbation(at: string, more: Partial<Release> = {}): TargetState {
  const traffic = { 'version-2': 100 };
  const state = target({ ...serving, ...more });
  const observed = { ...state.observed!, at, traffic };
  const look = { at, verdict: 'inconclusive' as const, sentence: 'Too few.', requests: 1 };
  const release = { ...state.release!, lastLook: look };
  return { ...state, release, desired: { traffic, mirror: {} }, observed, isStale: false };
}

const next = (state: TargetState, at: string) => nextStep(state, { releaseId, now: at, hold: null });
/** So much later: endpoint and requests were just looked at. */
const at = (state: TargetState, later: string): TargetState => {
  const lastLook = { ...state.release!.lastLook!, at: later };
  return {
    ...state,
    release: { ...state.release!, lastLook },
    observed: { ...state.observed!, at: later },
    isStale: false,
  };
};
const tell = (state: TargetState, event: ReleaseEvent, at: string) =>
  takeEvent(state, { releaseId, now: at, ...event });

/** Through the first look, until it is judged so. */
function judged(verdict: 'passed' | 'failed' | 'inconclusive', labels: number): TargetState {
  const { state: begun } = next(onProbation(now), now);
  const running = tell(begun, { event: 'trial-seen', state: 'succeeded', why: '' }, now);
  const { state: asked, action } = next(running, now);
  expect(action).toMatchObject({ do: 'judge-trial', trial: { look: 1, decisiveLook: 1, labels: 100 } });
  const result = { at: now, verdict, sentence: `accuracy ${verdict}.`, labels };
  const isDecisive = verdict !== 'failed' && labels >= 100;
  return tell(asked, { event: 'trial-judged', isDecisive, result }, now);
}

describe('a look of a probation', () => {
  it('begins after every, of the rows since the version serves, with the version to go back to beside it', () => {
    const early = next(onProbation('2026-03-02T09:59:59.000Z'), '2026-03-02T09:59:59.000Z');
    expect(early.action).toEqual({ do: 'wait', until: '2026-03-02T10:00:00.000Z' });
    const { action, state } = next(onProbation(now), now);
    expect(action).toMatchObject({
      do: 'begin-trial',
      trial: {
        trialId: 'run-2-release-trial-1',
        since: began,
        data: { path: 'labelled/' },
        challenger: { version: '2' },
        champion: { version: '1' },
      },
    });
    expect(next(state, now).action).toEqual(action);
  });

  it('settles nothing before there are enough labels, however well it went', () => {
    const state = judged('passed', 99);
    expect(state.release).toMatchObject({
      stage: stages.judged,
      back: null,
      trials: { job: null, looks: 1 },
    });
    expect(describeRelease(state, releaseId, now)?.probation).toMatchObject({
      needs: 100,
      nextAt: '2026-03-02T14:00:00.000Z',
      last: { verdict: 'passed', labels: 99 },
    });
  });

  it('settles the version once there are, and takes it back where a gate is shown to be broken', () => {
    const { release: settled } = judged('passed', 100);
    expect(settled).toMatchObject({ stage: stages.announce, back: null, provenBy: 'run-2-release-trial-1' });
    expect(judged('failed', 40).release).toMatchObject({
      state: 'rolling-back',
      back: { end: 'rolled-back', to: { deployment: 'version-1' }, word: { by: 'Ratchet' } },
    });
  });

  it.each<ReleaseEvent>([
    { event: 'trial-seen', state: 'gone', why: 'Job X ended Failed.' },
    { event: 'refused', did: 'begin-trial', why: 'forbidden: no' },
    { event: 'refused', did: 'watch-trial', why: 'not-found: no such job' },
  ])('that comes to nothing spends nothing, and the next one has another name: $event', (event) => {
    const { state: begun } = next(onProbation(now), now);
    const told = tell(begun, event, now);
    expect(told.release).toMatchObject({
      back: null,
      trials: { job: null, looks: 0, last: { labels: null } },
    });
    const later = '2026-03-02T14:00:00.000Z';
    const again = next(at(told, later), later);
    expect(again.action).toMatchObject({ do: 'begin-trial', trial: { trialId: 'run-2-release-trial-2' } });
  });

  it('whose job cannot be asked about may go on: it is asked about again, and ended with the release', () => {
    const { state: begun } = next(onProbation(now), now);
    const running = tell(begun, { event: 'trial-seen', state: 'running', why: '' }, now);
    const told = tell(running, { event: 'refused', did: 'watch-trial', why: 'forbidden: no' }, now);
    expect(told.release?.trials?.job).toMatchObject({ askAt: '2026-03-02T12:10:00.000Z' });
    const back = ordered(told, 'abort-release').state;
    const traffic = { 'version-1': 100 };
    const deployments = [
      { deployment: 'version-1', model: { name: 'spam-filter', version: '1' }, state: 'ready' as const },
    ];
    const there: TargetState = {
      ...back,
      release: { ...back.release!, isChampion: false, back: { ...back.release!.back!, answered: true } },
      observed: { ...back.observed!, at: now, traffic, deployments },
      isStale: false,
    };
    const ending = next(there, now);
    expect(ending.action).toEqual({
      do: 'end-trial',
      jobName: 'run-2-release-trial-1-evaluate',
      since: now,
    });
    const over = tell(ending.state, { event: 'trial-ended', isOver: true, why: 'Job X: look for it.' }, now);
    expect(next(over, now).action).toMatchObject({
      do: 'end',
      ended: { state: 'rolled-back', sentence: expect.stringContaining('Job X: look for it.') },
    });
  });
});

describe('a version on probation', () => {
  it('counts the looks that could have settled it, and the others beside them', () => {
    const few = judged('inconclusive', 99);
    expect(few.release!.trials).toMatchObject({ looks: 1, decisiveLooks: 0 });
    expect(judged('inconclusive', 100).release!.trials).toMatchObject({ looks: 1, decisiveLooks: 1 });
  });

  it('that is aborted while a look goes on gets its requests taken away before the job is ended', () => {
    const { state: begun } = next(onProbation(now), now);
    const running = tell(begun, { event: 'trial-seen', state: 'running', why: '' }, now);
    const back = ordered(running, 'abort-release').state;
    const deployments = ['1', '2'].map((version) => ({
      deployment: `version-${version}`,
      model: { name: 'spam-filter', version },
      state: 'ready' as const,
    }));
    const { action } = next({ ...back, observed: { ...back.observed!, deployments } }, now);
    expect(action).toEqual({ do: 'shift', to: { traffic: { 'version-1': 100 }, mirror: {} } });
  });

  it('is not settled while somebody else has changed the endpoint', () => {
    const { state: begun } = next(onProbation(now), now);
    const seen = tell(begun, { event: 'trial-seen', state: 'succeeded', why: '' }, now);
    const asks = { why: 'drifted' as const, sentence: 'Changed.', since: now };
    const drifted = { ...seen, release: { ...seen.release!, asks } };
    const result = { at: now, verdict: 'passed' as const, sentence: 'Good.', labels: 100 };
    const told = tell(drifted, { event: 'trial-judged', isDecisive: true, result }, now);
    expect(told.release).toMatchObject({ stage: stages.judged, asks });
  });

  it('gets every request again where a person has it go on from what somebody else has changed', () => {
    const split = { traffic: { 'version-1': 60, 'version-2': 40 }, mirror: {} };
    const state = onProbation(now);
    const { action } = next({ ...state, desired: split, observed: { ...state.observed!, ...split } }, now);
    expect(action).toEqual({ do: 'shift', to: { traffic: { 'version-2': 100 }, mirror: {} } });
  });
});

describe('a probation that cannot say in time', () => {
  const deadline = '2026-03-02T14:00:00.000Z';
  const last = { at: deadline, verdict: 'inconclusive' as const, sentence: '12 labels.', labels: 12 };
  const trials = { begun: 3, begunAt: deadline, job: null, looks: 3, decisiveLooks: 0, last };
  const asked = () => next(onProbation(deadline, { trials }), deadline).state;

  it('takes a last look at its deadline', () => {
    const before = { ...trials, begun: 2, begunAt: '2026-03-02T12:30:00.000Z' };
    const { action } = next(onProbation(deadline, { trials: before }), deadline);
    expect(action).toMatchObject({ do: 'begin-trial', trial: { trialId: 'run-2-release-trial-3' } });
  });

  it('asks a person, and says of what', () => {
    const { release } = asked();
    expect(release).toMatchObject({ state: 'asking', asks: { why: 'unproven' }, back: null });
    expect(release!.sentence).toBe(
      'Version 2 serves, and its probation could not say in time, by 100 labelled rows, whether it does well. The last look, at 2026-03-02T14:00:00.000Z: inconclusive: 12 labels.',
    );
  });

  it('goes on for as long again where a person resumes it', () => {
    const { state, sentence } = ordered(asked(), 'resume-release', deadline);
    expect(sentence).toBe('It stays on probation until 2026-03-02T20:00:00.000Z.');
    expect(next(state, deadline).state.release).toMatchObject({ state: 'probation', asks: null });
  });

  it('settles the version without evidence where a person accepts it, and says so', () => {
    const { state, sentence } = ordered(asked(), 'accept-release', deadline);
    expect(sentence).toBe('Version 2 leaves its probation on the word of ada, without evidence.');
    expect(state.release).toMatchObject({ stage: stages.announce, acceptedBy: { by: 'ada' } });
  });

  it('accepts nothing that was not asked', () => {
    const { done, sentence } = ordered(onProbation(now), 'accept-release');
    expect(done).toBe(false);
    expect(sentence).toMatch(/^Nothing to accept: only a version whose probation could not say in time/);
  });

  it('is proven after all by a look that passes while it asks', () => {
    const { state, action } = next({ ...asked(), isStale: false }, deadline);
    expect(action.do).toBe('wait');
    const later = '2026-03-02T16:00:00.000Z';
    const begun = next(at(state, later), later);
    expect(begun.action.do).toBe('begin-trial');
    const seen = tell(begun.state, { event: 'trial-seen', state: 'succeeded', why: '' }, later);
    const result = { at: later, verdict: 'passed' as const, sentence: 'Good.', labels: 120 };
    const proven = tell(seen, { event: 'trial-judged', isDecisive: true, result }, later);
    expect(proven.release).toMatchObject({ stage: stages.announce, asks: null });
  });
});
