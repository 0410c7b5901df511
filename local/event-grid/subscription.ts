import type { TopicName } from '../cloud-context.ts';
import { type EventSchema, type StoredEvent, subjectOf, typeOf } from './event.ts';
import { isTopicName, topicNames } from './topics.ts';

export interface Subscription {
  readonly name: string;
  readonly topic: TopicName;
  /** The webhook. */
  readonly endpointUrl: string;
  readonly schema: EventSchema;
  /** Omitted: every type. */
  readonly includedEventTypes?: readonly string[];
  readonly subjectBeginsWith?: string;
  readonly subjectEndsWith?: string;
  /** Omitted: 1, one event a request. */
  readonly maxEventsPerBatch?: number;
  /** The blob container for what cannot be delivered. Omitted: it is dropped. */
  readonly deadLetterTo?: string;
}

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
  check(fields, 'endpointUrl', 'an http(s) URL', (url) => /^https?:$/.test(parseUrl(url)?.protocol ?? ''));
  check({ maxEventsPerBatch: batch }, 'maxEventsPerBatch', 'a whole number from 1 to 5000', isBatchSize);
  const subscription = { schema: 'EventGridSchema', ...fields } as unknown as Subscription;
  check({ ...subscription }, 'schema', 'EventGridSchema | CloudEventSchemaV1_0', (schema) =>
    ['EventGridSchema', 'CloudEventSchemaV1_0'].includes(String(schema)),
  );
  return subscription;
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
