import { ServiceBusClient } from '@azure/service-bus';
import type { SendToQueue } from '../event-grid/queue-destination.ts';

const options = { retryOptions: { maxRetries: 0, timeoutInMs: 10_000 } };

/**
 * Sends to the local namespace as anybody would. A failure is for the caller to repeat.
 *
 * Each message has a connection of its own: a client that has lost its connection takes long to notice, and to close.
 */
export function sendToQueueOf(connectionString: () => string): SendToQueue {
  return async (queue, message, abortSignal) => {
    const client = new ServiceBusClient(connectionString(), options);
    try {
      await client.createSender(queue).sendMessages(message, { abortSignal });
    } finally {
      // The message is sent or it is not; a connection that closes badly changes neither.
      await client.close().catch(() => {});
    }
  };
}
