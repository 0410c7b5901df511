/** A run whose predecessor died, over the built application on the virtual clock: the job of that one does not end. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as df from 'durable-functions';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeRunId } from '../../../orchestrations/make-run-id.ts';
import { signalInstanceId } from '../../../shared/dispatch/offer-signal.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type Host, startHost } from '../durable/harness.ts';
import { type ArmAnswer, openFront } from './arm-front.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';

const dead = 'tiny-20260301-abcdef01';
const hourMs = 3_600_000;

let services: LocalServices;
let arm: Server;
let host: Host;
let settings: Readonly<Record<string, string>>;
/** Status of the dead run's job. */
let status = 'CancelRequested';
const asked: string[] = [];

/** Every training job is there: that of the dead run with its status, others run. */
function answerOf(path: string): ArmAnswer | null {
  asked.push(path);
  const name = /^\/jobs\/([^/]+-train)/.exec(path)?.[1];
  if (name === undefined) return null;
  if (path.endsWith('/cancel')) return [202, {}];
  const of = name === `${dead}-train` ? status : 'Running';
  const tags = { ratchetRun: name.replace(/-train$/, '') };
  const properties = {
    jobType: 'Command',
    status: of,
    command: 'x',
    environmentId: 'e',
    properties: {},
    tags,
  };
  return [200, { id: path, name, properties }];
}

beforeAll(async () => {
  const home = temporaryFolder();
  services = await startServices(home);
  arm = await openFront(services, answerOf);
  const folder = join(home, 'models');
  mkdirSync(folder);
  const text = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  writeFileSync(join(folder, 'tiny.yaml'), text.replaceAll('spam-filter', 'tiny'));
  const { port } = arm.address() as AddressInfo;
  settings = {
    ...services.settings,
    RATCHET_MODELS_DIR: folder,
    RATCHET_ARM_ENDPOINT: `https://localhost:${port}`,
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  host = await startHost({ appDirectory: process.cwd(), file: join(home, 'durable.db') });
  await host.client.signalEntity(new df.EntityId('model', 'tiny'), 'rebuild', { state: newModelState });
});
afterAll(async () => {
  await host?.stop();
  arm?.close();
});

const now = () => new Date(host.clock.now()).toISOString();
const stateOf = async (): Promise<ModelState> => {
  const { entityState } = await host.client.readEntityState<ModelState>(new df.EntityId('model', 'tiny'));
  return entityState!;
};
const rowOf = async (runId: string) => (await createWiring(settings).ledger()).getRun(runId);
const request = (key: string) => ({
  id: `manual:tiny:${key}`,
  model: 'tiny',
  kind: 'manual' as const,
  source: 'test',
  observedAt: now(),
  summary: 'jane asks for a run',
  evidence: {},
});

/** A run past its deadline that nobody carries, and the request that finds it. */
async function requestAfterDeath(key: string): Promise<string> {
  const pinned = (await createWiring(settings).models()).get('tiny')!;
  const { policy } = pinned.config;
  await host.client.signalEntity(new df.EntityId('model', 'tiny'), 'offer', {
    ...{ signal: { id: `manual:tiny:dead-${key}`, kind: 'manual' }, runId: dead, now: now(), policy },
    grant: { granted: true },
  });
  await host.settle();
  expect((await stateOf()).live).toMatchObject({ runId: dead });
  await host.pass(13 * hourMs);
  const signal = request(key);
  await host.client.startNew('admit-signal', {
    instanceId: signalInstanceId(signal.id),
    input: { signal, pinned },
  });
  await host.settle();
  return makeRunId('tiny', signal.id, now());
}

const operate = async (id: string, action: object): Promise<unknown> => {
  const input = { id, model: 'tiny', action, by: 'jane', reason: 'a better idea' };
  await host.client.startNew('operate', { instanceId: id, input });
  await host.settle();
  return (await host.client.getStatus(id)).output;
};

it('hears at once that it is cancelled, and frees the model when the jobs of the dead one have ended', async () => {
  const runId = await requestAfterDeath('cancelled');
  expect((await stateOf()).live).toMatchObject({ runId });
  expect(await rowOf(runId)).toMatchObject({
    outcome: null,
    sentence: `Waits for the end of the jobs of run ${dead}, which died.`,
  });
  const before = now();
  expect(await operate('cancel', { action: 'cancel-run', runId })).toMatchObject({ done: true });
  expect((await host.client.getStatus(runId)).customStatus).toMatchObject({
    waits: expect.stringMatching(`^Cancelled. Waits since .* for the end of job ${dead}-train, cancelled`),
  });
  expect(now()).toBe(before);
  await host.pass(hourMs);
  expect((await stateOf()).live).toMatchObject({ runId });
  status = 'Canceled';
  await host.pass(hourMs);
  expect(await rowOf(runId)).toMatchObject({
    outcome: 'cancelled',
    sentence: 'Cancelled: jane cancelled it (a better idea).',
  });
  expect((await stateOf()).live).toBeNull();
  expect(asked.filter((path) => path.startsWith(`/jobs/${runId}`))).toEqual([]);
});

it('begins once they have ended, with all of its own time', async () => {
  status = 'CancelRequested';
  await services.container.getBlockBlobClient('mail/tiny/week.jsonl').upload('{}', 2);
  const runId = await requestAfterDeath('goes-on');
  const longestMs = 6 * hourMs;
  await host.pass(longestMs + 3 * hourMs);
  expect(asked).not.toContain(`/jobs/${runId}-train`);
  status = 'Canceled';
  await host.pass(hourMs);
  expect(asked).toContain(`/jobs/${runId}-train`);
  await host.pass(longestMs - 2 * hourMs);
  expect(await rowOf(runId)).toMatchObject({ outcome: null, sentence: '' });
  expect((await stateOf()).live!.deadline > now()).toBe(true);
  expect(asked).not.toContain(`/jobs/${runId}-train/cancel`);
  await host.pass(3 * hourMs);
  expect(asked).toContain(`/jobs/${runId}-train/cancel`);
});
