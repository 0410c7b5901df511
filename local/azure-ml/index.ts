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
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type CloudContext, localCloud } from '../cloud-context.ts';
import type { TokenAuthority } from '../identity/index.ts';
import type { TlsMaterial } from '../tls/index.ts';
import { assetRoutes } from './arm/assets.ts';
import { jobRoutes, operationRoutes } from './arm/jobs.ts';
import { workspaceRoutes } from './arm/workspace.ts';
import { Artifacts } from './artifacts.ts';
import { issueJobToken } from './auth.ts';
import { BlobCache } from './blob-cache.ts';
import { openBlobs } from './blobs.ts';
import { JobRunner } from './job-runner/index.ts';
import { Locator } from './locate.ts';
import { type Router, serve } from './server.ts';
import { AssetStore } from './store/assets.ts';
import { inTransaction, openDatabase } from './store/database.ts';
import { JobStore } from './store/jobs.ts';
import { openOutbox } from './store/outbox.ts';
import { TrackingStore } from './store/tracking.ts';

export interface AzureMlOptions extends CloudContext {
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
  const database = openDatabase(join(options.home, 'azure-ml.sqlite'));
  const server = createServer({ key: options.tls.key, cert: options.tls.cert });
  // Longer than any client here lets a connection idle: one that the server closes first may lose a request.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const mlflowPath = `/mlflow/v1.0${localCloud.workspaceId}`;
  const mlflowTrackingUri = `azureml://${new URL(origin).host}${mlflowPath}`;

  const now = () => options.clock.now();
  const outbox = openOutbox(database, options);
  const jobs = new JobStore(database, outbox, now);
  const assets = new AssetStore(database, outbox, now);
  const locator = new Locator(assets, jobs, options.blob.endpoint);
  const cache = new BlobCache(join(options.home, 'blob-cache'));
  await cache.prune();
  const blobs = openBlobs(options.blob.connectionString, cache);
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
      ...assetRoutes(assets, locator),
    },
    operations: operationRoutes(jobDependencies),
  };

  outbox.drain();
  runner.start();
  serve(server, router, origin, options);

  return {
    endpoint: origin,
    mlflowTrackingUri,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await runner.stop();
      server.closeAllConnections();
      await closed;
      database.close();
    },
  };
}
