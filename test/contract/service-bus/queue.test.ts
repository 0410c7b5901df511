import { Buffer } from 'node:buffer';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { until } from '../../until.ts';
import { startBus } from './harness.ts';

async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 3000 });
  if (!message) throw new Error('no message came');
  return message;
}

/** What a receiver finds when it looks and nothing is there. */
function receiveNothing(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage[]> {
  return receiver.receiveMessages(1, { maxWaitTimeInMs: 50 });
}

test('a message keeps its body, id and properties on the way through the queue', async () => {
  const { client } = await startBus([{ name: 'releases' }]);
  const at = new Date('2026-01-01T00:00:00Z');
  await client.createSender('releases').sendMessages({
    messageId: 'release-1',
    correlationId: 'run-1',
    contentType: 'application/json',
    subject: 'churn',
    applicationProperties: { whole: 3, part: 0.5, yes: true, text: 'ä', at, negative: -7 },
    body: { model: 'churn', version: 4 },
  });
  const receiver = client.createReceiver('releases');
  const message = await receiveOne(receiver);
  expect(message).toMatchObject({
    messageId: 'release-1',
    correlationId: 'run-1',
    contentType: 'application/json',
    subject: 'churn',
    deliveryCount: 0,
    body: { model: 'churn', version: 4 },
    enqueuedTimeUtc: at,
  });
  expect(message.applicationProperties).toEqual({
    whole: 3,
    part: 0.5,
    yes: true,
    text: 'ä',
    at: at.getTime(),
    negative: -7,
  });
  await receiver.completeMessage(message);
  expect(await receiveNothing(receiver)).toEqual([]);
});

test('an array and a batch of messages arrive in order', async () => {
  const { client } = await startBus([{ name: 'releases' }]);
  const sender = client.createSender('releases');
  await sender.sendMessages([{ body: 1 }, { body: 2 }]);
  const batch = await sender.createMessageBatch();
  batch.tryAddMessage({ body: 3 });
  batch.tryAddMessage({ body: Buffer.from('four') });
  await sender.sendMessages(batch);
  const receiver = client.createReceiver('releases', { receiveMode: 'receiveAndDelete' });
  const bodies: unknown[] = [];
  while (bodies.length < 4) bodies.push((await receiveOne(receiver)).body);
  expect(bodies.slice(0, 3)).toEqual([1, 2, 3]);
  expect(String(bodies[3])).toBe('four');
});

test('an abandoned message comes again with a higher count and after the limit lies in the dead-letter queue', async () => {
  const { client } = await startBus([{ name: 'releases', maxDeliveryCount: 3 }]);
  await client.createSender('releases').sendMessages({ body: 'x' });
  const receiver = client.createReceiver('releases');
  for (const deliveryCount of [0, 1, 2]) {
    const message = await receiveOne(receiver);
    expect(message.deliveryCount).toBe(deliveryCount);
    await receiver.abandonMessage(message);
  }
  expect(await receiveNothing(receiver)).toEqual([]);
  const dead = await receiveOne(client.createReceiver('releases', { subQueueType: 'deadLetter' }));
  expect(dead).toMatchObject({
    body: 'x',
    deadLetterReason: 'MaxDeliveryCountExceeded',
    deadLetterSource: 'releases',
  });
});

test('a receiver may dead-letter a message with a reason', async () => {
  const { client } = await startBus([{ name: 'releases' }]);
  await client.createSender('releases').sendMessages({ body: 'x' });
  const receiver = client.createReceiver('releases');
  await receiver.deadLetterMessage(await receiveOne(receiver), {
    deadLetterReason: 'unreadable',
    deadLetterErrorDescription: 'version is not a number',
    model: 'churn',
  });
  const dead = client.createReceiver('releases', { subQueueType: 'deadLetter' });
  const message = await receiveOne(dead);
  expect(message).toMatchObject({
    deadLetterReason: 'unreadable',
    deadLetterErrorDescription: 'version is not a number',
  });
  expect(message.applicationProperties?.['model']).toBe('churn');
  await dead.completeMessage(message);
});

test('a deferred message is received by its number, and settled without a link', async () => {
  const { client } = await startBus([{ name: 'releases' }]);
  await client.createSender('releases').sendMessages({ body: 'later' });
  const receiver = client.createReceiver('releases');
  const message = await receiveOne(receiver);
  await receiver.deferMessage(message);
  expect(await receiveNothing(receiver)).toEqual([]);
  const [deferred] = await receiver.receiveDeferredMessages(message.sequenceNumber!);
  expect(deferred).toMatchObject({ body: 'later', state: 'deferred' });
  await receiver.completeMessage(deferred!);
  expect(await receiver.peekMessages(5)).toEqual([]);
});

test('a lock is renewed on request, and lost when it expires', async () => {
  const { client, work } = await startBus([{ name: 'releases', lockDurationMs: 300 }]);
  await client.createSender('releases').sendMessages({ body: 'x' });
  const receiver = client.createReceiver('releases', { maxAutoLockRenewalDurationInMs: 0 });
  const message = await receiveOne(receiver);
  expect(work.busy).toBe(1);
  const renewed = await receiver.renewMessageLock(message);
  expect(renewed.getTime()).toBeGreaterThan(Date.now());
  await until(() => expect(work.busy).toBe(0));
  await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
  const again = await receiveOne(receiver);
  expect(again.deliveryCount).toBe(1);
  await receiver.completeMessage(again);
});

test('peeking shows messages of every state and takes none', async () => {
  const { client } = await startBus([{ name: 'releases' }]);
  const sender = client.createSender('releases');
  await sender.sendMessages([{ body: 1 }, { body: 2 }]);
  await sender.scheduleMessages({ body: 3 }, new Date('2026-02-01T00:00:00Z'));
  const peeked = await client.createReceiver('releases').peekMessages(10);
  expect(peeked.map(({ body, state }) => [body, state])).toEqual([
    [1, 'active'],
    [2, 'active'],
    [3, 'scheduled'],
  ]);
});

test('a scheduled message comes when the clock reaches its time, a cancelled one never', async () => {
  const { client, clock } = await startBus([{ name: 'releases' }]);
  const sender = client.createSender('releases');
  const at = new Date('2026-01-02T00:00:00Z');
  const [cancelled] = await sender.scheduleMessages({ body: 'cancelled' }, at);
  await sender.scheduleMessages({ body: 'kept' }, at);
  await sender.sendMessages({ body: 'annotated', scheduledEnqueueTimeUtc: at });
  await sender.cancelScheduledMessages(cancelled!);
  const receiver = client.createReceiver('releases', { receiveMode: 'receiveAndDelete' });
  expect(await receiveNothing(receiver)).toEqual([]);
  clock.setNow(at.getTime());
  expect((await receiveOne(receiver)).body).toBe('kept');
  expect((await receiveOne(receiver)).body).toBe('annotated');
  expect(await receiveNothing(receiver)).toEqual([]);
});

test('a message id seen within the window is accepted and dropped, on the clock', async () => {
  const windowMs = 24 * 60 * 60 * 1000;
  const { client, clock, bus } = await startBus([{ name: 'releases', duplicateDetection: { windowMs } }]);
  const sender = client.createSender('releases');
  const send = () => sender.sendMessages({ messageId: 'release-1', body: 'x' });
  await send();
  await send();
  expect(bus.queues().find(({ name }) => name === 'releases')?.active).toBe(1);
  clock.setNow(clock.now() + windowMs);
  await send();
  expect(bus.queues().find(({ name }) => name === 'releases')?.active).toBe(2);
});

test('subscribing handles messages as they come and completes them', async () => {
  const { client, work } = await startBus([{ name: 'releases' }]);
  const bodies: unknown[] = [];
  const receiver = client.createReceiver('releases');
  receiver.subscribe({
    processMessage: async ({ body }) => void bodies.push(body),
    processError: async ({ error }) => void bodies.push(error),
  });
  const sender = client.createSender('releases');
  const count = 50;
  for (let n = 0; n < count; n++) await sender.sendMessages({ body: n });
  await until(() => expect(bodies).toHaveLength(count));
  await until(() => expect(work.busy).toBe(0));
  expect(bodies).toEqual(Array.from({ length: count }, (_, n) => n));
});

test('an unknown queue is refused as a missing entity', async () => {
  const { client } = await startBus([{ name: 'releases' }]);
  await expect(client.createSender('absent').sendMessages({ body: 1 })).rejects.toMatchObject({
    code: 'MessagingEntityNotFound',
  });
  await expect(receiveNothing(client.createReceiver('absent'))).rejects.toMatchObject({
    code: 'MessagingEntityNotFound',
  });
});

test('the messages of a session go in order to the one receiver that holds it', async () => {
  const { client } = await startBus([{ name: 'releases', requiresSession: true }]);
  const sender = client.createSender('releases');
  await expect(sender.sendMessages({ body: 'no session' })).rejects.toThrow(/needs a sessionId/);
  await sender.sendMessages([
    { sessionId: 'a', body: 1 },
    { sessionId: 'b', body: 2 },
    { sessionId: 'a', body: 3 },
  ]);
  const a = await client.acceptSession('releases', 'a');
  await expect(client.acceptSession('releases', 'a')).rejects.toMatchObject({
    code: 'SessionCannotBeLocked',
  });
  const next = await client.acceptNextSession('releases');
  expect(next.sessionId).toBe('b');
  const messages = await a.receiveMessages(2, { maxWaitTimeInMs: 3000 });
  expect(messages.map(({ body }) => body)).toEqual([1, 3]);
  for (const message of messages) await a.completeMessage(message);
  await a.setSessionState('half way');
  expect(await a.getSessionState()).toBe('half way');
  expect((await a.renewSessionLock()).getTime()).toBeGreaterThan(Date.now());
  await a.close();
  const again = await client.acceptSession('releases', 'a');
  expect(again.sessionId).toBe('a');
});

test('more messages than a link buffers pass through one receiver', async () => {
  const { client } = await startBus([{ name: 'releases' }]);
  const sender = client.createSender('releases');
  const count = 3000;
  for (let n = 0; n < count; n += 500) {
    await sender.sendMessages(Array.from({ length: 500 }, (_, k) => ({ body: n + k })));
  }
  const receiver = client.createReceiver('releases');
  let seen = 0;
  while (seen < count) {
    const messages = await receiver.receiveMessages(100, { maxWaitTimeInMs: 3000 });
    expect(messages[0]?.body).toBe(seen);
    await Promise.all(messages.map((message) => receiver.completeMessage(message)));
    seen += messages.length;
  }
  expect(await receiveNothing(receiver)).toEqual([]);
});
