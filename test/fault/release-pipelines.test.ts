/** A release whose first stage runs a pipeline outside, and what dies, is lost or fails meanwhile. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectServes, openStaged, type Staged } from './staged.ts';

const name = 'deploy-container';
const stage = `- { stage: staging, kind: pipeline, channel: azure-pipelines, project: ratchet, pipeline: ${name}, within: PT10M }`;

/** A model whose production is a run of a pipeline: nothing else serves it. */
const plain = `${readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8')
  .replace('model: tiny', 'model: plain')
  .replace(/^release:[\s\S]*/m, '')}release:
  stages:
    - { stage: staging, kind: pipeline, channel: github, repository: local/ratchet, workflow: deploy-container.yml, within: PT1H, undo: run-again }
    - { stage: production, kind: pipeline, channel: azure-pipelines, project: ratchet, pipeline: deploy-endpoint, within: PT1H }
    - { stage: announce, channel: service-bus }
`;

interface Run {
  readonly state: string;
  readonly result: string | null;
  readonly parameters: Readonly<Record<string, string>>;
}

describe('a release that runs a pipeline', () => {
  let staged: Staged;
  beforeAll(async () => {
    staged = await openStaged({ first: stage, files: { 'plain.yaml': plain } });
  });
  afterAll(() => staged?.close());

  const control = async (path: string, body?: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const put = body && { method: 'PUT', headers, body: JSON.stringify(body) };
    const response = await fetch(`${staged.world.cloud().control}/pipelines/${path}`, put);
    expect(response.ok).toBe(true);
    return response.json();
  };
  /** The runs that bear a release. */
  const runsOf = async (runId: string): Promise<readonly Run[]> =>
    ((await control(name)) as Run[]).filter(
      ({ parameters }) => parameters['ratchetRelease'] === `${runId}-staging`,
    );

  it('starts one run, though the answer to its start is lost and the host dies after it', async () => {
    await staged.request('first');
    await control('faults', { next: [{ kind: 'lose-reply', method: 'POST' }] });
    await staged.reviver.hostAt('activity-before-commit:start-pipeline');
    const row = await staged.drive(0);
    expect(row).toMatchObject({ state: 'settled' });
    expect(staged.reviver.deaths()).toBe(1);
    const runs = await runsOf(row.runId);
    expect(runs).toMatchObject([
      { result: 'succeeded', parameters: { modelVersion: '1', modelDigest: row.digest } },
    ]);
    await expectServes(staged, '1');
  });

  it('goes back where the run fails, and says where to look', async () => {
    await control(name, { ends: 'failed', takesMs: 120_000 });
    await staged.request('second');
    const row = await staged.drive(1);
    expect(row).toMatchObject({
      state: 'failed',
      sentence: expect.stringMatching(
        /^Ratchet: pipeline deploy-container of ratchet has failed \(https:\S+buildId=\d+\)\.$/,
      ),
    });
    expect(await runsOf(row.runId)).toHaveLength(1);
    await expectServes(staged, '1');
  });

  it('has the run end where it is aborted', async () => {
    await control(name, { ends: 'succeeded', takesMs: 500_000 });
    await staged.request('third');
    let isAborted = false;
    const row = await staged.drive(2, {
      async each({ state, releaseId, pipeline }) {
        if (state !== 'in-pipeline' || isAborted || !pipeline) return;
        isAborted = true;
        await staged.reviver.hostAt('activity-begin:cancel-pipeline');
        await staged.order('abort-release', { releaseId }, 'bob');
      },
    });
    expect(row).toMatchObject({ state: 'rolled-back', sentence: expect.stringContaining('bob: ') });
    expect(await runsOf(row.runId)).toMatchObject([{ state: 'completed', result: 'canceled' }]);
    await expectServes(staged, '1');
  });

  /** The run of the model without a target, once it is over. */
  const runPlain = async (key: string, meanwhile: (runId: string) => Promise<unknown> = async () => {}) => {
    const signal = await staged.world.requestRun(key, 'plain');
    for (let minute = 0; minute < 120; minute++) {
      await staged.pass(1);
      const run = (await staged.world.runs()).find(({ signals }) => signals.includes(signal));
      if (run && run.outcome !== null) return run;
      if (run) await meanwhile(run.runId);
    }
    throw new Error('the run was not over after two hours');
  };
  const bears = async (pipeline: string, key: string) =>
    ((await control(pipeline)) as Run[]).filter(({ parameters }) => parameters['ratchetRelease'] === key);
  const champion = async () => {
    const { body } = await staged.world.ask('models');
    const { models } = body as { models: { model: string; champion: { version: string } | null }[] };
    return models.find(({ model }) => model === 'plain')?.champion?.version ?? null;
  };

  it('has a version without a target be the champion once the last pipeline has ended well', async () => {
    await control(name, { ends: 'succeeded', takesMs: 60_000 });
    await control('faults', { next: [{ kind: 'lose-reply', method: 'POST' }] });
    await staged.reviver.hostAt('activity-before-commit:watch-pipeline');
    const run = await runPlain('plain-1');
    expect(run).toMatchObject({ outcome: 'released', released: true });
    expect(await champion()).toBe('1');
    for (const [pipeline, stageName] of [
      [name, 'staging'],
      ['deploy-endpoint', 'production'],
    ] as const)
      expect(await bears(pipeline, `${run.runId}-${stageName}`)).toMatchObject([
        {
          result: 'succeeded',
          parameters: { modelVersion: '1', modelDigest: expect.stringMatching(/^[0-9a-f]{64}$/) },
        },
      ]);
  });

  it('keeps the champion without a target where the last pipeline fails, or the run is cancelled', async () => {
    await control('deploy-endpoint', { ends: 'failed', takesMs: 60_000 });
    expect(await runPlain('plain-2')).toMatchObject({
      ...{ outcome: 'failed', released: false },
      sentence: expect.stringMatching(
        /^Released to 1 stage; stage production: pipeline deploy-endpoint of ratchet \(https:\S+\) has failed; stage staging ran again with version 1\.$/,
      ),
    });
    expect(await champion()).toBe('1');
    await control('deploy-endpoint', { ends: 'succeeded', takesMs: 1_800_000 });
    let asked = false;
    const cancelled = await runPlain('plain-3', async (runId) => {
      if (asked || (await bears('deploy-endpoint', `${runId}-production`)).length === 0) return;
      asked = true;
      const body = JSON.stringify({ action: 'cancel-run', runId, reason: 'not this one' });
      const headers = { 'content-type': 'application/json' };
      await staged.world.ask('models/plain/operations', { method: 'POST', headers, body, as: 'bob' });
    });
    expect(cancelled).toMatchObject({ outcome: 'cancelled', released: false });
    expect(await bears('deploy-endpoint', `${cancelled.runId}-production`)).toMatchObject([
      { result: 'canceled' },
    ]);
    expect(await champion()).toBe('1');
  });
});
