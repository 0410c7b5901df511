import type {
  ServiceBusClient,
  ServiceBusMessage,
  ServiceBusReceivedMessage,
  ServiceBusReceiverOptions,
} from '@azure/service-bus';
import { azureError } from './azure-error.ts';
import { callLimit } from './call-limits.ts';

/**
 * Sends to the queues of a Service Bus namespace, and looks at sessions.
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

  /**
   * Whether messages may be sent to a queue, which opening a sender asks; and how many wait there and how many are dead
   * letters, up to a hundred. Null where the app may send alone.
   */
  async look(
    queue: string,
  ): Promise<{ readonly waiting: number | null; readonly deadLetters: number | null }> {
    const client = this.#connect();
    try {
      await client.createSender(queue).createMessageBatch(callLimit());
      const count = async (of: ServiceBusReceiverOptions): Promise<number | null> => {
        const messages = client.createReceiver(queue, of).peekMessages(100, callLimit());
        return (await messages.catch(() => null))?.length ?? null;
      };
      return { waiting: await count({}), deadLetters: await count({ subQueueType: 'deadLetter' }) };
    } catch (error) {
      throw azureError(`opening queue ${queue} to send`, { queue }, error);
    } finally {
      await client.close().catch(() => {});
    }
  }

  /** The messages of a session, the first one first; they stay where they are. The first thousand. */
  async peekSession(queue: string, session: string): Promise<readonly ServiceBusReceivedMessage[]> {
    const client = this.#connect();
    try {
      const receiver = await client.acceptSession(queue, session, callLimit());
      const found: ServiceBusReceivedMessage[] = [];
      while (found.length < peekedAtMost) {
        const from = found.at(-1)?.sequenceNumber?.add(1);
        const page = await receiver.peekMessages(100, {
          ...callLimit(),
          ...(from && { fromSequenceNumber: from }),
        });
        found.push(...page);
        if (page.length === 0) break;
      }
      return found;
    } catch (error) {
      // The client says of a queue that is not there, too, that somebody else may hold the session.
      const asked = `looking at session ${session} of queue ${queue}, which must be there and have sessions`;
      throw azureError(asked, { queue, session }, error);
    } finally {
      await client.close().catch(() => {});
    }
  }
}

const peekedAtMost = 1_000;
