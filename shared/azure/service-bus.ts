import type { ServiceBusClient, ServiceBusMessage } from '@azure/service-bus';
import { azureError, callTimeoutMs } from './azure-error.ts';

/**
 * Sends to the queues of a Service Bus namespace.
 *
 * One connection serves the process; it comes back by itself after a loss. A sender lives for one message: the
 * service drops idle links after ten minutes, and releases are rarer than that.
 */
export class Queues {
  readonly #client: ServiceBusClient;

  constructor(client: ServiceBusClient) {
    this.#client = client;
  }

  async send(queue: string, message: ServiceBusMessage): Promise<void> {
    const sender = this.#client.createSender(queue);
    try {
      await sender.sendMessages(message, { abortSignal: AbortSignal.timeout(callTimeoutMs) });
    } catch (error) {
      const id = String(message.messageId ?? '');
      throw azureError(`sending message ${id} to queue ${queue}`, { queue, message: id }, error);
    } finally {
      // The message is sent or it is not; a link that closes badly changes neither.
      await sender.close().catch(() => {});
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
