/**
 * The Event Grid emulator: three topics, webhook subscriptions, at-least-once delivery.
 *
 * Owns: the topics' endpoints, the subscriptions and their handshake, and when each subscription's delivery runs.
 * Does not own: the outbox (store.ts), a delivery's attempts (delivery.ts).
 *
 * Invariants
 * 1. A publisher is answered, and `publish` returns, only when its events are on disk.
 * 2. Nothing is delivered to an endpoint that has not agreed to it; its events wait.
 * 3. A stored subscription keeps its agreement over a restart while its topic, endpoint and schema stay the same.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudContext, SystemEvent, TopicName } from '../cloud-context.ts';
import { type Chaos, planDeliveries, seededRandom } from './chaos.ts';
import type { WriteDeadLetter } from './dead-letter.ts';
import { type SubscriptionDelivery, startDelivery } from './delivery.ts';
import type { StoredEvent } from './event.ts';
import { shakeHands } from './handshake.ts';
import { answerPublish, refuse } from './publish-endpoint.ts';
import { documentedRetryScheduleMs } from './retry.ts';
import { openEventGridStore } from './store.ts';
import { matches, parseSubscription, type Subscription } from './subscription.ts';
import { topicId } from './topics.ts';

export type { Chaos } from './chaos.ts';
export { parseSubscription, type Subscription } from './subscription.ts';

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
  /** Omitted: what cannot be delivered is refused by the container, and dropped after the documented patience. */
  readonly writeDeadLetter?: WriteDeadLetter;
}

export interface SubscriptionReport extends Subscription {
  /** Whether the endpoint has agreed to the events. */
  readonly validated: boolean;
  /** Deliveries not yet settled. */
  readonly pending: number;
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

/** The handshake is repeated in real time: an endpoint that is still starting must not need virtual time to pass. */
const handshakeRetryMs = 200;
const handshakeLimitMs = 30_000;

interface Active {
  readonly subscription: Subscription;
  readonly stopped: AbortController;
  /** The code the endpoint may also confirm by visiting the validation URL. */
  readonly code: string;
  confirmed: boolean;
  delivery: SubscriptionDelivery | null;
  handshake: Promise<void>;
}

export async function startEventGrid(options: EventGridOptions): Promise<EventGrid> {
  const { clock, work, log } = options;
  const store = openEventGridStore(options.home);
  const random = seededRandom(options.chaos?.seed ?? 1);
  const active = new Map<string, Active>();

  const accept = (topic: TopicName, events: readonly StoredEvent[]): void => {
    const interested = [...active.values()].filter(({ subscription }) => subscription.topic === topic);
    store.accept(topic, events, clock.now(), (event) =>
      interested
        .filter(({ subscription }) => matches(subscription, event))
        .flatMap(({ subscription }) =>
          planDeliveries(options.chaos ?? {}, random).map((planned) => ({
            subscription: subscription.name,
            planned,
          })),
        ),
    );
    for (const { delivery } of interested) delivery?.wake();
  };

  const server = createServer((request, response) => {
    work
      .during(() => answer(request, response))
      .catch((error: unknown) => {
        log('error', `event-grid: ${request.method} ${request.url}: ${String(error)}`);
        if (!response.headersSent)
          refuse(response, 500, 'InternalServerError', 'see the log of the local cloud');
        else response.destroy();
      });
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const topic = /^\/topics\/([^/]+)\/api\/events\/?$/.exec(pathname)?.[1];
    if (request.method === 'POST' && topic !== undefined) {
      return answerPublish(request, response, topic, { key: options.key, clock, accept });
    }
    request.resume();
    const name = /^\/subscriptions\/([^/]+)\/validate$/.exec(pathname)?.[1];
    const asked = active.get(name ?? '');
    if (request.method === 'GET' && asked && searchParams.get('id') === asked.code) {
      asked.confirmed = true;
      return void response.end('the subscription is validated');
    }
    refuse(response, 404, 'NotFound', `${request.method} ${pathname}: publish to /topics/{topic}/api/events`);
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;

  const deliver = (entry: Active): void => {
    entry.delivery = startDelivery({
      subscription: entry.subscription,
      store,
      clock,
      work,
      log,
      retryScheduleMs: options.retryScheduleMs ?? documentedRetryScheduleMs,
      writeDeadLetter:
        options.writeDeadLetter ?? (() => Promise.reject(new Error('there is no dead-letter storage'))),
    });
    entry.delivery.wake();
  };

  const validate = async (entry: Active): Promise<void> => {
    const { subscription, stopped, code } = entry;
    const { name } = subscription;
    let reported = '';
    while (!stopped.signal.aborted) {
      const refusal = entry.confirmed
        ? null
        : await shakeHands(subscription, {
            topicId: topicId(subscription.topic),
            code,
            validationUrl: `${origin}/subscriptions/${name}/validate?id=${code}`,
            nowMs: clock.now(),
            signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(handshakeLimitMs)]),
          });
      if (stopped.signal.aborted) return;
      if (refusal === null) {
        store.putSubscription(subscription, true);
        log(
          'info',
          `subscription ${name}: ${subscription.endpointUrl} agreed to the events of ${subscription.topic}`,
        );
        return deliver(entry);
      }
      if (refusal !== reported)
        log('info', `subscription ${name}: the handshake waits for its endpoint: ${refusal}`);
      reported = refusal;
      await sleep(handshakeRetryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };

  const activate = (subscription: Subscription, validated: boolean): void => {
    void active.get(subscription.name)?.delivery?.stop();
    active.get(subscription.name)?.stopped.abort();
    const entry: Active = {
      subscription,
      stopped: new AbortController(),
      code: randomUUID(),
      confirmed: false,
      delivery: null,
      handshake: Promise.resolve(),
    };
    active.set(subscription.name, entry);
    store.putSubscription(subscription, validated);
    if (validated) deliver(entry);
    else entry.handshake = validate(entry);
  };

  const putSubscription = (wanted: Subscription): void => {
    const subscription = parseSubscription(wanted);
    const known = store.subscriptions().find((stored) => stored.subscription.name === subscription.name);
    const agreed = known !== undefined && isSameEndpoint(known.subscription, subscription) && known.validated;
    activate(subscription, agreed);
  };

  const given = new Set(options.subscriptions.map(({ name }) => name));
  for (const { subscription, validated } of store.subscriptions()) {
    if (!given.has(subscription.name)) activate(subscription, validated);
  }
  for (const subscription of options.subscriptions) putSubscription(subscription);

  return {
    port,
    endpoint: (topic) => `${origin}/topics/${topic}/api/events`,
    publish(topic, events) {
      accept(
        topic,
        events.map((event) => ({
          schema: 'EventGridSchema',
          event: { topic: topicId(topic), ...event, metadataVersion: '1' },
        })),
      );
    },
    subscriptions() {
      const pending = store.pending();
      return store.subscriptions().map(({ subscription, validated }) => ({
        ...subscription,
        validated,
        pending: pending[subscription.name] ?? 0,
      }));
    },
    putSubscription,
    async stop() {
      server.close();
      server.closeAllConnections();
      for (const { stopped } of active.values()) stopped.abort();
      await Promise.all(
        [...active.values()].flatMap(({ delivery, handshake }) => [delivery?.stop(), handshake]),
      );
      store.close();
    },
  };
}

function isSameEndpoint(left: Subscription, right: Subscription): boolean {
  return left.endpointUrl === right.endpointUrl && left.schema === right.schema && left.topic === right.topic;
}
