/** The online part of the workspace: its endpoints' routes, the processes of their deployments, the port they are asked at. */
import type { DatabaseSync } from 'node:sqlite';
import type { CloudContext } from '../cloud-context.ts';
import { notByPages } from '../http/guard.ts';
import { listenOnLoopback } from '../http/listen.ts';
import type { TokenAuthority } from '../identity/index.ts';
import type { TlsMaterial } from '../tls/index.ts';
import { onlineActionRoutes } from './arm/online-actions.ts';
import { deploymentRoutes } from './arm/online-deployments.ts';
import { endpointRoutes } from './arm/online-endpoints.ts';
import { onlineMetricRoutes } from './arm/online-metrics.ts';
import { onlineOperationRoutes } from './arm/online-replies.ts';
import { quotaRoutes } from './arm/quotas.ts';
import type { Blobs } from './blobs.ts';
import type { Locator } from './locate.ts';
import type { Routes } from './match.ts';
import { Provisioning } from './provisioning.ts';
import type { LogSink } from './serving/console-log.ts';
import { Faults } from './serving/faults.ts';
import { serveScoring } from './serving/server.ts';
import { instanceOf, Serving } from './serving/serving.ts';
import type { AssetStore } from './store/assets.ts';
import { EndpointKeyStore } from './store/endpoint-keys.ts';
import { OnlineStore } from './store/online.ts';
import type { Outbox } from './store/outbox.ts';
import { RequestStore } from './store/requests.ts';
import { RunningStore } from './store/running.ts';

export interface OnlineOptions extends CloudContext {
  readonly tls: TlsMaterial;
  readonly identity: TokenAuthority;
  /** Of the endpoints; any free one when omitted. */
  readonly scoringPort?: number;
  /** Takes the rows that endpoints send to the log workspace; they are dropped when omitted. */
  readonly sink?: LogSink;
  /** What requests are spread by; Math.random when omitted. */
  readonly random?: () => number;
}

interface Parts {
  readonly database: DatabaseSync;
  readonly outbox: Outbox;
  readonly assets: AssetStore;
  readonly locator: Locator;
  readonly blobs: Blobs;
}

interface Online {
  readonly workspaceRoutes: Routes;
  readonly operationRoutes: Routes;
  /** `https://localhost:PORT`, what scoring addresses begin with. */
  readonly scoringOrigin: string;
  setFaults(body: unknown): void;
  /** Takes up what a stop or a kill has left. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function openOnline(options: OnlineOptions, parts: Parts): Promise<Online> {
  const { random = Math.random, scoringPort: port = 0, tls, identity } = options;
  const sink = logging(options);
  const { database, assets, locator, blobs } = parts;
  const loopback = await listenOnLoopback({ port, tls, bodies: notByPages });
  const now = () => options.clock.now();
  const online = new OnlineStore(database, parts.outbox, now);
  const keys = new EndpointKeyStore(database);
  const faults = new Faults(random);
  const running = new RunningStore(database);
  const requests = new RequestStore(database);
  const serving = new Serving({ cloud: options, running, assets, blobs, locator, sink });
  const limitOf = (family: string) => faults.quotaOf(family);
  const provisioning = new Provisioning({ cloud: options, online, locator, blobs, serving });
  return {
    workspaceRoutes: {
      ...endpointRoutes({ online, keys, provisioning, faults, now, scoringOrigin: loopback.origin }),
      ...deploymentRoutes({ online, provisioning, assets, locator, faults, limitOf, now }),
      ...onlineActionRoutes({ online, keys, identity, serving, faults }),
      ...onlineMetricRoutes({ online, requests, now }),
    },
    operationRoutes: { ...onlineOperationRoutes(online), ...quotaRoutes({ online, limitOf }) },
    scoringOrigin: loopback.origin,
    setFaults: (body) => faults.replace(body),
    async start() {
      requests.prune(now());
      await serving.start();
      await serving.prune(online.instancesNamed(instanceOf));
      provisioning.start();
      const kept = { online, serving, keys, requests };
      serveScoring(loopback, { ...kept, cloud: options, identity, faults, random, sink });
    },
    async stop() {
      await Promise.all([provisioning.stop(), serving.stop()]);
      await loopback.stop();
    },
  };
}

/** What cannot be logged is told of, and costs neither a request nor a process. */
function logging({ sink = () => {}, log }: OnlineOptions): LogSink {
  return (table, rows) => {
    try {
      sink(table, rows);
    } catch (error) {
      log('error', `azure-ml: ${rows.length} rows are not in ${table}: ${String(error)}`);
    }
  };
}
