/**
 * Service Bus triggers: each message of a queue or subscription runs its function, under the message's lock.
 *
 * Owns: settling. A function that returned completes its message, one that threw abandons it.
 * Does not own: redelivery and dead-lettering (the broker counts), the connection (the client library).
 *
 * Invariants
 * 1. A message is completed only after its function has returned. A host killed before leaves it to the broker.
 * 2. A broker that is down stops nothing: the receiver tries again for ever, and says so once an outage.
 * 3. A stop takes no further message and waits for those in hand.
 */
import { LocalError } from '../../process/local-error.ts';
import type { RegisteredFunction } from '../contract.ts';
import { openClient, readConnection } from './connection.ts';
import { createOutageLog } from './outage-log.ts';
import { pullBatches } from './pull-batches.ts';
import { pullSessions } from './pull-sessions.ts';
import type { ReceiverDependencies, Source, StopReceiver } from './receiver.ts';
import { createSettler } from './settle.ts';
import { subscribeToMessages } from './subscribe-to-messages.ts';

interface Receivers {
  start(): void;
  /** Resolves when the messages in hand are settled. */
  stop(): Promise<void>;
}

export async function openReceivers(dependencies: ReceiverDependencies): Promise<Receivers> {
  const functions = dependencies.app.functions.filter(
    (fn) => fn.trigger.type.toLowerCase() === 'servicebustrigger',
  );
  const opened = await Promise.all(functions.map(async (fn) => ({ fn, source: await openSource(fn) })));
  let stops: StopReceiver[] = [];
  return {
    start() {
      stops = opened.map(({ fn, source }) => receive(dependencies, fn, source));
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
      await Promise.all(opened.map(({ source }) => source.client.close()));
    },
  };
}

async function openSource(fn: RegisteredFunction): Promise<Source> {
  const { queueName, topicName, subscriptionName, connection } = fn.trigger;
  const client = await openClient(readConnection(fn.name, text(connection) ?? 'ServiceBus'));
  const queue = text(queueName);
  if (queue !== null) return { client, queueName: queue, subscriptionName: null };
  const topic = text(topicName);
  const subscription = text(subscriptionName);
  if (topic !== null && subscription !== null)
    return { client, queueName: topic, subscriptionName: subscription };
  throw new LocalError(
    'binding',
    `function ${fn.name}: give its trigger a queueName, or a topicName and a subscriptionName`,
  );
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function receive(dependencies: ReceiverDependencies, fn: RegisteredFunction, source: Source): StopReceiver {
  const outage = createOutageLog(dependencies.log, fn.name);
  const settler = createSettler(dependencies, fn);
  const isBatch = String(fn.trigger['cardinality'] ?? 'one').toLowerCase() === 'many';
  const { settings } = dependencies;
  const options = { source, settings, settler, outage, isBatch };
  if (fn.trigger['isSessionsEnabled'] === true) return pullSessions(options);
  return isBatch ? pullBatches(options) : subscribeToMessages(options);
}
