/** What every receiver is given, and what it gives back. */
import type { ServiceBusClient } from '@azure/service-bus';
import type { RetryDependencies } from '../app/retry.ts';
import type { ServiceBusSettings } from '../host-json.ts';

export interface ReceiverDependencies extends RetryDependencies {
  readonly settings: ServiceBusSettings;
}

/** Where a trigger's messages come from. */
export interface Source {
  readonly client: ServiceBusClient;
  readonly queueName: string;
  /** With a topic as `queueName`; null for a queue. */
  readonly subscriptionName: string | null;
}

/** Something that was started and can be stopped. */
export type StopReceiver = () => Promise<void>;
