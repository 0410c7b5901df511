/** The two schemas an event travels in, and the way from one to the other. */

export type EventSchema = 'EventGridSchema' | 'CloudEventSchemaV1_0';

export interface EventGridEvent {
  readonly topic: string;
  readonly subject: string;
  readonly eventType: string;
  readonly eventTime: string;
  readonly id: string;
  readonly data: unknown;
  readonly dataVersion: string;
  readonly metadataVersion: string;
}

export interface CloudEvent {
  readonly source: string;
  readonly type: string;
  readonly id: string;
  readonly specversion: '1.0';
  readonly subject?: string;
  readonly time?: string;
  readonly data?: unknown;
  readonly [extension: string]: unknown;
}

export type StoredEvent =
  | { readonly schema: 'EventGridSchema'; readonly event: EventGridEvent }
  | { readonly schema: 'CloudEventSchemaV1_0'; readonly event: CloudEvent };

export function idOf(stored: StoredEvent): string {
  return stored.event.id;
}

export function typeOf(stored: StoredEvent): string {
  return stored.schema === 'EventGridSchema' ? stored.event.eventType : stored.event.type;
}

export function subjectOf(stored: StoredEvent): string {
  return stored.event.subject ?? '';
}

/** CloudEvents has no place for the data version, and Event Grid none for extension attributes: both are lost. */
export function toSchema(stored: StoredEvent, schema: EventSchema): EventGridEvent | CloudEvent {
  if (stored.schema === schema) return stored.event;
  if (stored.schema === 'EventGridSchema') {
    const { topic, subject, eventType, eventTime, id, data } = stored.event;
    return { source: topic, subject, type: eventType, time: eventTime, id, data, specversion: '1.0' };
  }
  const { source, subject, type, time, id, data } = stored.event;
  return {
    topic: source,
    subject: subject ?? '',
    eventType: type,
    eventTime: time ?? '',
    id,
    data,
    dataVersion: '',
    metadataVersion: '1',
  };
}
