/**
 * The services of the local cloud, each in its own folder, started in the order they need each other.
 *
 * Invariant: Event Grid starts before whoever publishes to it, storage before whoever keeps blobs in it, Log Analytics
 * before whoever sends rows to it; they stop in the opposite order.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { type AzureMl, startAzureMl } from '../azure-ml/index.ts';
import type { Clock } from '../clock/clock.ts';
import type { Work } from '../clock/work.ts';
import { type CloudContext, type LogLevel, localCloud } from '../cloud-context.ts';
import { type EventGrid, type Subscription, startEventGrid } from '../event-grid/index.ts';
import { type Identity, startIdentity } from '../identity/index.ts';
import { type LogAnalytics, startLogAnalytics } from '../log-analytics/index.ts';
import { type Pipelines, startPipelines } from '../pipelines/index.ts';
import { projectFolder } from '../process/project-folder.ts';
import { writeFileAtomically } from '../process/write-file-atomically.ts';
import { type ServiceBus, startServiceBus } from '../service-bus/index.ts';
import { type Storage, startStorage } from '../storage/index.ts';
import { openTls, type TlsMaterial } from '../tls/index.ts';
import type { CloudOptions } from './options.ts';
import { listening, type Ports } from './ports.ts';
import { sasOf } from './sas-of.ts';
import { sendToQueueOf } from './send-to-queue.ts';

export interface Services {
  readonly tls: TlsMaterial;
  readonly identity: Identity;
  readonly eventGrid: EventGrid;
  readonly eventGridKey: string;
  readonly storage: Storage;
  readonly serviceBus: ServiceBus;
  readonly azureMl: AzureMl;
  readonly logAnalytics: LogAnalytics;
  readonly pipelines: Pipelines;
}

export interface Running {
  stop(): Promise<void>;
}

interface ServicesDependencies {
  readonly options: CloudOptions;
  readonly clock: Clock;
  readonly work: Work;
  readonly ports: Ports;
  /** Is told of each service as soon as it runs, so that it can be stopped whatever comes after. */
  started(service: Running): void;
  log(level: LogLevel, message: string): void;
}

const dayMs = 86_400_000;

/** Whoever has this checkout may add pipelines of their own. */
const pipelineFolders = {
  azureFolder: join(projectFolder, 'infra', 'azure-pipelines'),
  releaseFolder: join(projectFolder, 'infra', 'azure-releases'),
  gitHubFolder: join(projectFolder, 'infra', 'github'),
};

const queues = [
  { name: localCloud.releaseQueue, duplicateDetection: { windowMs: dayMs } },
  { name: localCloud.pipelineQueue, duplicateDetection: { windowMs: dayMs } },
  { name: localCloud.replyQueue, requiresSession: true },
  { name: localCloud.eventsQueue, requiresSession: true, maxDeliveryCount: 2000 },
];

export async function startServices(dependencies: ServicesDependencies): Promise<Services> {
  const { options, ports } = dependencies;
  const eventGridKey = keptKey(join(options.home, 'event-grid.key'));
  const tls = openTls(join(options.home, 'tls'));
  let eventGrid: EventGrid | null = null;
  let storage: Storage | null = null;
  let serviceBus: ServiceBus | null = null;

  const start = <T extends Running>(name: string, run: (context: CloudContext) => Promise<T>) =>
    startOne(dependencies, name, () => started(eventGrid, 'Event Grid'), run);

  const identity = await start('identity', async (context) =>
    startIdentity({ ...context, port: await ports.wanted('identity') }),
  );
  eventGrid = await start('event-grid', async (context) =>
    startEventGrid({
      ...context,
      port: await ports.wanted('eventGrid'),
      key: eventGridKey,
      subscriptions: defaultSubscriptions(options),
      ...(options.chaos && { chaos: options.chaos }),
      ...(options.retryScheduleMs && { retryScheduleMs: options.retryScheduleMs }),
      writeDeadLetter: (...letter) => writeBlob(started(storage, 'storage'), ...letter),
      sendToQueue: sendToQueueOf(() => started(serviceBus, 'Service Bus').connectionString),
    }),
  );
  storage = await start('storage', async (context) =>
    startStorage({
      ...context,
      blobPort: await ports.wanted('blob'),
      tablePort: await ports.wanted('table'),
    }),
  );
  const { blobEndpoint, connectionString } = storage;
  serviceBus = await start('service-bus', async (context) =>
    startServiceBus({ ...context, port: await ports.wanted('serviceBus'), queues }),
  );
  const logAnalytics = await start('log-analytics', async (context) =>
    startLogAnalytics({ ...context, port: await ports.wanted('logs'), tls, identity }),
  );
  const azureMl = await start('azure-ml', async (context) =>
    startAzureMl({
      ...context,
      port: await ports.wanted('azureMl'),
      scoringPort: await ports.wanted('scoring'),
      tls,
      identity,
      blob: { endpoint: blobEndpoint, connectionString },
      sink: (table, rows) => void logAnalytics.ingest(table, rows),
    }),
  );
  const pipelines = await start('pipelines', async (context) =>
    startPipelines({
      ...{ ...context, port: await ports.wanted('pipelines'), tls, identity, ...pipelineFolders },
      ...(options.azurePipelines !== null && { azureFolder: options.azurePipelines }),
      variables: { storageSas: await sasOf(connectionString) },
    }),
  );
  return { tls, identity, eventGrid, eventGridKey, storage, serviceBus, azureMl, logAnalytics, pipelines };
}

/** Starts one service in its own folder. */
async function startOne<T extends Running>(
  dependencies: ServicesDependencies,
  name: string,
  grid: () => EventGrid,
  run: (context: CloudContext) => Promise<T>,
): Promise<T> {
  const { options, clock, work } = dependencies;
  const home = join(options.home, name);
  mkdirSync(home, { recursive: true });
  const context: CloudContext = {
    ...{ home, clock, work },
    log: (level, message) => dependencies.log(level, `${name}: ${message}`),
    publish: (topic, events) => grid().publish(topic, events),
  };
  const service = await listening(name, options.home, () => run(context));
  dependencies.started(service);
  return service;
}

function started<T>(service: T | null, name: string): T {
  if (service === null) throw new Error(`${name} has not started yet`);
  return service;
}

/** Events go where a deployed app would have them delivered. */
function defaultSubscriptions({ hostUrl, hostKey }: CloudOptions): readonly Subscription[] {
  const code = hostKey === null ? '' : `&code=${encodeURIComponent(hostKey)}`;
  const endpointUrl = (functionName: string): string =>
    `${hostUrl}/runtime/webhooks/eventgrid?functionName=${functionName}${code}`;
  const schema = 'EventGridSchema';
  return [
    { name: 'ratchet-workspace', topic: 'workspace', endpointUrl: endpointUrl('workspace-events'), schema },
    { name: 'ratchet-storage', topic: 'storage', endpointUrl: endpointUrl('storage-events'), schema },
  ];
}

/** A random key that stays the same over restarts, readable by its owner alone. */
function keptKey(file: string): string {
  if (!existsSync(file)) writeFileAtomically(file, randomBytes(32).toString('base64'));
  return readFileSync(file, 'utf8');
}

async function writeBlob(storage: Storage, container: string, path: string, json: string): Promise<void> {
  const client = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient(
    container,
  );
  await client.createIfNotExists();
  await client.getBlockBlobClient(path).upload(json, Buffer.byteLength(json));
}
