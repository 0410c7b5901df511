/**
 * The local cloud's process: starts every emulated service in order, tells where they are, stops them.
 *
 * Owns: the order, the ports, the secrets of Event Grid, the cloud's state file.
 * Does not own: any service.
 *
 * Invariants
 * 1. Event Grid starts before whoever publishes to it; storage before whoever keeps blobs in it.
 * 2. The state file says the addresses once all services answer, and is gone after a clean stop.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzureMl } from '../azure-ml/index.ts';
import { Work } from '../clock/work.ts';
import { type CloudContext, localCloud } from '../cloud-context.ts';
import { type EventGrid, type Subscription, startEventGrid } from '../event-grid/index.ts';
import { openClock, storeClock } from '../functions-host/clock-store.ts';
import { lockHome } from '../functions-host/home-lock.ts';
import { createLog } from '../functions-host/log.ts';
import { writeFileAtomically } from '../functions-host/write-file-atomically.ts';
import { startIdentity } from '../identity/index.ts';
import type { CloudState } from '../launch/cloud-state.ts';
import { startServiceBus } from '../service-bus/index.ts';
import { startStorage } from '../storage/index.ts';
import { openTls } from '../tls/index.ts';
import { serveControl } from './control-server.ts';
import type { CloudOptions } from './options.ts';
import { listening, openPorts, portOf } from './ports.ts';

export interface Cloud {
  readonly state: CloudState;
  stop(): Promise<void>;
  /** Resolves when the cloud has stopped. */
  readonly stopped: Promise<void>;
}

interface Running {
  stop(): Promise<void>;
}

export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const lock = lockHome(options.home, 'cloud');
  const clock = openClock({ home: options.home, mode: options.clock, start: options.clockStart });
  const work = new Work();
  const write = (line: string) => process.stderr.write(line);
  const log = createLog({ clock, json: false, least: options.debug ? 'debug' : 'info', write });
  const ports = openPorts(options.home);
  const running: Running[] = [];
  let eventGrid: EventGrid | undefined;

  /** Starts one service in its own folder, and remembers to stop it. */
  const start = async <T extends Running>(
    name: string,
    run: (context: CloudContext) => Promise<T>,
  ): Promise<T> => {
    const home = join(options.home, name);
    mkdirSync(home, { recursive: true });
    const context: CloudContext = {
      home,
      clock,
      work,
      log: (level, message) => log(level, `${name}: ${message}`),
      publish: (topic, events) => eventGrid!.publish(topic, events),
    };
    const service = await listening(name, options.home, () => run(context));
    running.unshift(service);
    return service;
  };

  const stopAll = async (): Promise<void> => {
    for (const service of running.splice(0)) await service.stop();
    lock.release();
  };

  try {
    const tls = openTls(join(options.home, 'tls'));
    const identity = await start('identity', (context) =>
      startIdentity({ ...context, port: ports.wanted('identity') }),
    );
    const key = keptKey(join(options.home, 'event-grid.key'));
    let storageConnection: string | undefined;
    eventGrid = await start('event-grid', (context) =>
      startEventGrid({
        ...context,
        port: ports.wanted('eventGrid'),
        key,
        subscriptions: defaultSubscriptions(options),
        ...(options.chaos ? { chaos: options.chaos } : {}),
        ...(options.retryScheduleMs ? { retryScheduleMs: options.retryScheduleMs } : {}),
        writeDeadLetter: (container, path, json) => writeBlob(storageConnection, container, path, json),
      }),
    );
    const storage = await start('storage', (context) =>
      startStorage({ ...context, blobPort: ports.wanted('blob'), tablePort: ports.wanted('table') }),
    );
    storageConnection = storage.connectionString;
    const serviceBus = await start('service-bus', (context) =>
      startServiceBus({
        ...context,
        port: ports.wanted('serviceBus'),
        queues: [
          {
            name: localCloud.releaseQueue,
            duplicateDetection: { windowMs: 86_400_000 },
            maxDeliveryCount: 10,
            requiresSession: false,
          },
        ],
      }),
    );
    const azureMl = await start('azure-ml', (context) =>
      startAzureMl({
        ...context,
        port: ports.wanted('azureMl'),
        tls,
        identity,
        blob: { endpoint: storage.blobEndpoint, connectionString: storage.connectionString },
      }),
    );
    let finish: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopping ??= stopAll().finally(finish);
      return stopping;
    };
    const control = await listening('control', options.home, () =>
      serveControl(
        {
          clock,
          work,
          eventGrid: eventGrid!,
          onClockSet: () => storeClock(options.home, clock.now()),
          shutdown: () => void stop(),
        },
        ports.wanted('control'),
      ),
    );
    running.unshift({
      stop: () =>
        new Promise((resolve) => {
          control.close(() => resolve());
          control.closeAllConnections();
        }),
    });
    const controlPort = (control.address() as AddressInfo).port;
    const state: CloudState = {
      pid: process.pid,
      control: `http://127.0.0.1:${controlPort}`,
      workspaceId: localCloud.workspaceId,
      armEndpoint: azureMl.endpoint,
      caFile: tls.caFile,
      storage: storage.connectionString,
      serviceBus: serviceBus.connectionString,
      eventGridEndpoint: eventGrid.endpoint('ratchet'),
      eventGridKey: key,
      identityEndpoint: identity.environment.IDENTITY_ENDPOINT,
      identityHeader: identity.environment.IDENTITY_HEADER,
    };
    ports.keep({
      control: controlPort,
      identity: portOf(state.identityEndpoint),
      eventGrid: eventGrid.port,
      blob: portOf(storage.blobEndpoint),
      table: portOf(storage.tableEndpoint),
      serviceBus: serviceBus.port,
      azureMl: portOf(azureMl.endpoint),
    });
    lock.announce(state);
    return { state, stop, stopped };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Events go where a deployed app would have them delivered. */
function defaultSubscriptions({ hostUrl, hostKey }: CloudOptions): readonly Subscription[] {
  const endpointUrl = (functionName: string) =>
    `${hostUrl}/runtime/webhooks/eventgrid?functionName=${functionName}${hostKey ? `&code=${encodeURIComponent(hostKey)}` : ''}`;
  return [
    {
      name: 'ratchet-workspace',
      topic: 'workspace',
      endpointUrl: endpointUrl('workspace-events'),
      schema: 'EventGridSchema',
    },
    {
      name: 'ratchet-storage',
      topic: 'storage',
      endpointUrl: endpointUrl('storage-events'),
      schema: 'EventGridSchema',
    },
  ];
}

/** A random key that stays the same over restarts, readable by its owner alone. */
function keptKey(file: string): string {
  if (!existsSync(file)) writeFileAtomically(file, randomBytes(32).toString('base64'));
  return readFileSync(file, 'utf8');
}

async function writeBlob(
  connection: string | undefined,
  container: string,
  path: string,
  json: string,
): Promise<void> {
  if (connection === undefined) throw new Error('storage has not started yet');
  const client = BlobServiceClient.fromConnectionString(connection).getContainerClient(container);
  await client.createIfNotExists();
  await client.getBlockBlobClient(path).upload(json, Buffer.byteLength(json));
}
