import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../shared/signals/read-message.ts';

const event = {
  id: 'e1',
  eventType: 'Microsoft.Storage.BlobCreated',
  subject: 'süß',
  eventTime: '2026-03-01T00:00:00Z',
  data: { api: 'PutBlob' },
};
const json = JSON.stringify(event);
const bytes = (text: string) => Buffer.from(text, 'utf8');
const idsOf = (body: unknown) => readMessage(body).events.map(({ id }) => id);

describe('the body of a message', () => {
  it.each<[string, unknown]>([
    ['an object', event],
    ['an array', [event]],
    ['bytes', bytes(json)],
    ['bytes with a byte order mark', bytes(`\ufeff${json}`)],
    ['an ArrayBuffer', new Uint8Array(bytes(json)).buffer],
    ['bytes as JSON has them', JSON.parse(JSON.stringify(bytes(json)))],
    ['a text of JSON', json],
    ['a text with a line end', `${json}\r\n`],
    ['JSON in a text of JSON', JSON.stringify(json)],
    ['bytes of JSON in a text of JSON', bytes(JSON.stringify(json))],
    ['an array of texts', [json]],
    ['a text of an array', `[${json}]`],
    ['base64', bytes(json).toString('base64')],
  ])('that is %s is read as the event in it', (_what, body) => {
    expect(readMessage(body)).toEqual({
      events: [expect.objectContaining({ id: 'e1', subject: 'süß' })],
      unreadable: [],
    });
  });

  it.each<[string, unknown, string]>([
    ['text', 'no JSON', 'text that is not JSON: it begins "no JSON"'],
    ['an empty text', '', 'text that is not JSON: it is empty'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]), '2 bytes that are not text in UTF-8'],
    ['half a JSON', bytes('{ no JSON'), 'text that is not JSON: it begins "{ no JSON"'],
    ['nothing', undefined, 'nothing, where an event is expected'],
    ['null', null, 'null, where an event is expected'],
    ['a number', 7, '7, where an event is expected'],
    ['an empty array', [], 'an array without an event'],
    [
      'another object',
      { hello: 'world' },
      'an object that is no event of either schema: it lacks id and eventType or type, and has hello',
    ],
    [
      'an event without an id',
      { ...event, id: '' },
      'an object that is no event of either schema: it lacks id and eventType or type, and has id, eventType, subject, eventTime, data',
    ],
  ])('that is %s is handed back with the reason', (_what, body, reason) => {
    expect(readMessage(body)).toEqual({ events: [], unreadable: [{ reason, body }] });
  });

  it('loses no good event to a broken one beside it', () => {
    const read = readMessage(['?', event, { ...event, id: 'e2' }, 7]);
    expect(read.events.map(({ id }) => id)).toEqual(['e1', 'e2']);
    expect(read.unreadable.map(({ body }) => body)).toEqual(['?', 7]);
  });

  it('always comes to an event or a reason, and never throws', () => {
    const any = fc.oneof(
      fc.anything({ withBigInt: false, withTypedArray: true }),
      fc.json(),
      fc.json().map(JSON.stringify),
      fc.uint8Array(),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(any, (body) => {
        const { events, unreadable } = readMessage(body);
        expect(events.length + unreadable.length).toBeGreaterThan(0);
        for (const { reason } of unreadable) expect(reason.length).toBeLessThan(400);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read the same however often it was wrapped in texts, up to three', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.boolean(), (times, asBytes) => {
        let body: unknown = event;
        for (let time = 0; time < times; time++) body = JSON.stringify(body);
        expect(idsOf(asBytes && typeof body === 'string' ? bytes(body) : body)).toEqual(['e1']);
      }),
    );
  });
});
