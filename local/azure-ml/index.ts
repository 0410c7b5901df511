/**
 * The local Azure Machine Learning workspace: Resource Manager, MLflow tracking and run artifacts on one TLS port.
 *
 * Owns: the workspace's state (azure-ml.sqlite), its jobs' processes and their folders.
 * Does not own: blobs (the storage emulator does), tokens (identity does), delivery of events (event-grid does).
 *
 * Invariants
 * 1. What was answered is on disk: a change is committed before the reply is sent.
 * 2. Nothing is answered without a genuine token, except a log at its signed address.
 * 3. A request counts as work until it is answered, a job until its end is published.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudContext, localCloud } from '../cloud-context.ts';
import { jsonBodies } from '../http/guard.ts';
import { listenOnLoopback } from '../http/listen.ts';
import type { TokenAuthority } from '../identity/index.ts';
import { inTransaction } from '../process/in-transaction.ts';
import type { TlsMaterial } from '../tls/index.ts';
import { assetRoutes } from './arm/assets.ts';
import { jobRoutes } from './arm/jobs.ts';
import { deploymentRoutes } from './arm/online-deployments.ts';
import { endpointRoutes } from './arm/online-endpoints.ts';
import { onlineOperationRoutes } from './arm/online-replies.ts';
import { workspaceRoutes } from './arm/workspace.ts';
import { Artifacts } from './artifacts.ts';
import { issueJobToken } from './auth.ts';
import { BlobCache } from './blob-cache.ts';
import { type Blobs, openBlobs } from './blobs.ts';
import { JobRunner } from './job-runner/index.ts';
import { Locator } from './locate.ts';
import { Provisioning } from './provisioning.ts';
import { type Router, serve } from './server.ts';
import { AssetStore } from './store/assets.ts';
import { openWorkspace } from './store/database.ts';
import { JobStore } from './store/jobs.ts';
import { OnlineStore } from './store/online.ts';
import { openOutbox } from './store/outbox.ts';
import { TrackingStore } from './store/tracking.ts';

interface AzureMlOptions extends CloudContext {
  /** 0 for any free one. */
  readonly port: number;
  readonly tls: TlsMaterial;
  readonly identity: TokenAuthority;
  readonly blob: { readonly endpoint: string; readonly connectionString: string };
  /** How many jobs may run at once; 2 when omitted. */
  readonly jobSlots?: number;
}

export interface AzureMl {
  /** `https://localhost:PORT`, for the client's `endpoint`. */
  readonly endpoint: string;
  /** What the workspace says of itself: `azureml://localhost:PORT/mlflow/v1.0/subscriptions/...`. */
  readonly mlflowTrackingUri: string;
  /** Ends the jobs' processes without ending the jobs: the next start runs them again. */
  stop(): Promise<void>;
}

const defaultSlots = 2;

export async function startAzureMl(options: AzureMlOptions): Promise<AzureMl> {
  mkdirSync(options.home, { recursive: true });
  const database = openWorkspace(join(options.home, 'azure-ml.sqlite'));
  const loopback = await listenOnLoopback({ port: options.port, tls: options.tls, bodies: jsonBodies });
  const { origin } = loopback;
  const mlflowPath = `/mlflow/v1.0${localCloud.workspaceId}`;
  const mlflowTrackingUri = `azureml://${new URL(origin).host}${mlflowPath}`;

  const now = () => options.clock.now();
  const outbox = openOutbox(database, options);
  const jobs = new JobStore(database, outbox, now);
  const assets = new AssetStore(database, outbox, now);
  const online = new OnlineStore(database, outbox, now);
  const locator = new Locator(assets, jobs, options.blob.endpoint);
  const blobs = await openCachedBlobs(options);
  const runner = new JobRunner({
    cloud: options,
    jobs,
    blobs,
    locator,
    slots: options.jobSlots ?? defaultSlots,
    caFile: options.tls.caFile,
    trackingUri: `${origin}${mlflowPath}`,
    issueToken: (job, attempt) => issueJobToken(options.identity, job, attempt),
  });
  const provisioning = new Provisioning({ cloud: options, online, locator, blobs });
  const artifacts = new Artifacts(blobs, runner, `${origin}/artifact/v2.0${localCloud.workspaceId}`);
  const jobDependencies = {
    jobs,
    runner,
    locator,
    trackingUri: mlflowTrackingUri,
    logUrl: (job: string) => artifacts.logUrl(job),
    forget: (job: string) => rmSync(runner.folderOf(job), { recursive: true, force: true }),
  };
  const router: Router = {
    identity: options.identity,
    jobs,
    artifacts,
    mlflow: {
      jobs,
      tracking: new TrackingStore(database),
      artifacts,
      now,
      inTransaction: (change) => inTransaction(database, change),
    },
    workspace: {
      ...workspaceRoutes(mlflowTrackingUri, options.blob.endpoint),
      ...jobRoutes(jobDependencies),
      ...assetRoutes(assets, locator, blobs),
      ...endpointRoutes({ online, provisioning, now }),
      ...deploymentRoutes({ online, provisioning, assets, locator, now }),
    },
    operations: onlineOperationRoutes(online),
  };

  outbox.drain();
  runner.start();
  provisioning.start();
  serve(loopback, router, options);

  return {
    endpoint: origin,
    mlflowTrackingUri,
    async stop() {
      await Promise.all([runner.stop(), provisioning.stop()]);
      await loopback.stop();
      database.close();
    },
  };
}

async function openCachedBlobs({ home, blob }: AzureMlOptions): Promise<Blobs> {
  const cache = new BlobCache(join(home, 'blob-cache'));
  await cache.prune();
  return openBlobs(blob.connectionString, cache);
}
