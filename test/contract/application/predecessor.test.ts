/** Runs after one that died, over the built application on the virtual clock: the job of that one does not end. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as df from 'durable-functions';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeRunId } from '../../../shared/admission/make-run-id.ts';
import { signalInstanceId } from '../../../shared/dispatch/offer-signal.ts';
import { startWatch } from '../../../shared/dispatch/start-look.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { WatchEnd } from '../../../shared/domain/watch.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type Host, startHost } from '../durable/harness.ts';
import { type ArmAnswer, openFront } from './arm-front.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';

const dead = 'tiny-20260301-abcdef01';
/** That of a model in a freeze. */
const deadInFreeze = 'other-20260301-abcdef01';
/** Those of one model, one after the other. */
const deadInTurn = ['third-20260301-abcdef01', 'third-20260301-abcdef02'] as const;
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
  const name = /^\/jobs\/([^/]+-train)(?:\/cancel)?$/.exec(path)?.[1];
  if (name === undefined) return null;
  if (path.endsWith('/cancel')) return [202, {}];
  const isOfDead = [dead, deadInFreeze, ...deadInTurn].some((runId) => name === `${runId}-train`);
  const of = isOfDead ? status : 'Running';
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
  for (const model of ['tiny', 'other', 'third'])
    writeFileSync(join(folder, `${model}.yaml`), text.replaceAll('spam-filter', model));
  const { port } = arm.address() as AddressInfo;
  settings = {
    ...services.settings,
    RATCHET_MODELS_DIR: folder,
    RATCHET_ARM_ENDPOINT: `https://localhost:${port}`,
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  host = await startHost({ appDirectory: process.cwd(), file: join(home, 'durable.db') });
  for (const model of ['tiny', 'other', 'third'])
    await host.client.signalEntity(new df.EntityId('model', model), 'rebuild', { state: newModelState });
});
afterAll(async () => {
  await host?.stop();
  arm?.close();
});

const now = () => new Date(host.clock.now()).toISOString();
const stateOf = async (model = 'tiny'): Promise<ModelState> => {
  const { entityState } = await host.client.readEntityState<ModelState>(new df.EntityId('model', model));
  return entityState!;
};
const rowOf = async (runId: string) => (await createWiring(settings).ledger()).getRun(runId);
const request = (key: string, model = 'tiny') => ({
  id: `manual:${model}:${key}`,
  model,
  kind: 'manual' as const,
  source: 'test',
  observedAt: now(),
  summary: 'jane asks for a run',
  evidence: {},
});

/** A run of the model, past its deadline, that nobody carries. */
async function lose(runId: string, key: string, model = 'tiny'): Promise<void> {
  const { policy } = (await pinnedOf(model)).config;
  await host.client.signalEntity(new df.EntityId('model', model), 'offer', {
    ...{ signal: { id: `manual:${model}:dead-${key}`, kind: 'manual' }, runId, now: now(), policy },
    grant: { granted: true },
  });
  await host.settle();
  expect((await stateOf(model)).live).toMatchObject({ runId });
  await host.pass(13 * hourMs);
}

const pinnedOf = async (model: string) => (await createWiring(settings).models()).get(model)!;

async function ask(key: string, model = 'tiny'): Promise<string> {
  const signal = request(key, model);
  await host.client.startNew('admit-signal', {
    instanceId: signalInstanceId(signal.id),
    input: { signal, pinned: await pinnedOf(model) },
  });
  await host.settle();
  return makeRunId(model, signal.id, now());
}

/** A run past its deadline that nobody carries, and the request that finds it. */
async function requestAfterDeath(key: string): Promise<string> {
  await lose(dead, key);
  return ask(key);
}

const look = async (): Promise<WatchEnd> => {
  expect(await startWatch(host.client as never)).toBe('started');
  await host.settle();
  await host.pass(180_000);
  return (await host.client.getStatus('watch-runs')).output as WatchEnd;
};

const operate = async (id: string, action: object, model = 'tiny'): Promise<unknown> => {
  const input = { id, model, action, by: 'jane', reason: 'a better idea' };
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

it('is not waited for by a signal that something else holds: the watchdog sees its jobs end', async () => {
  status = 'CancelRequested';
  await lose(deadInFreeze, 'held', 'other');
  expect(await operate('freeze', { action: 'freeze', until: null }, 'other')).toMatchObject({ done: true });
  await ask('held', 'other');
  const id = signalInstanceId('manual:other:held');
  expect((await host.client.getStatus(id)).runtimeStatus).toBe('Running');
  const decision = await (await createWiring(settings).ledger()).getDecision('other', 'manual:other:held');
  expect(decision).toMatchObject({ outcome: 'deferred', reason: 'freeze', freedRunId: deadInFreeze });
  expect(asked).toContain(`/jobs/${deadInFreeze}-train/cancel`);
  expect((await stateOf('other')).dead).toEqual([deadInFreeze]);

  const first = await look();
  expect(first.ending).toMatchObject({ [deadInFreeze]: expect.any(String) });
  expect((await stateOf('other')).dead).toEqual([deadInFreeze]);
  await host.pass(hourMs);
  // Since when it waits is kept from look to look.
  expect((await look()).ending).toEqual(first.ending);
  status = 'Canceled';
  expect((await look()).ending).toEqual({});
  expect(await stateOf('other')).not.toHaveProperty('dead');
});

it('has all that died one after the other waited for by the run that begins at last', async () => {
  status = 'CancelRequested';
  await services.container.getBlockBlobClient('mail/third/week.jsonl').upload('{}', 2);
  await lose(deadInTurn[0], 'one', 'third');
  await lose(deadInTurn[1], 'two', 'third');
  const runId = await ask('three', 'third');
  expect((await stateOf('third')).live).toMatchObject({ runId, after: [...deadInTurn] });
  expect(await rowOf(runId)).toMatchObject({
    sentence: `Waits for the end of the jobs of runs ${deadInTurn.join(', ')}, which died.`,
  });
  await host.pass(hourMs);
  for (const died of deadInTurn) expect(asked).toContain(`/jobs/${died}-train/cancel`);
  expect(asked).not.toContain(`/jobs/${runId}-train`);
  status = 'Canceled';
  await host.pass(hourMs);
  expect(asked).toContain(`/jobs/${runId}-train`);
});
