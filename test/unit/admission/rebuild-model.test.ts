import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeRebuild, mergeRebuilt } from '../../../shared/admission/merge-rebuilt.ts';
import { operateModel } from '../../../shared/admission/operate.ts';
import { rebuildFleet } from '../../../shared/admission/rebuild-fleet.ts';
import { rebuildModel } from '../../../shared/admission/rebuild-model.ts';
import { settleRun } from '../../../shared/admission/settle-run.ts';
import type { ModelConfig, PinnedModel } from '../../../shared/config/schema.ts';
import type { ModelFacts } from '../../../shared/domain/model-facts.ts';
import { type ModelState, modes, newModelState } from '../../../shared/domain/model-state.ts';
import type { ModelAction, Operation } from '../../../shared/domain/operation.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import { type ModelVersion, type Run, type RunOutcome, runOutcomes } from '../../../shared/domain/run.ts';
import { decision, run } from '../../fixtures/ledger.ts';

const at = (hour: number): string => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
const version = (number: number): ModelVersion => ({
  name: 'tiny',
  version: String(number),
  modelUri: `azureml://versions/${number}`,
});

const nothing: ModelFacts = {
  model: 'tiny',
  runs: [],
  releases: [],
  decisions: [],
  deferred: [],
  operations: [],
  checks: [],
  registered: null,
};

const config = {
  model: 'tiny',
  training: { timeout: 'PT2H' },
  evaluation: { timeout: 'PT1H' },
  triggers: {},
  policy: { longestRun: 'P1D', budget: { window: 'P7D', computeHours: 40 } },
} as ModelConfig;

/** What happens to a model, an hour each. */
type Happening =
  | { readonly what: 'run'; readonly outcome: RunOutcome; readonly released: boolean }
  | { readonly what: 'glass'; readonly released: boolean }
  | { readonly what: 'operation'; readonly action: ModelAction };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc
    .constantFrom(...runOutcomes)
    .chain((outcome) =>
      fc
        .constantFrom(outcome === 'released', outcome === 'released' || outcome === 'failed')
        .map((released): Happening => ({ what: 'run', outcome, released })),
    ),
  fc.boolean().map((released): Happening => ({ what: 'glass', released })),
  fc
    .oneof(
      fc.constantFrom(...modes, 'file' as const).map((mode): ModelAction => ({ action: 'set-mode', mode })),
      fc
        .option(fc.integer({ min: 1, max: 60 }).map(at))
        .map((until): ModelAction => ({ action: 'freeze', until })),
      fc.constant<ModelAction>({ action: 'thaw' }),
    )
    .map((action): Happening => ({ what: 'operation', action })),
);

/** The state that all of it leaves, and what the ledger has of it. */
function live(happenings: readonly Happening[]): { state: ModelState; facts: ModelFacts } {
  let state: ModelState = newModelState;
  const runs: Run[] = [];
  const operations: Operation[] = [];
  happenings.forEach((each, hour) => {
    const now = at(hour);
    if (each.what === 'operation') {
      const word = { by: 'jane', reason: `hour ${hour}` };
      const { state: next, done, sentence } = operateModel(state, each.action, { ...word, now });
      state = next;
      operations.unshift({
        id: String(hour),
        model: 'tiny',
        action: each.action,
        ...word,
        at: now,
        done,
        sentence,
      });
      return;
    }
    const challenger = version(hour + 1);
    if (each.what === 'run') {
      const runId = `tiny-20260101-${String(hour).padStart(8, '0')}`;
      const champion = each.released ? challenger : null;
      const base = { signals: [], since: now, deadline: now };
      state = { ...state, live: { runId, ...base }, starts: [...(state.starts ?? []), now] };
      state = settleRun(state, { runId, outcome: each.outcome, champion, now }).state;
      runs.unshift(
        run({
          ...{ model: 'tiny', runId, phase: 'settled', outcome: each.outcome, startedAt: now, endedAt: now },
          ...{
            challenger,
            released: each.released,
            registeredVersion: each.released ? challenger.version : null,
          },
        }),
      );
      return;
    }
    const index = runs.findIndex(({ released, brokenGlass }) => !released && !brokenGlass);
    const held = runs[index];
    if (!held) return;
    const { runId } = held;
    const promoted = { ...held.challenger!, version: challenger.version };
    state = { ...state, live: { runId, signals: [], since: now, deadline: now } };
    const outcome = each.released ? 'released' : 'failed';
    state = settleRun(state, { runId, outcome, champion: each.released ? promoted : null, now }).state;
    const brokenGlass = { first: 'a', second: 'b', reasons: ['x', 'y'] as const, at: now, sentence: '' };
    const registeredVersion = each.released ? promoted.version : null;
    runs[index] = { ...held, brokenGlass, released: each.released, registeredVersion };
  });
  return { state, facts: { ...nothing, runs, operations: operations.filter(({ done }) => done) } };
}

describe('a state made anew from the ledger', () => {
  it('has the champion, brakes, mode and freezes of the one that was lost, whatever had happened', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
        const { state, facts } = live(happenings);
        const now = at(happenings.length);
        const rebuilt = rebuildModel(facts, config, now);
        const inForce = (state.frozen ?? []).filter(({ until }) => until === null || until > now);
        expect(rebuilt.champion).toEqual(state.champion);
        expect(rebuilt.championSince).toBe(state.championSince);
        expect(rebuilt.lastRun).toEqual(state.lastRun);
        expect(rebuilt.unsuccessful ?? 0).toBe(state.unsuccessful ?? 0);
        expect(rebuilt.starts).toEqual(state.starts ?? []);
        expect(rebuilt.mode).toEqual(state.mode);
        expect(rebuilt.frozen ?? []).toEqual(inForce);
        expect(rebuilt.live).toBeNull();
      }),
    );
  });

  it('gives what a state lacks, and to one that lacks nothing gives nothing', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 20 }), (happenings) => {
        const { state, facts } = live(happenings);
        const rebuilt = rebuildModel(facts, config, at(0));
        expect(mergeRebuilt(newModelState, rebuilt)).toBe(rebuilt);
        const again = mergeRebuilt(rebuilt, rebuilt);
        expect(again).toEqual(rebuilt);
        expect(describeRebuild(rebuilt, again)).toEqual([]);
        const kept = mergeRebuilt(state, rebuilt);
        expect([kept.champion, kept.lastRun, kept.mode]).toEqual([state.champion, state.lastRun, state.mode]);
      }),
    );
  });

  it('takes a version that a run registered for the champion where the ledger knows of no release', () => {
    const registered = { ...version(3), runId: 'tiny-20260101-00000000' };
    expect(rebuildModel({ ...nothing, registered }, config, at(0)).champion).toEqual(registered);
    expect(rebuildModel(nothing, config, at(0))).toEqual({ ...newModelState, starts: [] });
  });

  it('has a run without an end under way, and counts it against the budget as it was reserved', () => {
    const runs = [
      run({
        model: 'tiny',
        runId: 'tiny-20260108-2',
        startedAt: at(170),
        kind: 'reevaluate',
        signals: ['s'],
      }),
      run({ model: 'tiny', runId: 'tiny-20260107-1', startedAt: at(150), endedAt: at(151), outcome: 'lost' }),
      run({
        model: 'tiny',
        runId: 'tiny-20260101-0',
        startedAt: at(1),
        endedAt: at(2),
        outcome: 'cancelled',
      }),
    ];
    const { live: under, spent, unsuccessful } = rebuildModel({ ...nothing, runs }, config, at(171));
    expect(under).toEqual({
      runId: 'tiny-20260108-2',
      signals: ['s'],
      since: at(170),
      deadline: at(170 + 48),
      kind: 'retrain',
      granted: true,
      reevaluates: true,
    });
    expect(spent).toEqual([
      { runId: 'tiny-20260107-1', at: at(150), computeHours: 3, settled: true },
      { runId: 'tiny-20260108-2', at: at(170), computeHours: 1, settled: false },
    ]);
    expect(unsuccessful).toBe(1);
  });

  it('remembers what was answered, and has what waited wait, but not what was forgotten long ago', () => {
    const waits = (id: string, offerAgainAt: string) =>
      decision(
        { id, model: 'tiny' },
        { outcome: 'deferred', reason: 'freeze', runId: null, offerAgainAt, decidedAt: at(5) },
      );
    const answered = decision({ id: 'a', model: 'tiny' }, { decidedAt: at(9) });
    const deferred = [
      waits('late', at(20)),
      waits('early', at(10)),
      waits('ancient', '2025-01-01T00:00:00.000Z'),
    ];
    const facts = { ...nothing, decisions: [answered, deferred[0]!], deferred };
    const state = rebuildModel(facts, config, at(12));
    expect(state.waiting).toEqual(['early', 'late']);
    expect(state.answered.map(({ id }) => id).sort()).toEqual(['a', 'ancient', 'early', 'late']);
  });
});

describe("the fleet's state made anew", () => {
  const word = (hour: number) => ({ by: 'jane', reason: `hour ${hour}`, at: at(hour) });
  const said = (hour: number, action: 'stop' | 'resume'): Operation => ({
    ...word(hour),
    id: String(hour),
    model: null,
    action: { action },
    done: true,
    sentence: '',
  });
  const of = (operations: readonly Operation[]) =>
    rebuildFleet({ operations, runs: [], policy: null, models: new Map() }, at(9));

  it('has the kill switch as it was left', () => {
    expect(of([])).toMatchObject({ stopped: null, lastStop: null });
    expect(of([said(1, 'stop')])).toMatchObject({ stopped: word(1), lastStop: null });
    const resumed = of([said(2, 'resume'), said(1, 'stop')]);
    expect(resumed).toMatchObject({ stopped: null, lastStop: { ...word(1), until: at(2) } });
    expect(of([said(3, 'stop'), said(2, 'resume'), said(1, 'stop')])).toMatchObject({ stopped: word(3) });
  });

  it("counts what each model's runs had reserved in the window of its budget", () => {
    const runs = [
      run({ model: 'tiny', runId: 'tiny-20260108-2', startedAt: at(8), kind: 'promote' }),
      run({ model: 'gone', runId: 'gone-20260107-1', startedAt: at(7), endedAt: at(8) }),
      run({ model: 'tiny', runId: 'tiny-20260107-1', startedAt: at(6), endedAt: at(7) }),
    ];
    const models = new Map([['tiny', { config } as PinnedModel]]);
    const policy = { budget: { window: 'PT12H', computeHours: 9 }, shares: {} };
    expect(rebuildFleet({ operations: [], runs, policy, models }, at(9)).spent).toEqual([
      { model: 'tiny', runId: 'tiny-20260107-1', at: at(6), computeHours: 3, settled: true },
      { model: 'tiny', runId: 'tiny-20260108-2', at: at(8), computeHours: 1, settled: false },
    ]);
  });

  it('has the version that a release brought to serve, and after a rollback the one that serves again', () => {
    const row = (version: string, state: ReleaseRow['state'], since: string): ReleaseRow => ({
      releaseId: `m-20260302-${version}-release`,
      runId: `m-20260302-${version}`,
      model: { name: 'm', version, modelUri: '' },
      endpoint: 'm',
      state,
      since,
      startedAt: since,
      sentence: '',
      stage: null,
      step: null,
      isChampion: state === 'settled' || state === 'serving',
      asks: null,
      lastLook: null,
      approvals: [],
      digest: null,
      binding: null,
      writtenAt: since,
      endedAt: state === 'serving' ? null : since,
    });
    const [monday, tuesday] = ['2026-03-02T08:00:00.000Z', '2026-03-03T08:00:00.000Z'];
    const championAfter = (...releases: ReleaseRow[]) =>
      rebuildModel({ ...nothing, releases }, null, tuesday).champion?.version;
    expect(championAfter(row('1', 'settled', monday))).toBe('1');
    expect(championAfter(row('2', 'serving', tuesday), row('1', 'settled', monday))).toBe('2');
    expect(championAfter(row('2', 'rolled-back', tuesday), row('1', 'settled', monday))).toBe('1');
  });
});
