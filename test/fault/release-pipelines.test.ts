/** A release whose first stage runs a pipeline outside, and what dies, is lost or fails meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectServes, openStaged, type Staged } from './staged.ts';

const name = 'deploy-container';
const stage = `- { stage: staging, kind: pipeline, channel: azure-pipelines, project: ratchet, pipeline: ${name}, within: PT10M }`;

interface Run {
  readonly state: string;
  readonly result: string | null;
  readonly parameters: Readonly<Record<string, string>>;
}

describe('a release that runs a pipeline', () => {
  let staged: Staged;
  beforeAll(async () => {
    staged = await openStaged({ first: stage });
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

  it('has a run end that is not over in time', async () => {
    await control(name, { ends: 'succeeded', takesMs: 86_400_000 });
    await staged.request('fourth');
    const row = await staged.drive(3);
    expect(row).toMatchObject({
      state: 'failed',
      sentence: expect.stringContaining('has not ended within PT10M'),
    });
    expect(await runsOf(row.runId)).toMatchObject([{ result: 'canceled' }]);
  });
});
