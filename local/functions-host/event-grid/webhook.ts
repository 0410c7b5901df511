/**
 * The Event Grid webhook: `POST /runtime/webhooks/eventgrid?functionName=F`.
 *
 * Invariants
 * 1. Each event of a delivery runs the function once, all at once; the answer comes when all have ended.
 * 2. One failure answers 500, and Event Grid sends the whole delivery again.
 */
import { crashPoint } from '../../crash-point.ts';
import { errorDetail } from '../../process/local-error.ts';
import { invokeWithRetry, type RetryDependencies } from '../app/retry.ts';
import type { Invocation, RegisteredFunction } from '../contract.ts';
import { type Answer, type Exchange, jsonAnswer } from '../http/server.ts';
import { answerDelivery } from './answer-delivery.ts';

/** Answers an exchange whose key has been checked. */
export async function handleEventGrid(dependencies: RetryDependencies, exchange: Exchange): Promise<Answer> {
  const name = exchange.request.url.searchParams.get('functionName') ?? '';
  const fn = dependencies.app.find(name);
  if (fn?.trigger.type.toLowerCase() !== 'eventgridtrigger') {
    return jsonAnswer(404, {
      error: `functionName: no function with an Event Grid trigger is called ${JSON.stringify(name)}`,
    });
  }
  return answerDelivery(exchange, (events) => runAll(dependencies, fn, events, exchange));
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
