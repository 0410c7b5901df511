/** A version on probation by real jobs over labelled rows, while whoever sees to it dies, and while it is aborted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import { until } from '../until.ts';
import { expectServes, openStaged, type Staged } from './staged.ts';

const stages = `
- { stage: production, kind: production, keepOld: PT2M }
- stage: probation
  kind: probation
  data: labelled/
  until: { labels: 100, atMost: PT40M }
  every: PT10M
  evaluation:
    command: node score-labelled.js --data \${{inputs.data}} --manifest \${{inputs.manifest}} $[[--champion \${{inputs.champion}}]] --out \${{outputs.evidence}}
    code: azureml:tiny:1
    environment: azureml:node:24
    compute: cpu
  gates:
    - { gate: floor, kind: bound, metric: accuracy, atLeast: 0.8, confidence: 0.95 }
- { stage: announce, channel: service-bus }
`.trim();

describe('a version on probation', () => {
  let staged: Staged;
  let files = 0;

  /** What people have labelled since the last time; everything before is taken away, as the clock of the storage stands apart. */
  async function label(said: { rows: number; wrong: number; lastsMs?: number }): Promise<void> {
    const container = BlobServiceClient.fromConnectionString(staged.world.cloud().storage).getContainerClient(
      localCloud.container,
    );
    for await (const { name } of container.listBlobsFlat({ prefix: 'labelled/' }))
      await container.deleteBlob(name);
    const file = `labelled/${String(++files).padStart(4, '0')}.json`;
    await container.getBlockBlobClient(file).uploadData(Buffer.from(JSON.stringify(said)));
  }

  const looks = async (row: ReleaseRow): Promise<readonly string[]> =>
    (await staged.world.jobNames()).filter((name) => name.startsWith(`${row.releaseId}-trial-`));

  /** What the registry says of each version. */
  async function statuses(): Promise<Readonly<Record<string, string>>> {
    const { resourceGroup, workspace } = localCloud;
    const found: Record<string, string> = {};
    const client = workspaceClient(staged.world.cloud());
    for await (const { name, properties } of client.modelVersions.list(resourceGroup, workspace, 'tiny'))
      found[name ?? ''] = properties.tags?.['ratchetStatus'] ?? '';
    return found;
  }

  beforeAll(async () => {
    staged = await openStaged({ stages });
  });

  afterAll(() => staged?.close());

  it('is settled by enough labels, and the notice after it says by which look', async () => {
    await label({ rows: 120, wrong: 0 });
    await staged.request('first');
    const row = await staged.drive(0);
    expect(row).toMatchObject({ state: 'settled', provenBy: `${row.releaseId}-trial-1` });
    await expectServes(staged, '1');
    expect(await statuses()).toEqual({ 1: 'settled' });
  });

  it('is settled once, by one job a look, though whoever sees to it dies in its steps', async () => {
    await label({ rows: 60, wrong: 0 });
    await staged.request('dies');
    await staged.reviver.hostAt('activity-before-commit:begin-trial', 'activity-before-commit:judge-trial');
    const row = await staged.drive(1, {
      async each({ probation }) {
        if (probation?.looks === 1) await label({ rows: 120, wrong: 2 });
      },
    });
    expect(row).toMatchObject({
      state: 'settled',
      model: { version: '2' },
      provenBy: `${row.releaseId}-trial-2`,
    });
    expect(staged.reviver.deaths()).toBe(2);
    expect(await looks(row)).toHaveLength(2);
    await expectServes(staged, '2');
  });

  it('can be gone back from, as a drill shows, and not to a version that is quarantined', async () => {
    await staged.reviver.hostAt('activity-after-commit:deploy-version');
    const ordered = await staged.order('drill', {}, 'bob');
    // The host may die before it has answered; what was ordered is done all the same.
    if (ordered !== null) expect(ordered).toMatchObject({ status: 200 });
    const row = await staged.drive(2);
    expect(row).toMatchObject({ state: 'drilled', model: { version: '1' }, isDrill: true });
    await expectServes(staged, '2');
    expect(await staged.order('quarantine', { version: '1' }, 'bob')).toMatchObject({ status: 200 });
    expect(await statuses()).toEqual({ 1: 'embargoed', 2: 'settled' });
    const { body } = await staged.world.ask('models/tiny/versions/1/usable');
    expect(body).toMatchObject({ usable: 'no', reason: expect.stringMatching(/quarantined by bob/) });
    expect(await staged.order('roll-back', {}, 'bob')).toMatchObject({ status: 409 });
    expect(await staged.order('lift-quarantine', { version: '1' }, 'bob')).toMatchObject({ status: 200 });
  });

  it('leaves no job behind where it is aborted during a look', async () => {
    await label({ rows: 1, wrong: 0, lastsMs: 10_000 });
    await staged.request('aborted');
    let answer: ReturnType<Staged['post']> | undefined;
    /**
     * While the job runs no time passes, and the release is woken by the order alone. Time passes while nobody asks
     * anything: a pause between the looks lets it.
     */
    const abort = async (releaseId: string) => {
      await until(async () => {
        await sleep(500);
        return (await staged.world.aliveJobs()).length > 0;
      });
      return staged.post('abort-release', { releaseId }, 'bob');
    };
    const row = await staged.drive(3, {
      async each({ releaseId, state }) {
        if (state === 'probation') answer ??= abort(releaseId);
      },
    });
    expect(await answer).toMatchObject({ status: 200 });
    expect(row).toMatchObject({ state: 'rolled-back' });
    expect(await looks(row)).toHaveLength(1);
    expect(await staged.world.aliveJobs()).toEqual([]);
    await expectServes(staged, '2');
    expect(await statuses()).toEqual({ 1: 'settled', 2: 'settled', 3: 'rolled-back' });
  });
});
