/** Receives the messages of sessions: several sessions at once, the messages of one in their order. */
import type { ServiceBusSessionReceiver } from '@azure/service-bus';
import { takeBatch, untilStopped } from './pull-batches.ts';
import type { StopReceiver } from './receiver.ts';
import type { ReceiveOptions } from './subscribe-to-messages.ts';

/** How long a session may be silent before another is taken up. */
const sessionIdleMs = 1000;

export function pullSessions(options: ReceiveOptions): StopReceiver {
  const stop = new AbortController();
  const loops = Array.from({ length: options.settings.maxConcurrentSessions }, () =>
    untilStopped(options, stop.signal, async () => {
      while (!stop.signal.aborted) await takeSession(options, stop.signal);
    }),
  );
  return async () => {
    stop.abort();
    await Promise.all(loops);
  };
}

async function takeSession(options: ReceiveOptions, signal: AbortSignal): Promise<void> {
  const receiver = await acceptSession(options, signal);
  if (receiver === null) return;
  options.outage.worked();
  try {
    while (await takeBatch(options, receiver, sessionIdleMs, signal));
  } finally {
    await receiver.close();
  }
}

/** Null: no session has messages at present. */
async function acceptSession(
  { source, settings }: ReceiveOptions,
  abortSignal: AbortSignal,
): Promise<ServiceBusSessionReceiver | null> {
  const { client, queueName, subscriptionName } = source;
  const options = {
    maxAutoLockRenewalDurationInMs: settings.maxAutoLockRenewalDuration,
    skipParsingBodyAsJson: true,
    abortSignal,
  };
  try {
    return await (subscriptionName === null
      ? client.acceptNextSession(queueName, options)
      : client.acceptNextSession(queueName, subscriptionName, options));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ServiceTimeout' || code === 'SessionCannotBeLocked') return null;
    throw error;
  }
}
