/**
 * The local Azure Machine Learning workspace: Resource Manager, MLflow tracking and run artifacts on one TLS port, its
 * online endpoints on another.
 *
 * Owns: the workspace's state (azure-ml.sqlite), the processes of its jobs and deployments, and their folders.
 * Does not own: blobs (the storage emulator does), tokens (identity does), delivery of events (event-grid does).
 *
 * Invariants
 * 1. What was answered is on disk: a change is committed before the reply is sent.
 * 2. Nothing is answered without a genuine token or an endpoint's key, except a log at its signed address.
 * 3. A request counts as work until it is answered, a job until its end is published.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { localCloud } from '../cloud-context.ts';
import { jsonBodies } from '../http/guard.ts';
import { listenOnLoopback } from '../http/listen.ts';
import { inTransaction } from '../process/in-transaction.ts';
import { assetRoutes } from './arm/assets.ts';
import { jobRoutes } from './arm/jobs.ts';
import { Permissions } from './arm/permissions.ts';
import { workspaceRoutes } from './arm/workspace.ts';
import { Artifacts } from './artifacts.ts';
import { issueJobToken } from './auth.ts';
import { BlobCache } from './blob-cache.ts';
import { type Blobs, openBlobs } from './blobs.ts';
import { type Calls, noCalls } from './calls.ts';
import { componentFinders } from './find-component.ts';
import { JobFaults } from './job-faults.ts';
import { JobRunners } from './job-runner/runners.ts';
import { Locator } from './locate.ts';
import { type OnlineOptions, openOnline } from './open-online.ts';
import { type Router, serve } from './server.ts';
import { AssetStore } from './store/assets.ts';
import { openWorkspace } from './store/database.ts';
import { JobStore } from './store/jobs.ts';
import { openOutbox } from './store/outbox.ts';
import { TrackingStore } from './store/tracking.ts';

interface AzureMlOptions extends OnlineOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly blob: { readonly endpoint: string; readonly connectionString: string };
  /** How many jobs may run at once; 2 when omitted. */
  readonly jobSlots?: number;
}

export interface AzureMl {
  /** `https://localhost:PORT`, for the client's `endpoint`. */
  readonly endpoint: string;
  /** What the workspace says of itself: `azureml://localhost:PORT/mlflow/v1.0/subscriptions/...`. */
  readonly mlflowTrackingUri: string;
  /** `https://localhost:PORT`, what scoring addresses begin with. */
  readonly scoringEndpoint: string;
  /** What befalls endpoints and deployments from now on (serving/faults.ts). */
  setFaults(body: unknown): void;
  /** Takes actions back from the identity of the app (arm/permissions.ts). */
  deny(body: unknown): void;
  /** What befalls jobs from now on (job-faults.ts). */
  setJobFaults(body: unknown): void;
  /** How often it was asked since it began, by whoever is no job. */
  calls(): Readonly<Calls>;
  /** Ends the processes of jobs and deployments, and neither jobs nor deployments: the next start runs them again. */
  stop(): Promise<void>;
}

const defaultSlots = 2;

export async function startAzureMl(options: AzureMlOptions): Promise<AzureMl> {
  mkdirSync(options.home, { recursive: true });
  const database = openWorkspace(join(options.home, 'azure-ml.sqlite'));
  const loopback = await listenOnLoopback({ port: options.port, tls: options.tls, bodies: jsonBodies });
  const { origin } = loopback;
  const mlflowTrackingUri = `azureml://${new URL(origin).host}/mlflow/v1.0${localCloud.workspaceId}`;

  const now = () => options.clock.now();
  const outbox = openOutbox(database, options);
  const jobs = new JobStore(database, outbox, now);
  const assets = new AssetStore(database, outbox, now);
  const locator = new Locator(assets, jobs, options.blob.endpoint);
  const blobs = await openCachedBlobs(options);
  const jobFaults = new JobFaults();
  const tracking = new TrackingStore(database);
  const finders = componentFinders(assets);
  const runners = new JobRunners({
    ...{ cloud: options, jobs, blobs, locator, tracking, ...finders },
    faults: jobFaults,
    slots: options.jobSlots ?? defaultSlots,
    caFile: options.tls.caFile,
    trackingUri: mlflowTrackingUri.replace(/^azureml:/, 'https:'),
    issueToken: (job, attempt) => issueJobToken(options.identity, job, attempt),
  });
  const { processes, sweeps } = runners;
  const online = await openOnline(options, { database, outbox, assets, locator, blobs });
  const artifacts = new Artifacts(blobs, processes, `${origin}/artifact/v2.0${localCloud.workspaceId}`);
  const jobDependencies = {
    ...{ jobs, runners, ...finders, locator },
    trackingUri: mlflowTrackingUri,
    logUrl: (job: string) => artifacts.logUrl(job),
    forget: (job: string) => rmSync(processes.folderOf(job), { recursive: true, force: true }),
  };
  const router: Router = {
    ...{ identity: options.identity, jobs, artifacts, permissions: new Permissions(), calls: noCalls() },
    mlflow: {
      jobs,
      tracking,
      whenLogged: (job, metric) => sweeps.logged(job, metric),
      artifacts,
      now,
      inTransaction: (change) => inTransaction(database, change),
    },
    workspace: {
      ...workspaceRoutes(mlflowTrackingUri, options.blob.endpoint),
      ...jobRoutes(jobDependencies),
      ...assetRoutes(assets, locator, blobs),
      ...online.workspaceRoutes,
    },
    operations: online.operationRoutes,
  };

  outbox.drain();
  runners.start();
  await online.start();
  serve(loopback, router, options);

  return {
    endpoint: origin,
    mlflowTrackingUri,
    scoringEndpoint: online.scoringOrigin,
    setFaults: (body) => online.setFaults(body),
    deny: (body) => router.permissions.deny(body),
    setJobFaults: (body) => jobFaults.replace(body),
    calls: () => router.calls,
    async stop() {
      await Promise.all([runners.stop(), online.stop()]);
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
