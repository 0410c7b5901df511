/** Deployments of which no event has told, found by looking at the workspace. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { longUri } from '../../../shared/azure/run-files.ts';
import { takeEvents } from '../../../shared/dispatch/take-events.ts';
import type { Reconciliation } from '../../../shared/domain/reconciliation.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type Asked, missing, openTaskHub, type TaskHub } from '../../fixtures/task-hub.ts';
import { deployVersion } from '../../world/deploy-version.ts';
import { type ArmAnswer, openFront, refusal } from './arm-front.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep } from './run-steps.ts';

const at = [localCloud.resourceGroup, localCloud.workspace] as const;
const began = new Date(Date.now() - 3_600_000).toISOString();

let services: LocalServices;
let hub: TaskHub;
let step: RunStep;
let arm: Server;
let settings: Readonly<Record<string, string>>;
/** What Resource Manager answers in place of the workspace. */
let instead: (path: string) => ArmAnswer | null = () => null;
const paths: string[] = [];
const started: Asked[] = [];
const warned: string[] = [];

beforeAll(async () => {
  const home = temporaryFolder();
  services = await startServices(home);
  const models = join(home, 'models');
  mkdirSync(models);
  writeFileSync(join(models, 'spam-filter.yaml'), readFileSync('test/fixtures/spam-filter.yaml'));
  hub = await openTaskHub((asked) => {
    if (asked.method === 'GET') return missing;
    started.push(asked);
    return [202, { id: 'started' }];
  });
  hub.context.warn = (message) => void warned.push(message);
  arm = await openFront(services, (path) => {
    paths.push(path);
    return instead(path);
  });
  const { port } = arm.address() as AddressInfo;
  settings = {
    ...services.settings,
    RATCHET_MODELS_DIR: models,
    RATCHET_ARM_ENDPOINT: `https://localhost:${port}`,
  };
  step = await loadSteps(settings, hub.context);
  await services.container.getBlockBlobClient('models/m/weights').upload('w', 1);
  for (const name of ['spam-filter', 'somebody-elses'])
    for (const version of ['1', '2', '3']) await register(name, version);
});
afterAll(() => {
  hub.close();
  arm.close();
});
beforeEach(() => {
  instead = () => null;
  for (const list of [paths, started, warned]) list.length = 0;
});

/** With the tags of a run, as Ratchet's own: what its release deploys is found like anything else. */
const register = (
  name: string,
  version: string,
  folder = 'models/m/',
  tags: object = { ratchetRun: `${name}-run` },
) => {
  const modelUri = longUri(localCloud.workspaceId, `azureml://datastores/workspaceblobstore/paths/${folder}`);
  return services.ml.modelVersions.createOrUpdate(...at, name, version, {
    properties: { modelUri, tags: { ...tags } },
  });
};

const deploy = (endpoint: string, deployment: string, model: string) =>
  deployVersion(services.ml, { endpoint, deployment, model });

/** A scan as of now, after one that was begun before anything here was deployed. */
const scan = (left: Partial<Reconciliation> = {}) => {
  const previous = { began, scannedAt: began, found: [], foundCount: 0, ...left };
  return step('find-lost-events', { previous, now: new Date().toISOString() });
};
const served = async (endpoint: string) =>
  (await (await createWiring(settings).ledger()).listDeployments()).find((one) => one.endpoint === endpoint);
const tell = (endpoint: string, models: string, more: object = {}) =>
  takeEvents(
    {
      id: `event-${endpoint}-${models}`,
      eventType: 'Microsoft.MachineLearningServices.ModelDeployed',
      subject: `endpoints/${endpoint}`,
      eventTime: new Date().toISOString(),
      data: { ServiceName: endpoint, ModelIds: models },
      ...more,
    },
    hub.client,
    { error: () => {}, info: () => {}, debug: () => {} },
  );

describe('a deployment whose event was lost', () => {
  it('is found once, starts nothing, and is told nothing of by an event that comes late', async () => {
    await deploy('front', 'blue', 'spam-filter:1');
    expect(await scan()).toMatchObject({ found: ['deployed:front'], foundCount: 1 });
    expect(await served('front')).toMatchObject({
      models: [{ name: 'spam-filter', version: '1' }],
      eventId: 'reconcile:front',
    });
    expect((await scan()).foundCount).toBe(0);
    await tell('front', 'spam-filter:1');
    expect((await scan()).foundCount).toBe(0);
    expect(await served('front')).toMatchObject({ models: [{ name: 'spam-filter', version: '1' }] });
    expect(started).toEqual([]);
  });

  it('is not found where its event came first, and the next one beside it is', async () => {
    await deploy('second', 'blue', 'spam-filter:2');
    await tell('second', 'spam-filter:2');
    expect((await scan()).found).not.toContain('deployed:second');
    await deploy('second', 'green', 'spam-filter:3');
    expect(await scan()).toMatchObject({ found: ['deployed:second'], foundCount: 1 });
    const versions = (await served('second'))?.models.map(({ version }) => version);
    expect(versions).toEqual(['3', '2']);
    // An older event, late, takes none of it back.
    await tell('second', 'spam-filter:2', { id: 'late', eventTime: began });
    expect((await served('second'))?.models).toHaveLength(2);
    expect(started).toEqual([]);
  });

  it('is nothing to us where its model is nobody of ours, or it was made before the first scan', async () => {
    await deploy('elsewhere', 'blue', 'somebody-elses:1');
    await deploy('before', 'blue', 'spam-filter:1');
    const now = new Date(Date.now() + 1_000).toISOString();
    const scanned = await step('find-lost-events', { previous: null, now });
    expect(scanned).toMatchObject({ began: now, foundCount: 0 });
    expect(await served('before')).toBeUndefined();
    expect((await scan()).found).toEqual(['deployed:before']);
    expect(await served('elsewhere')).toBeUndefined();
  });
});

describe('a deployment that failed', () => {
  it('serves nothing', async () => {
    await services.container.getBlockBlobClient('models/gone/weights').upload('w', 1);
    await register('spam-filter', '4', 'models/gone/');
    await services.container.getBlockBlobClient('models/gone/weights').delete();
    await expect(deploy('failing', 'blue', 'spam-filter:4')).rejects.toThrow(/failed/);
    const listed = await (await createWiring(settings).workspace()).endpoints.list();
    expect(listed?.endpoints).toContainEqual({ endpoint: 'failing', deployments: [] });
    expect((await scan()).found).not.toContain('deployed:failing');
  });
});

describe('where endpoints cannot be read', () => {
  const onEndpoints = (answer: readonly [number, unknown]) => (path: string) =>
    path.startsWith('/onlineEndpoints') ? answer : null;

  it('for want of a role, it is said once, and all else is found', async () => {
    await deploy('hidden', 'blue', 'spam-filter:1');
    await register('spam-filter', '9', 'models/m/', {});
    instead = onEndpoints(refusal(403, 'AuthorizationFailed'));
    const first = await scan();
    expect(first).toMatchObject({ found: ['registry:spam-filter:9'], endpointsForbidden: true });
    instead = (path) => (path.includes('/deployments') ? refusal(403, 'AuthorizationFailed') : null);
    const second = await scan(first);
    expect(warned.filter((line) => line.includes('onlineEndpoints'))).toEqual([
      'reconcile: the role of the app does not let it read Microsoft.MachineLearningServices/workspaces/onlineEndpoints and their deployments: a deployment whose event was lost is not found; see docs/deploy.md',
    ]);
    instead = () => null;
    const third = await scan(second);
    expect(third.found).toContain('deployed:hidden');
    expect(third).not.toHaveProperty('endpointsForbidden');
    instead = onEndpoints(refusal(403, 'AuthorizationFailed'));
    await scan(third);
    expect(warned.filter((line) => line.includes('onlineEndpoints'))).toHaveLength(2);
  });

  it.each([
    [404, 'ResourceNotFound'],
    [409, 'Conflict'],
    [429, 'TooManyRequests'],
    [503, 'ServiceUnavailable'],
  ])('because the service answers %i, it says so, and the next scan looks again', async (status, code) => {
    await deploy('later', 'blue', `spam-filter:${status === 503 ? 2 : 1}`);
    instead = onEndpoints(refusal(status, code));
    expect((await scan()).found).not.toContain('deployed:later');
    expect(warned).toContainEqual(
      expect.stringMatching(
        `^reconcile: deployments are not looked at this time: listing online endpoints and their deployments: Azure answered ${status} ${code}`,
      ),
    );
  });

  it('for however long, what was deployed meanwhile is found afterwards', async () => {
    await deploy('long-hidden', 'blue', 'spam-filter:1');
    instead = onEndpoints(refusal(403, 'AuthorizationFailed'));
    const days = (number: number) => new Date(Date.now() + number * 86_400_000).toISOString();
    let left = await scan();
    for (const day of [2, 4, 6]) left = await step('find-lost-events', { previous: left, now: days(day) });
    instead = () => null;
    const after = await step('find-lost-events', { previous: left, now: days(8) });
    expect(after.found).toContain('deployed:long-hidden');
    const later = await step('find-lost-events', { previous: after, now: days(10) });
    expect([later.foundCount, later.endpointsScannedAt]).toEqual([0, later.scannedAt]);
  });

  it('because one was deleted since it was listed, the others are', async () => {
    await deploy('beside', 'blue', 'spam-filter:1');
    instead = (path) =>
      path === '/onlineEndpoints/front/deployments' ? refusal(404, 'ResourceNotFound') : null;
    expect((await scan()).found).toContain('deployed:beside');
    expect(warned.filter((line) => line.includes('not looked at'))).toEqual([]);
  });

  it('because there are more than a workspace has, the newest hundred are', async () => {
    const { port } = arm.address() as AddressInfo;
    const page = (from: number, nextLink?: string) => ({
      value: Array.from({ length: 60 }, (_, index) => ({
        name: `many-${from + index}`,
        location: 'local',
        properties: { authMode: 'Key' },
      })),
      ...(nextLink && { nextLink }),
    });
    instead = (path) => {
      if (path === '/onlineEndpoints') return [200, page(0, `https://localhost:${port}/next?api-version=1`)];
      if (path === '/next') return [200, page(60)];
      return path.endsWith('/deployments') ? [200, { value: [] }] : null;
    };
    const listed = await (await createWiring(settings).workspace()).endpoints.list();
    expect(listed).toMatchObject({ isCut: true });
    expect(listed?.endpoints.map(({ endpoint }) => endpoint).at(-1)).toBe('many-99');
    expect(paths.filter((path) => path.endsWith('/deployments'))).toHaveLength(100);
    await scan();
    expect(warned).toContain('reconcile: only the newest 100 endpoints were looked at');
  });
});
