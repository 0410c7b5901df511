/**
 * A Service Bus queue as the destination of a subscription: what it may be, what a message carries, what a refusal
 * means. Pure.
 */
import type { ServiceBusMessage } from '@azure/service-bus';
import type { CloudEvent, EventGridEvent } from './event.ts';
import type { Outcome } from './retry.ts';

/** As Resource Manager has it. */
export interface QueueDestination {
  readonly endpointType: 'ServiceBusQueue';
  readonly properties: {
    /** `…/namespaces/NAMESPACE/queues/QUEUE`; the local namespace has the queue, whatever comes before. */
    readonly resourceId: string;
    readonly deliveryAttributeMappings?: readonly DeliveryAttributeMapping[];
  };
}

type DeliveryAttributeMapping =
  | { readonly name: string; readonly type: 'Static'; readonly properties: { readonly value: string } }
  /** `sourceField` is a path into the event, such as `data.modelName`. */
  | {
      readonly name: string;
      readonly type: 'Dynamic';
      readonly properties: { readonly sourceField: string };
    };

/** Puts a message into a queue, or rejects with the error of the Service Bus client. */
export type SendToQueue = (queue: string, message: ServiceBusMessage, stop: AbortSignal) => Promise<void>;

const queueId = /\/queues\/([^/]+)$/i;
const mappingsAtMost = 10;

export function queueOf({ properties }: QueueDestination): string {
  return queueId.exec(properties.resourceId)?.[1] ?? '';
}

/** Null, or what is wrong with a destination from outside. */
export function findDestinationProblem(value: unknown): string | null {
  const { endpointType, properties } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (endpointType !== 'ServiceBusQueue') {
    return `endpointType: expected ServiceBusQueue, got ${JSON.stringify(endpointType)}; give a webhook's address as endpointUrl`;
  }
  const { resourceId, deliveryAttributeMappings = [] } = (properties ?? {}) as Partial<
    Record<string, unknown>
  >;
  if (typeof resourceId !== 'string' || !queueId.test(resourceId)) {
    return `properties.resourceId: expected …/queues/NAME, got ${JSON.stringify(resourceId)}`;
  }
  const mappings = deliveryAttributeMappings;
  if (!Array.isArray(mappings) || mappings.length > mappingsAtMost || !mappings.every(isMapping)) {
    const rule = `at most ${mappingsAtMost} of {name, type: Static, properties: {value}} and {name, type: Dynamic, properties: {sourceField}}`;
    return `properties.deliveryAttributeMappings: expected ${rule}, got ${JSON.stringify(mappings)}`;
  }
  return null;
}

function isMapping(raw: unknown): boolean {
  const { name, type, properties } = (raw ?? {}) as Partial<Record<string, unknown>>;
  const { value, sourceField } = (properties ?? {}) as Partial<Record<string, unknown>>;
  const isText = (field: unknown): boolean => typeof field === 'string' && field !== '';
  return (
    isText(name) && ((type === 'Static' && isText(value)) || (type === 'Dynamic' && isText(sourceField)))
  );
}

/** The message of one event: its fields and headers, and what the mappings add. */
export function toMessage(
  event: EventGridEvent | CloudEvent,
  { properties }: QueueDestination,
  headers: Readonly<Record<string, string>>,
  messageId: string,
): ServiceBusMessage {
  const message: ServiceBusMessage & { applicationProperties: Record<string, string | number | boolean> } = {
    body: event,
    contentType: 'eventType' in event ? 'application/json' : 'application/cloudevents+json',
    messageId,
    applicationProperties: { ...headers },
  };
  for (const mapping of properties.deliveryAttributeMappings ?? []) {
    const value =
      mapping.type === 'Static' ? mapping.properties.value : lookUp(event, mapping.properties.sourceField);
    if (value === undefined) continue;
    const field = Object.hasOwn(fieldOfAttribute, mapping.name) ? fieldOfAttribute[mapping.name] : undefined;
    if (field) message[field] = String(value);
    else message.applicationProperties[mapping.name] = value;
  }
  return message;
}

/** Attributes that become fields of the message; every other one is an application property. */
const fieldOfAttribute: Readonly<Record<string, 'sessionId' | 'messageId' | 'partitionKey'>> = {
  SessionId: 'sessionId',
  MessageId: 'messageId',
  PartitionKey: 'partitionKey',
};

/** Only texts, numbers and booleans are delivered. */
function lookUp(event: object, path: string): string | number | boolean | undefined {
  let value: unknown = event;
  for (const key of path.replace(/^\$\./, '').split('.')) {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    value = isObject ? (value as Record<string, unknown>)[key] : undefined;
  }
  return ['string', 'number', 'boolean'].includes(typeof value) ? (value as string) : undefined;
}

/** By code, or by the beginning of the message, where the client has only its general code. */
const outcomes: readonly (readonly [RegExp, Outcome])[] = [
  [/^MessagingEntityNotFound/, 'NotFound'],
  [/^MessageSizeExceeded/, 'PayloadTooLarge'],
  // A queue with sessions refuses a message without one.
  [/^GeneralError InvalidOperationError/, 'BadRequest'],
  [/^ServiceBusy/, 'Busy'],
  [/^ServiceTimeout/, 'TimedOut'],
  [/^(?:ServiceCommunicationProblem|GeneralError E[A-Z]+:)/, 'SocketError'],
];

export function outcomeOfError(error: unknown): Outcome {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const said = `${String(code)} ${String(message)}`;
  return outcomes.find(([pattern]) => pattern.test(said))?.[1] ?? 'GenericError';
}
