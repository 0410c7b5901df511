import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newHome, send, startTestHost, type TestHost } from './test-host.ts';

const { home, remove } = newHome();
let host: TestHost;

beforeAll(async () => {
  host = await startTestHost({ app: 'host-app-cjs', home });
});
afterAll(async () => {
  await host.stop();
  remove();
});

interface Noted {
  event: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

const webhook = (name = 'onEvent'): string => `${host.url}/runtime/webhooks/EventGrid?functionName=${name}`;

function post(body: unknown, headers: Record<string, string> = {}, name?: string) {
  return send(webhook(name), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function noted(ids: readonly string[]): Promise<Noted[]> {
  const all = (await host.recorded('event')) as Noted[];
  return ids.map((id) => all.find(({ event }) => event['id'] === id)!);
}

const gridEvent = (id: string, data: unknown = { n: 1 }) => ({
  id,
  topic: 't',
  subject: 's',
  eventType: 'x',
  eventTime: '2026-01-01T00:00:00Z',
  data,
  dataVersion: '1',
  metadataVersion: '1',
});
const cloudEvent = (id: string) => ({ specversion: '1.0', id, source: '/s', type: 'x', data: { n: 2 } });
const notification = { 'aeg-event-type': 'Notification' };

describe('handshakes', () => {
  test('of the Event Grid schema repeat the validation code', async () => {
    const answer = await post([{ ...gridEvent('v'), data: { validationCode: 'abc-123' } }], {
      'aeg-event-type': 'SubscriptionValidation',
    });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { validationResponse: 'abc-123' }]);
  });

  test('without a validation code are malformed', async () => {
    const answer = await post([gridEvent('v', null)], { 'aeg-event-type': 'SubscriptionValidation' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('validationCode');
  });

  test('of CloudEvents name the origin and the rate', async () => {
    const answer = await send(webhook(), {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventgrid.azure.net', 'webhook-request-rate': '120' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'webhook-allowed-origin': 'eventgrid.azure.net',
      'webhook-allowed-rate': '120',
    });
  });
});

describe('a delivery', () => {
  test('in the Event Grid schema runs the function once for each event, with its data as metadata', async () => {
    const answer = await post([gridEvent('a1'), gridEvent('a2', 'text')], notification);
    expect(answer.status).toBe(202);
    expect(await noted(['a1', 'a2'])).toEqual([
      { event: gridEvent('a1'), metadata: { data: { n: 1 } } },
      { event: gridEvent('a2', 'text'), metadata: { data: 'text' } },
    ]);
  });

  test('of a single event outside an array is taken', async () => {
    expect((await post(gridEvent('single'), notification)).status).toBe(202);
    expect((await noted(['single']))[0]?.event).toEqual(gridEvent('single'));
  });

  test('of one CloudEvent in structured mode is taken', async () => {
    const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    expect((await post(cloudEvent('c1'), headers)).status).toBe(202);
    expect((await noted(['c1']))[0]?.event).toEqual(cloudEvent('c1'));
  });

  test('of a batch of CloudEvents is taken, with Event Grid’s own header or without', async () => {
    const headers = { 'content-type': 'application/cloudevents-batch+json', ...notification };
    expect((await post([cloudEvent('c2'), cloudEvent('c3')], headers)).status).toBe(202);
    expect((await noted(['c2', 'c3'])).map(({ event }) => event)).toEqual([
      cloudEvent('c2'),
      cloudEvent('c3'),
    ]);
  });

  test('of one CloudEvent in binary mode is put together from its headers and body', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'b1',
      'ce-source': '/s',
      'ce-type': 'x',
      'ce-subject': 'a%20b',
    };
    expect((await post({ n: 3 }, headers)).status).toBe(202);
    expect((await noted(['b1']))[0]?.event).toEqual({
      specversion: '1.0',
      id: 'b1',
      source: '/s',
      type: 'x',
      subject: 'a b',
      datacontenttype: 'application/json',
      data: { n: 3 },
    });
  });

  test('in binary mode without an id is malformed', async () => {
    expect((await post({}, { 'ce-specversion': '1.0', 'ce-source': '/s', 'ce-type': 'x' })).status).toBe(400);
  });

  test('of which one event fails is answered 500 after the others ran, so that it comes again', async () => {
    const answer = await post([gridEvent('f1', { fail: true }), gridEvent('f2')], notification);
    expect(answer.status).toBe(500);
    expect((await noted(['f2']))[0]?.event['id']).toBe('f2');
    expect(
      host.entries.some(({ level, message }) => level === 'error' && message.includes('this event fails')),
    ).toBe(true);
  });

  test('of nothing is accepted', async () => {
    expect((await post([], notification)).status).toBe(202);
  });
});

describe('a delivery is refused', () => {
  test.each([
    ['without aeg-event-type', [gridEvent('x')], {}, 400],
    ['with an unknown aeg-event-type', [gridEvent('x')], { 'aeg-event-type': 'Other' }, 400],
    ['when it is not JSON', '{"id":', notification, 400],
    ['when it is a bare text', '"text"', notification, 400],
    ['when an event is no object', [gridEvent('x'), 7], notification, 400],
    ['when it is too long', [gridEvent('x', 'y'.repeat(1_700_000))], notification, 413],
  ])('%s', async (_why, body, headers, status) => {
    expect((await post(body, headers as Record<string, string>)).status).toBe(status);
  });

  test.each(['nobody', 'echo', ''])(
    'when functionName is %j, which has no Event Grid trigger',
    async (name) => {
      const answer = await post([gridEvent('x')], notification, name);
      expect(answer.status).toBe(404);
      expect(answer.body).toContain('functionName');
    },
  );
});

test('an Unsubscribe is accepted', async () => {
  expect((await post([], { 'aeg-event-type': 'Unsubscribe' })).status).toBe(202);
});
