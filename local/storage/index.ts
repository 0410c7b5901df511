/**
 * The storage account: Azurite's blob and table services, made durable and given events.
 *
 * Owns: the two servers, their state folder, the events of blobs.
 * Does not own: the services' behaviour (Azurite does), the delivery of events (event-grid does).
 *
 * Invariants
 * 1. What was acknowledged survives `kill -9`: metadata is in SQLite, contents are in synced files, before the answer.
 * 2. The event of a blob is with Event Grid before its writer is answered.
 */
import { mkdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { type CloudContext, localCloud } from '../cloud-context.ts';
import { notByPages } from '../http/guard.ts';
import { guardServer } from '../http/listen.ts';
import { type AzuriteBlobServer, createBlobServer, createTableServer } from './azurite.ts';
import {
  type BlobAddress,
  type BlobProperties,
  blobAddressOf,
  blobChangeOf,
  createSequencer,
  toBlobEvent,
} from './blob-events.ts';
import { commitBeforeAnswers } from './durable-answers.ts';
import { LokiJournal } from './loki-journal.ts';

interface StorageOptions extends CloudContext {
  /** 0 takes any free port. */
  readonly blobPort: number;
  readonly tablePort: number;
}

export interface Storage {
  readonly connectionString: string;
  /** `http://127.0.0.1:PORT/devstoreaccount1` */
  readonly blobEndpoint: string;
  readonly tableEndpoint: string;
  readonly blobPort: number;
  readonly tablePort: number;
  stop(): Promise<void>;
}

/** The emulator's well-known key; no secret. */
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export async function startStorage(options: StorageOptions): Promise<Storage> {
  const { home, log, work } = options;
  mkdirSync(home, { recursive: true });
  const [blobFile, tableFile] = [join(home, 'blob.sqlite'), join(home, 'table.sqlite')];
  const blobJournal = new LokiJournal(blobFile);
  const tableJournal = new LokiJournal(tableFile);
  const blob = createBlobServer(home, options.blobPort, blobFile);
  const table = createTableServer(options.tablePort, tableFile);
  blobJournal.keep('extents', blob.extentMetadataStore.db);
  blobJournal.keep('blobs', blob.metadataStore.db);
  tableJournal.keep('tables', table.metadataStore.db);

  const publishChange = createPublisher(blob, options);
  commitBeforeAnswers(blob.httpServer, {
    work,
    log,
    commit(request, response, status) {
      blobJournal.save();
      publishChange(request, response, status);
    },
  });
  commitBeforeAnswers(table.httpServer, { work, log, commit: () => tableJournal.save() });
  for (const { httpServer } of [blob, table]) guardServer(httpServer, 'http', notByPages);
  await blob.start();
  await table.start();

  const { port: blobPort } = blob.httpServer.address() as AddressInfo;
  const { port: tablePort } = table.httpServer.address() as AddressInfo;
  const blobEndpoint = `http://127.0.0.1:${blobPort}/${localCloud.storageAccount}`;
  const tableEndpoint = `http://127.0.0.1:${tablePort}/${localCloud.storageAccount}`;
  const connectionString = [
    'DefaultEndpointsProtocol=http',
    `AccountName=${localCloud.storageAccount}`,
    `AccountKey=${accountKey}`,
    `BlobEndpoint=${blobEndpoint}`,
    `TableEndpoint=${tableEndpoint};`,
  ].join(';');
  await BlobServiceClient.fromConnectionString(connectionString)
    .getContainerClient(localCloud.container)
    .createIfNotExists();

  return {
    connectionString,
    blobEndpoint,
    tableEndpoint,
    blobPort,
    tablePort,
    async stop() {
      await Promise.all([blob.close(), table.close()]);
      blob.httpServer.closeAllConnections();
      table.httpServer.closeAllConnections();
      for (const journal of [blobJournal, tableJournal]) {
        journal.save();
        journal.close();
      }
    },
  };
}

function createPublisher(blob: AzuriteBlobServer, { clock, publish }: StorageOptions) {
  const nextSequencer = createSequencer();
  return (request: IncomingMessage, response: Parameters<typeof toBlobEvent>[2], status: number): void => {
    const api = blobChangeOf(request, status);
    const address = blobAddressOf(request);
    if (api === null || address === null) return;
    const { port } = blob.httpServer.address() as AddressInfo;
    const change = {
      api,
      address,
      properties: propertiesOf(blob, address),
      origin: `http://127.0.0.1:${port}`,
      nowMs: clock.now(),
      sequencer: nextSequencer(),
    };
    publish('storage', [toBlobEvent(change, request, response)]);
  };
}

function propertiesOf(blob: AzuriteBlobServer, { account, container, path }: BlobAddress): BlobProperties {
  const found = blob.metadataStore.db.getCollection('$BLOBS_COLLECTION$')?.findOne({
    accountName: account,
    containerName: container,
    name: path,
    snapshot: '',
  });
  return (found as { properties?: BlobProperties } | null)?.properties ?? {};
}
