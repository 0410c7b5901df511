import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { PipelineStageSchema } from '../../../shared/config/pipeline-stage-schema.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { failureOf } from '../release-target/target-fixture.ts';
import { orderOf } from './orders.ts';
import { openPipelinesWorld } from './pipelines-fixture.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

interface Asked {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A service of a user's own, which believes nothing that is not signed. */
const world = await openPipelinesWorld();
const started = new Map<string, { state: string; url: string }>();
const asked: Asked[] = [];
let reply: ((deed: string) => { status: number; body: string } | null) | null = null;

function isSigned(headers: Readonly<Record<string, string | string[] | undefined>>, text: string): boolean {
  const [id, time, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`]),
  );
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const wanted = createHmac('sha256', key).update(`${id}.${time}.${text}`).digest();
  const isFresh = Math.abs(Date.now() / 1_000 - Number(time)) < 300;
  return (
    isFresh &&
    signatures!.split(' ').some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    })
  );
}

function act(type: string, key: string): object {
  const deed = type.split('.').at(-1);
  if (deed === 'start' && !started.has(key))
    started.set(key, { state: 'running', url: `https://deploys.example/${started.size}` });
  const known = started.get(key);
  if (deed === 'cancel' && known?.state === 'running') known.state = 'cancelled';
  return known ?? { state: 'absent' };
}

const server = createServer({ key: world.tls.key, cert: world.tls.cert }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    if (!isSigned(request.headers, text)) return void response.writeHead(401).end('{}');
    const { type, data } = JSON.parse(text) as Asked;
    asked.push({ id: String(request.headers['webhook-id']), type, data });
    const answer = act(type, String(data['ratchetRelease']));
    const given = reply === null ? { status: 200, body: JSON.stringify(answer) } : reply(type);
    if (given === null) return void response.destroy();
    return void response.writeHead(given.status, { location: 'https://elsewhere.example/' }).end(given.body);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `https://localhost:${(server.address() as AddressInfo).port}/deploys?team=a`;
afterAll(() => void server.close());
beforeEach(() => {
  reply = null;
});

const channelOf = (secrets = secret) => {
  const stage = {
    stage: 'staging',
    kind: 'pipeline',
    channel: 'webhook',
    url,
    parameters: { region: 'north' },
  };
  return createWiring({ ...world.settings, RATCHET_WEBHOOK_SECRET: secrets }).pipelineChannel(
    PipelineStageSchema.parse(stage),
  );
};

describe('a service of the user', () => {
  it('is asked to start something, how it stands and to end it, by requests that it can verify', async () => {
    const channel = await channelOf();
    const order = orderOf('run-1-staging');
    const seen = await channel.start(order);
    expect(seen).toEqual({
      state: 'running',
      why: '',
      run: { id: order.key, url: expect.stringMatching(/^https:/) },
    });
    expect(asked.at(-1)).toEqual({
      id: 'run-1-staging:start',
      type: 'ratchet.pipeline.start',
      data: {
        ...{
          ratchetRelease: order.key,
          ratchetStage: 'staging',
          modelName: 'spam-filter',
          modelVersion: '4',
        },
        ...{ previousVersion: '3', modelDigest: 'd'.repeat(64), parameters: { region: 'north' } },
      },
    });
    started.get(order.key)!.state = 'succeeded';
    expect(await channel.observe(order, seen.run)).toMatchObject({ state: 'succeeded', run: seen.run });
    const late = orderOf('run-2-staging');
    expect(await channel.cancel(late, null)).toEqual({ state: 'absent', why: '', run: null });
    const { run } = await channel.start(late);
    expect(await channel.cancel(late, run)).toMatchObject({ state: 'cancelled' });
  });

  it('is told the same start by the same id, where the answer was lost', async () => {
    const channel = await channelOf();
    const order = orderOf('run-lost-staging');
    reply = () => null;
    expect(await failureOf(channel.start(order))).toMatchObject({ code: 'azure-unavailable' });
    reply = null;
    await channel.start(order);
    const starts = asked.filter(({ data }) => data['ratchetRelease'] === order.key);
    expect(new Set(starts.map(({ id }) => id)).size).toBe(1);
    expect(starts).toHaveLength(2);
  });

  it('need not say more of a start than that it was taken', async () => {
    reply = () => ({ status: 202, body: '' });
    expect(await (await channelOf()).start(orderOf('run-3-staging'))).toMatchObject({ state: 'running' });
  });

  it('is believed whichever of two secrets it knows', async () => {
    expect(await (await channelOf(`${other}, ${secret}`)).start(orderOf('run-4-staging'))).toMatchObject({
      state: 'running',
    });
  });

  it('refuses another secret, and the release says so without telling any', async () => {
    const error = await failureOf((await channelOf(other)).start(orderOf('run-5-staging')));
    expect(error).toMatchObject({
      code: 'azure-refused',
      message: expect.stringContaining('it must take what RATCHET_WEBHOOK_SECRET signs'),
    });
    expect(JSON.stringify([error.message, error.subject, error.cause])).not.toMatch(/whsec|v1,/);
  });

  it.each([
    ['another state', '{"state":"done"}', /must have state, one of running, .*; found "done"/],
    ['none', '{}', /found nothing/],
    ['no JSON', '<html>', /which is no JSON object/],
    ['a list', '[]', /which is no JSON object/],
  ])('is asked again where it answers with %s', async (_what, body, says) => {
    reply = () => ({ status: 200, body });
    const error = await failureOf((await channelOf()).observe(orderOf('run-6-staging'), null));
    expect(error).toMatchObject({ code: 'azure-unavailable', message: expect.stringMatching(says) });
  });

  it.each([
    [410, 'azure-refused', /check url in the model file/],
    [429, 'azure-unavailable', /answered 429/],
    [500, 'azure-unavailable', /answered 500/],
    [307, 'azure-refused', /answered 307, which leads elsewhere/],
  ])('that answers %i is %s', async (status, code, says) => {
    reply = () => ({ status, body: '' });
    expect(await failureOf((await channelOf()).start(orderOf('run-7-staging')))).toMatchObject({
      code,
      message: expect.stringMatching(says),
    });
  });

  it('shows people no link that is none, and says why something failed in one line', async () => {
    reply = () => ({
      status: 200,
      body: JSON.stringify({ state: 'failed', url: 'javascript:alert(1)', reason: 'tests failed\nmore' }),
    });
    expect(await (await channelOf()).observe(orderOf('run-8-staging'), null)).toEqual({
      ...{ state: 'failed', why: 'tests failed', run: { id: 'run-8-staging', url: null } },
    });
  });
});
