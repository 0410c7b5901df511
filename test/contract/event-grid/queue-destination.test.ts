import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { expect, onTestFinished, test } from 'vitest';
import { SystemClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { sendToQueueOf } from '../../../local/cloud/send-to-queue.ts';
import { parseSubscription, type Subscription } from '../../../local/event-grid/index.ts';
import { startServiceBus } from '../../../local/service-bus/index.ts';
import { event, publisher, startGrid, temporaryHome, untilIdle, untilValidated } from './harness.ts';

const queueId = (name: string): string =>
  `/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/n/queues/${name}`;

function toQueue(name: string, mappings: readonly unknown[] = [], more: object = {}): Subscription {
  return parseSubscription({
    name: 'queued',
    topic: 'ratchet',
    destination: {
      endpointType: 'ServiceBusQueue',
      properties: { resourceId: queueId(name), deliveryAttributeMappings: mappings },
    },
    ...more,
  });
}

/** A broker with a plain queue and one with sessions, on the same port again when it is started again. */
async function startBroker(home: string, port = 0) {
  const context = { clock: new SystemClock(), work: new Work(), log: () => {} };
  mkdirSync(join(home, 'bus'), { recursive: true });
  const queues = [{ name: 'plain' }, { name: 'sessions', requiresSession: true }];
  const bus = await startServiceBus({ ...context, home: join(home, 'bus'), port, queues });
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= bus.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { ...bus, stop };
}

async function startWithBroker(subscription: Subscription, more: object = {}) {
  const home = temporaryHome();
  const bus = await startBroker(home);
  const sendToQueue = sendToQueueOf(() => bus.connectionString);
  const running = await startGrid({ home, subscriptions: [subscription], sendToQueue, ...more });
  await untilValidated(running.grid, 'queued');
  return { ...running, bus, home };
}

async function receive(
  connectionString: string,
  queue: string,
  count: number,
  sessionId?: string,
): Promise<ServiceBusReceivedMessage[]> {
  const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } });
  try {
    const receiver =
      sessionId === undefined
        ? client.createReceiver(queue, { receiveMode: 'receiveAndDelete' })
        : await client.acceptSession(queue, sessionId, { receiveMode: 'receiveAndDelete' });
    const messages: ServiceBusReceivedMessage[] = [];
    while (messages.length < count) {
      const some = await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: 5000 });
      if (some.length === 0) break;
      messages.push(...some);
    }
    return messages;
  } finally {
    await client.close();
  }
}

test('an event comes as one message, with the documented properties and without a handshake', async () => {
  const { grid, work, bus } = await startWithBroker(toQueue('plain'));
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  const [message] = await receive(bus.connectionString, 'plain', 1);
  expect(message!.body).toMatchObject({ id: 'e1', eventType: 'Ratchet.ModelReleased', data: { n: 'e1' } });
  expect(message).toMatchObject({
    contentType: 'application/json',
    applicationProperties: {
      'aeg-event-type': 'Notification',
      'aeg-subscription-name': 'QUEUED',
      'aeg-delivery-count': '0',
      'aeg-output-event-id': 'e1',
    },
  });
  expect(grid.subscriptions()).toMatchObject([{ validated: true, pending: 0 }]);
});

test('a CloudEvent subscription gets CloudEvents', async () => {
  const { grid, work, bus } = await startWithBroker(toQueue('plain', [], { schema: 'CloudEventSchemaV1_0' }));
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  const [message] = await receive(bus.connectionString, 'plain', 1);
  expect(message!.contentType).toBe('application/cloudevents+json');
  expect(message!.body).toMatchObject({ id: 'e1', type: 'Ratchet.ModelReleased', specversion: '1.0' });
});

test('a session is one value, or a field of the event', async () => {
  const fixed = await startWithBroker(
    toQueue('sessions', [{ name: 'SessionId', type: 'Static', properties: { value: 'all' } }]),
  );
  await publisher(fixed.grid).send([event('e1'), event('e2')]);
  await untilIdle(fixed.work);
  const inOne = await receive(fixed.bus.connectionString, 'sessions', 2, 'all');
  expect(inOne.map(({ sessionId }) => sessionId)).toEqual(['all', 'all']);

  const byField = await startWithBroker(
    toQueue('sessions', [
      { name: 'SessionId', type: 'Dynamic', properties: { sourceField: 'data.n' } },
      { name: 'kind', type: 'Dynamic', properties: { sourceField: '$.eventType' } },
      { name: 'absent', type: 'Dynamic', properties: { sourceField: 'data.nothing.here' } },
    ]),
  );
  await publisher(byField.grid).send([event('e1'), event('e2')]);
  await untilIdle(byField.work);
  const [message] = await receive(byField.bus.connectionString, 'sessions', 1, 'e2');
  expect(message).toMatchObject({
    sessionId: 'e2',
    body: { id: 'e2' },
    applicationProperties: { kind: 'Ratchet.ModelReleased' },
  });
  expect(message!.applicationProperties).not.toHaveProperty('absent');
});

test('an event without the field that a queue with sessions needs is dead-lettered at once', async () => {
  const dead: unknown[] = [];
  const { grid, clock, work } = await startWithBroker(
    toQueue('sessions', [{ name: 'SessionId', type: 'Dynamic', properties: { sourceField: 'data.none' } }], {
      deadLetterTo: 'dead-letters',
    }),
    { writeDeadLetter: async (_c: string, _p: string, json: string) => void dead.push(...JSON.parse(json)) },
  );
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  clock.setNow(clock.nextDueMs()!);
  await untilIdle(work);
  expect(dead).toMatchObject([
    { id: 'e1', deadLetterReason: 'UndeliverableDueToClientError', lastDeliveryOutcome: 'BadRequest' },
  ]);
});

test('a broker that is away gets the event later', async () => {
  const { grid, clock, work, log, bus, home } = await startWithBroker(toQueue('plain'));
  await publisher(grid).send([event('before')]);
  await untilIdle(work);
  await bus.stop();
  await publisher(grid).send([event('during')]);
  await untilIdle(work);
  expect(grid.subscriptions()).toMatchObject([{ pending: 1 }]);
  expect(log.join('\n')).toContain('event during to queued: SocketError at attempt 1; next attempt');
  const again = await startBroker(home, bus.port);
  for (let tries = 0; tries < 5 && grid.subscriptions()[0]!.pending > 0; tries++) {
    clock.setNow(clock.nextDueMs()!);
    await untilIdle(work);
  }
  const messages = await receive(again.connectionString, 'plain', 2);
  expect(messages.map(({ body }) => (body as { id: string }).id)).toEqual(['before', 'during']);
});

test('a queue that is not there is tried again, and then given up as the schedule has it', async () => {
  const { grid, work, log } = await startWithBroker(toQueue('nowhere'));
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  expect(log.join('\n')).toMatch(
    /event e1 to queued: NotFound at attempt 1; next attempt 2026-01-01T00:00:10/,
  );
});

test.each([
  [
    { endpointType: 'EventHub' },
    /^subscription\.destination\.endpointType: expected ServiceBusQueue, got "EventHub"/,
  ],
  [
    { endpointType: 'ServiceBusQueue' },
    /^subscription\.destination\.properties\.resourceId: expected …\/queues\/NAME/,
  ],
  [
    {
      endpointType: 'ServiceBusQueue',
      properties: {
        resourceId: queueId('q'),
        deliveryAttributeMappings: [{ name: 'SessionId', type: 'Static' }],
      },
    },
    /^subscription\.destination\.properties\.deliveryAttributeMappings: expected at most 10 of/,
  ],
])('a destination that is none is refused: %j', (destination, says) => {
  expect(() => parseSubscription({ name: 'q', topic: 'ratchet', destination })).toThrow(says);
});

test('a subscription has one endpoint', () => {
  const both = { ...toQueue('plain'), endpointUrl: 'http://127.0.0.1/' };
  expect(() => parseSubscription(both)).toThrow(
    'subscription.endpointUrl: expected no other endpoint field beside destination, got "http://127.0.0.1/"',
  );
});
