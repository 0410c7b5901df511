/** One local world, in which one thing after the other is broken: the doctor names each, and what to do. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOutputs } from '../../../cli/command-output-schema.ts';
import type { Finding } from '../../../cli/doctor/finding.ts';
import { main } from '../../../cli/main.ts';
import { localCloud } from '../../../local/cloud-context.ts';
import { type LocalCloud, launchLocalCloud } from '../../../local/launch/local-cloud.ts';
import { capturePrinted } from '../../unit/cli/printed.ts';
import { portOf, type Service } from '../../world/services.ts';

const { out } = capturePrinted();
const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
const home = mkdtempSync(join(tmpdir(), 'ratchet-doctor-'));
const modelsFolder = join(home, 'models');
let local: LocalCloud;
const before = { home: process.env['RATCHET_HOME'], models: process.env['RATCHET_MODELS_DIR'] };

beforeAll(async () => {
  mkdirSync(modelsFolder);
  writeFileSync(join(modelsFolder, 'tiny.yaml'), tiny);
  local = await launchLocalCloud({ home, modelsFolder, keys: true });
  process.env['RATCHET_HOME'] = home;
  process.env['RATCHET_MODELS_DIR'] = modelsFolder;
});
afterAll(async () => {
  await local?.stop();
  rmSync(home, { recursive: true, force: true });
  for (const [name, value] of [
    ['RATCHET_HOME', before.home],
    ['RATCHET_MODELS_DIR', before.models],
  ] as const)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
});

async function findings(
  ...args: string[]
): Promise<{ code: number; of: (check: string) => readonly Finding[]; text: string }> {
  out.length = 0;
  const code = await main(['doctor', '--json', ...args]);
  const text = out.join('\n');
  const { findings: all } = commandOutputs.doctor.parse(JSON.parse(text));
  return { code, of: (check) => all.filter((each) => each.check === check), text };
}

const hostKey = (): string =>
  (JSON.parse(readFileSync(join(home, 'host', 'keys.json'), 'utf8')) as { hostKeys: { default: string } })
    .hostKeys.default;

describe('ratchet doctor', () => {
  it('finds nothing wrong with a service in order, and tells no secret', async () => {
    const { code, of, text } = await findings();
    expect(code, text).toBe(0);
    const checks = [
      'address',
      'runtime',
      'sign-in',
      'model files',
      'task hub',
      'blob storage',
      'table storage',
      'workspace',
    ];
    for (const check of [
      ...checks,
      'Log Analytics',
      'queue model-releases',
      'Event Grid topic',
      'event subscriptions',
      'events given up',
      'right to submit, read and cancel jobs',
      'right to register versions of models',
      'right to tell why a deployment has failed',
      'right to ask what quota leaves',
    ])
      expect(of(check)[0]?.state, `${check}: ${text}`).toBe('ok');
    const { storage, eventGridKey, gitHubToken, identityHeader } = local.cloud();
    const accountKey = /AccountKey=([^;]+)/.exec(storage)![1]!;
    for (const secret of [accountKey, eventGridKey, gitHubToken, identityHeader, hostKey()])
      expect(text).not.toContain(secret);
  });

  it('is for operators, and for machines', async () => {
    const people = JSON.parse(readFileSync(join(home, 'people.json'), 'utf8')) as {
      people: { name: string; roles: string[] }[];
    };
    const viewer = people.people.find(({ roles }) => roles.join() === 'viewer');
    expect((await findings('--key', hostKey(), '--url', local.hostUrl)).code).toBe(0);
    if (viewer === undefined) throw new Error(`nobody is a viewer alone: ${JSON.stringify(people)}`);
    const { code, of } = await findings('--as', viewer.name);
    expect(code).toBe(1);
    expect(of('service')[0]?.saw).toMatch(/403/);
  });

  it('names a broken model file, an unagreed subscription and an event that was given up', async () => {
    writeFileSync(
      join(modelsFolder, 'broken.yaml'),
      tiny.replace('model: tiny', 'model: broken\ncolour: red'),
    );
    const container = BlobServiceClient.fromConnectionString(local.cloud().storage).getContainerClient(
      localCloud.container,
    );
    await container.getBlockBlobClient('dead-letters/0123.json').upload('{}', 2);
    const put = await fetch(`${local.cloud().control}/subscriptions`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'stray', topic: 'workspace', endpointUrl: 'http://127.0.0.1:1/nobody' }),
    });
    expect(put.status, await put.text()).toBe(200);
    const { code, of, text } = await findings();
    expect(code).toBe(1);
    expect(of('model files').find(({ state }) => state === 'problem')?.saw, text).toMatch(/broken: .*colour/);
    expect(of('events given up')[0]).toMatchObject({
      state: 'warning',
      saw: expect.stringContaining('dead-letters/0123.json'),
    });
    expect(of('event subscriptions').filter(({ state }) => state === 'problem')).toMatchObject([
      { saw: expect.stringMatching(/^stray: its handshake has not been answered/) },
    ]);
    rmSync(join(modelsFolder, 'broken.yaml'));
  });

  it('names the action that the identity of the app lacks, and Azure would refuse', async () => {
    const action = 'Microsoft.MachineLearningServices/workspaces/jobs/write';
    const deny = (actions: string[]) =>
      fetch(`${local.cloud().control}/permissions/denied`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ actions }),
      });
    expect((await deny([action])).status).toBe(200);
    const { code, of, text } = await findings();
    await deny([]);
    expect(code, text).toBe(1);
    expect(of('right to submit, read and cancel jobs')).toMatchObject([
      {
        state: 'problem',
        saw: expect.stringMatching(
          new RegExp(
            `^the identity of the app \\(client id [-0-9a-f]+\\) may not: .* lacks the action ${action}$`,
          ),
        ),
        next: expect.stringContaining(`on ${localCloud.workspaceId}:`),
      },
    ]);
    expect(of('right to register versions of models')).toMatchObject([{ state: 'ok' }]);
  });

  it('names every service that does not answer, within the limit of one', async () => {
    const services: readonly Service[] = ['azureMl', 'blobs', 'tables', 'serviceBus', 'eventGrid', 'logs'];
    for (const service of services) await local.setReachable(portOf(service, local.cloud()), false);
    const { code, of, text } = await findings();
    for (const service of services) await local.setReachable(portOf(service, local.cloud()), true);
    expect(code).toBe(1);
    for (const check of [
      'workspace',
      'blob storage',
      'table storage',
      'queue model-releases',
      'Event Grid topic',
      'Log Analytics',
    ])
      expect(of(check)[0], text).toMatchObject({ state: 'problem', next: expect.stringMatching(/RATCHET_/) });
  });

  it('names settings that are wrong, by a function key, which needs none', async () => {
    await local.killHost();
    await local.startHost({ RATCHET_LINK_SECRET: 'a-short-secret' });
    const { code, of, text } = await findings('--key', hostKey(), '--url', local.hostUrl);
    expect(code).toBe(1);
    expect(of('settings')[0], text).toMatchObject({
      state: 'problem',
      saw: expect.stringMatching(/RATCHET_LINK_SECRET must .*14 characters/),
    });
    expect(text).not.toContain('a-short-secret');
    expect((await findings()).of('service')[0]?.next).toMatch(/function key/);
  });

  it('says where nothing answers', async () => {
    await local.killHost();
    const { code, of } = await findings('--url', local.hostUrl);
    expect(code).toBe(1);
    expect(of('address')[0]?.saw).toMatch(/nothing answers at .*ECONNREFUSED/);
  });
});
