/** From what a sender sent to what is stored, and from there to what a receiver gets. */
import { randomUUID } from 'node:crypto';
import { type AmqpMessage, decodeMessage, encodeMessage, ServiceBusRefusal, types } from './amqp.ts';
import type { NewMessage, StoredMessage } from './store.ts';

const annotations = {
  scheduled: 'x-opt-scheduled-enqueue-time',
  sequence: 'x-opt-sequence-number',
  enqueued: 'x-opt-enqueued-time',
  lockedUntil: 'x-opt-locked-until',
  state: 'x-opt-message-state',
  source: 'x-opt-deadletter-source',
} as const;

export function toNewMessage(message: AmqpMessage, nowMs: number): NewMessage {
  message.message_id ??= randomUUID().replaceAll('-', '');
  const scheduledMs = toMs(message.message_annotations?.[annotations.scheduled]);
  const dueMs = scheduledMs !== null && scheduledMs > nowMs ? scheduledMs : null;
  const enqueuedMs = dueMs ?? nowMs;
  return {
    messageId: Buffer.isBuffer(message.message_id)
      ? message.message_id.toString('hex')
      : String(message.message_id),
    sessionId: message.group_id ?? null,
    enqueuedMs,
    dueMs,
    expiresMs: message.ttl ? enqueuedMs + message.ttl : null,
    body: encodeMessage(message),
  };
}

function toMs(value: unknown): number | null {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value : null;
}

/** What a receiver gets: the message with the broker's annotations. `lockedUntilMs` null: it is not locked. */
export function toDelivered(stored: StoredMessage, lockedUntilMs: number | null): AmqpMessage {
  const message = decodeMessage(stored.body);
  message.delivery_count = stored.deliveryCount;
  message.message_annotations = {
    ...message.message_annotations,
    [annotations.sequence]: types.wrap_long(stored.seq),
    [annotations.enqueued]: types.wrap_timestamp(stored.enqueuedMs),
    [annotations.state]: types.wrap_int({ active: 0, deferred: 1, scheduled: 2 }[stored.state]),
  };
  if (lockedUntilMs !== null) {
    message.message_annotations[annotations.lockedUntil] = types.wrap_timestamp(lockedUntilMs);
  }
  return message;
}

/** The stored message with application properties set, as abandon, defer and dead-letter may ask. */
export function modifyProperties(body: Buffer, properties: Record<string, unknown> | undefined): Buffer {
  if (!properties || Object.keys(properties).length === 0) return body;
  const message = decodeMessage(body);
  message.application_properties = { ...message.application_properties, ...properties };
  return encodeMessage(message);
}

/** The stored message as it lies in the dead-letter queue: with where it comes from and why. */
export function toDeadLetter(
  body: Buffer,
  source: string,
  reason: string | undefined,
  description: string | undefined,
  properties: Record<string, unknown> | undefined,
): Buffer {
  const message = decodeMessage(body);
  message.message_annotations = { ...message.message_annotations, [annotations.source]: source };
  message.application_properties = {
    ...message.application_properties,
    ...properties,
    ...(reason !== undefined && { DeadLetterReason: reason }),
    ...(description !== undefined && { DeadLetterErrorDescription: description }),
  };
  return encodeMessage(message);
}

export function requireDecodable(bytes: Buffer): AmqpMessage {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    throw new ServiceBusRefusal(
      'amqp:decode-error',
      `a message of the batch cannot be decoded: ${String(error)}`,
    );
  }
}
