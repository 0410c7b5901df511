import type { SendEventGridEventInput } from '@azure/eventgrid';
import type { ServiceBusMessage } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import type { ReleaseNotice } from '../../../shared/domain/release.ts';
import { eventGridChannel } from '../../../shared/release/channels/event-grid-channel.ts';
import { serviceBusChannel } from '../../../shared/release/channels/service-bus-channel.ts';

const notice: ReleaseNotice = {
  releaseId: 'spam-filter-20020902-1f2e3d4c-production',
  runId: 'spam-filter-20020902-1f2e3d4c',
  stage: 'production',
  model: {
    name: 'spam-filter',
    version: '3',
    modelUri: 'azureml://m',
    runId: 'spam-filter-20020902-1f2e3d4c',
  },
  previous: null,
  gateReportHash: 'abc',
  releasedAt: '2002-09-02T00:30:00.000Z',
};

describe('a release', () => {
  it('is a message whose id is the release id, so that the queue drops a second one', async () => {
    const sent: { queue: string; message: ServiceBusMessage }[] = [];
    const queues = {
      send: async (queue: string, message: ServiceBusMessage) => void sent.push({ queue, message }),
    };
    await serviceBusChannel(queues, 'model-releases').publish(notice);
    expect(sent).toEqual([
      {
        queue: 'model-releases',
        message: {
          messageId: notice.releaseId,
          contentType: 'application/json',
          subject: 'Ratchet.ModelReleased',
          body: notice,
          applicationProperties: { model: 'spam-filter', version: '3' },
        },
      },
    ]);
  });

  it('is an event whose id is the release id', async () => {
    const sent: SendEventGridEventInput<unknown>[] = [];
    const topic = { publish: async (event: SendEventGridEventInput<unknown>) => void sent.push(event) };
    await eventGridChannel(topic).publish(notice);
    expect(sent).toEqual([
      {
        id: notice.releaseId,
        eventType: 'Ratchet.ModelReleased',
        subject: 'models/spam-filter:3',
        eventTime: new Date(notice.releasedAt),
        dataVersion: '1.0',
        data: notice,
      },
    ]);
  });

  it('that is withdrawn is another fact, which names what serves in its place', async () => {
    const sent: unknown[] = [];
    const withdrawn = { serves: null, because: 'ada: it leaks' };
    const back = { ...notice, releaseId: `${notice.releaseId}_back`, withdrawn };
    const queues = { send: async (_: string, message: ServiceBusMessage) => void sent.push(message) };
    const topic = { publish: async (event: SendEventGridEventInput<unknown>) => void sent.push(event) };
    await serviceBusChannel(queues, 'model-releases').publish(back);
    await eventGridChannel(topic).publish(back);
    expect(sent).toMatchObject([
      { messageId: back.releaseId, subject: 'Ratchet.ModelWithdrawn', body: { withdrawn } },
      { id: back.releaseId, eventType: 'Ratchet.ModelWithdrawn', data: { withdrawn } },
    ]);
  });
});
