import type { Readable } from 'node:stream';
import type { ContainerClient } from '@azure/storage-blob';
import { RatchetError } from '../errors.ts';
import { azureError, isAbsent, isRefusal, statusOf } from './azure-error.ts';
import { callLimit, downloadTimeoutMs } from './call-limits.ts';

export interface BlobEntry {
  readonly path: string;
  /** Without quotes. */
  readonly etag: string;
  readonly bytes: number;
  /** When the content was put there (ISO 8601, UTC), where a list tells it. */
  readonly uploadedAt?: string;
}

/** A blob with exactly the content of one etag. */
interface BlobContent {
  readonly bytes: number;
  /** When the content was put there (ISO 8601, UTC). */
  readonly uploadedAt: string;
  /** The bytes from `start` up to `end`. Throws `not-found` where the content is gone or has changed. */
  read(start: number, end: number): Promise<Uint8Array>;
}

const defaultLimitBytes = 16 * 1024 * 1024;

/** The container behind the workspace's default datastore. */
export class Blobs {
  readonly #container: ContainerClient;

  constructor(container: ContainerClient) {
    this.#container = container;
  }

  /** The https address of a path, without anything that lets one in. */
  addressOf(path: string): string {
    const { origin, pathname } = new URL(this.#container.url);
    return `${origin}${pathname.replace(/\/$/, '')}/${path.split('/').map(encodeURIComponent).join('/')}`;
  }

  /** Every blob below a prefix, in the order of their paths. Directories of a hierarchical account are none. */
  async list(prefix: string): Promise<readonly BlobEntry[]> {
    const entries: BlobEntry[] = [];
    try {
      const found = this.#container.listBlobsFlat({ prefix, includeMetadata: true, ...callLimit() });
      for await (const { name, properties, metadata } of found) {
        if (name.endsWith('/') || metadata?.['hdi_isfolder'] === 'true') continue;
        const bytes = properties.contentLength ?? 0;
        const uploadedAt = properties.lastModified?.toISOString();
        const etag = (properties.etag ?? '').replaceAll('"', '');
        entries.push({ path: name, etag, bytes, ...(uploadedAt !== undefined && { uploadedAt }) });
      }
    } catch (error) {
      throw this.#error('listing', prefix, error);
    }
    return entries;
  }

  /** Writes a small blob and reads it back; answers the time of the storage, where it says it. */
  async touch(path: string): Promise<Date | null> {
    try {
      const blob = this.#container.getBlockBlobClient(path);
      await blob.upload('', 0, callLimit());
      return (await blob.getProperties(callLimit())).date ?? null;
    } catch (error) {
      throw this.#error('writing', path, error);
    }
  }

  /** The text of a blob, or null where there is none. More than `limitBytes` is refused before it is read. */
  async readText(path: string, limitBytes = defaultLimitBytes): Promise<string | null> {
    try {
      const answer = await this.#container.getBlobClient(path).download(0, undefined, callLimit());
      const bytes = answer.contentLength ?? 0;
      if (bytes > limitBytes) {
        dropBody(answer.readableStreamBody);
        throw tooLarge(path, bytes, limitBytes);
      }
      return await textOf(answer.readableStreamBody, path, limitBytes);
    } catch (error) {
      if (isAbsent(error)) return null;
      throw this.#error('reading', path, error);
    }
  }

  /** The blob at a path, or null where there is none. */
  async find(path: string): Promise<BlobEntry | null> {
    try {
      const { etag, contentLength, metadata } = await this.#container
        .getBlobClient(path)
        .getProperties(callLimit());
      if (metadata?.['hdi_isfolder'] === 'true') return null;
      return { path, etag: (etag ?? '').replaceAll('"', ''), bytes: contentLength ?? 0 };
    } catch (error) {
      // 400: the storage takes no such name, so there is no such blob.
      if (isAbsent(error) || (statusOf(error) === 400 && isRefusal(error))) return null;
      throw this.#error('looking up', path, error);
    }
  }

  /** Opens a blob to be read in parts. Throws `not-found` where the content is gone or has changed. */
  async open(path: string, etag: string): Promise<BlobContent> {
    const blob = this.#container.getBlobClient(path);
    const conditions = { ifMatch: `"${etag}"` };
    const tell = (error: unknown): RatchetError => {
      const isGone = isAbsent(error) || statusOf(error) === 412;
      if (!isGone) return this.#error('reading', path, error);
      const message = `${path} was deleted or has changed: there is no version with etag ${etag}`;
      return new RatchetError('not-found', message, { subject: { path }, cause: error });
    };
    const found = await blob.getProperties({ conditions, ...callLimit() }).catch((error: unknown) => {
      throw tell(error);
    });
    return {
      bytes: found.contentLength ?? 0,
      uploadedAt: (found.lastModified ?? new Date(0)).toISOString(),
      async read(start, end) {
        const length = end - start;
        try {
          return await blob.downloadToBuffer(start, length, {
            conditions,
            blockSize: length,
            ...callLimit(),
          });
        } catch (error) {
          throw tell(error);
        }
      },
    };
  }

  /** A blob as it comes, asked for with the first chunk. Whoever stops early ends the download. */
  async *readChunks(path: string): AsyncGenerator<Uint8Array> {
    let body: NodeJS.ReadableStream | undefined;
    try {
      body = (await this.#container.getBlobClient(path).download(0, undefined, callLimit(downloadTimeoutMs)))
        .readableStreamBody;
      for await (const chunk of body ?? []) yield Buffer.from(chunk);
    } catch (error) {
      throw this.#error('reading', path, error, downloadTimeoutMs);
    } finally {
      dropBody(body);
    }
  }

  async writeJson(path: string, value: unknown): Promise<void> {
    await this.#write(path, toJson(value), {});
  }

  async writeText(path: string, text: string, contentType: string): Promise<void> {
    await this.#write(path, { text, contentType }, {});
  }

  /** Writes unless there is something already; answers whether it wrote. */
  async writeJsonOnce(path: string, value: unknown): Promise<boolean> {
    try {
      await this.#write(path, toJson(value), { conditions: { ifNoneMatch: '*' } });
      return true;
    } catch (error) {
      const status = statusOf((error as Error).cause);
      if (status === 409 || status === 412) return false;
      throw error;
    }
  }

  async #write(
    path: string,
    { text, contentType }: { readonly text: string; readonly contentType: string },
    options: { conditions?: { ifNoneMatch: string } },
  ): Promise<void> {
    const body = Buffer.from(text);
    try {
      await this.#container.getBlockBlobClient(path).upload(body, body.length, {
        ...options,
        ...callLimit(),
        blobHTTPHeaders: { blobContentType: contentType },
      });
    } catch (error) {
      throw this.#error('writing', path, error);
    }
  }

  #error(doing: string, path: string, cause: unknown, timeoutMs?: number): RatchetError {
    const { containerName } = this.#container;
    const subject = { container: containerName, path };
    return azureError(`${doing} ${containerName}/${path}`, subject, cause, timeoutMs);
  }
}

const toJson = (value: unknown) => ({
  text: `${JSON.stringify(value, null, 2)}\n`,
  contentType: 'application/json',
});

/** Ends a download nobody reads; the stream's complaint about that is of no interest. */
function dropBody(stream: NodeJS.ReadableStream | undefined): void {
  stream?.once('error', () => {});
  if (stream && 'destroy' in stream) (stream as Readable).destroy();
}

async function textOf(
  stream: NodeJS.ReadableStream | undefined,
  path: string,
  limitBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? []) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > limitBytes) throw tooLarge(path, bytes, limitBytes);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(path: string, bytes: number, limitBytes: number): RatchetError {
  return new RatchetError(
    'body-too-large',
    `${path} has at least ${bytes} bytes, more than the ${limitBytes} that Ratchet reads; write less`,
    { subject: { path } },
  );
}
