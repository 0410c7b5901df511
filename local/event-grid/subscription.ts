import type { TopicName } from '../cloud-context.ts';
import { type EventSchema, type StoredEvent, subjectOf, typeOf } from './event.ts';
import { findDestinationProblem, type QueueDestination } from './queue-destination.ts';
import { isTopicName, topicNames } from './topics.ts';

interface AnySubscription {
  readonly name: string;
  readonly topic: TopicName;
  readonly schema: EventSchema;
  /** Omitted: every type. */
  readonly includedEventTypes?: readonly string[];
  readonly subjectBeginsWith?: string;
  readonly subjectEndsWith?: string;
  /** Omitted: 1, one event a request. A queue always gets one event a message. */
  readonly maxEventsPerBatch?: number;
  /** The blob container for what cannot be delivered. Omitted: it is dropped. */
  readonly deadLetterTo?: string;
}

export interface WebhookSubscription extends AnySubscription {
  readonly endpointUrl: string;
  readonly destination?: undefined;
}

interface QueueSubscription extends AnySubscription {
  readonly destination: QueueDestination;
  readonly endpointUrl?: undefined;
}

export type Subscription = WebhookSubscription | QueueSubscription;

/** Comparisons ignore case, as in the service. */
export function matches(subscription: Subscription, event: StoredEvent): boolean {
  const subject = subjectOf(event).toLowerCase();
  const { includedEventTypes, subjectBeginsWith = '', subjectEndsWith = '' } = subscription;
  const type = typeOf(event).toLowerCase();
  return (
    (includedEventTypes === undefined ||
      includedEventTypes.some((wanted) => wanted.toLowerCase() === type)) &&
    subject.startsWith(subjectBeginsWith.toLowerCase()) &&
    subject.endsWith(subjectEndsWith.toLowerCase())
  );
}

/** Reads a subscription from outside. Throws a TypeError that names the field, the rule and the value. */
export function parseSubscription(value: unknown): Subscription {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`subscription: expected an object, got ${JSON.stringify(value)}`);
  }
  const fields = value as Record<string, unknown>;
  const batch = fields['maxEventsPerBatch'] ?? 1;
  check(fields, 'name', 'letters, digits and hyphens', (name) => /^[\w-]{1,64}$/.test(String(name)));
  check(fields, 'topic', topicNames.join(' | '), isTopicName);
  checkEndpoint(fields);
  check({ maxEventsPerBatch: batch }, 'maxEventsPerBatch', 'a whole number from 1 to 5000', isBatchSize);
  const subscription = { schema: 'EventGridSchema', ...fields } as unknown as Subscription;
  check({ ...subscription }, 'schema', 'EventGridSchema | CloudEventSchemaV1_0', (schema) =>
    ['EventGridSchema', 'CloudEventSchemaV1_0'].includes(String(schema)),
  );
  return subscription;
}

function checkEndpoint(fields: Record<string, unknown>): void {
  if (fields['destination'] === undefined) {
    check(fields, 'endpointUrl', 'an http(s) URL', (url) => /^https?:$/.test(parseUrl(url)?.protocol ?? ''));
    return;
  }
  const one = 'no other endpoint field beside destination';
  check(fields, 'endpointUrl', one, (url) => url === undefined);
  const problem = findDestinationProblem(fields['destination']);
  if (problem !== null) throw new TypeError(`subscription.destination.${problem}`);
}

function isBatchSize(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 5000;
}

function parseUrl(value: unknown): URL | null {
  return typeof value === 'string' ? URL.parse(value) : null;
}

function check(
  fields: Record<string, unknown>,
  name: string,
  rule: string,
  holds: (value: unknown) => boolean,
): void {
  if (!holds(fields[name])) {
    throw new TypeError(`subscription.${name}: expected ${rule}, got ${JSON.stringify(fields[name])}`);
  }
}
