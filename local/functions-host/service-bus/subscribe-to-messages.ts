/** Receives messages one by one, several at once, as they come. The client library reconnects for ever. */
import type { ProcessErrorArgs, ServiceBusReceiver } from '@azure/service-bus';
import { errorText } from '../../process/local-error.ts';
import type { ServiceBusSettings } from '../host-json.ts';
import type { OutageLog } from './outage-log.ts';
import type { Source, StopReceiver } from './receiver.ts';
import type { Settler } from './settle.ts';

export interface ReceiveOptions {
  readonly source: Source;
  readonly settings: ServiceBusSettings;
  readonly settler: Settler;
  readonly outage: OutageLog;
  readonly isBatch: boolean;
}

export function openReceiver({ source, settings }: ReceiveOptions): ServiceBusReceiver {
  const { client, queueName, subscriptionName } = source;
  const options = {
    receiveMode: 'peekLock',
    maxAutoLockRenewalDurationInMs: settings.maxAutoLockRenewalDuration,
    skipParsingBodyAsJson: true,
  } as const;
  return subscriptionName === null
    ? client.createReceiver(queueName, options)
    : client.createReceiver(queueName, subscriptionName, options);
}

export function subscribeToMessages(options: ReceiveOptions): StopReceiver {
  const { settings, settler, outage } = options;
  const receiver = openReceiver(options);
  const handlers = {
    processMessage: (message: Parameters<Settler['one']>[1]) => {
      outage.worked();
      return settler.one(receiver, message);
    },
    // A lock that could not be renewed is no outage: settling the message will say what became of it.
    processError: async ({ error, errorSource }: ProcessErrorArgs) => {
      if (errorSource === 'receive') outage.failed(errorText(error));
    },
    // Known to the library, though not to its types: called whenever the link has been (re)established.
    postInitialize: async () => outage.worked(),
  };
  const subscription = receiver.subscribe(handlers, {
    autoCompleteMessages: false,
    maxConcurrentCalls: settings.maxConcurrentCalls,
  });
  return async () => {
    await subscription.close();
    await settler.idle();
    await receiver.close();
  };
}
