/**
 * The app and every trigger of it.
 *
 * Invariants
 * 1. Opening starts nothing; `start` starts everything. An app with a function that cannot run does not open.
 * 2. `stop` lets nothing new begin, then waits for what is under way, at most for the grace.
 */
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { Work } from '../clock/work.ts';
import type { Log } from '../process/log.ts';
import { type LoadedApp, loadApp } from './app/load-app.ts';
import type { RetryDependencies } from './app/retry.ts';
import { settlesWithin } from './app/under-way.ts';
import { type BlobTriggers, openBlobTriggers } from './blob/blob-triggers.ts';
import { type DurableWebhook, openDurable } from './durable-webhook.ts';
import type { HostJson } from './host-json.ts';
import { type Keys, noKeys, openKeys } from './http/keys.ts';
import { createRouter, type Router } from './http/router.ts';
import { openReceivers } from './service-bus/receivers.ts';
import { openTimers, type Timers } from './timer/timers.ts';

interface TriggerOptions {
  readonly appDirectory: string;
  readonly home: string;
  readonly origin: string;
  readonly keys: boolean;
  readonly hostJson: HostJson;
  readonly clock: Clock;
  readonly log: Log;
  readonly work: Work;
  readonly stopGraceMs: number;
  readonly skipUnsupported: boolean;
}

interface Triggers {
  /** What every trigger is given. */
  readonly shared: RetryDependencies;
  readonly router: Router;
  readonly keys: Keys;
  /** Null: the app has no durable function. */
  readonly durable: DurableWebhook | null;
  /** Null: the app has no blob trigger. */
  readonly blobs: BlobTriggers | null;
  readonly timers: Timers;
  start(): void;
  stop(): Promise<void>;
}

export async function openTriggers(options: TriggerOptions): Promise<Triggers> {
  const { hostJson, home, origin, clock, work, log, stopGraceMs } = options;
  await using parts = new AsyncDisposableStack();
  const { app, bind } = await load(options);
  const stopping = new AbortController();
  const shared: RetryDependencies = { app, clock, work, log, stopping: stopping.signal };

  const httpFunctions = app.functions.filter((fn) => fn.trigger.type.toLowerCase() === 'httptrigger');
  const router = createRouter(httpFunctions, hostJson.routePrefix);
  const names = httpFunctions.map(({ name }) => name);
  const keys = options.keys ? openKeys(join(home, 'keys.json'), names) : noKeys;
  const timers = openTimers(shared, join(home, 'timers.json'));
  const file = join(home, 'durable.db');
  const durable = await openDurable({ ...shared, keys, origin, settings: hostJson.durableTask, file });
  parts.defer(() => durable?.stop(0));
  if (durable !== null) bind(durable.clientBinding);
  const blobs = await openBlobTriggers(shared);
  const receivers = await openReceivers({ ...shared, settings: hostJson.serviceBus });
  parts.move();

  return {
    shared,
    router,
    keys,
    durable,
    blobs,
    timers,
    start() {
      durable?.start();
      timers.start();
      receivers.start();
    },
    async stop() {
      stopping.abort();
      const stops = [timers.stop(), receivers.stop(), durable?.stop(stopGraceMs), app.drain(stopGraceMs)];
      const inTime = await settlesWithin(stopGraceMs + 1000, Promise.allSettled(stops));
      if (!inTime)
        log(
          'warn',
          `stopped while invocations were still running ${stopGraceMs} ms after the request to stop`,
        );
      await app.terminate();
    },
  };
}

/** Loads the app. Its durable client can be bound only later: the durable engine needs the app. */
async function load(options: TriggerOptions): Promise<{ app: LoadedApp; bind(binding: () => string): void }> {
  const { hostJson } = options;
  let clientBinding = (): string => '{}';
  const app = await loadApp({
    ...options,
    functionTimeoutMs: hostJson.functionTimeoutMs,
    onlyFunctions: hostJson.onlyFunctions,
    clientBinding: () => clientBinding(),
  });
  return {
    app,
    bind(binding) {
      clientBinding = binding;
    },
  };
}
