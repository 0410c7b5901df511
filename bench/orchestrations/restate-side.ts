/**
 * Restate's single-node server with a service of its SDK. A chain is one call through the ingress, answered with the
 * result, which is Restate's own way and its cheapest: a plain service handler, neither keyed nor a workflow.
 *
 * The server is as it comes, but for addresses, telemetry and, for one of the two sides, `fsync`. As it comes it syncs
 * its log to the disk; `withoutSync` it keeps the same promise as our host: written before going on, but in the hands
 * of the operating system.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '../../local/launch/child.ts';
import { findFreePort } from '../../local/launch/free-port.ts';
import { childrenOf } from '../measure/process-facts.ts';
import { peersFolder } from './install-peers.ts';
import { postAndAwait, postJson, type RunningSide, type Side } from './side.ts';
import { startChain } from './start-chain.ts';

const serverPackage = join(peersFolder, 'node_modules', '@restatedev', 'restate-server');
const platformPackage = `${serverPackage}-${process.platform}-${process.arch}`;

/** Why Restate cannot be measured on this machine, or null. */
export function whyNoRestate(): string | null {
  const binary = join(platformPackage, 'bin', 'restate-server');
  if (existsSync(binary)) return null;
  return `@restatedev/restate-server brings its binary in a package for each platform; there is none for ${process.platform}-${process.arch} (${binary} is missing)`;
}

export function restateSide(sync: 'sync' | 'no-sync'): Side {
  return {
    name: sync === 'sync' ? 'restate' : 'restate, no fsync',
    durability:
      sync === 'sync'
        ? "on disk (RocksDB log, fsync; the server's defaults): survives a power cut"
        : 'on disk (RocksDB log, fsync off): survives the end of the process, not a power cut',
    async start(home, { signal }) {
      await using starting = new AsyncDisposableStack();
      const { child: chain, url } = await startChain('restate-chain.js', home, signal);
      starting.defer(async () => void (await chain.stop()));
      const server = await startServer(home, sync, signal);
      starting.defer(async () => void (await server.child.stop()));
      await postJson(`${server.adminUrl}/deployments`, { uri: url });
      const pids = [chain.pid, server.child.pid, ...childrenOf(server.child.pid)];
      const parts = starting.move();
      return {
        pids,
        runChains: (count) => postAndAwait(`${server.ingressUrl}/chain/run`, count),
        stop: () => parts.disposeAsync(),
      } satisfies RunningSide;
    },
  };
}

interface Server {
  readonly child: Child;
  readonly ingressUrl: string;
  readonly adminUrl: string;
}

async function startServer(home: string, sync: 'sync' | 'no-sync', signal: AbortSignal): Promise<Server> {
  const [node, ingress, admin] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const child = startChild({
    name: 'the Restate server',
    script: join(serverPackage, 'lib', 'index.js'),
    args: ['--no-logo', '--node-name', 'bench', '--base-dir', join(home, 'restate-data')],
    env: {
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'warn',
      RESTATE_SHUTDOWN_TIMEOUT: '5s',
      ...(sync === 'sync'
        ? {}
        : {
            RESTATE_BIFROST__LOCAL__ROCKSDB_DISABLE_WAL_FSYNC: 'true',
            RESTATE_LOG_SERVER__ROCKSDB_DISABLE_WAL_FSYNC: 'true',
          }),
    },
    logFile: join(home, 'restate-server.log'),
    signal,
  });
  const ingressUrl = `http://127.0.0.1:${ingress}`;
  const adminUrl = `http://127.0.0.1:${admin}`;
  try {
    for (const url of [`${adminUrl}/health`, `${ingressUrl}/restate/health`]) {
      await child.until('it was healthy', () => isHealthy(url));
    }
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { child, ingressUrl, adminUrl };
}

async function isHealthy(url: string): Promise<true | undefined> {
  try {
    return (await fetch(url)).ok || undefined;
  } catch {
    return undefined; // Not listening yet.
  }
}
