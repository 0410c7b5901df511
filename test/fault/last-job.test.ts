/** Real processes and the real clock: no model is free while a job of its last run is alive. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../shared/domain/run.ts';
import { portOf } from '../world/services.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
const hanging = (model: string, longestRun: string): string =>
  tiny
    .replace('model: tiny', `model: ${model}`)
    .replace('node train.js', 'node train.js --hang')
    .replaceAll('timeout: PT1M', 'timeout: PT10M')
    .replace('longestRun: PT10M', `longestRun: ${longestRun}`)
    .replace('pollJobs: PT3S', 'pollJobs: PT1S');

describe('the last job of a run', () => {
  const modelsFolder = mkdtempSync(join(tmpdir(), 'ratchet-last-job-'));
  let world: World;

  beforeAll(async () => {
    writeFileSync(join(modelsFolder, 'short.yaml'), hanging('short', 'PT6S'));
    writeFileSync(join(modelsFolder, 'long.yaml'), hanging('long', 'PT1H'));
    writeFileSync(join(modelsFolder, 'deleted.yaml'), hanging('deleted', 'PT1H'));
    world = await openWorld({ modelsFolder });
  });

  afterAll(async () => {
    await world?.close();
    rmSync(modelsFolder, { recursive: true, force: true });
  });

  const instances = () => `${world.hostUrl}/runtime/webhooks/durabletask/instances`;

  /** A run whose training job hangs. */
  async function hangingRun(key: string, model: string): Promise<string> {
    const signal = await world.requestRun(key, model);
    const runId = await throughOutages(async () => {
      const found = (await world.decisions()).find((known) => known.signal.id === signal);
      return found?.outcome === 'admitted' ? found.runId! : undefined;
    });
    await throughOutages(async () => (await world.aliveJobs()).includes(`${runId}-train`) || undefined);
    return runId;
  }

  const waitsOf = async (runId: string): Promise<string> => {
    const status = (await (await fetch(`${instances()}/${runId}`)).json()) as {
      customStatus?: { waits?: string };
    };
    return status.customStatus?.waits ?? '';
  };
  const settled = (runId: string): Promise<Run> =>
    throughOutages(async () =>
      (await world.runs()).find((run) => run.runId === runId && run.outcome !== null),
    );
  const liveRun = async (model: string): Promise<string | null> => {
    const { body } = await world.ask('models');
    const { models } = body as { models: { model: string; live: { runId: string } | null }[] };
    return models.find((known) => known.model === model)?.live?.runId ?? null;
  };

  it('is cancelled and seen to end though Azure ML was away when the time was over', async () => {
    const runId = await hangingRun('outlived', 'short');
    await world.setReachable(portOf('azureMl', world.cloud()), false);
    await throughOutages(async () =>
      (await waitsOf(runId)).includes(`for the end of job ${runId}-train`) ? true : undefined,
    );
    const second = await world.requestRun('meanwhile', 'short');
    expect(await liveRun('short')).toBe(runId);
    await world.setReachable(portOf('azureMl', world.cloud()), true);
    const run = await settled(runId);
    expect(await world.aliveJobs()).not.toContain(`${runId}-train`);
    expect(run).toMatchObject({ outcome: expect.stringMatching(/^(?:failed|training-failed)$/) });
    const decision = (await world.decisions()).find(({ signal }) => signal.id === second);
    expect(decision).toMatchObject({ outcome: 'coalesced', runId });
  });

  it('ends before the model of a terminated run is free', async () => {
    const runId = await hangingRun('terminated', 'long');
    await fetch(`${instances()}/${runId}/terminate?reason=test`, { method: 'POST' });
    const run = await settled(runId);
    expect(await world.aliveJobs()).not.toContain(`${runId}-train`);
    expect(run).toMatchObject({ outcome: 'failed', sentence: expect.stringMatching(/^The run broke off: /) });
  });

  it('ends when a person cancels a run whose model file was deleted', async () => {
    const runId = await hangingRun('deleted', 'deleted');
    rmSync(join(modelsFolder, 'deleted.yaml'));
    const operate = (model: string) =>
      world.ask(`models/${model}/operations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'cancel-run', runId, reason: 'its file is gone' }),
      });
    expect(await operate('never-there')).toMatchObject({ status: 404 });
    expect(await operate('deleted')).toMatchObject({ status: 200 });
    expect(await settled(runId)).toMatchObject({ outcome: 'cancelled' });
    expect(await world.aliveJobs()).not.toContain(`${runId}-train`);
  });
});
