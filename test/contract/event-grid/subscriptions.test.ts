import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { shakeHands } from '../../../local/event-grid/handshake.ts';
import type { Subscription, WebhookSubscription } from '../../../local/event-grid/index.ts';
import { until } from '../../until.ts';
import {
  event,
  publisher,
  startGrid,
  startMs,
  startWebhook,
  temporaryHome,
  untilIdle,
  untilValidated,
  type Webhook,
} from './harness.ts';

function subscription(webhook: Webhook, more: Partial<WebhookSubscription> = {}): Subscription {
  return { name: 'watcher', topic: 'ratchet', endpointUrl: webhook.url, schema: 'EventGridSchema', ...more };
}

function idsOf(webhook: Webhook): string[] {
  return webhook.notifications.flatMap(({ body }) => (body as { id: string }[]).map(({ id }) => id));
}

test('a filter passes the wanted types and subjects, whatever their case', async () => {
  const webhook = await startWebhook();
  const { grid, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [
      subscription(webhook, {
        includedEventTypes: ['ratchet.released'],
        subjectBeginsWith: '/Models/',
        subjectEndsWith: '/prod',
      }),
    ],
  });
  await untilValidated(grid, 'watcher');
  await publisher(grid).send([
    event('type', '/models/churn/prod', 'Ratchet.Rejected'),
    event('begin', '/data/churn/prod', 'Ratchet.Released'),
    event('end', '/models/churn/test', 'Ratchet.Released'),
    event('wanted', '/models/churn/PROD', 'Ratchet.Released'),
  ]);
  await untilIdle(work);
  expect(idsOf(webhook)).toEqual(['wanted']);
});

test.each(['EventGridSchema', 'CloudEventSchemaV1_0'] as const)(
  'a handshake of %s does not follow a redirect',
  async (schema) => {
    const webhook = await startWebhook();
    const asked: string[] = [];
    const moved = createServer((request, response) => {
      asked.push(request.method ?? '');
      response.writeHead(307, { location: webhook.url }).end();
    });
    await new Promise<void>((resolve) => moved.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void moved.close());
    const endpointUrl = `http://127.0.0.1:${(moved.address() as AddressInfo).port}/`;
    const request = { topicId: '/t', code: 'c', validationUrl: 'http://127.0.0.1/validate', nowMs: startMs };
    const answered = await shakeHands(subscription(webhook, { endpointUrl, schema }) as WebhookSubscription, {
      ...request,
      signal: AbortSignal.timeout(30_000),
    });
    expect(answered).toBe('status 307 instead of 200');
    expect(asked).toHaveLength(1);
    expect([webhook.handshakes, webhook.notifications]).toEqual([[], []]);
  },
);

test('the key in an address is used and told nobody', async () => {
  const webhook = await startWebhook();
  const endpointUrl = `${webhook.url}?functionName=f&code=a-key-of-twenty-four-chars`;
  const { grid, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [subscription(webhook, { endpointUrl })],
  });
  await untilValidated(grid, 'watcher');
  await publisher(grid).send([event('one', '/a', 'Ratchet.Released')]);
  await untilIdle(work);
  expect(idsOf(webhook)).toEqual(['one']);
  expect(grid.subscriptions()).toMatchObject([{ endpointUrl: `${webhook.url}?functionName=f&code=***` }]);
});

test('each subscription of a topic gets its own delivery, other topics get none', async () => {
  const [a, b, other] = [await startWebhook(), await startWebhook(), await startWebhook()];
  b.status = 503;
  const { grid, work, clock } = await startGrid({
    home: temporaryHome(),
    subscriptions: [
      subscription(a, { name: 'a' }),
      subscription(b, { name: 'b' }),
      subscription(other, { name: 'other', topic: 'storage' }),
    ],
  });
  for (const name of ['a', 'b', 'other']) await untilValidated(grid, name);
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  b.status = 200;
  clock.setNow(startMs + 10_000);
  await untilIdle(work);
  expect([idsOf(a), idsOf(b), idsOf(other)]).toEqual([['e1'], ['e1', 'e1'], []]);
});

test('batches hold up to the wanted number of events and fail or succeed together', async () => {
  const webhook = await startWebhook();
  const { grid, clock, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [subscription(webhook, { maxEventsPerBatch: 3 })],
  });
  await untilValidated(grid, 'watcher');
  webhook.status = 500;
  await publisher(grid).send(['1', '2', '3', '4'].map((id) => event(id)));
  await untilIdle(work);
  webhook.status = 200;
  clock.setNow(startMs + 10_000);
  await untilIdle(work);
  const batches = webhook.notifications.map(({ body }) =>
    (body as { id: string }[]).map(({ id }) => id).join(''),
  );
  expect(batches.toSorted()).toEqual(['123', '123', '4', '4']);
});

test('what an endpoint has not taken when the emulator stops comes after the restart, without a new handshake', async () => {
  const home = temporaryHome();
  const webhook = await startWebhook();
  webhook.status = 503;
  const first = await startGrid({ home, subscriptions: [subscription(webhook)] });
  await untilValidated(first.grid, 'watcher');
  await publisher(first.grid).send([event('e1')]);
  await untilIdle(first.work);
  await first.stop();

  webhook.status = 200;
  const second = await startGrid({ home });
  expect(second.grid.subscriptions()).toMatchObject([{ name: 'watcher', validated: true, pending: 1 }]);
  await until(() => expect(second.clock.nextDueMs()).toBe(startMs + 10_000));
  second.clock.setNow(startMs + 10_000);
  await untilIdle(second.work);
  expect(idsOf(webhook)).toEqual(['e1', 'e1']);
  expect(webhook.handshakes).toHaveLength(1);
});

test('a subscription that moves to another endpoint must be agreed to again, and loses nothing', async () => {
  const [old, moved] = [await startWebhook(), await startWebhook()];
  old.status = 503;
  const { grid, clock, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [subscription(old)],
  });
  await untilValidated(grid, 'watcher');
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  grid.putSubscription(subscription(moved));
  await untilValidated(grid, 'watcher');
  clock.setNow(startMs + 10_000);
  await untilIdle(work);
  expect(moved.handshakes).toHaveLength(1);
  expect(idsOf(moved)).toEqual(['e1']);
});

test('a dead-letter container that refuses is tried again, each five minutes', async () => {
  const webhook = await startWebhook();
  webhook.status = 400;
  const attempts: number[] = [];
  const { grid, clock, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [subscription(webhook, { deadLetterTo: 'dead' })],
    writeDeadLetter: async () => {
      attempts.push(clock.now() - startMs);
      if (attempts.length < 3) throw new Error('no such container');
    },
  });
  await untilValidated(grid, 'watcher');
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  for (let n = 0; n < 3; n++) {
    clock.setNow(clock.nextDueMs()!);
    await untilIdle(work);
  }
  expect(attempts).toEqual([300_000, 600_000, 900_000]);
  expect(clock.nextDueMs()).toBeNull();
});

test('chaos repeats, delays and shuffles, and equal seeds do the same', async () => {
  const orders: string[][] = [];
  for (const seed of [7, 7, 8]) {
    const webhook = await startWebhook();
    const { grid, clock, work } = await startGrid({
      home: temporaryHome(),
      chaos: { duplicate: 0.5, delayMs: 60_000, shuffle: true, seed },
      subscriptions: [subscription(webhook)],
    });
    await untilValidated(grid, 'watcher');
    await publisher(grid).send(Array.from({ length: 20 }, (_, n) => event(`${n}`)));
    await untilIdle(work);
    for (let next = clock.nextDueMs(); next !== null; next = clock.nextDueMs()) {
      clock.setNow(next);
      await untilIdle(work);
    }
    orders.push(idsOf(webhook));
  }
  const [first, same, different] = orders;
  expect(same).toEqual(first);
  expect(different).not.toEqual(first);
  expect(new Set(first).size).toBe(20);
  expect(first!.length).toBeGreaterThan(20);
  expect(first).not.toEqual(first!.toSorted((a, b) => Number(a) - Number(b)));
});

test('an endpoint may agree by visiting the validation URL', async () => {
  const webhook = await startWebhook();
  webhook.agrees = false;
  const { grid } = await startGrid({ home: temporaryHome(), subscriptions: [subscription(webhook)] });
  await until(() => expect(webhook.handshakes.length).toBeGreaterThan(0));
  const [{ data }] = webhook.handshakes[0]!.body as [{ data: { validationUrl: string } }];
  expect((await fetch(data.validationUrl)).status).toBe(200);
  await untilValidated(grid, 'watcher');
});

test.each([
  { field: 'name', value: 'a b', says: 'subscription.name: expected letters, digits and hyphens, got "a b"' },
  { field: 'topic', value: 'x', says: 'subscription.topic: expected workspace | storage | ratchet, got "x"' },
  {
    field: 'endpointUrl',
    value: 'ftp://x',
    says: 'subscription.endpointUrl: expected an http(s) URL, got "ftp://x"',
  },
  {
    field: 'maxEventsPerBatch',
    value: 0,
    says: 'subscription.maxEventsPerBatch: expected a whole number from 1 to 5000, got 0',
  },
])('a subscription with a wrong $field is refused by name', async ({ field, value, says }) => {
  const webhook = await startWebhook();
  const { grid } = await startGrid({ home: temporaryHome() });
  const wrong = { ...subscription(webhook), [field]: value } as Subscription;
  expect(() => grid.putSubscription(wrong)).toThrow(says);
});
