import { describe, expect, it, onTestFinished } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { startServiceBus } from '../../../local/service-bus/index.ts';
import type { ReleaseNotice } from '../../../shared/domain/release.ts';
import { createWiring, type Wiring } from '../../../shared/wiring.ts';
import { key, startGrid, startWebhook, untilIdle, untilValidated } from '../event-grid/harness.ts';
import { startBus, temporaryHome } from '../service-bus/harness.ts';

const notice: ReleaseNotice = {
  releaseId: 'spam-filter-20020902-1f2e3d4c-production',
  runId: 'spam-filter-20020902-1f2e3d4c',
  stage: 'production',
  model: { name: 'spam-filter', version: '3', modelUri: 'azureml://m' },
  previous: { name: 'spam-filter', version: '2', modelUri: 'azureml://l' },
  gateReportHash: 'abc',
  releasedAt: '2002-09-02T00:30:00.000Z',
};

const queue = { stage: 'production', channel: 'service-bus', queue: 'model-releases' } as const;
const topic = { stage: 'announce', channel: 'event-grid' } as const;

function wire(settings: Record<string, string>): Wiring {
  return createWiring({
    RATCHET_WORKSPACE_ID: localCloud.workspaceId,
    RATCHET_CONTAINER: localCloud.container,
    RATCHET_STORAGE: 'UseDevelopmentStorage=true',
    ...settings,
  });
}

describe('a release over Service Bus', () => {
  const options = { name: queue.queue, duplicateDetection: { windowMs: 600_000 } };

  it('arrives once, however often it is published and by however many processes', async () => {
    const { bus, client } = await startBus([options]);
    const settings = { RATCHET_SERVICEBUS: bus.connectionString };
    const [one, other] = [wire(settings), wire(settings)];
    for (const wiring of [one, one, other]) await (await wiring.releaseChannel(queue)).publish(notice);

    const receiver = client.createReceiver(queue.queue);
    const received = await receiver.receiveMessages(10, { maxWaitTimeInMs: 5_000 });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      messageId: notice.releaseId,
      contentType: 'application/json',
      subject: 'Ratchet.ModelReleased',
      applicationProperties: { model: 'spam-filter', version: '3' },
      body: notice,
    });
    await receiver.completeMessage(received[0]!);
    expect(bus.queues().find(({ name }) => name === queue.queue)).toMatchObject({ active: 0, locked: 0 });
  });

  it('fails while the service is away, and goes through when it is back', async () => {
    const home = temporaryHome();
    const before = await startBus([options], home);
    const wiring = wire({ RATCHET_SERVICEBUS: before.bus.connectionString });
    await (await wiring.releaseChannel(queue)).publish(notice);
    await before.stop();
    await expect(
      (await wiring.releaseChannel(queue)).publish({ ...notice, releaseId: 'second' }),
    ).rejects.toMatchObject({
      code: 'azure-unavailable',
      message: expect.stringMatching(/^sending message second to queue model-releases: /),
    });

    const after = await startServiceBus({
      home,
      clock: before.clock,
      work: before.work,
      port: before.bus.port,
      queues: [options],
      log: () => {},
    });
    onTestFinished(() => after.stop());
    await (await wiring.releaseChannel(queue)).publish({ ...notice, releaseId: 'second' });
    expect(after.queues().find(({ name }) => name === queue.queue)?.active).toBe(2);
  });

  it('is refused where the queue does not exist, without a word of the connection string', async () => {
    const { bus } = await startBus([]);
    const wiring = wire({ RATCHET_SERVICEBUS: bus.connectionString });
    const error = await (await wiring.releaseChannel(queue)).publish(notice).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: 'azure-refused', subject: { queue: 'model-releases' } });
    expect(error?.message).toMatch(/^sending message \S+ to queue model-releases: MessagingEntityNotFound/);
    expect(error?.message).not.toMatch(/SharedAccess/);
  });

  it('asks for the setting when there is none', async () => {
    await expect(wire({}).releaseChannel(queue)).rejects.toMatchObject({
      code: 'bad-setting',
      message:
        'RATCHET_SERVICEBUS must be set where a release stage uses channel service-bus; found nothing; see docs/settings.md',
    });
  });
});

describe('a release over Event Grid', () => {
  it('reaches a subscriber as an event with the release id', async () => {
    const webhook = await startWebhook();
    const { grid, work } = await startGrid({
      home: temporaryHome(),
      subscriptions: [
        {
          name: 'releases',
          topic: 'ratchet',
          endpointUrl: webhook.url,
          schema: 'EventGridSchema',
          includedEventTypes: ['Ratchet.ModelReleased'],
        },
      ],
    });
    await untilValidated(grid, 'releases');
    const wiring = wire({
      RATCHET_EVENTGRID_ENDPOINT: grid.endpoint('ratchet'),
      RATCHET_EVENTGRID_KEY: key,
    });
    await (await wiring.releaseChannel(topic)).publish(notice);
    await untilIdle(work);
    expect(webhook.notifications.map(({ body }) => body)).toEqual([
      [
        expect.objectContaining({
          id: notice.releaseId,
          eventType: 'Ratchet.ModelReleased',
          subject: 'models/spam-filter:3',
          eventTime: '2002-09-02T00:30:00.000Z',
          data: notice,
        }),
      ],
    ]);
  });

  it('is refused with a wrong key, which is not shown', async () => {
    const { grid } = await startGrid({ home: temporaryHome() });
    const wrong = Buffer.from('another key').toString('base64');
    const wiring = wire({
      RATCHET_EVENTGRID_ENDPOINT: grid.endpoint('ratchet'),
      RATCHET_EVENTGRID_KEY: wrong,
    });
    const error = await (await wiring.releaseChannel(topic)).publish(notice).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: 'azure-unavailable' });
    expect(error?.message).toMatch(/Azure answered 401 .*check the app's identity and its roles/);
    expect(`${error?.message}${error?.stack}`).not.toContain(wrong);
  });
});
