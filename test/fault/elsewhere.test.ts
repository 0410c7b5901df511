/** A training that runs elsewhere, and a host, a cloud and answers that are lost meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../shared/domain/run.ts';
import { untilSeen } from '../until.ts';
import { writeVariants } from '../world/run-variants.ts';
import { organizationIn, trainElsewhere } from '../world/train-elsewhere.ts';
import { openWorld, type World } from '../world/world.ts';

describe('a training elsewhere', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-elsewhere-'));

  beforeAll(async () => {
    const slowly = (pipeline: string) => (text: string) =>
      trainElsewhere(text, pipeline, ['retries: { platform: { wait: PT1S } }']);
    const modelsFolder = writeVariants(join(folder, 'models'), {
      slow: slowly('slow'),
      lost: slowly('once-lost'),
    });
    world = await openWorld({ modelsFolder, ...organizationIn(folder) });
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const runOf = async (model: string): Promise<Run | undefined> =>
    (await world.runs()).find((run) => run.model === model);
  const jobsOf = async (pipeline: string): Promise<readonly (string | undefined)[]> => {
    const answer = await fetch(`${world.cloud().control}/pipelines/${pipeline}`);
    const runs = (await answer.json()) as readonly { parameters: Record<string, string> }[];
    return runs.map(({ parameters }) => parameters['ratchetJob']);
  };
  const befall = async (next: readonly object[]): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ next });
    const answer = await fetch(`${world.cloud().control}/pipelines/faults`, { method: 'PUT', headers, body });
    expect(answer.ok).toBe(true);
  };

  it('is started once, though the answer is lost, the host dies twice, and Azure DevOps is away', async () => {
    await befall([{ kind: 'lose-reply', method: 'POST' }]);
    const asked = await world.requestRun('once', 'slow');
    await untilSeen(async () => ((await jobsOf('slow')).length > 0 ? true : undefined));
    await world.killHost();
    await world.startHost();
    await untilSeen(async () => ((await runOf('slow'))?.elsewhere?.run ? true : undefined));
    await befall([{ kind: 'unavailable' }, { kind: 'throttle' }]);
    await world.killHost();
    await world.startHost();
    await world.untilSettled([asked], 100_000);
    const run = (await runOf('slow'))!;
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '1' });
    expect(await jobsOf('slow')).toEqual([`${run.runId}-train`]);
  });

  it('is run again where its agent was lost with the cloud', async () => {
    const asked = await world.requestRun('again', 'lost');
    await untilSeen(async () => ((await runOf('lost'))?.elsewhere?.run ? true : undefined));
    await world.killCloud();
    await world.startCloud();
    await world.untilSettled([asked], 100_000);
    const run = (await runOf('lost'))!;
    expect(run).toMatchObject({
      outcome: 'released',
      attempts: [{ kind: 'platform', said: expect.stringContaining('We stopped hearing from agent') }],
    });
    expect(await jobsOf('once-lost')).toEqual([`${run.runId}-train`, `${run.runId}-train-2`]);
  });
});
