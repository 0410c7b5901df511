/** What every webhook that Event Grid delivers to answers: both handshakes, and the events to whoever runs them. */
import { type Answer, type Exchange, jsonAnswer } from '../http/server.ts';
import { parseDelivery } from './parse-delivery.ts';

/** Event Grid sends at most 1 MB of events at once; the rest is room for what it adds to each. */
const deliveryLimitBytes = 1536 * 1024;

/** Answers a handshake itself, and a delivery of events with what `run` makes of them. */
export async function answerDelivery(
  exchange: Exchange,
  run: (events: readonly object[]) => Promise<Answer>,
): Promise<Answer> {
  const { request } = exchange;
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
      return run(delivery.events);
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
