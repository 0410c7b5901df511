import type { CloudEvent, EventGridEvent } from './event.ts';
import { type Outcome, outcomeOf, responseLimitMs } from './retry.ts';
import type { WebhookSubscription } from './subscription.ts';

/** One request with these events; they succeed or fail together. */
export async function postToWebhook(
  { endpointUrl, schema, maxEventsPerBatch = 1 }: WebhookSubscription,
  events: readonly (EventGridEvent | CloudEvent)[],
  headers: Readonly<Record<string, string>>,
  stop: AbortSignal,
): Promise<Outcome> {
  // CloudEvents travel as one object unless the subscription asks for batches; Event Grid events always as an array.
  const single = schema === 'CloudEventSchemaV1_0' && maxEventsPerBatch === 1;
  const timeout = AbortSignal.timeout(responseLimitMs);
  try {
    const response = await fetch(endpointUrl, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([stop, timeout]),
      headers: { 'content-type': contentType(schema, single), ...headers },
      body: JSON.stringify(single ? events[0] : events),
    });
    await response.arrayBuffer();
    return outcomeOf(response.status);
  } catch {
    return timeout.aborted ? 'TimedOut' : 'SocketError';
  }
}

function contentType(schema: WebhookSubscription['schema'], single: boolean): string {
  if (schema === 'EventGridSchema') return 'application/json; charset=utf-8';
  return `application/cloudevents${single ? '' : '-batch'}+json; charset=utf-8`;
}
