import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { type QueueOptions, type ServiceBus, startServiceBus } from '../../../local/service-bus/index.ts';

export const startMs = Date.parse('2026-01-01T00:00:00Z');

export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-service-bus-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

export interface Running {
  readonly bus: ServiceBus;
  readonly client: ServiceBusClient;
  readonly clock: VirtualClock;
  readonly work: Work;
  readonly log: string[];
  /** Stops client and broker now, not only after the test. */
  stop(): Promise<void>;
}

export async function startBus(queues: readonly QueueOptions[], home = temporaryHome()): Promise<Running> {
  const clock = new VirtualClock(startMs);
  const work = new Work();
  const log: string[] = [];
  const bus = await startServiceBus({
    home,
    clock,
    work,
    port: 0,
    queues,
    log: (_level, message) => log.push(message),
  });
  const client = connect(bus.connectionString);
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= client.close().then(() => bus.stop());
    return stopped;
  };
  onTestFinished(stop);
  return { bus, client, clock, work, log, stop };
}

export function connect(connectionString: string): ServiceBusClient {
  const client = new ServiceBusClient(connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: 5000 },
  });
  onTestFinished(() => client.close());
  return client;
}
