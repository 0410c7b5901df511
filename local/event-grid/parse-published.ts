import type { CloudEvent, EventGridEvent, StoredEvent } from './event.ts';

/** What a publisher sent is not acceptable; the message names the event and the field. */
export class BadEventError extends Error {
  override readonly name = 'BadEventError';
}

/**
 * Reads the body of a publish request. Event Grid schema unless the content type says CloudEvents; the topic fills
 * in `topic`, `metadataVersion` and, for CloudEvents, `time`.
 */
export function parsePublished(
  body: unknown,
  contentType: string,
  topicId: string,
  nowMs: number,
): StoredEvent[] {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/cloudevents+json') return [parseCloudEvent(body, 0, nowMs)];
  if (!Array.isArray(body)) {
    throw new BadEventError(`the body must be a JSON array of events; got ${describe(body)}`);
  }
  return mediaType === 'application/cloudevents-batch+json'
    ? body.map((event, index) => parseCloudEvent(event, index, nowMs))
    : body.map((event, index) => parseEventGridEvent(event, index, topicId));
}

function parseEventGridEvent(value: unknown, index: number, topicId: string): StoredEvent {
  const fields = asObject(value, index);
  const event: EventGridEvent = {
    topic: topicId,
    subject: requireText(fields, 'subject', index),
    eventType: requireText(fields, 'eventType', index),
    eventTime: requireTime(fields, 'eventTime', index),
    id: requireText(fields, 'id', index),
    data: fields['data'] ?? null,
    dataVersion: typeof fields['dataVersion'] === 'string' ? fields['dataVersion'] : '',
    metadataVersion: '1',
  };
  const sent = fields['topic'];
  if (sent !== undefined && sent !== '' && sent !== topicId) {
    throw new BadEventError(
      `event ${index}: topic must be left out or be '${topicId}'; got ${describe(sent)}`,
    );
  }
  return { schema: 'EventGridSchema', event };
}

function parseCloudEvent(value: unknown, index: number, nowMs: number): StoredEvent {
  const fields = asObject(value, index);
  if (fields['specversion'] !== '1.0') {
    throw new BadEventError(
      `event ${index}: specversion must be '1.0'; got ${describe(fields['specversion'])}`,
    );
  }
  const event: CloudEvent = {
    ...fields,
    id: requireText(fields, 'id', index),
    source: requireText(fields, 'source', index),
    type: requireText(fields, 'type', index),
    specversion: '1.0',
    time: fields['time'] === undefined ? new Date(nowMs).toISOString() : requireTime(fields, 'time', index),
  };
  return { schema: 'CloudEventSchemaV1_0', event };
}

function asObject(value: unknown, index: number): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadEventError(`event ${index}: must be an object; got ${describe(value)}`);
  }
  return value as Record<string, unknown>;
}

function requireText(fields: Record<string, unknown>, name: string, index: number): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') {
    throw new BadEventError(`event ${index}: ${name} must be a non-empty string; got ${describe(value)}`);
  }
  return value;
}

function requireTime(fields: Record<string, unknown>, name: string, index: number): string {
  const value = requireText(fields, name, index);
  if (Number.isNaN(Date.parse(value))) {
    throw new BadEventError(`event ${index}: ${name} must be an ISO 8601 time; got ${describe(value)}`);
  }
  return value;
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}
