/** Service Bus messages as a trigger hands them to a function: the body, and what is known about it. Pure. */
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Invocation, TypedData } from '../contract.ts';

/** The broker's "never", as .NET writes it. */
const never = '9999-12-31T23:59:59.9999999Z';

export function toInvocation(message: ServiceBusReceivedMessage): Invocation {
  return { trigger: bodyOf(message), triggerMetadata: metadataOf(message) };
}

/** A batch: an array of bodies, and each piece of metadata as an array too. */
export function toBatchInvocation(messages: readonly ServiceBusReceivedMessage[]): Invocation {
  const each = messages.map(metadataOf);
  const names = new Set(each.flatMap((metadata) => Object.keys(metadata)));
  const triggerMetadata = Object.fromEntries(
    [...names].map((name) => [
      `${name}Array`,
      { json: JSON.stringify(each.map((metadata) => plain(metadata[name]))) },
    ]),
  );
  return { trigger: { collectionString: { string: messages.map(textOf) } }, triggerMetadata };
}

function metadataOf(message: ServiceBusReceivedMessage): Record<string, TypedData> {
  const properties = { json: JSON.stringify(message.applicationProperties ?? {}, writeBigInt) };
  const enqueued = { json: JSON.stringify(message.enqueuedTimeUtc ?? null) };
  const expires = { json: JSON.stringify(message.expiresAtUtc ?? never) };
  const metadata: Record<string, TypedData> = {
    // The broker counts deliveries before this one; the real trigger counts this one too.
    DeliveryCount: { int: (message.deliveryCount ?? 0) + 1 },
    LockToken: { string: message.lockToken ?? '' },
    SequenceNumber: { int: Number(message.sequenceNumber ?? 0) },
    EnqueuedTimeUtc: enqueued,
    EnqueuedTime: enqueued,
    ExpiresAtUtc: expires,
    ExpiresAt: expires,
    ApplicationProperties: properties,
    UserProperties: properties,
  };
  const texts: Readonly<Record<string, unknown>> = {
    MessageId: message.messageId,
    ContentType: message.contentType,
    CorrelationId: message.correlationId,
    Subject: message.subject,
    Label: message.subject,
    ReplyTo: message.replyTo,
    To: message.to,
    SessionId: message.sessionId,
    PartitionKey: message.partitionKey,
    DeadLetterSource: message.deadLetterSource,
  };
  for (const [name, value] of Object.entries(texts)) {
    if (value !== undefined && value !== null) metadata[name] = { string: String(value) };
  }
  return metadata;
}

function plain(data: TypedData | undefined): unknown {
  if (data?.json !== undefined) return JSON.parse(data.json);
  return data?.string ?? data?.int ?? null;
}

function writeBigInt(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Bytes that are no text stay bytes. */
function bodyOf(message: ServiceBusReceivedMessage): TypedData {
  const body: unknown = message.body;
  if (body === undefined || body === null) return { string: '' };
  if (!(body instanceof Uint8Array)) return { string: textOf(message) };
  const text = Buffer.from(body).toString('utf8');
  return text.includes('\uFFFD') ? { bytes: body } : { string: text };
}

function textOf({ body }: ServiceBusReceivedMessage): string {
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  return typeof body === 'string' ? body : (JSON.stringify(body, writeBigInt) ?? '');
}
