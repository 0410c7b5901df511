/** Service Bus triggers against the emulator, through the unmodified client. */
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SystemClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { type ServiceBus, startServiceBus } from '../../../local/service-bus/index.ts';
import { newHome, startTestHost, type TestHost, until, writeSettings } from './test-host.ts';

const { home, remove } = newHome();
let bus: ServiceBus;
let client: ServiceBusClient;
let host: TestHost;

const startBus = (port: number): Promise<ServiceBus> =>
  startServiceBus({
    home: join(home, 'bus'),
    clock: new SystemClock(),
    work: new Work(),
    log: () => undefined,
    port,
    queues: [
      { name: 'model-releases', maxDeliveryCount: 3 },
      { name: 'batches' },
      { name: 'sessions', requiresSession: true },
    ],
  });

beforeAll(async () => {
  bus = await startBus(0);
  client = new ServiceBusClient(bus.connectionString);
  const settings = {
    RELEASES: bus.connectionString,
    RELEASE_QUEUE: 'model-releases',
    NIGHTLY_SCHEDULE: '0 0 2 * * *',
  };
  host = await startTestHost({ app: 'host-app-esm', home, settingsFile: writeSettings(home, settings) });
});
afterAll(async () => {
  await client.close();
  await host.stop();
  await bus.stop();
  remove();
});

interface Noted {
  message: { id: string; failUntil?: number };
  metadata: Record<string, unknown>;
}

async function noted(id: string, times: number): Promise<Noted[]> {
  let found: Noted[] = [];
  await until(`message ${id} has run ${times} time(s)`, async () => {
    found = ((await host.recorded('release')) as Noted[]).filter(({ message }) => message.id === id);
    return found.length >= times;
  });
  return found;
}

const report = (name: string) => bus.queues().find((queue) => queue.name === name);
const settled = (name: string) =>
  until(`${name} is empty`, () => report(name)?.active === 0 && report(name)?.locked === 0);

describe('a message', () => {
  test('runs its function with body and metadata, and is completed', async () => {
    await client.createSender('model-releases').sendMessages({
      messageId: 'm1',
      subject: 'churn',
      correlationId: 'run-1',
      contentType: 'application/json',
      applicationProperties: { MyKey: 1, Other: 'x' },
      body: { id: 'm1' },
    });
    const [first] = await noted('m1', 1);
    expect(first?.metadata).toMatchObject({
      messageId: 'm1',
      deliveryCount: 1,
      subject: 'churn',
      label: 'churn',
      correlationId: 'run-1',
      contentType: 'application/json',
      applicationProperties: { myKey: 1, other: 'x' },
      userProperties: { myKey: 1, other: 'x' },
      sequenceNumber: expect.any(Number),
      lockToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
      enqueuedTimeUtc: expect.stringMatching(/^\d{4}-/),
    });
    await settled('model-releases');
    // The broker has its answer a moment before the host has put its own work away.
    await until('the host has nothing to do', () => host.work.busy === 0);
  });

  test('whose function throws comes again, and goes to the dead letters at the broker’s limit', async () => {
    const sender = client.createSender('model-releases');
    await sender.sendMessages([
      { messageId: 'm2', body: { id: 'm2', failUntil: 2 } },
      { messageId: 'm3', body: { id: 'm3', failUntil: 99 } },
    ]);
    expect((await noted('m2', 2)).map(({ metadata }) => metadata['deliveryCount'])).toEqual([1, 2]);
    expect(await noted('m3', 3)).toHaveLength(3);
    await settled('model-releases');
    expect(report('model-releases/$deadletterqueue')?.active).toBe(1);
  });
});

test('a function of cardinality many gets messages together', async () => {
  const sender = client.createSender('batches');
  await sender.sendMessages([1, 2, 3].map((n) => ({ messageId: `b${n}`, body: { n } })));
  await settled('batches');
  const batches = (await host.recorded('batch')) as { messages: { n: number }[]; ids: string[] }[];
  expect(batches.flatMap(({ messages }) => messages.map(({ n }) => n)).sort()).toEqual([1, 2, 3]);
  expect(batches.flatMap(({ ids }) => ids).sort()).toEqual(['b1', 'b2', 'b3']);
});

test('the messages of a session run in their order', async () => {
  const sender = client.createSender('sessions');
  await sender.sendMessages(
    [1, 2, 3].flatMap((n) => ['x', 'y'].map((sessionId) => ({ sessionId, body: { n } }))),
  );
  await settled('sessions');
  const runs = (await host.recorded('session')) as { message: { n: number }; session: string }[];
  for (const session of ['x', 'y']) {
    expect(runs.filter((run) => run.session === session).map(({ message }) => message.n)).toEqual([1, 2, 3]);
  }
});

test('a broker that goes down is said once, waited for, and taken up again', async () => {
  const port = bus.port;
  const outages = () =>
    host.entries.filter(
      (entry) => entry.function === 'onRelease' && /^cannot receive from Service Bus/.test(entry.message),
    );
  await client.close();
  await bus.stop();
  await until('the outage is noticed', () => outages().length > 0);
  bus = await startBus(port);
  client = new ServiceBusClient(bus.connectionString);
  await client.createSender('model-releases').sendMessages({ messageId: 'm4', body: { id: 'm4' } });
  await noted('m4', 1);
  expect(outages()).toHaveLength(1);
  expect(host.entries.some(({ message }) => message === 'receives from Service Bus again')).toBe(true);
}, 60_000);

test('a stop waits for the message in hand, completes it, and takes no other', async () => {
  const sender = client.createSender('model-releases');
  await sender.sendMessages({ messageId: 'm5', body: { id: 'm5', waitMs: 300 } });
  await noted('m5', 1);
  await host.stop();
  await sender.sendMessages({ messageId: 'm6', body: { id: 'm6' } });
  expect(report('model-releases')).toMatchObject({ active: 1, locked: 0 });
});
