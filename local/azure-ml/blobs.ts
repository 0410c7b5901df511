/**
 * The workspace's storage account: reads through a cache on disk, writes.
 *
 * Nothing is ever written outside the folder it is meant for, whatever a blob is called.
 */
import { resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import {
  BlobSASPermissions,
  BlobServiceClient,
  type ContainerClient,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { BlobCache } from './blob-cache.ts';
import type { BlobLocation } from './locate.ts';

interface BlobInfo {
  readonly path: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

export interface Blobs {
  exists(location: BlobLocation): Promise<boolean>;
  /** Everything below a folder, by path. */
  list(folder: BlobLocation): Promise<BlobInfo[]>;
  /** Copies a blob to `file`. False when there is no such blob. */
  fetchFile(blob: BlobLocation, file: string, signal: AbortSignal): Promise<boolean>;
  /** Copies everything below a folder into `directory`; returns how many files that were. */
  fetchFolder(folder: BlobLocation, directory: string, signal: AbortSignal): Promise<number>;
  store(content: Readable, blob: BlobLocation, signal: AbortSignal): Promise<void>;
  /** An address anyone may read this blob from for some hours. */
  readableUrl(blob: BlobLocation): string;
}

/** Whether a location holds anything: it is a blob, or a folder with one. */
export async function holdsFiles(
  blobs: Pick<Blobs, 'exists' | 'list'>,
  location: BlobLocation,
): Promise<boolean> {
  const isFile = location.path !== '' && !location.path.endsWith('/') && (await blobs.exists(location));
  return isFile || (await blobs.list(location)).length > 0;
}

const parallelTransfers = 8;
const readableForMs = 8 * 3_600_000;

export function openBlobs(connectionString: string, cache: BlobCache): Blobs {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  const containerOf = (location: BlobLocation) => service.getContainerClient(location.container);

  const fetchCached = (container: string, blob: BlobInfo, file: string, signal: AbortSignal) =>
    cache.copyTo(file, { container, path: blob.path, etag: blob.etag }, (to) =>
      service
        .getContainerClient(container)
        .getBlobClient(blob.path)
        .downloadToFile(to, 0, undefined, { abortSignal: signal, conditions: { ifMatch: blob.etag } }),
    );

  const list: Blobs['list'] = async (folder) => {
    const found: BlobInfo[] = [];
    const prefix = asFolder(folder.path);
    for await (const item of containerOf(folder).listBlobsFlat({ prefix })) {
      const { contentLength: sizeBytes = 0, etag } = item.properties;
      if (item.name !== prefix)
        found.push({ path: item.name, sizeBytes, etag: etag.replace(/^"?|"?$/g, '"') });
    }
    return found;
  };

  return {
    list,
    exists: (location) => containerOf(location).getBlobClient(location.path).exists(),
    async fetchFile(blob, file, signal) {
      const client = containerOf(blob).getBlobClient(blob.path);
      if (!(await client.exists())) return false;
      const { etag = '', contentLength = 0 } = await client.getProperties();
      await fetchCached(blob.container, { path: blob.path, etag, sizeBytes: contentLength }, file, signal);
      return true;
    },
    async fetchFolder(folder, directory, signal) {
      const blobs = await list(folder);
      const prefix = asFolder(folder.path);
      await eachOf(blobs, (blob) =>
        fetchCached(folder.container, blob, inside(directory, blob.path.slice(prefix.length)), signal),
      );
      return blobs.length;
    },
    async store(content, blob, signal) {
      const client = containerOf(blob).getBlockBlobClient(blob.path);
      await client.uploadStream(content, undefined, undefined, { abortSignal: signal });
    },
    readableUrl: (blob) => signedUrl(service, containerOf(blob), blob.path),
  };
}

function asFolder(path: string): string {
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}

function inside(directory: string, name: string): string {
  const file = resolve(directory, name);
  if (file.startsWith(resolve(directory) + sep)) return file;
  throw new Error(`blob ${JSON.stringify(name)} would be written outside of its folder; rename the blob`);
}

async function eachOf<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await run(item);
  };
  await Promise.all(Array.from({ length: parallelTransfers }, worker));
}

function signedUrl(service: BlobServiceClient, container: ContainerClient, path: string): string {
  const credential = service.credential;
  const client = container.getBlobClient(path);
  if (!(credential instanceof StorageSharedKeyCredential)) return client.url;
  const expiresOn = new Date(Date.now() + readableForMs);
  const permissions = BlobSASPermissions.parse('r');
  const options = { containerName: container.containerName, blobName: path, permissions, expiresOn };
  return `${client.url}?${generateBlobSASQueryParameters(options, credential)}`;
}
