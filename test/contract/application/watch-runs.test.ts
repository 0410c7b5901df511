/** The watchdog over the built application, on the virtual clock, with a workspace in which jobs do not end. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as df from 'durable-functions';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ModelConfigSchema } from '../../../shared/config/schema.ts';
import { startWatch } from '../../../shared/dispatch/start-look.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { WatchEnd } from '../../../shared/domain/watch.ts';
import { type Host, startHost } from '../durable/harness.ts';
import { type ArmAnswer, openFront } from './arm-front.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';

const models = ['stuck', 'ended'] as const;
const runIdOf = (model: string) => `${model}-20260301-abcdef01`;
const minuteMs = 60_000;
const dayMs = 86_400_000;

let services: LocalServices;
let arm: Server;
let host: Host;
/** Status of the job that hangs. */
let status = 'CancelRequested';

/** A job as the workspace has it; the other run has none. */
function answerOf(path: string): ArmAnswer | null {
  const jobName = `${runIdOf('stuck')}-train`;
  if (path === `/jobs/${jobName}/cancel`) return [202, {}];
  if (path !== `/jobs/${jobName}`) return null;
  const properties = {
    jobType: 'Command',
    status,
    command: 'x',
    environmentId: 'e',
    properties: {},
    tags: {},
  };
  return [200, { id: path, name: jobName, properties }];
}

beforeAll(async () => {
  const home = temporaryFolder();
  services = await startServices(home);
  arm = await openFront(services, answerOf);
  const folder = join(home, 'models');
  mkdirSync(folder);
  const text = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  for (const model of models)
    writeFileSync(join(folder, `${model}.yaml`), text.replaceAll('spam-filter', model));
  const { port } = arm.address() as AddressInfo;
  const settings = {
    ...services.settings,
    RATCHET_MODELS_DIR: folder,
    RATCHET_ARM_ENDPOINT: `https://localhost:${port}`,
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  host = await startHost({ appDirectory: process.cwd(), file: join(home, 'durable.db') });
  for (const model of models)
    await host.client.signalEntity(new df.EntityId('model', model), 'rebuild', { state: newModelState });
});
afterAll(async () => {
  await host?.stop();
  arm?.close();
});

const stateOf = async (model: string): Promise<ModelState> => {
  const { entityState } = await host.client.readEntityState<ModelState>(new df.EntityId('model', model));
  return entityState!;
};
/** A run that nobody carries: the model's entity believes in it, and there is no orchestration. */
const lose = (model: string, key: string) =>
  host.client.signalEntity(new df.EntityId('model', model), 'offer', {
    signal: { id: `manual:${model}:${key}`, kind: 'manual' },
    runId: runIdOf(model),
    now: new Date(host.clock.now()).toISOString(),
    policy: ModelConfigSchema.shape.policy.parse({}),
    grant: { granted: true },
  });
const look = async (): Promise<WatchEnd> => {
  expect(await startWatch(host.client as never)).toBe('started');
  await host.settle();
  await host.pass(3 * minuteMs);
  const { output, runtimeStatus } = await host.client.getStatus('watch-runs');
  expect(runtimeStatus).toBe('Completed');
  return output as WatchEnd;
};

it('frees the other models while one job does not end, and gives that one up after a week', async () => {
  for (const model of models) await lose(model, 'first');
  await host.settle();
  await host.pass(15 * minuteMs);
  const since = new Date(host.clock.now()).toISOString();
  const first = await look();
  expect(first).toMatchObject({ freed: [runIdOf('ended')], ending: { [runIdOf('stuck')]: since } });
  expect((await stateOf('ended')).live).toBeNull();
  expect((await stateOf('stuck')).live).toMatchObject({ runId: runIdOf('stuck') });

  await host.pass(6 * dayMs);
  expect(await look()).toMatchObject({ freed: [], ending: { [runIdOf('stuck')]: since } });
  await host.pass(dayMs);
  expect(await look()).toMatchObject({ freed: [runIdOf('stuck')], ending: {} });
  expect((await stateOf('stuck')).live).toBeNull();
});

it('frees a model in the same look once its job has ended', async () => {
  await lose('stuck', 'second');
  await host.settle();
  await host.pass(15 * minuteMs);
  expect(await startWatch(host.client as never)).toBe('started');
  await host.settle();
  expect((await stateOf('stuck')).live).not.toBeNull();
  status = 'Canceled';
  await host.pass(11_000);
  expect((await host.client.getStatus('watch-runs')).output).toMatchObject({
    freed: [runIdOf('stuck')],
    ending: {},
  });
});
