import {
  AzureKeyCredential,
  AzureSASCredential,
  EventGridPublisherClient,
  generateSharedAccessSignature,
} from '@azure/eventgrid';
import { expect, test } from 'vitest';
import {
  event,
  key,
  publisher,
  type Running,
  startGrid,
  startWebhook,
  temporaryHome,
  untilIdle,
  untilValidated,
} from './harness.ts';

const local = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };

function post({ grid }: Running, body: string, headers: Record<string, string> = {}, topic = 'ratchet') {
  return fetch(grid.endpoint(topic as 'ratchet'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'aeg-sas-key': key, ...headers },
    body,
  });
}

test('a publisher without the right key is refused with 401', async () => {
  const running = await startGrid({ home: temporaryHome() });
  await expect(publisher(running.grid, 'wrong').send([event('e1')])).rejects.toMatchObject({
    statusCode: 401,
  });
  const withoutKey = await fetch(running.grid.endpoint('ratchet'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '[]',
  });
  expect(withoutKey.status).toBe(401);
  expect(await withoutKey.json()).toMatchObject({ error: { code: 'Unauthorized' } });
});

test('a publisher may sign with a shared access signature until it expires', async () => {
  const { grid, clock } = await startGrid({ home: temporaryHome() });
  const expires = new Date(clock.now() + 60_000);
  const token = await generateSharedAccessSignature(
    grid.endpoint('ratchet'),
    new AzureKeyCredential(key),
    expires,
  );
  const client = new EventGridPublisherClient(
    grid.endpoint('ratchet'),
    'EventGrid',
    new AzureSASCredential(token),
    local,
  );
  await client.send([event('e1')]);
  clock.setNow(expires.getTime());
  await expect(client.send([event('e2')])).rejects.toMatchObject({ statusCode: 401 });
  const forged = new AzureSASCredential(token.replace(/s=.{10}/, 's=AAAAAAAAAA'));
  const forger = new EventGridPublisherClient(grid.endpoint('ratchet'), 'EventGrid', forged, local);
  await expect(forger.send([event('e3')])).rejects.toMatchObject({ statusCode: 401 });
});

test.each([
  { what: 'not JSON', body: 'nonsense', says: /the body is not JSON/ },
  { what: 'not an array', body: '{}', says: /must be a JSON array/ },
  { what: 'an event that is no object', body: '[1]', says: /event 0: must be an object; got 1/ },
  {
    what: 'an event without id',
    body: '[{"subject":"s","eventType":"t"}]',
    says: /event 0: eventTime must be/,
  },
  {
    what: 'a time that is none',
    body: '[{"id":"1","subject":"s","eventType":"t","eventTime":"soon"}]',
    says: /event 0: eventTime must be an ISO 8601 time; got "soon"/,
  },
  {
    what: 'a foreign topic',
    body: '[{"id":"1","subject":"s","eventType":"t","eventTime":"2026-01-01T00:00:00Z","topic":"other"}]',
    says: /event 0: topic must be left out/,
  },
])('a body with $what is refused with 400 and the reason', async ({ body, says }) => {
  const running = await startGrid({ home: temporaryHome() });
  const response = await post(running, body);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe('BadRequest');
  expect(error.message).toMatch(says);
});

test('more than one megabyte is refused with 413, an unknown topic with 404', async () => {
  const running = await startGrid({ home: temporaryHome() });
  expect((await post(running, JSON.stringify(['x'.repeat(1024 * 1024)]))).status).toBe(413);
  expect((await post(running, '[]', {}, 'absent')).status).toBe(404);
  expect((await fetch(new URL('/', running.grid.endpoint('ratchet')))).status).toBe(404);
});

test('one bad event in a batch refuses the whole batch', async () => {
  const webhook = await startWebhook();
  const running = await startGrid({
    home: temporaryHome(),
    subscriptions: [{ name: 'all', topic: 'ratchet', endpointUrl: webhook.url, schema: 'EventGridSchema' }],
  });
  await untilValidated(running.grid, 'all');
  const response = await post(running, JSON.stringify([{ ...event('good') }, { id: 'bad' }]));
  expect(response.status).toBe(400);
  await untilIdle(running.work);
  expect(webhook.notifications).toEqual([]);
});

test('CloudEvents of the unmodified publisher arrive with their extensions', async () => {
  const webhook = await startWebhook();
  const { grid, work } = await startGrid({
    home: temporaryHome(),
    subscriptions: [
      {
        name: 'all',
        topic: 'ratchet',
        endpointUrl: webhook.url,
        schema: 'CloudEventSchemaV1_0',
        maxEventsPerBatch: 10,
      },
    ],
  });
  await untilValidated(grid, 'all');
  const client = new EventGridPublisherClient(
    grid.endpoint('ratchet'),
    'CloudEvent',
    new AzureKeyCredential(key),
    local,
  );
  await client.send([
    {
      id: 'c1',
      type: 'Ratchet.Released',
      source: '/ratchet',
      subject: 'churn',
      data: { v: 1 },
      extensionAttributes: { run: 'r1' },
    },
    { id: 'c2', type: 'Ratchet.Released', source: '/ratchet', data: { v: 2 } },
  ]);
  await untilIdle(work);
  const [notification] = webhook.notifications;
  expect(notification?.headers['content-type']).toBe('application/cloudevents-batch+json; charset=utf-8');
  expect(notification?.body).toMatchObject([
    { id: 'c1', specversion: '1.0', source: '/ratchet', subject: 'churn', data: { v: 1 }, run: 'r1' },
    { id: 'c2', specversion: '1.0', data: { v: 2 } },
  ]);
});
