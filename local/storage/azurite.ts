/**
 * Azurite's servers inside this process.
 *
 * Azurite ships neither types nor an API for this; what is used of its classes is declared here. Their constructors
 * take positions, not names, and change between versions: package.json pins the version.
 */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { queryInKeyOrder, type TableStore } from './key-order.ts';
import type { LokiDatabase } from './loki-journal.ts';

interface LokiStore {
  db: LokiDatabase;
}

/** What is used of Azurite's LokiTableStoreQueryGenerator. */
interface FilterCompiler {
  generateQueryForPersistenceLayer(options: object, context: unknown): (row: object) => boolean;
}

interface AzuriteServer {
  readonly httpServer: Server;
  readonly metadataStore: LokiStore;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface AzuriteBlobServer extends AzuriteServer {
  readonly extentMetadataStore: LokiStore;
}

const require = createRequire(import.meta.url);

function load<T>(module: string): new (...values: readonly unknown[]) => T {
  const loaded = require(`azurite/dist/src/${module}.js`) as {
    default: new (...values: readonly unknown[]) => T;
  };
  return loaded.default;
}

const host = '127.0.0.1';
const keepAliveTimeoutS = 5;
/** A newer SDK asks for a service version Azurite does not know yet; it answers well all the same. */
const skipApiVersionCheck = true;
const loose = false;
const accessLog = [false, undefined] as const;
const debugLog = [false, undefined] as const;
const noTls = ['', '', ''] as const;
const oauth = undefined;
const disableProductStyleUrl = false;
const inMemory = false;

/** `databaseFile` exists: Azurite asks its store to load only when the file is there. */
export function createBlobServer(home: string, port: number, databaseFile: string): AzuriteBlobServer {
  const extents = [{ locationId: 'Default', locationPath: join(home, 'extents'), maxConcurrency: 50 }];
  const configuration = new (load<object>('blob/BlobConfiguration'))(
    host,
    port,
    keepAliveTimeoutS,
    databaseFile,
    databaseFile,
    extents,
    ...accessLog,
    ...debugLog,
    loose,
    skipApiVersionCheck,
    ...noTls,
    oauth,
    disableProductStyleUrl,
    inMemory,
  );
  return new (load<AzuriteBlobServer>('blob/BlobServer'))(configuration);
}

export function createTableServer(port: number, databaseFile: string): AzuriteServer {
  const configuration = new (load<object>('table/TableConfiguration'))(
    host,
    port,
    keepAliveTimeoutS,
    databaseFile,
    debugLog[0],
    ...accessLog,
    debugLog[1],
    loose,
    skipApiVersionCheck,
    ...noTls,
    oauth,
    disableProductStyleUrl,
    inMemory,
  );
  const server = new (load<AzuriteServer>('table/TableServer'))(configuration);
  const filters = load<unknown>(
    'table/persistence/LokiTableStoreQueryGenerator',
  ) as unknown as FilterCompiler;
  queryInKeyOrder(server.metadataStore as LokiStore & TableStore, (options, context) =>
    filters.generateQueryForPersistenceLayer(options, context),
  );
  return server;
}
