import { inspect } from 'node:util';
import * as restPipeline from '@azure/core-rest-pipeline';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tracking } from '../../../shared/azure/tracking.ts';
import type { RatchetError } from '../../../shared/errors.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startServices(temporaryFolder());
});

const wire = (more: Record<string, string> = {}) => createWiring({ ...services.settings, ...more });

async function failureOf(work: Promise<unknown>): Promise<RatchetError> {
  const outcome = await work.then(
    () => null,
    (error: RatchetError) => error,
  );
  expect(outcome).not.toBeNull();
  return outcome!;
}

describe('the workspace', () => {
  it('that cannot be reached may come back', async () => {
    const workspace = await wire({ RATCHET_ARM_ENDPOINT: 'https://localhost:1' }).workspace();
    const failure = await failureOf(workspace.getJob('a-train'));
    expect(failure).toMatchObject({ code: 'azure-unavailable', subject: { job: 'a-train' } });
    expect(failure.message).toMatch(
      /^reading job a-train: connect ECONNREFUSED \S+; check the address in the settings and the network$/,
    );
  });

  it('is not trusted without the certificate authority', async () => {
    const workspace = await wire({ RATCHET_CA_FILE: '' }).workspace();
    const failure = await failureOf(workspace.getJob('a-train'));
    expect(failure.message).toMatch(/certificate/);
  });

  it('is asked for its tracking address once', async () => {
    const workspace = await wire().workspace();
    expect(await workspace.trackingUri()).toBe(services.azureMl.mlflowTrackingUri);
    expect(workspace.trackingUri()).toBe(workspace.trackingUri());
  });
});

describe('the metrics of a job', () => {
  it('are none where the tracking server knows no such job', async () => {
    expect(await (await wire().runsMetrics()).metricsOf('never-submitted')).toEqual({});
  });

  it('may come back for a token that is not genuine, which is not shown', async () => {
    const { tls } = services;
    const tracking = new Tracking(restPipeline, {
      trackingUri: async () => services.azureMl.mlflowTrackingUri,
      credential: {
        getToken: async () => ({ token: 'f0rged', expiresOnTimestamp: Date.now() + 3_600_000 }),
      },
      scope: 'https://management.azure.com/.default',
      tls: { tlsOptions: { ca: [tls.ca] } },
    });
    const failure = await failureOf(tracking.metricsOf('a-evaluate'));
    expect(failure.code).toBe('azure-unavailable');
    expect(failure.message).toMatch(
      /^reading run a-evaluate: Azure answered 401 \S+ .+; check the app's identity and its roles, listed in docs\/settings.md$/,
    );
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain('f0rged');
  });
});

describe('blobs', () => {
  it('are listed below a prefix, by name, without the directories of a hierarchical account', async () => {
    const { container } = services;
    for (const name of ['list/b', 'list/a/c', 'listed', 'list/a'])
      await container.getBlockBlobClient(name).upload('12345', 5);
    await container.getBlockBlobClient('list/folder').upload('', 0, { metadata: { hdi_isfolder: 'true' } });
    const found = await (await wire().blobs()).list('list/');
    expect(found.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['list/a', 5],
      ['list/a/c', 5],
      ['list/b', 5],
    ]);
    for (const { etag } of found) expect(etag).toMatch(/^0x[0-9A-F]+$/);
  });

  it('are read up to a limit, and are null where there are none', async () => {
    const blobs = await wire().blobs();
    await services.container.getBlockBlobClient('read/text').upload('häuser', 7);
    expect(await blobs.readText('read/text', 7)).toBe('häuser');
    expect(await blobs.readText('read/nothing')).toBeNull();
    await expect(blobs.readText('read/text', 6)).rejects.toMatchObject({
      code: 'body-too-large',
      message: 'read/text has at least 7 bytes, more than the 6 that Ratchet reads; write less',
    });
  });

  it('are written once where they must not change', async () => {
    const blobs = await wire().blobs();
    const writes = await Promise.all([1, 2, 3, 4].map((value) => blobs.writeJsonOnce('once', { value })));
    expect(writes.filter(Boolean)).toHaveLength(1);
    const winner = writes.indexOf(true) + 1;
    expect(JSON.parse((await blobs.readText('once'))!)).toEqual({ value: winner });
    await blobs.writeJson('once', { value: 'other' });
    expect(JSON.parse((await blobs.readText('once'))!)).toEqual({ value: 'other' });
  });

  it('of a container that does not exist are an error, not nothing', async () => {
    const blobs = await wire({ RATCHET_CONTAINER: 'elsewhere' }).blobs();
    const away = {
      code: 'azure-unavailable',
      message: expect.stringMatching(/elsewhere\/\S+: Azure answered 404 ContainerNotFound /),
    };
    await expect(blobs.readText('runs/a')).rejects.toMatchObject(away);
    await expect(blobs.list('mail/')).rejects.toMatchObject(away);
    await expect(blobs.writeJson('runs/a', {})).rejects.toMatchObject(away);
  });
});
