/** Versions that are let nowhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmbargoSchema } from '../../../shared/config/embargo-schema.ts';
import { findEmbargoSignal, findNews, readEmbargoes } from '../../../shared/dispatch/tell-embargoes.ts';
import type { Decision } from '../../../shared/domain/decision.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { findEmbargoes, quarantineVersion } from '../../../shared/release/transitions/embargo.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { rollBack } from '../../../shared/release/transitions/roll-back.ts';
import { newTargetState, type TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { live, tapes } from './world/live.ts';
import { began, now, ordered, person, releaseId, settledOf, stages, target } from './world/target.ts';
import { candidateOf, release } from './world/world.ts';

const word = { by: 'ada', actor: person('ada'), reason: 'it leaks', at: now };
const quarantine = (state: TargetState, version: string, lift = false) =>
  quarantineVersion(state, { version, lift, word });

const rowOf = (version: string, startedAt: string) =>
  ({ model: { name: 'spam-filter', version, modelUri: '' }, startedAt }) as ReleaseRow;

const known = { releases: [], settled: [], quarantined: [], driftAt: null, now };

describe('which versions are under embargo', () => {
  const releases = [rowOf('2', '2026-03-01T12:00:00.000Z'), rowOf('1', '2026-02-20T12:00:00.000Z')];

  it('are none where nobody says so', () => {
    expect(findEmbargoes({ ...known, config: undefined, releases })).toEqual([]);
  });

  it('are those too old at the moment that is asked about, by their first release', () => {
    const config = EmbargoSchema.parse({ after: 'P10D' });
    const again = [rowOf('1', '2026-03-02T10:00:00.000Z'), ...releases];
    expect(findEmbargoes({ ...known, config, releases: again })).toEqual([
      {
        version: '1',
        why: 'too-old',
        since: '2026-03-02T12:00:00.000Z',
        sentence: 'version 1 is of 2026-02-20T12:00:00.000Z, and may be no older than P10D',
      },
    ]);
    expect(findEmbargoes({ ...known, config, releases, now: '2026-03-02T11:59:59.999Z' })).toEqual([]);
  });

  it('are those older than a confirmed drift, where the file has it so', () => {
    const driftAt = '2026-03-01T00:00:00.000Z';
    const config = EmbargoSchema.parse({ whenDriftConfirmed: true });
    const found = findEmbargoes({ ...known, config, releases, driftAt });
    expect(found).toMatchObject([{ version: '1', why: 'drift', since: driftAt }]);
    expect(
      findEmbargoes({ ...known, config: EmbargoSchema.parse({ after: 'P90D' }), releases, driftAt }),
    ).toEqual([]);
  });

  it('are older than a drift only where it was confirmed', async () => {
    const config = { model: 'spam-filter', embargo: EmbargoSchema.parse({ whenDriftConfirmed: true }) };
    const drift = (reason: string, kind = 'drift') =>
      ({ signal: { kind, observedAt: null }, offeredAt: now, reason }) as unknown as Decision;
    const ask = (...decisions: Decision[]) =>
      readEmbargoes(
        {
          listReleases: async () => ({ items: releases }),
          listDecisions: async () => ({ items: decisions }),
        },
        { config } as unknown as Parameters<typeof readEmbargoes>[1],
        undefined,
        now,
      );
    expect(await ask(drift('drift-unconfirmed'), drift('recovered'), drift('idle', 'metric'))).toEqual([]);
    expect(await ask(drift('cooldown'))).toHaveLength(2);
  });

  it('says nothing without a rule', () => {
    expect(EmbargoSchema.safeParse({}).error?.issues[0]?.message).toMatch(/^says nothing; give after/);
  });
});

describe('a champion under embargo', () => {
  const embargo = { version: '1', why: 'too-old' as const, since: began, sentence: 'version 1 is old' };

  it('asks for a run once a week, under one id', () => {
    const ask = (at: string) => findEmbargoSignal('spam-filter', '1', [embargo], at);
    expect(ask(now)).toMatchObject({
      id: `embargo:spam-filter:1:too-old:${began}`,
      summary: 'The champion is under embargo: version 1 is old.',
    });
    expect(ask('2026-03-09T07:59:59.000Z')?.id).toBe(ask(now)?.id);
    expect(ask('2026-03-09T08:00:00.000Z')?.id).toBe(
      'embargo:spam-filter:1:too-old:2026-03-09T08:00:00.000Z',
    );
    expect(findEmbargoSignal('spam-filter', '2', [embargo], now)).toBeNull();
  });

  it('is told to its target when that does not know, and no more', () => {
    expect(findNews(undefined, [])).toBeNull();
    expect(findNews({ embargoed: [] }, [embargo])).toEqual([embargo]);
    expect(findNews({ embargoed: [embargo] }, [embargo])).toBeNull();
    expect(findNews({ embargoed: [embargo] }, [])).toEqual([]);
  });
});

describe('a quarantine', () => {
  it('has a release of the version go back', () => {
    const { state, sentence, wake } = quarantine(target({ stage: stages.all }), '2');
    expect(sentence).toBe('Version 2 is quarantined: its release goes back.');
    expect(wake).toEqual([releaseId]);
    expect(state.release).toMatchObject({ state: 'rolling-back', back: { to: { deployment: 'version-1' } } });
  });

  it('takes a version out of the line, and lets it in no more', () => {
    const waiting = beginRelease(target(), { candidate: candidateOf('3'), now }).state;
    const { state } = quarantine(waiting, '3');
    expect(state.queue).toEqual([]);
    expect(state.ended.at(-1)).toMatchObject({ releaseId: 'run-3-release', state: 'rejected' });
    const anew = beginRelease(
      { ...newTargetState, quarantined: state.quarantined! },
      { candidate: candidateOf('3'), now },
    );
    expect(anew.state).toMatchObject({ release: null, ended: [{ state: 'rejected' }] });
    expect(nextStep(anew.state, { releaseId: 'run-3-release', now }).action.do).toBe('end');
  });

  it('has a release that goes back to the version go to the one settled before', () => {
    const settled = [settledOf('0'), settledOf('1')];
    const back = ordered(target({ stage: stages.all, hadTraffic: true }, settled), 'abort-release').state;
    const { state } = quarantine(back, '1');
    expect(state.release!.back).toMatchObject({ to: { deployment: 'version-0' }, answered: false });
  });

  it('is passed over where the version that a release goes back to is refused', () => {
    const settled = [settledOf('0'), settledOf('1')];
    const barred = quarantine(target({ stage: stages.all, hadTraffic: true }, settled), '0').state;
    const back = ordered(barred, 'abort-release').state;
    const refused = {
      releaseId,
      now,
      event: 'refused',
      did: 'deploy',
      why: 'its files have changed',
    } as const;
    expect(takeEvent(back, refused).release!.back!.to).toBeNull();
  });

  it('of the only version there is has a person asked, who is told', () => {
    const barred = quarantine(target({ stage: stages.all, hadTraffic: true }), '1').state;
    const back = ordered(barred, 'abort-release').state;
    expect(back.release!.back!.to).toBeNull();
    const there: TargetState = {
      ...back,
      observed: { ...back.observed!, at: now, traffic: {} },
      desired: { traffic: {}, mirror: {} },
      isStale: false,
    };
    const { state } = nextStep(there, { releaseId, now });
    expect(state.release).toMatchObject({ state: 'asking', asks: { why: 'no-way-back' } });
    expect(state.release!.sentence).toMatch(/no settled version to go back to, but under embargo: 1\./);
  });

  it('is said of a version that serves, which goes on', () => {
    const state = { ...newTargetState, settled: [settledOf('1')] };
    expect(quarantine(state, '1').sentence).toMatch(/It serves, and goes on until you roll back/);
  });

  it('is taken back, once', () => {
    const { state } = quarantine(newTargetState, '7');
    expect(quarantine(state, '7')).toMatchObject({
      done: false,
      sentence: expect.stringMatching(/already, by ada/),
    });
    const lifted = quarantine(state, '7', true);
    expect(lifted).toMatchObject({ done: true, state: { quarantined: [] } });
    expect(quarantine(lifted.state, '7', true).done).toBe(false);
  });
});

describe('a rollback by hand', () => {
  const order = {
    ...{ word, releaseId: 'by-hand-release', model: 'spam-filter', configHash: '', freezes: [] },
    ...{ target: release.target!, stages: release.stages },
  };
  const state: TargetState = {
    ...newTargetState,
    settled: [settledOf('0'), settledOf('1'), settledOf('2')],
    embargoed: [{ version: '1', why: 'too-old', since: began, sentence: 'version 1 is old' }],
  };

  it('passes over versions under embargo, and goes to one that is too old where a person names it', () => {
    expect(rollBack(state, { ...order, version: null }).candidate?.model.version).toBe('0');
    expect(rollBack(state, { ...order, version: '1' }).candidate?.model.version).toBe('1');
  });

  it('goes to no version that is quarantined', () => {
    const barred = quarantine(state, '0').state;
    expect(rollBack(barred, { ...order, version: '0' })).toMatchObject({
      done: false,
      sentence: expect.stringMatching(/was quarantined by ada .* \(it leaks\), and nothing goes back to it/),
    });
    expect(rollBack(barred, { ...order, version: null }).done).toBe(false);
  });
});

it('no release goes to a version under embargo by itself, whatever happens', () => {
  fc.assert(
    fc.property(tapes, (tape) => {
      const embargo = { version: '1', why: 'too-old' as const, since: began, sentence: 'version 1 is old' };
      const { world } = live(
        tape,
        300,
        { stages: release.stages.slice(stages.all) },
        { embargoed: [embargo] },
      );
      for (const { after } of world.deeds) expect(after.release?.back?.to?.model.version).not.toBe('1');
    }),
    { numRuns: 60 },
  );
});
