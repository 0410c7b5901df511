/**
 * The Event Grid emulator: three topics, subscriptions of webhooks and queues, at-least-once delivery.
 *
 * Owns: the port, and how its parts fit together: what is accepted goes to the outbox with a delivery for each
 * interested subscription, and these are told.
 * Does not own: the outbox (store.ts), the subscriptions (subscriptions.ts), a delivery's attempts (delivery.ts).
 *
 * Invariant: a publisher is answered, and `publish` returns, only when its events are on disk.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CloudContext, SystemEvent, TopicName } from '../cloud-context.ts';
import { CallerGoneError } from '../http/body.ts';
import { eventBodies } from '../http/guard.ts';
import { listenOnLoopback } from '../http/listen.ts';
import { type Chaos, planDeliveries, seededRandom } from './chaos.ts';
import type { WriteDeadLetter } from './dead-letter.ts';
import type { StoredEvent } from './event.ts';
import { answerPublish, refuse } from './publish-endpoint.ts';
import type { SendToQueue } from './queue-destination.ts';
import { documentedRetryScheduleMs } from './retry.ts';
import { EventGridStore } from './store.ts';
import { matches, type Subscription } from './subscription.ts';
import { type SubscriptionReport, Subscriptions } from './subscriptions.ts';
import { topicId } from './topics.ts';

export { parseSubscription, type Subscription, type WebhookSubscription } from './subscription.ts';

export interface EventGridOptions extends Omit<CloudContext, 'publish'> {
  /** 0 takes any free port. */
  readonly port: number;
  /** The access key of every topic, base64. */
  readonly key: string;
  /** Written over stored ones of the same name. */
  readonly subscriptions: readonly Subscription[];
  readonly chaos?: Chaos;
  /** Omitted: the documented schedule. */
  readonly retryScheduleMs?: readonly number[];
  /** Omitted: dead letters are refused, and dropped after the documented patience. */
  readonly writeDeadLetter?: WriteDeadLetter;
  /** Omitted: there is no Service Bus, and deliveries to queues fail. */
  readonly sendToQueue?: SendToQueue;
}

export interface EventGrid {
  readonly port: number;
  /** Where `EventGridPublisherClient` publishes. */
  endpoint(topic: TopicName): string;
  publish(topic: TopicName, events: readonly SystemEvent[]): void;
  subscriptions(): SubscriptionReport[];
  /** Adds or replaces a subscription; it starts with the handshake. */
  putSubscription(subscription: Subscription): void;
  stop(): Promise<void>;
}

type Accept = (topic: TopicName, events: readonly StoredEvent[]) => void;

export async function startEventGrid(options: EventGridOptions): Promise<EventGrid> {
  const { clock, work, log } = options;
  const { port, origin, serve, stop } = await listenOnLoopback({ port: options.port, bodies: eventBodies });
  const store = new EventGridStore(options.home);
  const subscriptions = new Subscriptions({
    store,
    clock,
    work,
    log,
    origin,
    retryScheduleMs: options.retryScheduleMs ?? documentedRetryScheduleMs,
    writeDeadLetter:
      options.writeDeadLetter ?? (() => Promise.reject(new Error('there is no dead-letter storage'))),
    sendToQueue: options.sendToQueue ?? (() => Promise.reject(new Error('there is no Service Bus'))),
  });
  const accept = createAccept(options, store, subscriptions);
  subscriptions.start(options.subscriptions);
  serve(createListener(options, subscriptions, accept));
  return {
    port,
    endpoint: (topic) => `${origin}/topics/${topic}/api/events`,
    publish: (topic, events) =>
      accept(
        topic,
        events.map((event) => toStored(topic, event)),
      ),
    subscriptions: () => subscriptions.report(),
    putSubscription: (subscription) => subscriptions.put(subscription),
    async stop() {
      await stop();
      await subscriptions.stop();
      store.close();
    },
  };
}

function createAccept(
  { clock, chaos = {} }: EventGridOptions,
  store: EventGridStore,
  subscriptions: Subscriptions,
): Accept {
  const random = seededRandom(chaos.seed ?? 1);
  return (topic, events) => {
    const interested = subscriptions.of(topic);
    store.accept(topic, events, clock.now(), (event) =>
      interested
        .filter((subscription) => matches(subscription, event))
        .flatMap(({ name }) =>
          planDeliveries(chaos, random).map((planned) => ({ subscription: name, planned })),
        ),
    );
    subscriptions.wake(topic);
  };
}

function toStored(topic: TopicName, event: SystemEvent): StoredEvent {
  return { schema: 'EventGridSchema', event: { topic: topicId(topic), ...event, metadataVersion: '1' } };
}

function createListener(
  { key, clock, work, log }: EventGridOptions,
  subscriptions: Subscriptions,
  accept: Accept,
): RequestListener {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    const [pathname, searchParams] = [url?.pathname ?? '', url?.searchParams];
    const topic = /^\/topics\/([^/]+)\/api\/events\/?$/.exec(pathname)?.[1];
    if (request.method === 'POST' && topic !== undefined) {
      return answerPublish(request, response, topic, { key, clock, accept });
    }
    request.resume();
    const name = /^\/subscriptions\/([^/]+)\/validate$/.exec(pathname)?.[1];
    if (
      request.method === 'GET' &&
      name !== undefined &&
      subscriptions.confirm(name, searchParams?.get('id') ?? null)
    ) {
      response.end('the subscription is validated');
    } else {
      refuse(
        response,
        404,
        'NotFound',
        `${request.method} ${pathname}: publish to /topics/{topic}/api/events`,
      );
    }
  };
  return (request, response) => {
    work
      .during(() => answer(request, response))
      .catch((error: unknown) => {
        if (error instanceof CallerGoneError) return void response.destroy();
        log('error', `${request.method} ${request.url}: ${String(error)}`);
        if (response.headersSent) response.destroy();
        else refuse(response, 500, 'InternalServerError', 'internal error; see the log of the local cloud');
      });
  };
}
