/** Drift that comes back: a past champion knows the season that has returned, and is released again without training. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { GateReport } from '../../shared/domain/gate-report.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import type { Run } from '../../shared/domain/run.ts';
import type { VersionLineage } from '../../shared/domain/version-lineage.ts';
import { makeEndpoint, stagedModel, trafficOf } from '../world/endpoint.ts';
import { reportDrift, seasonalModel } from '../world/seasons.ts';
import { openWorld, type World } from '../world/world.ts';

describe('a run that scores past champions', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-seasons-'));

  beforeAll(async () => {
    const budget = '  budget: { computeHours: 4, window: P7D }\n';
    const seasonal = seasonalModel().replace('policy:\n', `policy:\n${budget}`);
    writeFileSync(join(folder, 'tiny.yaml'), seasonal);
    world = await openWorld({ modelsFolder: folder });
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const latestRun = async (): Promise<Run> => (await world.runs())[0]!;
  const stateOf = async (): Promise<ModelState> => {
    const { body } = await world.ask('models');
    return (body as { models: ModelState[] }).models[0]!;
  };
  const train = async (season: string): Promise<Run> => {
    await world.uploadData(season);
    await world.untilSettled([await world.requestRun(season)]);
    return latestRun();
  };
  const drift = async (season: string, window: string): Promise<Run> => {
    await world.uploadData(season);
    await world.untilSettled(await reportDrift(world, window));
    return latestRun();
  };
  const jobsOf = async ({ runId }: Run): Promise<readonly string[]> =>
    (await world.jobNames())
      .filter((name) => name.startsWith(runId))
      .map((name) => name.slice(runId.length + 1))
      .sort();

  it('trains where a person asks for it, and there is no champion yet', async () => {
    const winter = await train('winter');
    expect(winter).toMatchObject({ outcome: 'released', registeredVersion: '1' });
    expect(winter).not.toHaveProperty('pastChampions');
    expect(await train('summer')).toMatchObject({ outcome: 'released', registeredVersion: '2' });
  });

  it('releases the one again that is better on the newest holdout, and neither trains nor registers', async () => {
    const [, winter] = await world.runs();
    const run = await drift('winter', 'w-1');
    expect(run).toMatchObject({
      ...{ kind: 'retrain', signalKind: 'metric', outcome: 'released', released: true, verdict: 'passed' },
      ...{ registeredVersion: '1', champion: { version: '2' } },
      challenger: { version: '1', runId: winter!.runId, chosenBy: run.runId },
      pastChampions: [{ version: '1', jobName: `${run.runId}-evaluate`, verdict: 'passed' }],
    });
    expect(run.sentence).toMatch(
      /^Version 1 again, a past champion; nothing was trained\. All 2 gates passed: /,
    );
    expect(run.phases?.map(({ phase }) => phase)).toEqual([
      'past-champions',
      'register',
      'release',
      'settled',
    ]);
    expect(await jobsOf(run)).toEqual(['evaluate']);
    expect(await world.versionRuns()).toHaveLength(2);
    expect(await world.releaseIds()).toContain(`${run.runId}-production`);

    const { champion, spent } = await stateOf();
    expect(champion).toMatchObject({ version: '1', runId: winter!.runId, chosenBy: run.runId });
    // Two jobs may take two minutes each; one was run, and took a moment.
    expect(spent?.find(({ runId }) => runId === run.runId)?.computeHours).toBeLessThan(60 / 3600);

    const told = (await world.ask(`runs/${run.runId}`)).body as { gateReport: GateReport };
    expect(told.gateReport).toMatchObject({ verdict: 'passed', holdout: { look: 2, share: 0.25 } });
    const lineage = (await world.ask('models/tiny/versions/1/lineage')).body as VersionLineage;
    expect(lineage).toMatchObject({ origin: 'run', chosenBy: [run.runId], contradictions: [] });
    expect(lineage.sentence).toContain(`released again without training, chosen by run ${run.runId}.`);
    const version = await workspaceClient(world.cloud()).modelVersions.get(
      localCloud.resourceGroup,
      localCloud.workspace,
      'tiny',
      '1',
    );
    expect(version.properties.tags).toMatchObject({
      ratchetRun: winter!.runId,
      ratchetChosenBy: run.runId,
    });
  });

  it('trains in the same run where none is, and says why of each', async () => {
    const run = await drift('autumn', 'w-2');
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '3', champion: { version: '1' } });
    expect(run.pastChampions).toMatchObject([
      { version: '2', jobName: `${run.runId}-evaluate`, verdict: 'failed' },
    ]);
    expect(run.pastChampions![0]!.sentence).toMatch(/accuracy 0\.5000 < 0\.7500/);
    expect(run.phases?.map(({ phase }) => phase)).toEqual([
      ...['past-champions', 'train', 'evaluate', 'gate', 'register', 'release', 'settled'],
    ]);
    expect(await jobsOf(run)).toEqual(['evaluate', 'evaluate-2', 'train']);
    const told = (await world.ask(`runs/${run.runId}`)).body as { gateReport: GateReport };
    // The look of the past champion is counted: of one partition it was the second, and the challenger's is the third.
    expect(told.gateReport.holdout).toMatchObject({ look: 3, share: 0.125 });
    const log = async (query: string) => (await world.ask(`runs/${run.runId}/log${query}`)).body;
    expect(await log('')).toMatchObject({ attempt: 2, job: `${run.runId}-evaluate-2` });
    expect(await log('?phase=evaluate&attempt=1')).toMatchObject({ job: `${run.runId}-evaluate` });
  });

  it('passes over one that somebody has archived, and shares the error among those that are left', async () => {
    const client = workspaceClient(world.cloud()).modelVersions;
    const at = [localCloud.resourceGroup, localCloud.workspace, 'tiny', '1'] as const;
    const { properties } = await client.get(...at);
    await client.createOrUpdate(...at, { properties: { ...properties, isArchived: true } });
    await train('spring');
    const run = await drift('summer', 'w-3');
    expect(run.pastChampions).toMatchObject([
      { version: '1', jobName: null, sentence: 'It was not scored: it is archived in the registry.' },
      { version: '3', verdict: 'failed' },
      { version: '2', jobName: `${run.runId}-evaluate-2`, verdict: 'passed' },
    ]);
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '2' });
    expect(run.sentence).toMatch(
      /2 past champions share the error of one look, and it is look 3 at the holdout, so that 98\.\d+ % confidence is asked in place of 95 %/,
    );
  });

  it('passes over one that was let by the rows that it would be judged on', async () => {
    await world.untilSettled(await reportDrift(world, 'w-4'));
    const run = await latestRun();
    expect(run.pastChampions).toContainEqual({
      ...{ version: '4', jobName: null, verdict: null },
      sentence: expect.stringMatching(
        /^It was not scored: run tiny-\S+ let it by rows of 2026-0006-spring\.jsonl, which it would be judged on\.$/,
      ),
    });
  });
});

describe('a past champion of a model with a target', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-seasons-'));
  let nowMs = Date.parse('2026-03-02T00:00:00Z');
  let world: World;

  const pass = async (minutes: number): Promise<void> => {
    nowMs += minutes * 60_000;
    await advanceTo(world.controls(), nowMs, 300_000);
  };
  const latestRelease = async (): Promise<ReleaseRow> => {
    const { body } = await world.ask('releases?model=tiny');
    return (body as { releases: ReleaseRow[] }).releases[0]!;
  };
  const train = async (season: string): Promise<void> => {
    await world.uploadData(season);
    await world.requestRun(season);
    await pass(120);
  };

  beforeAll(async () => {
    const stages = '- { stage: production, kind: production, keepOld: PT1H }';
    writeFileSync(join(folder, 'tiny.yaml'), seasonalModel(stagedModel({ stages })));
    world = await openWorld({
      modelsFolder: folder,
      clock: 'virtual',
      clockStart: new Date(nowMs).toISOString(),
    });
    await makeEndpoint(world, 'tiny', () => pass(1));
    await train('winter');
    await train('summer');
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes through the stages of a release again, as the files that it was, and settles', async () => {
    const traffic = () => trafficOf(workspaceClient(world.cloud()));
    expect(await traffic()).toEqual({ 'version-2': 100 });
    const before = (await world.ask('releases?model=tiny')).body as { releases: ReleaseRow[] };
    const first = before.releases.find(({ model }) => model.version === '1')!;
    await world.uploadData('winter');
    await reportDrift(world, 'w-1', new Date(nowMs));
    await pass(20);

    const run = (await world.runs())[0]!;
    expect(run).toMatchObject({ outcome: 'candidate', registeredVersion: '1', champion: { version: '2' } });
    expect(run.sentence).toMatch(
      /^Version 1 again, a past champion; nothing was trained\. .* Its release over 1 stages: /,
    );
    expect(await traffic()).toEqual({ 'version-1': 100 });
    await pass(120);
    const release = await latestRelease();
    expect(release).toMatchObject({
      ...{ releaseId: `${run.runId}-release`, state: 'settled', digest: first.digest },
      model: { version: '1', runId: first.runId, chosenBy: run.runId },
    });
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
    const { body } = await world.ask('models');
    expect((body as { models: ModelState[] }).models[0]!.champion).toMatchObject({
      ...{ version: '1', chosenBy: run.runId },
    });
    const lineage = (await world.ask('models/tiny/versions/1/lineage')).body as VersionLineage;
    expect(lineage).toMatchObject({ chosenBy: [run.runId], contradictions: [] });
  });

  it('is passed over once it is quarantined, and the run trains', async () => {
    const asked = world.ask('models/tiny/operations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'quarantine', version: '2', reason: 'it leaks' }),
    });
    await pass(1);
    expect((await asked).status).toBe(200);
    await world.uploadData('summer');
    await reportDrift(world, 'w-2', new Date(nowMs));
    await pass(30);
    const run = (await world.runs())[0]!;
    expect(run).toMatchObject({ outcome: 'candidate', registeredVersion: '3' });
    expect(run.pastChampions).toEqual([
      {
        ...{ version: '2', jobName: null, verdict: null },
        sentence: expect.stringMatching(
          /^It was not scored: version 2 was quarantined by jane .*it leaks\.$/,
        ),
      },
    ]);
  });
});
