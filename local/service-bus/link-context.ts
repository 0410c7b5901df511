import type { LogLevel } from '../cloud-context.ts';
import {
  type AmqpError,
  conditions,
  type Receiver,
  refuseLink,
  type Sender,
  ServiceBusRefusal,
} from './amqp.ts';
import type { Queue } from './queue.ts';
import type { Sessions } from './sessions.ts';
import type { MessageStore } from './store.ts';

/** What every link of the broker works with. */
export interface LinkContext {
  /** By lower-case address, dead-letter queues included. */
  readonly queues: ReadonlyMap<string, Queue>;
  readonly sessions: Sessions;
  readonly store: MessageStore;
  log(level: LogLevel, message: string): void;
}

export function findQueue({ queues }: LinkContext, address: string): Queue {
  const queue = queues.get(address.toLowerCase());
  if (queue) return queue;
  const known = [...queues.keys()].join(', ');
  throw new ServiceBusRefusal(
    conditions.notFound,
    `The messaging entity '${address}' could not be found. There are: ${known}.`,
  );
}

/** What a queue refuses becomes an error for the peer; anything else is our fault, and is logged as that. */
export function refusalOf({ log }: LinkContext, run: () => void): AmqpError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof ServiceBusRefusal) return { condition: error.condition, description: error.message };
    log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { condition: conditions.internal, description: String(error) };
  }
}

/** Opens a link the peer asked for, or refuses it. */
export function openLink(context: LinkContext, link: Sender | Receiver, open: () => void): void {
  const error = refusalOf(context, open);
  if (error) refuseLink(link, error);
}

const managementSuffix = '/$management';

/** Addresses that take requests, not messages: `$cbs`, and `{queue}/$management`. */
export function isRequestAddress(address: string): boolean {
  return address === '$cbs' || address.toLowerCase().endsWith(managementSuffix);
}

/** The queue a management address belongs to. */
export function managedQueue(context: LinkContext, address: string): Queue {
  return findQueue(context, address.slice(0, -managementSuffix.length));
}
