import { describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { PipelineStageSchema } from '../../../shared/config/pipeline-stage-schema.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { failureOf } from '../release-target/target-fixture.ts';
import { startBus, temporaryHome } from '../service-bus/harness.ts';
import { orderOf } from './orders.ts';

const queues = [
  { name: 'model-pipelines', duplicateDetection: { windowMs: 600_000 } },
  { name: 'model-replies', requiresSession: true },
];

async function open(home = temporaryHome()) {
  const running = await startBus(queues, home);
  const stage = {
    stage: 'staging',
    kind: 'pipeline',
    channel: 'service-bus',
    parameters: { region: 'north' },
  };
  const channelOf = (more: object = {}) =>
    createWiring({
      RATCHET_WORKSPACE_ID: localCloud.workspaceId,
      RATCHET_CONTAINER: localCloud.container,
      RATCHET_STORAGE: 'UseDevelopmentStorage=true',
      RATCHET_SERVICEBUS: running.bus.connectionString,
    }).pipelineChannel(PipelineStageSchema.parse({ ...stage, ...more }));
  const take = async () => {
    const receiver = running.client.createReceiver('model-pipelines', { receiveMode: 'receiveAndDelete' });
    const taken = await receiver.receiveMessages(10, { maxWaitTimeInMs: 1_000 });
    await receiver.close();
    return taken;
  };
  const reply = (sessionId: string, body: unknown) =>
    running.client.createSender('model-replies').sendMessages({ sessionId, body });
  return { ...running, channelOf, take, reply };
}

describe('a queue with replies', () => {
  it('is asked once to start something, however often, and says how it stands by its replies', async () => {
    const { channelOf, take, reply } = await open();
    const channel = await channelOf();
    const order = orderOf('run-1-staging');
    const begun = { state: 'running', why: '', run: { id: order.key, url: null } };
    expect(await channel.start(order)).toEqual(begun);
    expect(await (await channelOf()).start(order)).toEqual(begun);
    const taken = await take();
    expect(taken).toMatchObject([
      {
        ...{ messageId: order.key, subject: 'Ratchet.PipelineStart', contentType: 'application/json' },
        ...{ replyTo: 'model-replies', replyToSessionId: order.key },
        body: { ratchetRelease: order.key, modelVersion: '4', parameters: { region: 'north' } },
      },
    ]);
    expect(await channel.observe(order, null)).toEqual(begun);
    await reply('another', { state: 'failed' });
    await reply(order.key, {
      state: 'running',
      reason: 'builds the image',
      url: 'https://deploys.example/1',
    });
    const run = { id: order.key, url: 'https://deploys.example/1' };
    expect(await channel.observe(order, null)).toEqual({ state: 'running', why: 'builds the image', run });
    await reply(order.key, Buffer.from('{"state":"succeeded","url":"https://deploys.example/1"}'));
    // However often it is looked at.
    for (let look = 0; look < 2; look++)
      expect(await channel.observe(order, null)).toEqual({ state: 'succeeded', why: '', run });
    expect(await channel.start(order)).toMatchObject({ state: 'succeeded' });
    expect(await take()).toEqual([]);
  });

  it('is told to end what has not ended', async () => {
    const { channelOf, take, reply } = await open();
    const channel = await channelOf();
    const order = orderOf('run-2-staging');
    await channel.start(order);
    expect(await channel.cancel(order, null)).toMatchObject({ state: 'running' });
    expect((await take()).map(({ subject, messageId }) => [subject, messageId])).toEqual([
      ['Ratchet.PipelineStart', order.key],
      ['Ratchet.PipelineCancel', `${order.key}:cancel`],
    ]);
    await reply(order.key, { state: 'cancelled' });
    expect(await channel.cancel(order, null)).toMatchObject({ state: 'cancelled' });
    expect(await take()).toEqual([]);
  });

  it('keeps its replies while it is away, and is asked again', async () => {
    const home = temporaryHome();
    const before = await open(home);
    const order = orderOf('run-3-staging');
    const channel = await before.channelOf();
    await channel.start(order);
    await before.reply(order.key, { state: 'failed', reason: 'tests failed' });
    await before.stop();
    expect(await failureOf(channel.observe(order, null))).toMatchObject({ code: 'azure-unavailable' });
    const after = await open(home);
    expect(await (await after.channelOf()).observe(order, null)).toMatchObject({
      state: 'failed',
      why: 'tests failed',
    });
  });

  it('is asked again where the last reply says nothing', async () => {
    const { channelOf, reply } = await open();
    await reply('run-4-staging', 'done');
    const error = await failureOf((await channelOf()).observe(orderOf('run-4-staging'), null));
    expect(error).toMatchObject({
      code: 'azure-unavailable',
      message: expect.stringMatching(/must have state, .*; found nothing/),
    });
  });

  it('must be there, with the queue of replies', async () => {
    const { channelOf } = await open();
    const order = orderOf('run-5-staging');
    expect(await failureOf((await channelOf({ queue: 'nothing' })).start(order))).toMatchObject({
      code: 'azure-refused',
    });
    // The client tells a queue that is not there from a session that is taken no more than this.
    const error = await failureOf((await channelOf({ replyQueue: 'nothing' })).start(order));
    expect(error.message).toContain('queue nothing, which must be there and have sessions');
  });
});
