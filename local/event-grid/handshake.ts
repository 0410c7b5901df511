import { randomUUID } from 'node:crypto';
import type { WebhookSubscription } from './subscription.ts';

/** The origin an endpoint is asked to allow in the CloudEvents handshake. */
const webhookOrigin = 'eventgrid.azure.net';

interface HandshakeRequest {
  readonly topicId: string;
  /** What the endpoint must echo, or visit. */
  readonly code: string;
  readonly validationUrl: string;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks the endpoint once whether it wants the subscription's events. A redirect is an answer that does not agree, as it
 * is for a delivery: who owns the address has to say so itself.
 * Returns null when it agrees, else a sentence that says what it answered.
 */
export async function shakeHands(
  subscription: WebhookSubscription,
  request: HandshakeRequest,
): Promise<string | null> {
  try {
    return subscription.schema === 'EventGridSchema'
      ? await askForCode(subscription, request)
      : await askForOrigin(subscription, request);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `no response (${cause instanceof Error ? cause.message || cause.name : String(cause)})`;
  }
}

async function askForCode(
  { name, endpointUrl }: WebhookSubscription,
  { topicId, code, validationUrl, nowMs, signal }: HandshakeRequest,
): Promise<string | null> {
  const event = {
    id: randomUUID(),
    topic: topicId,
    subject: '',
    data: { validationCode: code, validationUrl },
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    eventTime: new Date(nowMs).toISOString(),
    metadataVersion: '1',
    dataVersion: '1',
  };
  const response = await fetch(endpointUrl, {
    method: 'POST',
    signal,
    redirect: 'manual',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'aeg-event-type': 'SubscriptionValidation',
      'aeg-subscription-name': name.toUpperCase(),
      'aeg-delivery-count': '0',
      'aeg-metadata-version': '1',
      'aeg-data-version': '1',
    },
    body: JSON.stringify([event]),
  });
  const text = await response.text();
  if (response.status !== 200) return `status ${response.status} instead of 200`;
  return readValidationResponse(text) === code ? null : 'a response without the right validationResponse';
}

function readValidationResponse(text: string): unknown {
  try {
    return (JSON.parse(text) as { validationResponse?: unknown } | null)?.validationResponse;
  } catch {
    return undefined;
  }
}

async function askForOrigin(
  { endpointUrl }: WebhookSubscription,
  { signal }: HandshakeRequest,
): Promise<string | null> {
  const response = await fetch(endpointUrl, {
    method: 'OPTIONS',
    signal,
    redirect: 'manual',
    headers: { 'webhook-request-origin': webhookOrigin, 'webhook-request-rate': '120' },
  });
  await response.arrayBuffer();
  if (response.status !== 200) return `status ${response.status} instead of 200`;
  const allowed = response.headers.get('webhook-allowed-origin');
  return allowed === '*' || allowed === webhookOrigin
    ? null
    : `WebHook-Allowed-Origin ${JSON.stringify(allowed)} instead of ${webhookOrigin} or *`;
}
