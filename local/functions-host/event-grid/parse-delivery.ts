/** What came to the Event Grid webhook: events in either schema, one or many, or a handshake. Pure. */

type Delivery =
  | { readonly kind: 'events'; readonly events: readonly object[] }
  | { readonly kind: 'validation'; readonly code: string }
  | { readonly kind: 'unsubscribe' }
  | { readonly kind: 'malformed'; readonly reason: string };

const malformed = (reason: string): Delivery => ({ kind: 'malformed', reason });

export function parseDelivery(headers: ReadonlyMap<string, string>, body: Buffer): Delivery {
  const eventType = headers.get('aeg-event-type')?.toLowerCase();
  const mediaType = (headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (eventType === 'unsubscribe') return { kind: 'unsubscribe' };
  if (headers.has('ce-specversion')) return parseBinary(headers, mediaType, body);
  const isCloudEvent =
    mediaType === 'application/cloudevents+json' || mediaType === 'application/cloudevents-batch+json';
  if (eventType !== 'subscriptionvalidation' && eventType !== 'notification' && !isCloudEvent) {
    return malformed('aeg-event-type: expected SubscriptionValidation, Notification or Unsubscribe');
  }
  const events = parseEvents(body);
  if (events === null) return malformed('the body is neither a JSON object nor an array of JSON objects');
  return eventType === 'subscriptionvalidation' ? parseValidation(events) : { kind: 'events', events };
}

function parseEvents(body: Buffer): object[] | null {
  const content = parseJson(body);
  const events: unknown[] = Array.isArray(content) ? content : [content];
  return events.every(isObject) ? events : null;
}

function parseValidation([event]: readonly object[]): Delivery {
  const data = event === undefined ? undefined : (event as Record<string, unknown>)['data'];
  const code = isObject(data) ? (data as Record<string, unknown>)['validationCode'] : undefined;
  return typeof code === 'string'
    ? { kind: 'validation', code }
    : malformed('data.validationCode is missing');
}

/** CloudEvents 1.0, binary mode: attributes in `ce-` headers, the body is the data. */
function parseBinary(headers: ReadonlyMap<string, string>, mediaType: string, body: Buffer): Delivery {
  const event: Record<string, unknown> = {};
  for (const [name, value] of headers) if (name.startsWith('ce-')) event[name.slice(3)] = decodeHeader(value);
  for (const name of ['id', 'source', 'type']) {
    if (typeof event[name] !== 'string' || event[name] === '') return malformed(`ce-${name} is missing`);
  }
  if (body.length === 0) return { kind: 'events', events: [event] };
  if (mediaType !== '') event['datacontenttype'] = mediaType;
  if (mediaType === '' || mediaType === 'application/json' || mediaType.endsWith('+json')) {
    const data = parseJson(body);
    if (data === undefined) return malformed('the body is not JSON');
    return { kind: 'events', events: [{ ...event, data }] };
  }
  if (mediaType.startsWith('text/'))
    return { kind: 'events', events: [{ ...event, data: body.toString('utf8') }] };
  return { kind: 'events', events: [{ ...event, data_base64: body.toString('base64') }] };
}

/** CloudEvents percent-encodes what a header cannot carry. */
function decodeHeader(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
