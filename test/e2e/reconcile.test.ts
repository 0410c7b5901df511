import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelDeployed, modelRegistered, runEvents } from '../../local/azure-ml/events.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Reconciliation } from '../../shared/domain/reconciliation.ts';
import { breachText } from '../fixtures/breach-text.ts';
import { deployVersion } from '../world/deploy-version.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const at = [localCloud.resourceGroup, localCloud.workspace] as const;
const breachTag = 'azureml_modelmonitor_threshold_breached';
const root = { 'mlflow.rootRunId': 'watch', 'mlflow.parentRunId': 'watch' };
const breach = { ...root, [breachTag]: breachText('tiny_watch_data_drift') };

describe('a workspace and a storage of which every event is lost', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-reconcile-'));

  beforeAll(async () => {
    const text = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    const triggers = text.replace('  registry: true', '  registry: true\n  drift: true\n  data: true');
    writeFileSync(join(folder, 'tiny.yaml'), triggers);
    world = await openWorld({
      modelsFolder: folder,
      cloudArgs: ['--chaos', '{"drop":1}'],
      env: { RATCHET_RECONCILE_TICK: '* * * * * *' },
    });
  });

  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const scan = async (): Promise<Reconciliation | undefined> => {
    const response = await fetch(`${world.hostUrl}/runtime/webhooks/durabletask/instances/reconcile`);
    const { output } = (response.ok ? await response.json() : {}) as { output?: Reconciliation };
    return output ?? undefined;
  };

  /** A whole scan that began after now. */
  const nextScan = async (): Promise<Reconciliation> => {
    const before = (await throughOutages(scan)).scannedAt;
    const skip = await throughOutages(async () => ((await scan())?.scannedAt ?? '') > before || undefined);
    expect(skip).toBe(true);
    const middle = (await throughOutages(scan)).scannedAt;
    return throughOutages(async () => {
      const last = await scan();
      return last && last.scannedAt > middle ? last : undefined;
    });
  };

  const job = (name: string, tags: Record<string, string>) =>
    workspaceClient(world.cloud()).jobs.createOrUpdate(...at, name, {
      properties: {
        jobType: 'Command',
        command: 'node -v',
        environmentId: `${localCloud.workspaceId}/environments/node/versions/24`,
        experimentName: 'tiny_watch',
        tags,
      },
    });

  const serving = async () => {
    const { body } = await world.ask('models');
    const [tiny] = (body as { models: { serving: { endpoint: string; version: string }[] }[] }).models;
    return tiny!.serving.map(({ endpoint, version }) => `${endpoint} ${version}`);
  };

  const upload = async (path: string): Promise<string> => {
    const blob = BlobServiceClient.fromConnectionString(world.cloud().storage)
      .getContainerClient(localCloud.container)
      .getBlockBlobClient(path);
    const { etag } = await blob.uploadData(Buffer.from('{}\n'));
    return etag!.replaceAll('"', '');
  };

  const deliver = async (fn: string, event: object): Promise<void> => {
    const response = await fetch(`${world.hostUrl}/runtime/webhooks/eventgrid?functionName=${fn}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
      body: JSON.stringify([{ topic: '/t', metadataVersion: '1', ...event }]),
    });
    expect(response.status).toBeLessThan(300);
  };

  const decided = (id: string) =>
    throughOutages(async () => (await world.decisions()).find(({ signal }) => signal.id === id));

  it('tells everything once all the same, and an event that comes late tells nothing twice', async () => {
    await throughOutages(scan);
    const etag = await upload('tiny/lost.jsonl');
    await upload('tiny/_SUCCESS');
    await upload('models/lost/model.json');
    const modelUri = `azureml://subscriptions/${localCloud.subscriptionId}/resourcegroups/${localCloud.resourceGroup}/workspaces/${localCloud.workspace}/datastores/workspaceblobstore/paths/models/lost/`;
    await workspaceClient(world.cloud()).modelVersions.createOrUpdate(...at, 'tiny', '7', {
      properties: { modelType: 'custom_model', modelUri },
    });
    await job('watch', {});
    await job('watch-evaluate', breach);
    const ids = [`data:tiny:tiny/lost.jsonl:${etag}`, 'registry:tiny:7', 'drift:tiny:watch-evaluate'];
    const answers = await Promise.all(ids.map(decided));
    expect(answers.map(({ signal }) => signal.source)).toEqual([
      'reconcile',
      'reconcile',
      expect.any(String),
    ]);
    await world.untilSettled(ids);
    const blue = { endpoint: 'front', deployment: 'blue', model: 'tiny:7' };
    await deployVersion(workspaceClient(world.cloud()), blue);
    await throughOutages(async () => (await serving()).length > 0 || undefined);
    expect(await serving()).toEqual(['front 7']);

    const before = await everything();
    expect((await nextScan()).foundCount).toBe(0);
    const registered = { name: 'tiny', version: '7', seq: 1, tags: {}, properties: {} };
    await deliver('workspace-events', modelRegistered(registered, Date.now()));
    const run = { job: 'watch-evaluate', seq: 2, experiment: 'tiny_watch', tags: breach, properties: {} };
    for (const event of runEvents(run, 'Completed', Date.now())) await deliver('workspace-events', event);
    await deliver('storage-events', {
      id: 'late',
      eventType: 'Microsoft.Storage.BlobCreated',
      subject: `/blobServices/default/containers/${localCloud.container}/blobs/tiny/lost.jsonl`,
      eventTime: new Date().toISOString(),
      dataVersion: '',
      data: { api: 'PutBlob', eTag: etag, contentLength: 3 },
    });
    const served = { endpoint: 'front', operation: 'o', models: ['tiny:7'], tags: {}, properties: {} };
    await deliver('workspace-events', modelDeployed(served, Date.now()));
    expect((await nextScan()).foundCount).toBe(0);
    expect(await serving()).toEqual(['front 7']);
    expect(await everything()).toEqual(before);
    expect(before.decisions.filter((id) => id.includes('_SUCCESS'))).toEqual([]);
  });

  it('tells nothing again when the task hub is lost, for the ledger knows it', async () => {
    const before = await everything();
    await world.killHost();
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(world.home, 'host', `durable.db${suffix}`), { force: true });
    await world.startHost();
    expect((await nextScan()).foundCount).toBe(0);
    expect(await everything()).toEqual(before);
  });

  const everything = async () => ({
    decisions: (await world.decisions()).map(
      ({ signal, decidedAt }: Decision) => `${signal.id} ${decidedAt}`,
    ),
    runs: (await world.runs()).map(({ runId, signals }) => ({ runId, signals })),
  });
});
