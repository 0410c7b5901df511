/** Where a blob trigger's blobs are read: one storage account, through the client library. */
import type { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed, BlobServiceClient } from '@azure/storage-blob';
import type { BlobAddress } from './path-pattern.ts';

/** The properties the service sends with a blob. */
export type BlobProperties = Omit<BlobDownloadResponseParsed, 'readableStreamBody' | 'blobBody'>;

export interface BlobContent {
  readonly uri: string;
  readonly bytes: Uint8Array;
  readonly properties: BlobProperties;
}

export interface BlobStore {
  /** What a blob's address in an event names, or null when it is no blob's. */
  addressOf(url: string): BlobAddress | null;
  /** A blob as it is now, or null when there is none. Rejects, before reading it, when it is over the limit. */
  read(address: BlobAddress, signal: AbortSignal): Promise<BlobContent | null>;
}

/** A function gets a blob as a whole, in memory: the limit is that of a request's body. */
const blobLimitBytes = 100 * 1024 * 1024;

export function createBlobStore(service: BlobServiceClient, limitBytes = blobLimitBytes): BlobStore {
  return {
    addressOf: (url) => parseBlobUrl(service.url, url),
    async read({ container, name }, signal) {
      const blob = service.getContainerClient(container).getBlobClient(name);
      try {
        const answer = await blob.download(0, undefined, { abortSignal: signal, maxRetryRequests: 2 });
        const bytes = await collect(answer, limitBytes);
        return { uri: blob.url, bytes, properties: answer };
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
  };
}

/**
 * Where the service's own address has a path, as an emulator's has the account in it, so has that of a blob. The host
 * may be another: events of a Data Lake account name its `dfs` address.
 */
function parseBlobUrl(serviceUrl: string, blobUrl: string): BlobAddress | null {
  const root = new URL(serviceUrl).pathname.replace(/\/?$/, '/');
  const pathname = URL.parse(blobUrl)?.pathname ?? '';
  if (!pathname.startsWith(root)) return null;
  const [container = '', ...name] = pathname.slice(root.length).split('/');
  if (container === '' || name.join('/') === '') return null;
  try {
    return { container: decodeURIComponent(container), name: decodeURIComponent(name.join('/')) };
  } catch {
    return null;
  }
}

async function collect(answer: BlobDownloadResponseParsed, limitBytes: number): Promise<Uint8Array> {
  const body = answer.readableStreamBody as Readable | undefined;
  const length = answer.contentLength ?? 0;
  if (length > limitBytes) {
    // An abandoned body ends in an error that nobody waits for.
    body?.on('error', () => undefined).destroy();
    throw new Error(
      `the blob has ${length} bytes, more than the ${limitBytes} a blob trigger takes; ` +
        'use an Event Grid trigger and read the blob in parts',
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 404;
}
