import type { Topic } from '../../azure/event-grid.ts';
import { type ReleaseChannel, typeOf } from './channel.ts';

/** Publishes the notice as an event whose id is the release id: subscribers drop a second one with it. */
export function eventGridChannel(topic: Pick<Topic, 'publish'>): ReleaseChannel {
  return {
    publish: (notice) =>
      topic.publish({
        id: notice.releaseId,
        eventType: typeOf(notice),
        subject: `models/${notice.model.name}:${notice.model.version}`,
        eventTime: new Date(notice.releasedAt),
        dataVersion: '1.0',
        data: notice,
      }),
  };
}
