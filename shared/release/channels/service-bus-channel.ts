import type { Queues } from '../../azure/service-bus.ts';
import { type ReleaseChannel, typeOf } from './channel.ts';

/** Sends the notice to a queue. With duplicate detection on, the queue itself drops a second delivery. */
export function serviceBusChannel(queues: Pick<Queues, 'send'>, queue: string): ReleaseChannel {
  return {
    publish: (notice) =>
      queues.send(queue, {
        messageId: notice.releaseId,
        contentType: 'application/json',
        subject: typeOf(notice),
        body: notice,
        applicationProperties: { model: notice.model.name, version: notice.model.version },
      }),
  };
}
