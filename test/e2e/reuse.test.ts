/** Runs of the same code, data and settings: one training is paid for, and the others take it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../cli/main.ts';
import { advanceTo } from '../../local/clock/advance.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { GateReport } from '../../shared/domain/gate-report.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import type { Run } from '../../shared/domain/run.ts';
import type { VersionLineage } from '../../shared/domain/version-lineage.ts';
import { capturePrinted } from '../unit/cli/printed.ts';
import { makeEndpoint, stagedModel } from '../world/endpoint.ts';
import { loseHub } from '../world/lose-hub.ts';
import { reportDrift, seasonalModel } from '../world/seasons.ts';
import { openWorld, type World } from '../world/world.ts';

const { out } = capturePrinted();
const ratchet = async (...args: string[]): Promise<string> => {
  const from = out.length;
  await main(args);
  return out.slice(from).join('\n');
};

const good = seasonalModel()
  .replace('pastChampions: 3', 'reuse: P30D')
  .replace('margin: 0\n', 'margin: 0.5\n')
  .replace('policy:\n', 'policy:\n  budget: { computeHours: 4, window: P7D }\n');
const blind = good.replace('node evaluate.js', 'node evaluate.js --no-evidence');
const strict = good.replace('metric: accuracy\n    atLeast: 0.75', 'metric: log_loss\n    atMost: 0.01');

describe('a run whose training an earlier run has done', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-reuse-'));
  const say = (file: string): void => writeFileSync(join(folder, 'tiny.yaml'), file);

  beforeAll(async () => {
    say(blind);
    world = await openWorld({ modelsFolder: folder });
    vi.stubEnv('RATCHET_HOME', world.home);
    await world.uploadData('winter');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (key: string): Promise<Run> => {
    await world.untilSettled([await world.requestRun(key)]);
    return (await world.runs())[0]!;
  };
  const jobsOf = async ({ runId }: Run): Promise<readonly string[]> =>
    (await world.jobNames()).flatMap((name) =>
      name.startsWith(runId) ? [name.slice(runId.length + 1)] : [],
    );
  const stateOf = async (): Promise<ModelState> =>
    ((await world.ask('models')).body as { models: ModelState[] }).models[0]!;

  let first: Run;
  it('trains the first time, and keeps what it has trained', async () => {
    first = await ask('first');
    expect(first).toMatchObject({
      outcome: 'evidence-error',
      reuse: {
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        trainedBy: null,
        sentence: 'No earlier training was taken: no training of the same code, data and settings is known.',
      },
    });
    expect((await jobsOf(first)).toSorted()).toEqual(['evaluate', 'train']);
  });

  it('takes it where the evaluation had failed, evaluates, registers and releases it', async () => {
    say(good);
    const run = await ask('mended');
    expect(run).toMatchObject({
      ...{ outcome: 'released', registeredVersion: '1', verdict: 'passed' },
      challenger: { version: '1', runId: run.runId },
      reuse: { fingerprint: first.reuse!.fingerprint, trainedBy: first.runId },
    });
    expect(run.challenger!.modelUri).toContain(`/runs/${first.runId}/model/`);
    expect(run.challenger).not.toHaveProperty('chosenBy');
    expect(run.sentence).toMatch(
      new RegExp(`^Trained by run ${first.runId}; nothing was trained again\\. All 2 gates passed: `),
    );
    expect(run.phases?.map(({ phase }) => phase)).toEqual([
      ...['train', 'evaluate', 'gate', 'register', 'release', 'settled'],
    ]);
    expect(await jobsOf(run)).toEqual(['evaluate']);
    // Training may take a minute, and so may the evaluation, which took a moment.
    const { spent } = await stateOf();
    expect(spent?.find(({ runId }) => runId === run.runId)?.computeHours).toBeLessThan(60 / 3600);

    const lineage = (await world.ask('models/tiny/versions/1/lineage')).body as VersionLineage;
    expect(lineage).toMatchObject({ origin: 'run', contradictions: [], trainedBy: { runId: first.runId } });
    expect(lineage).toMatchObject({ trainedOn: { runId: first.runId }, judgedOn: { runId: run.runId } });
    expect(lineage.sentence).toBe(
      `Version 1 of tiny was trained by run ${first.runId} and registered by run ${run.runId}.`,
    );
    expect(await ratchet('runs', run.runId)).toContain(
      `training: Trained by run ${first.runId}, which ended`,
    );
    expect(await ratchet('explain', run.runId)).toContain(
      `train   Trained by run ${first.runId}, which ended`,
    );
    expect(await ratchet('lineage', 'tiny:1', '--format', 'card')).toContain(
      `trained by run: \`${first.runId}\``,
    );
  });

  it('does nothing where the champion is of the same inputs, whoever asks, and takes no hours for it', async () => {
    const run = await ask('nothing-new');
    expect(run).toMatchObject({ outcome: 'unchanged', registeredVersion: null, challenger: null });
    expect(run.sentence).toBe(
      `The champion, version 1, was trained by run ${first.runId}, from the same code, data and settings: training again would make the same model. New data or other settings change that, or ratchet request tiny --fresh.`,
    );
    expect(await jobsOf(run)).toEqual([]);
    await world.untilSettled(await reportDrift(world, 'w-1'));
    const drifted = (await world.runs())[0]!;
    expect(drifted).toMatchObject({ signalKind: 'metric', outcome: 'unchanged' });
    const { spent, champion } = await stateOf();
    expect(spent?.some(({ runId }) => [run.runId, drifted.runId].includes(runId))).toBe(false);
    expect(champion?.version).toBe('1');
    expect(await ratchet('explain', run.runId)).toContain('nothing released, the champion stays');
  });

  it('trains where it is asked to train anew', async () => {
    const [before] = await world.runs();
    const page = readFileSync('docs/reuse.md', 'utf8');
    const [, shown] = /```sh\n([\s\S]*?)```/.exec(page)!;
    const said: string[] = [];
    for (const line of shown!.trim().split('\n')) {
      const [, words] = /^npx ratchet (.*)$/.exec(line)!;
      const named = words!.replace('RUN', before!.runId).replace('spam-filter', 'tiny');
      said.push(
        await ratchet(...(named.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''))),
      );
    }
    for (const text of said.slice(0, 2)) expect(text).toContain('was trained by run');
    const [, signalId] = /^Requested: signal (\S+)$/.exec(said[2]!)!;
    expect(await ratchet('watch', signalId!)).toMatch(/released {2}All 2 gates passed/);
    const run = (await world.runs())[0]!;
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '2', reuse: { trainedBy: null } });
    expect(run.reuse!.sentence).toMatch(
      /^No earlier training was taken: signal manual:tiny:\S+ asks for a new training\.$/,
    );
    expect((await jobsOf(run)).toSorted()).toEqual(['evaluate', 'train']);
  });

  it('trains where the same gates have failed what was trained, and takes it once they are others', async () => {
    await world.uploadData('summer');
    say(strict);
    const failed = await ask('too-strict');
    expect(failed).toMatchObject({ outcome: 'gate-failed', reuse: { trainedBy: null } });
    const again = await ask('too-strict-again');
    expect(again).toMatchObject({ outcome: 'gate-failed', reuse: { trainedBy: null } });
    expect(again.reuse!.sentence).toBe(
      `No earlier training was taken: that of run ${failed.runId} is not taken: the same gates failed it on the same rows in run ${failed.runId}.`,
    );
    say(good);
    await loseHub(world);
    const run = await ask('other-gates');
    expect(run).toMatchObject({ outcome: 'released', reuse: { trainedBy: again.runId } });
    expect(await jobsOf(run)).toEqual(['evaluate']);
    const told = (await world.ask(`runs/${run.runId}`)).body as { gateReport: GateReport };
    expect(told.gateReport.verdict).toBe('passed');
  });

  it('trains where the files are not what training left', async () => {
    await world.uploadData('autumn');
    say(blind);
    const run = await ask('blind');
    expect(run.outcome).toBe('evidence-error');
    const changed = Buffer.from('{"threshold":0.5,"season":"autumn"}');
    await BlobServiceClient.fromConnectionString(world.cloud().storage)
      .getContainerClient(localCloud.container)
      .getBlockBlobClient(`runs/${run.runId}/model/model.json`)
      .uploadData(changed);
    say(good);
    const next = await ask('changed');
    expect(next).toMatchObject({ outcome: 'released', reuse: { trainedBy: null } });
    expect(next.reuse!.sentence).toMatch(/somebody has changed its files \(their digest was /);
    const versions = workspaceClient(world.cloud()).modelVersions;
    const { properties } = await versions.get(
      ...([localCloud.resourceGroup, localCloud.workspace, 'tiny', next.registeredVersion!] as const),
    );
    expect(properties.modelUri).toContain(next.runId);
  });
});

describe('a run whose training has a version that was not let', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-reuse-'));
  let nowMs = Date.parse('2026-03-02T00:00:00Z');
  let world: World;

  const pass = async (minutes: number): Promise<void> => {
    nowMs += minutes * 60_000;
    await advanceTo(world.controls(), nowMs, 300_000);
  };
  const release = async (): Promise<ReleaseRow> => {
    const { body } = await world.ask('releases?model=tiny');
    return (body as { releases: ReleaseRow[] }).releases[0]!;
  };
  const ask = async (key: string): Promise<Run> => {
    await world.requestRun(key);
    await pass(20);
    return (await world.runs())[0]!;
  };
  const reject = async (): Promise<void> => {
    const { releaseId } = await release();
    const asked = world.ask('models/tiny/operations', {
      ...{ method: 'POST', as: 'bob', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ action: 'reject-release', releaseId, reason: 'not today' }),
    });
    await pass(1);
    expect(await asked).toMatchObject({ status: 200 });
    await pass(10);
    expect((await release()).state).toBe('rejected');
  };

  beforeAll(async () => {
    const stages = `- { stage: ask, kind: approval }\n- { stage: production, kind: production, keepOld: PT1H }`;
    const file = stagedModel({ stages }).replace('training:\n', 'training:\n  reuse: P30D\n');
    writeFileSync(join(folder, 'tiny.yaml'), file);
    const clockStart = new Date(nowMs).toISOString();
    world = await openWorld({ modelsFolder: folder, clock: 'virtual', clockStart });
    await makeEndpoint(world, 'tiny', () => pass(1));
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('releases that very version again where a person asks, and registers no other', async () => {
    const first = await ask('first');
    expect(first).toMatchObject({ outcome: 'candidate', registeredVersion: '1' });
    const waiting = await ask('while-it-waits');
    expect(waiting).toMatchObject({ outcome: 'unchanged', reuse: { trainedBy: first.runId } });
    expect(waiting.sentence).toMatch(
      new RegExp(`^Version 1, trained by run ${first.runId}, is being released, from the same code`),
    );
    const { digest } = await release();
    await reject();

    const run = await ask('again');
    expect(run).toMatchObject({
      ...{ outcome: 'candidate', registeredVersion: '1', reuse: { trainedBy: first.runId } },
      challenger: { version: '1', runId: first.runId, chosenBy: run.runId },
    });
    expect(run.sentence).toMatch(
      new RegExp(`^Version 1 again\\. Trained by run ${first.runId}; nothing was trained again\\. `),
    );
    expect(await world.versionRuns()).toEqual([first.runId]);
    expect(await release()).toMatchObject({
      ...{ releaseId: `${run.runId}-release`, digest, state: 'waiting-for-approval' },
      model: { version: '1' },
    });
    const lineage = (await world.ask('models/tiny/versions/1/lineage')).body as VersionLineage;
    expect(lineage).toMatchObject({ chosenBy: [run.runId], contradictions: [] });
  });

  it('trains where no person does', async () => {
    await reject();
    await reportDrift(world, 'w-1', new Date(nowMs));
    await pass(20);
    const run = (await world.runs())[0]!;
    expect(run).toMatchObject({ signalKind: 'metric', outcome: 'candidate', registeredVersion: '2' });
    expect(run.reuse!.sentence).toMatch(
      /the latest release of version 1 was rejected or failed, and no person asks for the run\.$/,
    );
  });
});
