/**
 * Builds every client of the application from its settings. Nothing else does.
 *
 * Owns: which client is made how, and that each is made once in a process.
 * Does not own: what a setting may be (settings.ts), what clients do (azure, ledger, release).
 *
 * Invariants
 * 1. Importing this file loads no SDK and no schema library: a function that starts cold pays for what it uses.
 * 2. Nothing is read or opened before it is asked for. A failure is not kept: the next caller tries again.
 */
import type { TokenCredential } from '@azure/identity';
import type { Blobs } from './azure/blobs.ts';
import type { Topic } from './azure/event-grid.ts';
import type { JobLogs } from './azure/job-logs.ts';
import type { Logs } from './azure/logs.ts';
import type { Queues } from './azure/service-bus.ts';
import { readTls, scopeOf, type TlsOptions } from './azure/tls.ts';
import type { Tracking, TrackingOptions } from './azure/tracking.ts';
import type { Workspace } from './azure/workspace.ts';
import type { FleetPolicy } from './config/fleet-schema.ts';
import type { ModelFiles } from './config/model-files.ts';
import type { PinnedModel } from './config/schema.ts';
import type { NotifyStage } from './config/stage-schema.ts';
import { RatchetError } from './errors.ts';
import type { Ledger } from './ledger/ledger.ts';
import { once } from './once.ts';
import type { ReleaseChannel } from './release/channels/channel.ts';
import type { Settings } from './settings.ts';
import type { TraceStore } from './traces/trace-store.ts';
import { findModelsDir, watchModels } from './watch-models.ts';
import { wireControllers } from './wire-controllers.ts';
import { wireNotices } from './wire-notices.ts';
import { wirePipelines } from './wire-pipelines.ts';
import { wireSigning } from './wire-signing.ts';
import { wireTargets } from './wire-targets.ts';

export type Wiring = ReturnType<typeof createWiring>;

/** Everything the application is connected to. Each part is made when it is first asked for. */
export function createWiring(env: Readonly<Record<string, string | undefined>>) {
  const base = wireSettings(env);
  return {
    settings: base.settings,
    ...wireWorkspace(base),
    logs: wireLogs(base),
    ...wireStorage(base),
    ...wireModels(base),
    ...wireReleases(base),
    ...wireTargets(base),
    ...wireControllers(base),
    ...wireSigning(base),
    traces: wireTraces(base),
    notices: wireNotices(base),
  };
}

/** What the others are made with. */
function wireSettings(env: Readonly<Record<string, string | undefined>>) {
  const settings = once(async (): Promise<Settings> => (await import('./settings.ts')).readSettings(env));

  const credential = once(async (): Promise<TokenCredential> => {
    const { clientId } = await settings();
    const [{ DefaultAzureCredential }, { limitCredential }] = await Promise.all([
      import('@azure/identity'),
      import('./azure/limit-credential.ts'),
    ]);
    return limitCredential(
      new DefaultAzureCredential(clientId === null ? {} : { managedIdentityClientId: clientId }),
    );
  });

  const tls = once(async (): Promise<TlsOptions> => readTls((await settings()).caFile));

  return { settings, credential, tls };
}

type Base = ReturnType<typeof wireSettings>;

function wireWorkspace({ settings, credential, tls }: Base) {
  const workspace = once(async (): Promise<Workspace> => {
    const { workspace: name, armEndpoint } = await settings();
    const [{ AzureMachineLearningWorkspaces }, { Workspace }, { retryOptions }] = await Promise.all([
      import('@azure/arm-machinelearning'),
      import('./azure/workspace.ts'),
      import('./azure/call-limits.ts'),
    ]);
    const client = new AzureMachineLearningWorkspaces(await credential(), name.subscriptionId, {
      endpoint: armEndpoint,
      credentialScopes: scopeOf(armEndpoint),
      retryOptions,
      ...(await tls()),
    });
    return new Workspace(client, name, armEndpoint);
  });

  /** How the workspace's own servers are asked, beside Resource Manager. */
  const trackingOptions = async (): Promise<TrackingOptions> => ({
    trackingUri: async () => (await workspace()).trackingUri(),
    credential: await credential(),
    scope: scopeOf((await settings()).armEndpoint),
    tls: await tls(),
  });

  const runsMetrics = once(async (): Promise<Tracking> => {
    const [sdk, { Tracking }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./azure/tracking.ts'),
    ]);
    return new Tracking(sdk, await trackingOptions());
  });

  const jobLogs = once(async (): Promise<JobLogs> => {
    const [sdk, { JobLogs }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./azure/job-logs.ts'),
    ]);
    return new JobLogs(sdk, await trackingOptions());
  });

  return { workspace, runsMetrics, jobLogs };
}

/** Null where no setting says who keeps traces. */
function wireTraces({ settings }: Base): () => Promise<TraceStore | null> {
  return once(async (): Promise<TraceStore | null> => {
    const { tracesUrl } = await settings();
    return tracesUrl === null ? null : new (await import('./traces/trace-store.ts')).TraceStore(tracesUrl);
  });
}

function wireLogs({ settings, credential, tls }: Base): () => Promise<Logs> {
  return once(async (): Promise<Logs> => {
    const { workspaceId, endpoint } = (await settings()).logs;
    if (workspaceId === null)
      throw unset('RATCHET_LOGS_WORKSPACE', 'a model file has triggers.queries or release checks');
    const [{ LogsQueryClient }, { Logs, logsPolicy }] = await Promise.all([
      import('@azure/monitor-query-logs'),
      import('./azure/logs.ts'),
    ]);
    const client = new LogsQueryClient(await credential(), {
      endpoint,
      credentials: { scopes: [scopeOf(new URL(endpoint).origin)] },
      // A query that was slow or throttled is not repeated within the call, but with the step.
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [{ policy: logsPolicy, position: 'perCall' }],
      ...(await tls()),
    });
    return new Logs(client, workspaceId);
  });
}

function wireStorage({ settings, credential }: Base) {
  const blobs = once(async (): Promise<Blobs> => {
    const { storage, container } = await settings();
    const [{ BlobServiceClient }, { Blobs }] = await Promise.all([
      import('@azure/storage-blob'),
      import('./azure/blobs.ts'),
    ]);
    const options = { retryOptions: { maxTries: 4, retryDelayInMs: 500, maxRetryDelayInMs: 8_000 } };
    const service =
      'connectionString' in storage
        ? BlobServiceClient.fromConnectionString(storage.connectionString, options)
        : new BlobServiceClient(storage.blobUri, await credential(), options);
    return new Blobs(service.getContainerClient(container));
  });

  const ledger = once(async (): Promise<Ledger> => {
    const { storage } = await settings();
    const [{ TableClient }, { Ledger }, { retryOptions }] = await Promise.all([
      import('@azure/data-tables'),
      import('./ledger/ledger.ts'),
      import('./azure/call-limits.ts'),
    ]);
    if ('connectionString' in storage) {
      const { connectionString } = storage;
      // Plain http carries a signature of the request, never the key; without https in the string there is no choice.
      const allowInsecureConnection = !/TableEndpoint=https:|DefaultEndpointsProtocol=https/i.test(
        connectionString,
      );
      const options = { retryOptions, allowInsecureConnection };
      return new Ledger((name) => TableClient.fromConnectionString(connectionString, name, options));
    }
    const token = await credential();
    return new Ledger((name) => new TableClient(storage.tableUri, name, token, { retryOptions }));
  });

  return { blobs, ledger };
}

function wireModels({ settings }: Base) {
  const modelsDir = once(async (): Promise<string> => (await settings()).modelsDir ?? findModelsDir());
  const readModels = watchModels();
  /** The model files, read again when one has changed. */
  const modelFiles = async (): Promise<ModelFiles> => readModels(await modelsDir());

  return {
    modelFiles,
    /** The models that can be asked, by name. */
    models: async (): Promise<ReadonlyMap<string, PinnedModel>> => (await modelFiles()).models,
    /** The fleet file beside them, or null. Throws where it is broken: its limits are not taken for none. */
    fleet: async (): Promise<FleetPolicy | null> => fleetOf(await modelFiles()),
  };
}

function wireReleases({ settings, credential, tls }: Base) {
  const queues = once(async (): Promise<Queues> => {
    const { serviceBus } = await settings();
    if (serviceBus === null) throw unset('RATCHET_SERVICEBUS', 'a release stage uses channel service-bus');
    const [{ ServiceBusClient }, { Queues }] = await Promise.all([
      import('@azure/service-bus'),
      import('./azure/service-bus.ts'),
    ]);
    const options = { retryOptions: { maxRetries: 2, retryDelayInMs: 1_000, timeoutInMs: 10_000 } };
    if ('connectionString' in serviceBus) {
      const { connectionString } = serviceBus;
      return new Queues(() => new ServiceBusClient(connectionString, options));
    }
    const token = await credential();
    return new Queues(() => new ServiceBusClient(serviceBus.namespace, token, options));
  });

  const topic = once(async (): Promise<Topic> => {
    const { eventGrid } = await settings();
    if (eventGrid === null)
      throw unset('RATCHET_EVENTGRID_ENDPOINT', 'a release stage uses channel event-grid');
    const [{ AzureKeyCredential, EventGridPublisherClient }, { Topic }, { retryOptions }] = await Promise.all(
      [import('@azure/eventgrid'), import('./azure/event-grid.ts'), import('./azure/call-limits.ts')],
    );
    const { endpoint, key } = eventGrid;
    const client = new EventGridPublisherClient(
      endpoint,
      'EventGrid',
      key === null ? await credential() : new AzureKeyCredential(key),
      { retryOptions, allowInsecureConnection: endpoint.startsWith('http:'), ...(await tls()) },
    );
    return new Topic(client);
  });

  return {
    queues,
    topic,
    ...wirePipelines({ settings, credential, tls, queues }),
    async releaseChannel(stage: NotifyStage): Promise<ReleaseChannel> {
      if (stage.channel === 'service-bus') {
        const { serviceBusChannel } = await import('./release/channels/service-bus-channel.ts');
        return serviceBusChannel(await queues(), stage.queue);
      }
      const { eventGridChannel } = await import('./release/channels/event-grid-channel.ts');
      return eventGridChannel(await topic());
    },
  };
}

export const wiring = createWiring(process.env);

async function fleetOf({ fleet }: ModelFiles): Promise<FleetPolicy | null> {
  if (fleet.policy || fleet.problems.length === 0) return fleet.policy;
  const { describeProblems } = await import('./config/model-files.ts');
  throw new RatchetError(
    'bad-config',
    `no run starts until the fleet file is mended: ${describeProblems(fleet.problems).join('; ')}`,
  );
}

function unset(setting: string, where: string): RatchetError {
  return new RatchetError(
    'bad-setting',
    `${setting} must be set where ${where}; found nothing; see docs/settings.md`,
    { subject: { settings: setting } },
  );
}
