import { expect, test } from 'vitest';
import { documentedRetryScheduleMs } from '../../../local/event-grid/retry.ts';
import { until } from '../../until.ts';
import {
  event,
  publisher,
  startGrid,
  startWebhook,
  temporaryHome,
  untilIdle,
  untilValidated,
} from './harness.ts';

const topicId =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.EventGrid/topics/ratchet';

test('an event of the unmodified publisher reaches the webhook with the documented headers and envelope', async () => {
  const webhook = await startWebhook();
  const { grid, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [
      { name: 'releases', topic: 'ratchet', endpointUrl: webhook.url, schema: 'EventGridSchema' },
    ],
  });
  await untilValidated(grid, 'releases');
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  expect(webhook.notifications).toHaveLength(1);
  const { headers, body } = webhook.notifications[0]!;
  expect(body).toEqual([
    {
      id: 'e1',
      topic: topicId,
      subject: 'models/churn',
      eventType: 'Ratchet.ModelReleased',
      eventTime: '2026-01-01T00:00:00.000Z',
      dataVersion: '1.0',
      metadataVersion: '1',
      data: { n: 'e1' },
    },
  ]);
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'aeg-event-type': 'Notification',
    'aeg-subscription-name': 'RELEASES',
    'aeg-delivery-count': '0',
    'aeg-data-version': '1.0',
    'aeg-metadata-version': '1',
    'aeg-output-event-id': 'e1',
  });
});

test('failed deliveries follow the documented schedule on the clock until the day is over', async () => {
  const webhook = await startWebhook();
  webhook.status = 500;
  const dead: { path: string; body: unknown }[] = [];
  const { grid, clock, work } = await startGrid({
    home: temporaryHome(),
    writeDeadLetter: async (container, path, json) => {
      dead.push({ path: `${container}/${path}`, body: JSON.parse(json) });
    },
    subscriptions: [
      {
        name: 'releases',
        topic: 'ratchet',
        endpointUrl: webhook.url,
        schema: 'EventGridSchema',
        deadLetterTo: 'dead-letters',
      },
    ],
  });
  await untilValidated(grid, 'releases');
  await publisher(grid).send([event('e1')]);
  const waitsMs: number[] = [];
  await untilIdle(work);
  while (dead.length === 0) {
    const nextMs = clock.nextDueMs()!;
    waitsMs.push(nextMs - clock.now());
    clock.setNow(nextMs);
    await untilIdle(work);
  }
  // The next 12 hours would end after the 24 hours an event lives: five minutes later it is a dead letter.
  expect(waitsMs).toEqual([...documentedRetryScheduleMs, 5 * 60_000]);
  expect(webhook.notifications.map(({ headers }) => headers['aeg-delivery-count'])).toEqual([
    '0',
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
    '7',
    '8',
    '9',
    '10',
  ]);
  expect(dead[0]?.path).toMatch(/^dead-letters\/ratchet\/RELEASES\/2026\/1\/1\/22\/[\w-]{36}\.json$/);
  expect(dead[0]?.body).toMatchObject([
    {
      id: 'e1',
      topic: topicId,
      deadLetterReason: 'TimeToLiveExceeded',
      deliveryAttempts: 11,
      lastDeliveryOutcome: 'GenericError',
      publishTime: '2026-01-01T00:00:00.000Z',
    },
  ]);
  expect(grid.subscriptions()[0]?.pending).toBe(0);
});

test.each([400, 401, 403, 413])('a webhook that answers %i is not tried again', async (status) => {
  const webhook = await startWebhook();
  webhook.status = status;
  const { grid, work, log } = await startGrid({
    home: temporaryHome(),
    subscriptions: [
      { name: 'releases', topic: 'ratchet', endpointUrl: webhook.url, schema: 'EventGridSchema' },
    ],
  });
  await untilValidated(grid, 'releases');
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  expect(webhook.notifications).toHaveLength(1);
  expect(grid.subscriptions()[0]?.pending).toBe(0);
  expect(log.at(-1)).toMatch(/dropped \(UndeliverableDueToClientError\)/);
});

test('CloudEvents subscribers shake hands by OPTIONS and get one CloudEvent, not an array', async () => {
  const webhook = await startWebhook();
  const { grid, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [
      { name: 'releases', topic: 'ratchet', endpointUrl: webhook.url, schema: 'CloudEventSchemaV1_0' },
    ],
  });
  await untilValidated(grid, 'releases');
  expect(webhook.handshakes.map(({ method }) => method)).toEqual(['OPTIONS']);
  await publisher(grid).send([event('e1')]);
  await untilIdle(work);
  expect(webhook.notifications[0]?.headers['content-type']).toBe(
    'application/cloudevents+json; charset=utf-8',
  );
  expect(webhook.notifications[0]?.body).toEqual({
    id: 'e1',
    source: topicId,
    subject: 'models/churn',
    type: 'Ratchet.ModelReleased',
    time: '2026-01-01T00:00:00.000Z',
    data: { n: 'e1' },
    specversion: '1.0',
  });
});

test('the handshake is repeated until the endpoint is up, and needs no virtual time', async () => {
  const first = await startWebhook();
  await first.close();
  const { grid, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [
      { name: 'releases', topic: 'ratchet', endpointUrl: first.url, schema: 'EventGridSchema' },
    ],
  });
  await publisher(grid).send([event('e1')]);
  expect(grid.subscriptions()[0]).toMatchObject({ validated: false, pending: 1 });
  const webhook = await startWebhook(first.port);
  await untilValidated(grid, 'releases');
  await untilIdle(work);
  await until(() => expect(webhook.notifications).toHaveLength(1));
});
