/** Jobs that fail for no fault of their own, and a host that is killed while others take their place. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../shared/domain/run.ts';
import { untilSeen } from '../until.ts';
import { openWorld, type World } from '../world/world.ts';

describe('jobs that fail for a reason that passes', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-attempts-'));

  beforeAll(async () => {
    const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    const quick = ['preempted', 'capacity', 'platform']
      .map((kind) => `    ${kind}: { wait: PT1S }\n`)
      .join('');
    const repeated = tiny.replaceAll('  timeout: PT1M\n', `  timeout: PT1M\n  retries:\n${quick}`);
    writeFileSync(join(folder, 'tiny.yaml'), repeated);
    const never = repeated
      .replace('model: tiny', 'model: given-up')
      .replace('preempted: {', 'preempted: { times: 1,');
    writeFileSync(join(folder, 'given-up.yaml'), never);
    world = await openWorld({ modelsFolder: folder });
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const befall = async (...faults: readonly object[]): Promise<void> => {
    const answer = await fetch(`${world.cloud().control}/jobs/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ faults }),
    });
    expect(answer.status).toBe(200);
  };
  const runOf = async (model: string): Promise<Run | undefined> =>
    (await world.runs()).find((run) => run.model === model);

  it('are submitted again under names of their own, once each, though the host is killed between', async () => {
    await befall({ job: 'tiny-', kind: 'preempted', times: 2 }, { job: 'tiny-', kind: 'capacity', times: 1 });
    const asked = await world.requestRun('again');
    for (const failed of [1, 2, 3]) {
      await untilSeen(async () => ((await runOf('tiny'))?.attempts?.length ?? 0) >= failed || undefined);
      await world.killHost();
      await world.startHost();
    }
    await world.untilSettled([asked], 60_000);

    const run = (await runOf('tiny'))!;
    expect(run).toMatchObject({ outcome: 'released', released: true });
    expect(run.attempts?.map(({ jobName, kind }) => [jobName.slice(run.runId.length + 1), kind])).toEqual([
      ['train', 'preempted'],
      ['train-2', 'preempted'],
      ['train-3', 'capacity'],
    ]);
    expect(run.challenger?.modelUri).toContain(`/runs/${run.runId}/model-4/`);
    const names = await world.jobNames();
    expect([...names].sort()).toEqual(
      ['evaluate', 'train', 'train-2', 'train-3', 'train-4'].map((name) => `${run.runId}-${name}`),
    );
    expect(await world.versionRuns()).toEqual([run.runId]);
    await world.releaseIds();

    const log = async (query: string) => (await world.ask(`runs/${run.runId}/log?${query}`)).body;
    expect(await log('phase=train')).toMatchObject({ attempt: 4, job: `${run.runId}-train-4`, ended: true });
    expect(await log('phase=train&attempt=1')).toMatchObject({ attempt: 1, job: `${run.runId}-train` });
    expect(await log('phase=train&attempt=9')).toMatchObject({ attempt: 9, job: null });
  });

  it('are given up in the end, and the run says why', async () => {
    await befall({ job: 'given-up-', kind: 'preempted', times: 9 });
    await world.untilSettled([await world.requestRun('never', 'given-up')], 60_000);
    const run = (await runOf('given-up'))!;
    expect(run.outcome).toBe('training-failed');
    expect(run.sentence).toMatch(
      /^Job given-up-.*-train-2 ended Failed \(its machine was taken away, after 1 repetition for that\): see `ratchet logs \S+ --phase train --attempt 2`\. PreemptionError: /,
    );
    expect(run.attempts).toHaveLength(1);
  });
});
