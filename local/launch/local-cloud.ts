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
 * 4. One service a HOME: a second one ends before it has touched anything. `HOME/service.json` says where the first is.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { openKeys } from '../functions-host/http/keys.ts';
import { openPeople } from '../functions-host/sign-in/people.ts';
import { lockHome } from '../process/home-lock.ts';
import { programFile, projectFolder } from '../process/project-folder.ts';
import { readStateFile } from '../process/state-file.ts';
import { bypassProxies } from './bypass-proxies.ts';
import { type ChildOptions, type Exit, startChild } from './child.ts';
import {
  appSettings,
  type CloudState,
  CloudStateSchema,
  noticeSettings,
  readStateOf,
  traceSettings,
} from './cloud-state.ts';
import { readShellSettings } from './environment.ts';
import { findFreePort } from './free-port.ts';
import { claimPorts } from './port-claims.ts';
import { type Environment, restartable } from './restartable.ts';
import { startAtNewPorts } from './start-at-new-ports.ts';

export interface LaunchOptions {
  /** State folder; `cloud/`, `host/` and `logs/` are made in it. */
  readonly home: string;
  readonly clock?: 'system' | 'virtual';
  /** ISO 8601; where a virtual clock begins the first time. */
  readonly clockStart?: string;
  /** Port of the application; 0 or omitted: the one used before in this folder, or any free one. */
  readonly hostPort?: number;
  /** Taken the first time, if it is free. */
  readonly preferredPort?: number;
  /** Further options of `local/cloud.ts`, such as `--retry-schedule`. */
  readonly cloudArgs?: readonly string[];
  /** Further environment of both processes. */
  readonly env?: Environment;
  /** Whether the application asks for function keys, as in Azure. Omitted: it does not. */
  readonly keys?: boolean;
  /** Whether the local cloud keeps what the application tells of runs and releases (docs/observability.md). Omitted: it does not. */
  readonly traces?: boolean;
  /** Folder of the application, with package.json and host.json. Omitted: this project. */
  readonly appFolder?: string;
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
  /** The token of a person of this machine. Throws where there is nobody of that name. */
  tokenOf(name: string): string;
  /** Control roots of both processes, for `local/clock/advance.ts`. */
  controls(): readonly string[];
  readonly logFiles: { readonly cloud: string; readonly host: string };
  startCloud(env?: Environment): Promise<void>;
  startHost(env?: Environment): Promise<void>;
  killCloud(): Promise<Exit>;
  killHost(): Promise<Exit>;
  /** Have a running process die at a crash point. */
  crashHostAt(point: string): Promise<void>;
  crashCloudAt(point: string): Promise<void>;
  /** Cuts the service on a port of the cloud off, or connects it again. */
  setReachable(port: number, reachable: boolean): Promise<void>;
  /** Resolves when the process is gone: killed, crashed at a crash point, or stopped. */
  cloudExited(): Promise<Exit>;
  hostExited(): Promise<Exit>;
  /** Stops the host, then the cloud. */
  stop(): Promise<void>;
}

const HostStateSchema = z.looseObject({ pid: z.int(), url: z.string() });

export async function launchLocalCloud(options: LaunchOptions): Promise<LocalCloud> {
  bypassProxies();
  const lock = lockHome(options.home, 'service');
  let prepared: LocalCloud | undefined;
  const stop = async (): Promise<void> => {
    await prepared?.stop();
    lock.release();
  };
  try {
    const local = prepare(options, await chooseHostPort(options));
    prepared = local;
    await startAtNewPorts(() => local.startCloud(), join(options.home, 'cloud', 'ports.json'));
    await local.startHost();
    lock.announce({ pid: process.pid, url: local.hostUrl, keys: options.keys ?? false });
    return { ...local, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function prepare(options: LaunchOptions, hostPort: number): LocalCloud {
  const { home } = options;
  const hostUrl = `http://127.0.0.1:${hostPort}`;
  const logFiles = { cloud: join(home, 'logs', 'cloud.log'), host: join(home, 'logs', 'host.log') };
  let state: CloudState | undefined;
  const cloud = (): CloudState => {
    if (!state) throw new Error('the local cloud has not started yet');
    return state;
  };
  const cloudProcess = restartable(
    'the local cloud',
    (env) => startChild(describeCloud(options, { hostUrl, env, logFile: logFiles.cloud })),
    async (child) => {
      const file = join(home, 'cloud', 'cloud.json');
      state = await child.until('it was ready', async () => readStateOf(file, child.pid, CloudStateSchema));
    },
  );
  const hostProcess = restartable(
    'the Functions host',
    (env) => startChild(describeHost(options, { hostPort, env, logFile: logFiles.host, cloud: cloud() })),
    async (child) => {
      const file = join(home, 'host', 'host.json');
      await child.until('it was ready', async () => readStateOf(file, child.pid, HostStateSchema));
    },
  );
  return {
    home,
    hostUrl,
    apiRoot: `${hostUrl}/api`,
    cloud,
    tokenOf: (name) => findToken(peopleFileOf(home), name),
    controls: () => [cloud().control, `${hostUrl}/admin/local`],
    logFiles,
    startCloud: cloudProcess.start,
    startHost: hostProcess.start,
    killCloud: cloudProcess.kill,
    killHost: hostProcess.kill,
    crashCloudAt: cloudProcess.dieAt,
    setReachable: cloudProcess.setReachable,
    crashHostAt: hostProcess.dieAt,
    cloudExited: cloudProcess.exited,
    hostExited: hostProcess.exited,
    async stop() {
      await hostProcess.stop();
      await cloudProcess.stop();
    },
  };
}

interface ThisStart {
  readonly env: Environment;
  readonly logFile: string;
}

function describeCloud(options: LaunchOptions, start: ThisStart & { hostUrl: string }): ChildOptions {
  const { home, cloudArgs = [], signal } = options;
  const hostKey = options.keys ? openHostKeys(home).systemKey('eventgrid_extension') : null;
  return {
    name: 'the local cloud',
    script: programFile(new URL('../cloud.ts', import.meta.url)),
    args: ['--home', join(home, 'cloud'), '--host-url', start.hostUrl, ...clockArgs(options), ...cloudArgs],
    env: { ...(hostKey !== null && { RATCHET_HOST_KEY: hostKey }), ...options.env, ...start.env },
    logFile: start.logFile,
    signal,
  };
}

function describeHost(
  options: LaunchOptions,
  start: ThisStart & { hostPort: number; cloud: CloudState },
): ChildOptions {
  const { home, appFolder = projectFolder, modelsFolder = join(projectFolder, 'models'), signal } = options;
  const settingsFile = join(home, 'local.settings.json');
  const given = {
    ...appSettings(start.cloud, modelsFolder),
    ...(options.traces && traceSettings(start.cloud)),
  };
  const values = { ...given, ...noticeSettings(start.cloud, start.hostPort), ...tickSettings(options) };
  const settings = { IsEncrypted: false, Values: values };
  writeFileSync(settingsFile, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  return {
    name: 'the Functions host',
    script: programFile(new URL('../functions-host/main.ts', import.meta.url)),
    args: [
      ...['--app', appFolder, '--home', join(home, 'host'), '--port', String(start.hostPort)],
      ...['--settings', settingsFile, '--keys', options.keys ? 'on' : 'off', '--sign-in', peopleFileOf(home)],
      ...clockArgs(options),
    ],
    env: { ...readShellSettings(given).used, RATCHET_MODELS_DIR: modelsFolder, ...options.env, ...start.env },
    logFile: start.logFile,
    signal,
  };
}

/** The people of this machine and their tokens. */
export const peopleFileOf = (home: string): string => join(home, 'people.json');

function findToken(file: string, name: string): string {
  const people = openPeople(file);
  const person = people.find((candidate) => candidate.name === name);
  if (person) return person.token;
  throw new Error(`${file}: nobody is named ${name}; it has ${people.map((each) => each.name).join(', ')}`);
}

/** The keys of the host in this folder: the cloud needs one of them before the host has started. */
function openHostKeys(home: string): ReturnType<typeof openKeys> {
  mkdirSync(join(home, 'host'), { recursive: true });
  return openKeys(join(home, 'host', 'keys.json'), []);
}

/** Every look at schedules or for lost work is a moment virtual time stops at: one a day leaves months to pass in seconds. */
function tickSettings({ clock }: LaunchOptions): Record<string, string> {
  return clock === 'virtual'
    ? {
        RATCHET_SCHEDULE_TICK: '0 0 6 * * *',
        RATCHET_WATCHDOG_TICK: '0 30 6 * * *',
        RATCHET_RECONCILE_TICK: '0 45 6 * * 1',
        RATCHET_PURGE_TICK: '0 50 6 1 * *',
      }
    : {};
}

function clockArgs({ clock = 'system', clockStart }: LaunchOptions): string[] {
  return ['--clock', clock, ...(clockStart ? ['--clock-start', clockStart] : [])];
}

const PortsSchema = z.object({ host: z.int().min(1).max(65_535) });

/** The host's address is known to Event Grid's subscriptions, so it is kept. */
async function chooseHostPort({ home, hostPort: wanted = 0, preferredPort }: LaunchOptions): Promise<number> {
  const file = join(home, 'ports.json');
  const kept = readStateFile(file, PortsSchema);
  const host = wanted > 0 ? wanted : (kept?.host ?? (await findFreePort(preferredPort)));
  writeFileSync(file, `${JSON.stringify({ host })}\n`);
  claimPorts([host], file);
  return host;
}
