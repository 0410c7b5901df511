/**
 * The local cloud's process: starts every emulated service, tells where they are, stops them.
 *
 * Owns: the clock, the ports, the state file, the end.
 * Does not own: any service, nor the order they start in (services.ts).
 *
 * Invariant: the state file says the addresses once all services answer, and is gone after a clean stop.
 */
import { join } from 'node:path';
import { Work } from '../clock/work.ts';
import { localCloud } from '../cloud-context.ts';
import type { CloudState } from '../launch/cloud-state.ts';
import { openInbox } from '../notices/inbox.ts';
import { openClock, storeClock } from '../process/clock-store.ts';
import { lockHome } from '../process/home-lock.ts';
import { createLog } from '../process/log.ts';
import { TraceKeeper } from '../traces/keeper.ts';
import { type Control, serveControl } from './control-server.ts';
import type { CloudOptions } from './options.ts';
import { listening, openPorts, type Ports, portOf } from './ports.ts';
import { type Running, type Services, startServices } from './services.ts';

interface Cloud {
  readonly state: CloudState;
  stop(): Promise<void>;
  /** Resolves when the cloud has stopped. */
  readonly stopped: Promise<void>;
}

export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const lock = lockHome(options.home, 'cloud');
  const running: Running[] = [];
  const stopped = Promise.withResolvers<void>();
  const stopAll = async (): Promise<void> => {
    for (const service of running.splice(0).reverse()) await service.stop();
    lock.release();
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= stopAll().finally(stopped.resolve);
    return stopping;
  };

  try {
    const clock = openClock({ home: options.home, mode: options.clock, start: options.clockStart });
    const work = new Work();
    const write = (line: string) => process.stderr.write(line);
    const log = createLog({ clock, json: false, least: options.debug ? 'debug' : 'info', write });
    const ports = await openPorts(options.home);
    const services = await startServices({
      options,
      clock,
      work,
      ports,
      log,
      started: (service) => running.push(service),
    });
    const control = {
      clock,
      work,
      eventGrid: services.eventGrid,
      logAnalytics: services.logAnalytics,
      azureMl: services.azureMl,
      inbox: openInbox(join(options.home, 'notices.jsonl'), services.eventGridKey, (title) =>
        log('info', `notice: ${title}`),
      ),
      pipelines: services.pipelines,
      serviceBus: services.serviceBus,
      traces: new TraceKeeper(),
      onClockSet: () => storeClock(options.home, clock.now()),
      shutdown: () => void stop(),
    };
    const controlPort = await startControl(control, options.home, ports, running);
    const state = describe(services, controlPort);
    keepPorts(ports, services, state);
    lock.announce(state);
    return { state, stop, stopped: stopped.promise };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Returns the port it got. */
async function startControl(
  control: Control,
  home: string,
  ports: Ports,
  running: Running[],
): Promise<number> {
  const loopback = await listening('control', home, async () =>
    serveControl(control, await ports.wanted('control')),
  );
  running.push(loopback);
  return loopback.port;
}

function describe(services: Services, controlPort: number): CloudState {
  const { tls, identity, eventGrid, eventGridKey, storage, serviceBus, azureMl, logAnalytics, pipelines } =
    services;
  return {
    pid: process.pid,
    control: `http://127.0.0.1:${controlPort}`,
    workspaceId: localCloud.workspaceId,
    armEndpoint: azureMl.endpoint,
    scoringEndpoint: azureMl.scoringEndpoint,
    caFile: tls.caFile,
    storage: storage.connectionString,
    serviceBus: serviceBus.connectionString,
    eventGridEndpoint: eventGrid.endpoint('ratchet'),
    eventGridKey,
    identityEndpoint: identity.environment.IDENTITY_ENDPOINT,
    identityHeader: identity.environment.IDENTITY_HEADER,
    logsWorkspaceId: localCloud.logsWorkspaceId,
    logsEndpoint: logAnalytics.endpoint,
    azureDevOpsUrl: pipelines.azureDevOps,
    gitHubUrl: pipelines.gitHub.url,
    gitHubToken: pipelines.gitHub.token,
  };
}

function keepPorts(
  ports: Ports,
  { eventGrid, storage, serviceBus, azureMl }: Services,
  state: CloudState,
): void {
  ports.keep({
    control: portOf(state.control),
    identity: portOf(state.identityEndpoint),
    eventGrid: eventGrid.port,
    blob: storage.blobPort,
    table: storage.tablePort,
    serviceBus: serviceBus.port,
    azureMl: portOf(azureMl.endpoint),
    scoring: portOf(azureMl.scoringEndpoint),
    logs: portOf(state.logsEndpoint),
    pipelines: portOf(state.azureDevOpsUrl),
  });
}
