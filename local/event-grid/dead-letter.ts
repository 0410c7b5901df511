import { randomUUID } from 'node:crypto';
import type { Delivery } from './store.ts';
import type { Subscription } from './subscription.ts';

/** Writes a blob, or rejects. The cloud process puts the storage emulator behind it. */
export type WriteDeadLetter = (container: string, path: string, json: string) => Promise<void>;

/** `<topic>/<SUBSCRIPTION>/<year>/<month>/<day>/<hour>/<guid>.json`, as the service names its dead letters. */
export function deadLetterPath(subscription: Subscription, nowMs: number): string {
  const now = new Date(nowMs);
  const parts = [now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate(), now.getUTCHours()];
  return [subscription.topic, subscription.name.toUpperCase(), ...parts, `${randomUUID()}.json`].join('/');
}

/** The event with why and when it was given up; CloudEvents attributes are lower-case. */
export function toDeadLetter(delivery: Delivery): Record<string, unknown> {
  const { event, attempts, lastOutcome, acceptedMs, lastAttemptMs, deadReason } = delivery;
  const publishTime = new Date(acceptedMs).toISOString();
  if (event.schema === 'CloudEventSchemaV1_0') {
    return {
      ...event.event,
      deadletterreason: deadReason,
      deliveryattempts: attempts,
      lastdeliveryoutcome: lastOutcome,
      publishtime: publishTime,
    };
  }
  return {
    ...event.event,
    deadLetterReason: deadReason,
    deliveryAttempts: attempts,
    lastDeliveryOutcome: lastOutcome,
    publishTime,
    lastDeliveryAttemptTime: new Date(lastAttemptMs ?? acceptedMs).toISOString(),
  };
}
