import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../world/world.ts';

const json = { 'content-type': 'application/json' };
const good = { window: 'w', observedAt: '2026-03-01T00:00:00Z', sample: 10, metrics: { accuracy: 0.1 } };

describe('what an outsider may send', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(() => world?.close());

  const post = (
    path: string,
    body: NonNullable<RequestInit['body']>,
    headers: Record<string, string> = json,
  ) => world.ask(path, { method: 'POST', headers, body });

  it.each([
    ['a body that is no JSON', 'models/tiny/metrics', '{', json, 400, /not valid JSON/],
    [
      'no content type',
      'models/tiny/metrics',
      new Uint8Array([123, 125]),
      {},
      415,
      /application\/json, got none/,
    ],
    [
      'another content type',
      'models/tiny/signals',
      '{}',
      { 'content-type': 'text/plain' },
      415,
      /got "text\/plain"/,
    ],
    [
      'an unknown model',
      'models/tinyy/signals',
      '{}',
      json,
      404,
      /no model file is named "tinyy"; did you mean "tiny"\?/,
    ],
    ['an empty request', 'models/tiny/signals', '{}', json, 400, /reason: .*requestedBy: /],
    [
      'an unknown field',
      'models/tiny/metrics',
      JSON.stringify({ ...good, windw: 1 }),
      json,
      400,
      /windw: unknown field; did you mean "window"\?/,
    ],
    [
      'a metric that is null',
      'models/tiny/metrics',
      JSON.stringify({ ...good, metrics: { accuracy: null } }),
      json,
      400,
      /metrics\.accuracy: /,
    ],
    ['a megabyte', 'models/tiny/metrics', ' '.repeat(1_000_000), json, 413, /at most 65536/],
    [
      'broken UTF-8',
      'models/tiny/signals',
      new Uint8Array([0xff, 0xfe, 0x22]),
      json,
      400,
      /not valid JSON in UTF-8/,
    ],
    [
      'a hostile idempotency key',
      'models/tiny/signals',
      '{"reason":"r","requestedBy":"b"}',
      { ...json, 'idempotency-key': 'a b' },
      400,
      /Idempotency-Key/,
    ],
  ])('answers %s with a clear refusal', async (_what, path, body, headers, status, detail) => {
    const answer = await post(
      path,
      body as NonNullable<RequestInit['body']>,
      headers as Record<string, string>,
    );
    expect(answer.status).toBe(status);
    expect((answer.body as { detail: string }).detail).toMatch(detail);
  });

  it('has ten megabytes refused by the host, before the application sees any of them', async () => {
    const answer = await post('models/tiny/metrics', ' '.repeat(10_000_000), json);
    expect(answer).toMatchObject({
      status: 413,
      body: { error: expect.stringMatching(/longer than 2097152 bytes/) },
    });
  });

  it.each([
    ['decisions?limit=0', /limit: expected a whole number from 1 to 1000, got "0"/],
    [
      'decisions?outcome=maybe',
      /outcome: expected one of admitted, coalesced, deferred, rejected, got "maybe"/,
    ],
    ['decisions?since=yesterday', /since: expected an ISO 8601 time/],
    ['decisions?continuation=%00', /continuation/],
    ['runs?limit=1e3', /limit: expected a whole number/],
    ['operations?limit=0', /limit: expected a whole number from 1 to 1000, got "0"/],
  ])('answers GET %s with 400', async (path, detail) => {
    const answer = await world.ask(path);
    expect(answer.status).toBe(400);
    expect((answer.body as { detail: string }).detail).toMatch(detail);
  });

  it('answers 404 for a run nobody knows, whatever its name', async () => {
    for (const id of [
      'x',
      'tiny-20260101-00000000',
      "tiny'-or'1'eq'1-x",
      '..%2f..%2fetc',
      '%F0%9F%92%A9',
      'a'.repeat(5000),
    ]) {
      expect((await world.ask(`runs/${id}`)).status, id).toBe(404);
      expect((await world.ask(`runs/${id}/report`)).status, id).toBe(404);
    }
  });

  it('answers with an empty list for a model nobody has, whatever its name', async () => {
    for (const name of ['%00', "x'", '%F0%9F%92%A9', '..%2f..', '%0d%0a', 'a'.repeat(3000), '%25']) {
      for (const list of ['decisions', 'runs', 'operations']) {
        const answer = await world.ask(`${list}?model=${name}`);
        expect(answer, `${list} ${name}`).toEqual({ status: 200, body: { [list]: [] } });
      }
    }
  });

  it('is never answered with 5xx, and starts nothing', async () => {
    const paths = fc.constantFrom(
      ...['models/tiny/metrics', 'models/tiny/signals', 'models/tiny/operations', 'fleet/operations'],
      ...['models/tiny/data', 'hooks/models/tiny/data', 'alerts'],
    );
    const field = fc.oneof(fc.anything({ maxDepth: 2 }), fc.constant(Number.NaN));
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ window: field, observedAt: field, sample: field, metrics: field }).map((value) => {
        try {
          return JSON.stringify(value) ?? 'undefined';
        } catch {
          return 'not serialisable';
        }
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        paths,
        bodies,
        fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/html'),
        async (path, body, type) => {
          const { status } = await post(path, body, { 'content-type': type });
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 400 },
    );
    expect(await world.decisions()).toEqual([]);
    expect((await world.ask('models')).status).toBe(200);
  });
});
