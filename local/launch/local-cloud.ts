/**
 * Starts the local cloud and the Functions host with the application, and ends them.
 *
 * Owns: the order of starts and ends, the state folders, the application's settings file, which port the host keeps.
 * Does not own: what the processes do; `local/cloud.ts` and `local/functions-host/main.ts` do it.
 *
 * Invariants
 * 1. The host starts after the cloud is ready and ends before it, so that the application always finds its services.
 * 2. A restart of either finds the other at the same addresses: ports, once chosen, are kept in the state folder.
 * 3. Neither outlives this process (see child.ts).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Child, type Exit, startChild } from './child.ts';
import { appSettings, type CloudState, CloudStateSchema, readStateOf } from './cloud-state.ts';
import { findFreePort } from './free-port.ts';

export interface LaunchOptions {
  /** State folder; `cloud/`, `host/` and `logs/` are made in it. */
  readonly home: string;
  readonly clock?: 'system' | 'virtual';
  /** ISO 8601; where a virtual clock begins the first time. */
  readonly clockStart?: string;
  /** Port of the application; 0 or omitted: the one used before in this folder, or any free one. */
  readonly hostPort?: number;
  /** Further options of `local/cloud.ts`, such as `--retry-schedule`. */
  readonly cloudArgs?: readonly string[];
  /** Further environment of both processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Omitted: `models` beside package.json. */
  readonly modelsFolder?: string;
  /** Aborted while the start is under way: what has started is stopped, and the start rejects. */
  readonly signal?: AbortSignal;
}

export interface LocalCloud {
  readonly home: string;
  /** `http://127.0.0.1:PORT`, the same over restarts. */
  readonly hostUrl: string;
  /** `{hostUrl}/api`. */
  readonly apiRoot: string;
  /** Addresses and keys of the emulated services. */
  cloud(): CloudState;
  /** Control roots of both processes, for `local/clock/advance.ts`. */
  controls(): readonly string[];
  readonly logFiles: { readonly cloud: string; readonly host: string };
  startCloud(env?: Readonly<Record<string, string>>): Promise<void>;
  startHost(env?: Readonly<Record<string, string>>): Promise<void>;
  killCloud(): Promise<Exit>;
  killHost(): Promise<Exit>;
  /** Resolves when the process is gone: killed, crashed at a crash point, or stopped. */
  cloudExited(): Promise<Exit>;
  hostExited(): Promise<Exit>;
  /** Stops the host, then the cloud. */
  stop(): Promise<void>;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));
const HostStateSchema = z.looseObject({ pid: z.int(), url: z.string() });

export async function launchLocalCloud(options: LaunchOptions): Promise<LocalCloud> {
  const home = options.home;
  mkdirSync(home, { recursive: true });
  const hostPort = await chooseHostPort(home, options.hostPort ?? 0);
  const hostUrl = `http://127.0.0.1:${hostPort}`;
  const logFiles = { cloud: join(home, 'logs', 'cloud.log'), host: join(home, 'logs', 'host.log') };
  const clockArgs = [
    '--clock',
    options.clock ?? 'system',
    ...(options.clockStart ? ['--clock-start', options.clockStart] : []),
  ];
  let cloudChild: Child | undefined;
  let hostChild: Child | undefined;
  let cloudState: CloudState | undefined;

  const cloud = (): CloudState => {
    if (!cloudState) throw new Error('the local cloud has not started yet');
    return cloudState;
  };

  async function startCloud(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = startChild({
      name: 'the local cloud',
      script: join(repository, 'local', 'cloud.ts'),
      args: [
        '--home',
        join(home, 'cloud'),
        ...clockArgs,
        '--host-url',
        hostUrl,
        ...(options.cloudArgs ?? []),
      ],
      env: { ...options.env, ...env },
      logFile: logFiles.cloud,
      signal: options.signal,
    });
    cloudChild = child;
    const file = join(home, 'cloud', 'cloud.json');
    cloudState = await child.until('it was ready', async () =>
      readStateOf(file, child.pid, CloudStateSchema),
    );
  }

  async function startHost(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const settingsFile = join(home, 'local.settings.json');
    const values = appSettings(cloud(), options.modelsFolder ?? join(repository, 'models'));
    writeFileSync(settingsFile, `${JSON.stringify({ IsEncrypted: false, Values: values }, null, 2)}\n`, {
      mode: 0o600,
    });
    const child = startChild({
      name: 'the Functions host',
      script: join(repository, 'local', 'functions-host', 'main.ts'),
      args: [
        ...['--app', repository, '--home', join(home, 'host'), '--port', String(hostPort)],
        ...['--settings', settingsFile, '--keys', 'off', ...clockArgs],
      ],
      env: { ...options.env, ...env },
      logFile: logFiles.host,
      signal: options.signal,
    });
    hostChild = child;
    const file = join(home, 'host', 'host.json');
    await child.until('it was ready', async () => readStateOf(file, child.pid, HostStateSchema));
  }

  const running = (child: Child | undefined, name: string): Child => {
    if (!child) throw new Error(`${name} has not been started`);
    return child;
  };
  const handle: LocalCloud = {
    home,
    hostUrl,
    apiRoot: `${hostUrl}/api`,
    cloud,
    controls: () => [cloud().control, `${hostUrl}/admin/local`],
    logFiles,
    startCloud,
    startHost,
    killCloud: () => running(cloudChild, 'the local cloud').kill(),
    killHost: () => running(hostChild, 'the Functions host').kill(),
    cloudExited: () => running(cloudChild, 'the local cloud').exited,
    hostExited: () => running(hostChild, 'the Functions host').exited,
    async stop() {
      await hostChild?.stop();
      await cloudChild?.stop();
    },
  };

  try {
    await startCloud();
    await startHost();
  } catch (error) {
    await handle.stop();
    throw error;
  }
  return handle;
}

const PortsSchema = z.object({ host: z.int().min(1).max(65_535) });

/** The host's address is known to Event Grid's subscriptions, so it is kept. */
async function chooseHostPort(home: string, wanted: number): Promise<number> {
  const file = join(home, 'ports.json');
  const kept = existsSync(file) ? PortsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  const host = wanted > 0 ? wanted : kept?.success ? kept.data.host : await findFreePort();
  writeFileSync(file, `${JSON.stringify({ host })}\n`);
  return host;
}
