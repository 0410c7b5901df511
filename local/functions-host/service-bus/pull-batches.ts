/** Receives messages in batches, for functions of cardinality "many". */
import type { ServiceBusReceiver } from '@azure/service-bus';
import { errorText } from '../../process/local-error.ts';
import type { StopReceiver } from './receiver.ts';
import { openReceiver, type ReceiveOptions } from './subscribe-to-messages.ts';

const waitMs = 60_000;
const shortestBackoffMs = 500;
const longestBackoffMs = 10_000;

export function pullBatches(options: ReceiveOptions): StopReceiver {
  const stop = new AbortController();
  const loop = untilStopped(options, stop.signal, async () => {
    const receiver = openReceiver(options);
    try {
      while (!stop.signal.aborted) await takeBatch(options, receiver, waitMs, stop.signal);
    } finally {
      await receiver.close();
    }
  });
  return async () => {
    stop.abort();
    await loop;
  };
}

/** Takes what there is, up to a batch, and runs the function for it. Says whether anything came. */
export async function takeBatch(
  { settings, settler, outage, isBatch }: ReceiveOptions,
  receiver: ServiceBusReceiver,
  maxWaitTimeInMs: number,
  abortSignal: AbortSignal,
): Promise<boolean> {
  const count = isBatch ? settings.maxMessageBatchSize : 1;
  const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs, abortSignal });
  outage.worked();
  if (messages.length === 0) return false;
  await (isBatch ? settler.batch(receiver, messages) : settler.one(receiver, messages[0]!));
  return true;
}

/** Runs `receive` again whenever it fails, with a growing pause, until stopped. */
export async function untilStopped(
  { outage }: ReceiveOptions,
  signal: AbortSignal,
  receive: () => Promise<void>,
): Promise<void> {
  let backoffMs = shortestBackoffMs;
  while (!signal.aborted) {
    const begunAt = performance.now();
    try {
      await receive();
    } catch (error) {
      if (signal.aborted) return;
      outage.failed(errorText(error));
    }
    backoffMs =
      performance.now() - begunAt > longestBackoffMs
        ? shortestBackoffMs
        : Math.min(backoffMs * 2, longestBackoffMs);
    await pause(backoffMs, signal);
  }
}

/** By the real clock: a broker that is down comes back in real time. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timeout);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
