/** The lineage of versions by way of the handler at either door, from a real ledger, registry and storage. */

import { TableClient } from '@azure/data-tables';
import { HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { beginRegistration, installCoreApi } from '../../../local/functions-host/app/core-api.ts';
import type { VersionLineage } from '../../../shared/domain/version-lineage.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { decision } from '../../fixtures/ledger.ts';
import { approved, ended, gateReport, manifest, releaseRow, runId } from '../../unit/lineage/facts.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';

const { hashJson } = await import('../../../shared/config/pin.ts');
type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;
let services: LocalServices;
let ledger: Ledger;
let handlerOf: (name: string) => Handler;
/** Paths asked of the table service since a test cleared them. */
const config = {
  task: 'binary',
  training: { command: 'c', code: 'azureml:spam:2', environment: 'azureml:node:24' },
};

beforeAll(async () => {
  services = await startServices(temporaryFolder());
  for (const [name, value] of Object.entries(services.settings)) vi.stubEnv(name, value);
  installCoreApi();
  const { registration, lock } = beginRegistration(() => {});
  await import('../../../functions/get-lineage.ts');
  lock();
  handlerOf = (name) => registration.functions.get(name)!.callback as unknown as Handler;
  ledger = await createWiring(services.settings).ledger();
  await ledger.recordRun({ ...ended, configHash: hashJson(config) });
  await ledger.recordDecision(decision());
  await ledger.recordOperation(approved);
  for (const name of ['manifest', 'gate-report', 'model-file', 'model/model'] as const) {
    const body = { manifest, 'gate-report': gateReport, 'model-file': config, 'model/model': {} }[name];
    const blob = services.container.getBlockBlobClient(`runs/${runId}/${name}.json`);
    await blob.uploadData(Buffer.from(JSON.stringify(body, null, 2)));
  }
  await services.container.getBlockBlobClient('models/model.json').uploadData(Buffer.from('{}'));
  await register('7', `runs/${runId}/model`, {
    ratchetRun: runId,
    ratchetDataHash: hashJson(manifest),
    ratchetGateReportHash: hashJson(gateReport),
    ratchetConfigHash: hashJson(config),
    ratchetParentVersion: '6',
  });
  await register('8', 'models', { team: 'them' });
});

async function register(version: string, path: string, tags: Record<string, string>): Promise<void> {
  const { resourceGroup, workspace, subscriptionId } = localCloud;
  const modelUri = `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspace}/datastores/workspaceblobstore/paths/${path}/`;
  await services.ml.modelVersions.createOrUpdate(resourceGroup, workspace, 'spam-filter', version, {
    properties: { modelType: 'custom_model', modelUri, tags },
  });
}

async function ask(version: string, model = 'spam-filter', name = 'get-lineage') {
  const request = new HttpRequest({
    method: 'GET',
    url: `https://ratchet.example.com/api/models/${model}/versions/x/lineage`,
    params: { model, version },
  });
  const context = { error: () => {}, invocationId: 'i' } as unknown as InvocationContext;
  const answer = await handlerOf(name)(request, context);
  const body = (answer.jsonBody ?? JSON.parse(String(answer.body))) as VersionLineage & { detail: string };
  return { status: answer.status ?? 200, body };
}

describe('the lineage of a version over HTTP', () => {
  it('has the whole chain of a version that a run made and no release has', async () => {
    const { status, body } = await ask('7');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      origin: 'run',
      workspace: localCloud.workspaceId,
      run: { runId },
      signals: [{ id: 'metric:1', decision: { outcome: 'admitted' } }],
      trainedOn: { hash: hashJson(manifest) },
      gateReport: { verdict: 'passed' },
      modelFile: { training: { code: 'azureml:spam:2' } },
      replaces: { version: '6' },
      releases: [],
      contradictions: [],
    });
  });

  it('has each of its releases with what it went through, and what people ordered of it', async () => {
    const canary = { state: 'canary', stage: 'some', step: 10, endedAt: null } as const;
    const approval = { by: 'ada', reason: 'r', at: approved.at, binding: 'b' };
    await ledger.recordRelease(
      releaseRow({ ...canary, approvals: [approval], writtenAt: '2002-09-02T03:00:00Z' }),
    );
    await ledger.recordRelease(releaseRow());
    const back = {
      releaseId: 'spam-filter-20020905-0a0b0c0d-release',
      runId: 'spam-filter-20020905-0a0b0c0d',
    };
    await ledger.recordRelease(releaseRow({ ...back, startedAt: '2002-09-05T00:00:00.000Z' }));
    const { releases, operations, digest } = (await ask('7')).body;
    expect(releases.map(({ releaseId }) => releaseId)).toEqual([back.releaseId, `${runId}-release`]);
    expect(releases[1]!.trail!.map(({ state, step }) => [state, step])).toEqual([
      ['canary', 10],
      ['settled', null],
    ]);
    expect(releases[1]!.given).toEqual([approval]);
    expect(operations).toEqual([approved]);
    expect(digest).toBe('d'.repeat(64));
  });

  it('finds releases and operations of a ledger that was written before they had such rows', async () => {
    const open = (name: string) =>
      TableClient.fromConnectionString(services.settings['RATCHET_STORAGE']!, name, {
        allowInsecureConnection: true,
      });
    for (const name of ['RatchetReleases', 'RatchetOperations']) {
      const rows = open(name).listEntities({ queryOptions: { select: ['PartitionKey', 'RowKey'] } });
      for await (const { partitionKey, rowKey } of rows)
        if (rowKey!.startsWith('~')) await open(name).deleteEntity(partitionKey!, rowKey!);
    }
    const fresh = await createWiring(services.settings).ledger();
    const about = { model: 'spam-filter', subject: `${runId}-release`, limit: 10 };
    expect(await fresh.listOperationsAbout(about)).toEqual([approved]);
    expect(await fresh.listReleasesOf({ model: 'spam-filter', version: '7', limit: 10 })).toHaveLength(2);
    expect(await fresh.listReleasesOf({ model: 'spam-filter', version: '70', limit: 10 })).toEqual([]);
  });

  it('says of a version that was registered by hand that Ratchet did not make it', async () => {
    const { status, body } = await ask('8');
    expect(status).toBe(200);
    expect(body).toMatchObject({ origin: 'hand', run: null, registered: { tags: { team: 'them' } } });
  });

  it('finds the run that judged it once somebody had it promoted', async () => {
    const promoted = 'spam-filter-20020910-99999999';
    const signal = { id: 'registry:spam-filter:8', kind: 'registry' } as const;
    await ledger.recordDecision(decision(signal, { runId: promoted }));
    const challenger = { name: 'spam-filter', version: '8', modelUri: 'azureml://models' };
    await ledger.recordRun({
      ...ended,
      runId: promoted,
      kind: 'promote',
      challenger,
      registeredVersion: null,
    });
    const { body } = await ask('8');
    expect(body).toMatchObject({ origin: 'hand', run: { runId: promoted }, trainedOn: null });
  });

  it('knows a version that was deleted from the registry by its releases', async () => {
    await ledger.recordRun({
      ...ended,
      runId: 'gone-20020902-00000001',
      model: 'gone',
      registeredVersion: '1',
    });
    const of = { releaseId: 'gone-20020902-00000001-release', runId: 'gone-20020902-00000001' };
    const model = { name: 'gone', version: '1', modelUri: 'azureml://gone' };
    await ledger.recordRelease(releaseRow({ ...of, model }));
    const { status, body } = await ask('1', 'gone');
    expect([status, body.registered, body.run?.runId]).toEqual([200, null, of.runId]);
  });

  it.each([
    ['99', 'spam-filter', 404, 'neither the registry nor the ledger has a version "99" of model spam-filter'],
    ['1/../7', 'spam-filter', 404, 'neither the registry nor the ledger has a version "1/../7"'],
    ["'; drop", 'spam-filter', 404, 'neither the registry'],
    ['1', 'spam-filtre', 404, 'no model file is named "spam-filtre"; did you mean "spam-filter"?'],
    ['1', 'a/../b', 404, 'no model file is named "a/../b"'],
  ])('answers %s of %s with %i', async (version, model, status, said) => {
    const answer = await ask(version, model);
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(said)]);
  });

  it('is for nobody who is not signed in, at the second door', async () => {
    vi.stubEnv('WEBSITE_AUTH_ENABLED', 'True');
    expect([401, 403]).toContain((await ask('7', 'spam-filter', 'get-lineage-signed-in')).status);
  });
});
