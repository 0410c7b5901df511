/**
 * The embedded Functions host: loads an app and runs its triggers on this machine.
 *
 * Owns: the order of starting and stopping.
 * Does not own: any trigger's work; each is a folder beside this file.
 *
 * Invariants
 * 1. Nothing of the app runs before HOME is locked, the port is taken and the settings are in the environment.
 * 2. No trigger runs before all of them could be set up: a host that cannot run every function does not start.
 * 3. Stopping takes no new work first, waits for what is under way, and leaves the rest for the next start.
 */
import { join, resolve } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { Work } from '../clock/work.ts';
import { type LoadedApp, loadApp } from './app/load-app.ts';
import type { RetryDependencies } from './app/retry.ts';
import { storeClock } from './clock-store.ts';
import { createDispatcher } from './dispatch.ts';
import { openDurable } from './durable-webhook.ts';
import { lockHome } from './home-lock.ts';
import { readHostJson } from './host-json.ts';
import { noKeys, openKeys } from './http/keys.ts';
import { createRouter } from './http/router.ts';
import { type Answer, type Exchange, type HttpServer, startServer } from './http/server.ts';
import type { Log } from './log.ts';
import { openReceivers } from './service-bus/receivers.ts';
import { applySettings, readSettingsFile } from './settings.ts';
import { openTimers } from './timer/timers.ts';

export interface HostOptions {
  /** Folder of the app: package.json, host.json. */
  readonly appDirectory: string;
  /** Folder of this host's state; made when absent. */
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
  /** 0: any free port. Absent: the one of the settings file, else any free one. */
  readonly port?: number;
  /** A local.settings.json. Absent: the environment alone. */
  readonly settingsFile?: string;
  /** Whether callers must present keys. */
  readonly keys: boolean;
  /** How long a stop waits for invocations under way. Default 10 s. */
  readonly stopGraceMs?: number;
}

export interface HostHandle {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly app: LoadedApp;
  readonly work: Work;
  stop(): Promise<void>;
  /** Resolves when the host has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
}

const defaultGraceMs = 10_000;

export async function startHost(options: HostOptions): Promise<HostHandle> {
  await using parts = new AsyncDisposableStack();
  const { clock, log, home } = options;
  const work = new Work();
  const startedAt = new Date();
  const appDirectory = resolve(options.appDirectory);

  const lock = lockHome(home);
  parts.defer(() => lock.release());
  const settings =
    options.settingsFile === undefined ? { values: {} } : readSettingsFile(options.settingsFile);
  parts.defer(applySettings(settings.values));
  const hostJson = readHostJson(appDirectory);
  for (const warning of hostJson.warnings) log('warn', warning);
  const { server, open } = await listen(options.port ?? settings.port ?? 0, work, log);
  parts.defer(() => server.close(1000));
  const origin = `http://127.0.0.1:${server.port}`;
  // The durable client rewrites every link to port 7071 unless the environment names this host.
  process.env['WEBSITE_HOSTNAME'] = `localhost:${server.port}`;

  let clientBinding = (): string => '{}';
  const app = await loadApp({
    appDirectory,
    log,
    work,
    functionTimeoutMs: hostJson.functionTimeoutMs,
    onlyFunctions: hostJson.onlyFunctions,
    clientBinding: () => clientBinding(),
  });
  parts.defer(() => app.terminate());
  const httpFunctions = app.functions.filter((fn) => fn.trigger.type.toLowerCase() === 'httptrigger');
  const router = createRouter(httpFunctions, hostJson.routePrefix);
  const keys = options.keys
    ? openKeys(
        join(home, 'keys.json'),
        httpFunctions.map(({ name }) => name),
      )
    : noKeys;

  const stopping = new AbortController();
  const shared: RetryDependencies = { app, clock, work, log, stopping: stopping.signal };
  const durable = await openDurable({
    ...shared,
    keys,
    origin,
    settings: hostJson.durableTask,
    file: join(home, 'durable.db'),
  });
  if (durable !== null) clientBinding = durable.clientBinding;
  const timers = openTimers(shared, join(home, 'timers.json'));
  const receivers = await openReceivers({ ...shared, settings: hostJson.serviceBus });
  const graceMs = options.stopGraceMs ?? defaultGraceMs;
  parts.defer(async () => {
    stopping.abort();
    const stops = [timers.stop(), receivers.stop(), durable?.stop(graceMs), app.drain(graceMs)];
    const stopped = await within(graceMs + 1000, Promise.allSettled(stops));
    if (!stopped) log('warn', `gave up on invocations that still ran ${graceMs} ms after the stop`);
  });

  const stopped = Promise.withResolvers<void>();
  const stop = once(() => running.disposeAsync().finally(stopped.resolve));
  const admin = {
    ...shared,
    origin,
    routes: router.routes,
    startedAt,
    storeNow: (nowMs: number) => storeClock(home, nowMs),
    timerInput: timers.input,
    shutDown: () => void stop(),
  };
  open(createDispatcher({ ...shared, keys, router, durable, admin, customHeaders: hostJson.customHeaders }));
  durable?.start();
  timers.start();
  receivers.start();
  lock.announce({ pid: process.pid, url: origin, startedAt: startedAt.toISOString() });
  const running = parts.move();
  return { url: origin, port: server.port, app, work, stop, stopped: stopped.promise };
}

interface OpenServer {
  readonly server: HttpServer;
  /** Lets requests in. Those that came before have waited. */
  open(handle: (exchange: Exchange) => Promise<Answer>): void;
}

async function listen(port: number, work: Work, log: Log): Promise<OpenServer> {
  const handler = Promise.withResolvers<(exchange: Exchange) => Promise<Answer>>();
  const server = await startServer({
    port,
    work,
    log,
    handle: async (exchange) => (await handler.promise)(exchange),
    isExempt: (path) => /^\/admin\/(local|host)\//i.test(path),
  });
  return { server, open: handler.resolve };
}

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => {
    result ??= run();
    return result;
  };
}

/** Whether a promise settles within `limitMs`. */
async function within(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  let timeout: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolveLimit) => {
    timeout = setTimeout(() => resolveLimit(false), limitMs);
  });
  const settled = await Promise.race([promise.then(() => true), limit]);
  clearTimeout(timeout);
  return settled;
}
