import type { ServiceBusClient, ServiceBusMessage } from '@azure/service-bus';
import { azureError } from './azure-error.ts';
import { callLimit } from './call-limits.ts';

/**
 * Sends to the queues of a Service Bus namespace.
 *
 * Each message has a connection of its own: releases are hours apart, the service drops idle connections after
 * minutes, and a client that has lost its connection can take the whole call's time to notice.
 */
export class Queues {
  readonly #connect: () => ServiceBusClient;

  constructor(connect: () => ServiceBusClient) {
    this.#connect = connect;
  }

  async send(queue: string, message: ServiceBusMessage): Promise<void> {
    const client = this.#connect();
    try {
      const sender = client.createSender(queue);
      await sender.sendMessages(message, callLimit());
    } catch (error) {
      const id = String(message.messageId ?? '');
      throw azureError(`sending message ${id} to queue ${queue}`, { queue, message: id }, error);
    } finally {
      // The message is sent or it is not; a connection that closes badly changes neither.
      await client.close().catch(() => {});
    }
  }
}
