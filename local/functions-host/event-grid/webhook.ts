/**
 * The Event Grid webhook: `POST /runtime/webhooks/eventgrid?functionName=F`.
 *
 * Invariants
 * 1. Each event of a delivery runs the function once, all at once; the answer comes when all have ended.
 * 2. One failure answers 500, and Event Grid sends the whole delivery again.
 */
import { crashPoint } from '../../crash-point.ts';
import { invokeWithRetry, type RetryDependencies } from '../app/retry.ts';
import type { Invocation, RegisteredFunction } from '../contract.ts';
import { errorDetail } from '../host-error.ts';
import { type Answer, type Exchange, jsonAnswer } from '../http/server.ts';
import { parseDelivery } from './parse-delivery.ts';

/** Event Grid sends at most 1 MB of events at once; the rest is room for what it adds to each. */
const deliveryLimitBytes = 1536 * 1024;

/** Answers an exchange whose key has been checked. */
export async function handleEventGrid(dependencies: RetryDependencies, exchange: Exchange): Promise<Answer> {
  const { request } = exchange;
  const name = request.url.searchParams.get('functionName') ?? '';
  const fn = dependencies.app.find(name);
  if (fn?.trigger.type.toLowerCase() !== 'eventgridtrigger') {
    return jsonAnswer(404, {
      error: `functionName: no function with an Event Grid trigger is called ${JSON.stringify(name)}`,
    });
  }
  if (request.method === 'OPTIONS') return allowOrigin(exchange);
  if (request.method !== 'POST') return jsonAnswer(404, { error: 'events are sent with POST' });
  const delivery = parseDelivery(request.headers, await exchange.readBody(deliveryLimitBytes));
  switch (delivery.kind) {
    case 'validation':
      return jsonAnswer(200, { validationResponse: delivery.code });
    case 'unsubscribe':
      return { status: 202 };
    case 'malformed':
      return jsonAnswer(400, { error: delivery.reason });
    case 'events':
      return runAll(dependencies, fn, delivery.events, exchange);
  }
}

/** The CloudEvents handshake: a webhook says whose events it takes, and how many. */
function allowOrigin({ request }: Exchange): Answer {
  const origin = request.headers.get('webhook-request-origin');
  if (origin === undefined) return jsonAnswer(400, { error: 'WebHook-Request-Origin is missing' });
  return {
    status: 200,
    headers: {
      'webhook-allowed-origin': origin,
      'webhook-allowed-rate': request.headers.get('webhook-request-rate') ?? '*',
      allow: 'POST, OPTIONS',
    },
  };
}

async function runAll(
  dependencies: RetryDependencies,
  fn: RegisteredFunction,
  events: readonly object[],
  { hold }: Exchange,
): Promise<Answer> {
  const runs = events.map((event) => invokeWithRetry(dependencies, fn, toInvocation(event), hold));
  const failures = (await Promise.allSettled(runs)).filter((run) => run.status === 'rejected');
  for (const { reason } of failures) {
    dependencies.log('error', `failed on an event: ${errorDetail(reason)}`, { function: fn.name });
  }
  crashPoint(`event-grid-trigger-after-run:${fn.name}`);
  return { status: failures.length > 0 ? 500 : 202 };
}

export function toInvocation(event: object): Invocation {
  const { data } = event as { data?: unknown };
  return {
    trigger: { string: JSON.stringify(event) },
    triggerMetadata: { data: data === undefined ? {} : { json: JSON.stringify(data) } },
  };
}
