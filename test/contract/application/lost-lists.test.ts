/** A scan for lost events in which a list cannot be read: what the others tell is found, and the rest later. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { longUri } from '../../../shared/azure/run-files.ts';
import type { Reconciliation } from '../../../shared/domain/reconciliation.ts';
import { missing, openTaskHub, type TaskHub } from '../../fixtures/task-hub.ts';
import { type ArmAnswer, openFront, refusal } from './arm-front.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep } from './run-steps.ts';

const at = [localCloud.resourceGroup, localCloud.workspace] as const;
const modelUri = longUri(localCloud.workspaceId, 'azureml://datastores/workspaceblobstore/paths/models/m/');
const began = new Date(Date.now() - 3_600_000).toISOString();
const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();

let services: LocalServices;
let hub: TaskHub;
let arm: Server;
let step: RunStep;
let instead: (path: string) => ArmAnswer | null = () => null;
const paths: string[] = [];
const warned: string[] = [];

beforeAll(async () => {
  const home = temporaryFolder();
  services = await startServices(home);
  const models = join(home, 'models');
  mkdirSync(models);
  const text = readFileSync('test/fixtures/spam-filter.yaml', 'utf8').replace(
    '  registry: true',
    '  registry: true\n  data: true',
  );
  for (const model of ['first', 'second'])
    writeFileSync(join(models, `${model}.yaml`), text.replaceAll('spam-filter', model));
  hub = await openTaskHub(({ method }) => (method === 'GET' ? missing : [202, { id: 'started' }]));
  hub.context.warn = (message) => void warned.push(message);
  arm = await openFront(services, (path) => {
    paths.push(path);
    return instead(path);
  });
  const { port } = arm.address() as AddressInfo;
  step = await loadSteps(
    { ...services.settings, RATCHET_MODELS_DIR: models, RATCHET_ARM_ENDPOINT: `https://localhost:${port}` },
    hub.context,
  );
  await services.container.getBlockBlobClient('models/m/weights').upload('w', 1);
});
afterAll(() => {
  hub.close();
  arm.close();
});
beforeEach(() => {
  instead = () => null;
  for (const list of [paths, warned]) list.length = 0;
});

const register = (name: string, version: string) =>
  services.ml.modelVersions.createOrUpdate(...at, name, version, { properties: { modelUri } });
const upload = async (path: string): Promise<string> => {
  const { etag } = await services.container.getBlockBlobClient(path).upload('{}', 2);
  return etag!.replaceAll('"', '');
};
const scan = (left: Partial<Reconciliation> = {}, now = new Date().toISOString()) =>
  step('find-lost-events', {
    previous: { began, scannedAt: began, found: [], foundCount: 0, ...left },
    now,
  });

it('finds the versions of one model while those of another are refused', async () => {
  await register('first', '1');
  await register('second', '1');
  instead = (path) => (path.startsWith('/models/first/') ? refusal(400, 'BadArgument') : null);
  const first = await scan();
  expect(first.found).toEqual(['registry:second:1']);
  expect(first.behind).toEqual({ 'versions of first': began });
  expect(warned).toContainEqual(
    expect.stringMatching(/^reconcile: not looked at this time: versions of first: .*400 BadArgument/),
  );
  instead = () => null;
  const second = await scan(first);
  expect(second.found).toContain('registry:first:1');
  expect(second).not.toHaveProperty('behind');
});

it('finds uploads while the workspace is unavailable, and asks it once for each kind', async () => {
  const etag = await upload('mail/first/week.jsonl');
  instead = (path) => (/^\/(models|jobs)/.test(path) ? refusal(503, 'ServiceUnavailable') : null);
  const { found, behind } = await scan();
  expect(found).toEqual([`data:first:mail/first/week.jsonl:${etag}`]);
  expect(Object.keys(behind ?? {})).toEqual(['versions of first', 'versions of second', 'jobs']);
  expect(new Set(paths.filter((path) => /^\/(models|jobs)/.test(path)))).toEqual(
    new Set(['/models/first/versions', '/jobs']),
  );
});

it('finds what was registered meanwhile, for however long a list could not be read', async () => {
  await register('second', '2');
  instead = (path) => (path.startsWith('/models/second/') ? refusal(503, 'ServiceUnavailable') : null);
  let left = await scan();
  for (const later of [48, 96, 144]) left = await scan(left, hours(later));
  expect(left.behind).toMatchObject({ 'versions of second': began });
  instead = () => null;
  const after = await scan(left, hours(192));
  expect(after.found).toContain('registry:second:2');
  expect(after).not.toHaveProperty('behind');
  expect((await scan(after, hours(240))).found).not.toContain('registry:second:2');
});

it('finds versions while the storage is unavailable', async () => {
  await register('first', '3');
  await services.container.delete();
  const { found, behind } = await scan();
  expect(found).toContain('registry:first:3');
  expect(Object.keys(behind ?? {})).toContain('data of first');
});
