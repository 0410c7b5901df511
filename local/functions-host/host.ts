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
import { resolve } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { Work } from '../clock/work.ts';
import { storeClock } from '../process/clock-store.ts';
import { type HomeLock, lockHome } from '../process/home-lock.ts';
import { errorDetail } from '../process/local-error.ts';
import type { Log } from '../process/log.ts';
import type { LoadedApp } from './app/load-app.ts';
import { createDispatcher } from './dispatch.ts';
import { type HostJson, readHostJson } from './host-json.ts';
import { requestLimitBytes } from './http/body.ts';
import { type Answer, type Exchange, type HttpServer, startServer } from './http/server.ts';
import { applySettings, readSettingsFile } from './settings.ts';
import { openSignIn, type SignIn } from './sign-in/sign-in.ts';
import { openTriggers } from './triggers.ts';

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
  /** The people App Service authentication knows. Absent: it is off. */
  readonly signInFile?: string;
  /** Run the other functions of an app that has some this host has no part for. Default: refuse to start. */
  readonly skipUnsupported?: boolean;
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

  const { lock, hostJson, signIn, server, open } = await prepare(options, work, parts);
  const origin = `http://127.0.0.1:${server.port}`;
  const triggers = await openTriggers({
    appDirectory: resolve(options.appDirectory),
    home,
    origin,
    keys: options.keys,
    hostJson,
    clock,
    log,
    work,
    stopGraceMs: options.stopGraceMs ?? defaultGraceMs,
    skipUnsupported: options.skipUnsupported === true,
  });
  parts.defer(triggers.stop);

  const stopped = Promise.withResolvers<void>();
  const stop = once(async () => {
    await running.disposeAsync().catch((error) => log('error', `while stopping: ${errorDetail(error)}`));
    stopped.resolve();
  });
  const { shared, router, timers } = triggers;
  const admin = {
    ...shared,
    origin,
    routes: router.routes,
    startedAt,
    storeNow: (nowMs: number) => storeClock(home, nowMs),
    timerInput: timers.input,
    shutDown: () => void stop(),
  };
  open(createDispatcher({ ...shared, ...triggers, signIn, admin, customHeaders: hostJson.customHeaders }));
  triggers.start();
  lock.announce({ pid: process.pid, url: origin, startedAt: startedAt.toISOString() });
  const running = parts.move();
  return { url: origin, port: server.port, app: shared.app, work, stop, stopped: stopped.promise };
}

const noSettings: ReturnType<typeof readSettingsFile> = { values: {}, warnings: [] };

/** Everything that must hold before the app's first line runs. */
async function prepare(options: HostOptions, work: Work, parts: AsyncDisposableStack): Promise<Ground> {
  const { home, log, settingsFile } = options;
  const lock = lockHome(home);
  parts.defer(() => lock.release());
  const settings = settingsFile === undefined ? noSettings : readSettingsFile(settingsFile);
  for (const warning of settings.warnings) log('warn', warning);
  parts.defer(applySettings(settings.values));
  const signIn = openSignIn(options.signInFile);
  // The platform's own: what the environment or the settings say of it counts no more than there.
  process.env['WEBSITE_AUTH_ENABLED'] = options.signInFile === undefined ? 'False' : 'True';
  requestLimitBytes(); // throws where its setting is wrong
  const hostJson = readHostJson(resolve(options.appDirectory));
  for (const warning of hostJson.warnings) log('warn', warning);
  for (const notice of hostJson.notices) log('info', notice);
  const { server, open } = await listen(options.port ?? settings.port ?? 0, work, log);
  parts.defer(() => server.close(closeGraceMs));
  // The durable client rewrites every link to port 7071 unless the environment names this host.
  process.env['WEBSITE_HOSTNAME'] = `localhost:${server.port}`;
  return { lock, hostJson, signIn, server, open };
}

interface Ground extends OpenServer {
  readonly lock: HomeLock;
  readonly hostJson: HostJson;
  readonly signIn: SignIn;
}

/** For answers that are written but not yet taken. */
const closeGraceMs = 1000;

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
