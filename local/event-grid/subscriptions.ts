/**
 * The subscriptions of this process: their agreement with the endpoint, and their delivery once it is given.
 *
 * Owns: the handshakes, and one delivery for each agreed subscription.
 * Does not own: the outbox (store.ts), what a delivery does (delivery.ts).
 *
 * Invariants
 * 1. Nothing is delivered to a webhook that has not agreed to it; its events wait in the store.
 * 2. An agreement is kept over a restart while topic, endpoint and schema stay the same.
 * 3. Handshakes run in real time: an endpoint that is still starting must not need virtual time to pass.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { maskSecrets } from '../../shared/mask-secrets.ts';
import type { TopicName } from '../cloud-context.ts';
import { type DeliveryDependencies, type SubscriptionDelivery, startDelivery } from './delivery.ts';
import { shakeHands } from './handshake.ts';
import { queueOf } from './queue-destination.ts';
import { parseSubscription, type Subscription } from './subscription.ts';
import { topicId } from './topics.ts';

export type SubscriptionReport = Subscription & {
  /** Whether the endpoint has agreed to the events. */
  readonly validated: boolean;
  /** Deliveries not yet settled. */
  readonly pending: number;
};

const handshakeRetryMs = 200;
const handshakeLimitMs = 30_000;

function withoutKeys(subscription: Subscription): Subscription {
  if (subscription.endpointUrl === undefined) return subscription;
  return { ...subscription, endpointUrl: maskSecrets(subscription.endpointUrl) };
}

interface Entry {
  readonly subscription: Subscription;
  readonly stopped: AbortController;
  /** What the endpoint echoes, or presents at the validation URL. */
  readonly code: string;
  confirmed: boolean;
  delivery: SubscriptionDelivery | null;
  handshake: Promise<void>;
}

type Dependencies = Omit<DeliveryDependencies, 'subscription'> & {
  /** `http://127.0.0.1:PORT` of this emulator, where an endpoint may confirm by hand. */
  readonly origin: string;
};

export class Subscriptions {
  readonly #dependencies: Dependencies;
  readonly #entries = new Map<string, Entry>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Takes up the stored subscriptions, and the given ones over them. */
  start(given: readonly Subscription[]): void {
    const names = new Set(given.map(({ name }) => name));
    for (const { subscription, validated } of this.#dependencies.store.subscriptions()) {
      if (!names.has(subscription.name)) this.#activate(subscription, validated);
    }
    for (const subscription of given) this.put(subscription);
  }

  put(wanted: Subscription): void {
    const subscription = parseSubscription(wanted);
    const known = this.#dependencies.store
      .subscriptions()
      .find((stored) => stored.subscription.name === subscription.name);
    const agreed = known !== undefined && isSameEndpoint(known.subscription, subscription) && known.validated;
    this.#activate(subscription, agreed);
  }

  of(topic: TopicName): Subscription[] {
    return [...this.#entries.values()]
      .map(({ subscription }) => subscription)
      .filter((subscription) => subscription.topic === topic);
  }

  /** Tells the topic's deliveries that there are new events. */
  wake(topic: TopicName): void {
    for (const { subscription, delivery } of this.#entries.values()) {
      if (subscription.topic === topic) delivery?.wake();
    }
  }

  /** The endpoint's owner visited the validation URL. */
  confirm(name: string, code: string | null): boolean {
    const entry = this.#entries.get(name);
    if (!entry || entry.code !== code) return false;
    entry.confirmed = true;
    return true;
  }

  /** Without the keys in addresses, which the service tells nobody unasked either. */
  report(): SubscriptionReport[] {
    const { store } = this.#dependencies;
    const pending = store.pending();
    return store.subscriptions().map(({ subscription, validated }) => ({
      ...withoutKeys(subscription),
      validated,
      pending: pending[subscription.name] ?? 0,
    }));
  }

  async stop(): Promise<void> {
    const entries = [...this.#entries.values()];
    for (const { stopped } of entries) stopped.abort();
    await Promise.all(entries.flatMap(({ delivery, handshake }) => [delivery?.stop(), handshake]));
  }

  #activate(subscription: Subscription, validated: boolean): void {
    const replaced = this.#entries.get(subscription.name);
    replaced?.stopped.abort();
    const entry: Entry = {
      subscription,
      stopped: new AbortController(),
      code: randomUUID(),
      confirmed: false,
      delivery: null,
      handshake: Promise.resolve(),
    };
    this.#entries.set(subscription.name, entry);
    this.#dependencies.store.putSubscription(subscription, validated);
    // What the replaced delivery had under way must be out of the way before the same events are offered again.
    entry.handshake = (replaced?.delivery?.stop() ?? Promise.resolve()).then(() =>
      validated ? this.#deliver(entry) : this.#validate(entry),
    );
  }

  #deliver(entry: Entry): void {
    if (entry.stopped.signal.aborted) return;
    entry.delivery = startDelivery({ ...this.#dependencies, subscription: entry.subscription });
    entry.delivery.wake();
  }

  async #validate(entry: Entry): Promise<void> {
    const { log, store } = this.#dependencies;
    const { subscription, stopped } = entry;
    const { name, topic } = subscription;
    let reported = '';
    while (!stopped.signal.aborted) {
      const refusal = entry.confirmed ? null : await this.#ask(entry);
      if (stopped.signal.aborted) return;
      if (refusal === null) {
        store.putSubscription(subscription, true);
        log(
          'info',
          `subscription ${name}: ${endpointOf(subscription)} accepted the handshake: events of ${topic} are delivered`,
        );
        this.#deliver(entry);
        return;
      }
      if (refusal !== reported) {
        log(
          'info',
          `subscription ${name}: the endpoint has not accepted the handshake yet, trying again: ${refusal}`,
        );
      }
      reported = refusal;
      await sleep(handshakeRetryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  #ask({ subscription, stopped, code }: Entry): Promise<string | null> {
    const { origin, clock } = this.#dependencies;
    // A queue is not asked: whoever may subscribe it may send to it.
    if (subscription.destination !== undefined) return Promise.resolve(null);
    return shakeHands(subscription, {
      topicId: topicId(subscription.topic),
      code,
      validationUrl: `${origin}/subscriptions/${subscription.name}/validate?id=${code}`,
      nowMs: clock.now(),
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(handshakeLimitMs)]),
    });
  }
}

function isSameEndpoint(left: Subscription, right: Subscription): boolean {
  return endpointOf(left) === endpointOf(right) && left.schema === right.schema && left.topic === right.topic;
}

function endpointOf({ endpointUrl, destination }: Subscription): string {
  return destination === undefined ? endpointUrl : `queue ${queueOf(destination)}`;
}
