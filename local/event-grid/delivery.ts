/**
 * Delivers one subscription's events to its webhook or queue.
 *
 * Owns: which deliveries are under way, what an answer means, when to try again.
 * Does not own: the events (store.ts), whether the endpoint agreed to them (index.ts starts this once it has).
 *
 * Invariants
 * 1. At least once: a delivery is removed only after the endpoint has accepted it, or it was given up.
 * 2. At most `concurrency` requests at a time; the events of one request succeed or fail together.
 * 3. While a delivery is due or under way it counts as work; one that waits for the clock does not.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { Work } from '../clock/work.ts';
import type { LogLevel } from '../cloud-context.ts';
import { crashPoint } from '../crash-point.ts';
import { deadLetterPath, toDeadLetter, type WriteDeadLetter } from './dead-letter.ts';
import { idOf, toSchema } from './event.ts';
import { postToWebhook } from './post-to-webhook.ts';
import { outcomeOfError, queueOf, type SendToQueue, toMessage } from './queue-destination.ts';
import {
  type DeadLetterReason,
  deadLetterDelayMs,
  deadLetterPatienceMs,
  decideNext,
  type Outcome,
} from './retry.ts';
import type { Delivery, EventGridStore } from './store.ts';
import type { Subscription } from './subscription.ts';

const concurrency = 16;

export interface DeliveryDependencies {
  readonly subscription: Subscription;
  readonly store: EventGridStore;
  readonly clock: Clock;
  readonly work: Work;
  readonly retryScheduleMs: readonly number[];
  readonly writeDeadLetter: WriteDeadLetter;
  readonly sendToQueue: SendToQueue;
  log(level: LogLevel, message: string): void;
}

export interface SubscriptionDelivery {
  /** Looks for what is due; call it after events were accepted. */
  wake(): void;
  /** Breaks off requests under way; what they carried stays in the store. */
  stop(): Promise<void>;
}

export function startDelivery(dependencies: DeliveryDependencies): SubscriptionDelivery {
  const { subscription, store, clock, work } = dependencies;
  const batchSize = subscription.destination ? 1 : (subscription.maxEventsPerBatch ?? 1);
  const abort = new AbortController();
  const underWay = new Set<number>();
  const requests = new Set<Promise<void>>();
  let withdrawWait: () => void = () => {};

  const wake = (): void => {
    // With every slot taken there is nothing to do: whichever request ends looks again.
    if (abort.signal.aborted || requests.size >= concurrency) return;
    const limit = (concurrency - requests.size) * batchSize;
    const due = store.due(subscription.name, clock.now(), limit, underWay);
    while (requests.size < concurrency && due.length > 0) {
      // What was given up goes to the container one by one, never in one request with living events.
      const first = due[0] as Delivery;
      const count = first.deadReason ? 1 : leading(due, ({ deadReason }) => deadReason === null, batchSize);
      begin(due.splice(0, count));
    }
    withdrawWait();
    const nextMs = store.nextDueMs(subscription.name, clock.now());
    withdrawWait = nextMs === null ? () => {} : clock.at(nextMs, wake);
  };

  const begin = (batch: readonly Delivery[]): void => {
    for (const { seq } of batch) underWay.add(seq);
    const request = work.during(async () => {
      if (batch[0]?.deadReason) await bury(batch[0], dependencies);
      else await attempt(batch, dependencies, abort.signal);
      for (const { seq } of batch) underWay.delete(seq);
      requests.delete(request);
      // Inside the work: no gap in which time could move before the next delivery has begun.
      wake();
    });
    requests.add(request);
  };

  return {
    wake,
    async stop() {
      abort.abort();
      withdrawWait();
      await Promise.all(requests);
    },
  };
}

function leading<T>(items: readonly T[], holds: (item: T) => boolean, most: number): number {
  const end = items.slice(0, most).findIndex((item) => !holds(item));
  return end === -1 ? Math.min(items.length, most) : end;
}

async function attempt(
  batch: readonly Delivery[],
  dependencies: DeliveryDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { store } = dependencies;
  crashPoint('event-grid-before-delivery');
  const outcome = await deliver(batch, dependencies, signal);
  if (signal.aborted) return;
  crashPoint('event-grid-after-delivery');
  if (outcome === 'Success') store.remove(batch.map(({ seq }) => seq));
  else for (const delivery of batch) recordFailure(delivery, outcome, dependencies);
}

/** Delivers to whatever the subscription has as its endpoint. */
function deliver(
  batch: readonly Delivery[],
  { subscription, sendToQueue }: DeliveryDependencies,
  stop: AbortSignal,
): Promise<Outcome> {
  const first = batch[0] as Delivery;
  const events = batch.map(({ event }) => toSchema(event, subscription.schema));
  const headers = {
    'aeg-event-type': 'Notification',
    'aeg-subscription-name': subscription.name.toUpperCase(),
    'aeg-delivery-count': String(first.attempts),
    'aeg-metadata-version': '1',
    'aeg-data-version': first.event.schema === 'EventGridSchema' ? first.event.event.dataVersion : '',
    'aeg-output-event-id': idOf(first.event),
  };
  if (subscription.destination === undefined) return postToWebhook(subscription, events, headers, stop);
  const { destination } = subscription;
  const message = toMessage(events[0]!, destination, headers, messageIdOf(subscription, first));
  return sendToQueue(queueOf(destination), message, stop).then(() => 'Success', outcomeOfError);
}

/** The same at every attempt: a queue with duplicate detection takes an event once. */
function messageIdOf({ name }: Subscription, { seq, event, acceptedMs }: Delivery): string {
  const delivery = JSON.stringify([name, seq, idOf(event), acceptedMs]);
  return createHash('sha256').update(delivery).digest('hex').slice(0, 32);
}

function recordFailure(
  delivery: Delivery,
  outcome: Outcome,
  { subscription, store, clock, log, retryScheduleMs }: DeliveryDependencies,
): void {
  const nowMs = clock.now();
  const attempts = delivery.attempts + 1;
  const failed = { ...delivery, attempts, lastOutcome: outcome, lastAttemptMs: nowMs };
  const next = decideNext(outcome, attempts, delivery.acceptedMs, nowMs, retryScheduleMs);
  const what = `event ${idOf(delivery.event)} to ${subscription.name}: ${outcome} at attempt ${attempts}`;
  if (next.kind === 'retry') {
    store.postpone(failed, next.atMs);
    log('info', `${what}; next attempt ${new Date(next.atMs).toISOString()}`);
  } else if (subscription.deadLetterTo === undefined) {
    store.remove([delivery.seq]);
    log('warn', `${what}; dropped (${next.reason}): the subscription has no dead-letter container`);
  } else {
    giveUp(failed, next.reason, store, nowMs);
    log('warn', `${what}; dead-lettered to container ${subscription.deadLetterTo} (${next.reason})`);
  }
}

function giveUp(delivery: Delivery, reason: DeadLetterReason, store: EventGridStore, nowMs: number): void {
  store.postpone({ ...delivery, deadReason: reason, deadSinceMs: nowMs }, nowMs + deadLetterDelayMs);
}

/** Hands a given-up event to the dead-letter container; an unreachable one is tried again for some hours. */
async function bury(
  delivery: Delivery,
  { subscription, store, clock, log, writeDeadLetter }: DeliveryDependencies,
): Promise<void> {
  const container = subscription.deadLetterTo ?? '';
  const nowMs = clock.now();
  try {
    const body = JSON.stringify([toDeadLetter(delivery)]);
    await writeDeadLetter(container, deadLetterPath(subscription, nowMs), body);
    store.remove([delivery.seq]);
  } catch (error) {
    const what = `dead letter ${idOf(delivery.event)} of ${subscription.name}: writing to container ${container} failed`;
    if (nowMs - (delivery.deadSinceMs ?? nowMs) >= deadLetterPatienceMs) {
      store.remove([delivery.seq]);
      log('error', `${what} for too long, the event is dropped: ${String(error)}`);
    } else {
      store.postpone(delivery, nowMs + deadLetterDelayMs);
      log('warn', `${what}, next attempt in five minutes: ${String(error)}`);
    }
  }
}
