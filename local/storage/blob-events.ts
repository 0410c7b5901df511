import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SystemEvent } from '../cloud-context.ts';

/** What the metadata store knows of a blob. */
export interface BlobProperties {
  readonly contentType?: string;
  readonly contentLength?: number;
  readonly blobType?: string;
}

export interface BlobAddress {
  readonly account: string;
  readonly container: string;
  readonly path: string;
}

/** `/{account}/{container}/{path}` of a request, or null when it names no blob. */
export function blobAddressOf(request: IncomingMessage): BlobAddress | null {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, account = '', container = '', ...path] = pathname.split('/').map(decodeURIComponent);
  return container === '' || path.join('/') === '' ? null : { account, container, path: path.join('/') };
}

/** Which API made or deleted a blob, or null when the request did neither. */
export function blobChangeOf(request: IncomingMessage, status: number): string | null {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const component = searchParams.get('comp');
  if (request.method === 'DELETE' && status === 202) {
    return component === null && !searchParams.has('snapshot') ? 'DeleteBlob' : null;
  }
  if (request.method !== 'PUT' || (status !== 201 && status !== 202)) return null;
  if (component === 'blocklist') return 'PutBlockList';
  if (component !== null || searchParams.get('restype') === 'container') return null;
  if (request.headers['x-ms-blob-type'] !== undefined) return 'PutBlob';
  return request.headers['x-ms-copy-source'] === undefined ? null : 'CopyBlob';
}

interface BlobChange {
  readonly api: string;
  readonly address: BlobAddress;
  readonly properties: BlobProperties;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly nowMs: number;
  /** Grows with every change; compared as text. */
  readonly sequencer: string;
}

/** The event of a change, in the documented shape. The same change to the same content has the same id. */
export function toBlobEvent(
  change: BlobChange,
  request: IncomingMessage,
  response: ServerResponse,
): SystemEvent {
  const { api, address, properties, origin, nowMs, sequencer } = change;
  const url = `${origin}${new URL(request.url ?? '/', origin).pathname}`;
  const eTag = String(response.getHeader('etag') ?? '');
  const requestId = String(response.getHeader('x-ms-request-id') ?? '');
  const deleted = api === 'DeleteBlob';
  return {
    id: toGuid(`${api}\n${url}\n${deleted ? requestId : eTag}`),
    eventType: `Microsoft.Storage.${deleted ? 'BlobDeleted' : 'BlobCreated'}`,
    subject: `/blobServices/default/containers/${address.container}/blobs/${address.path}`,
    eventTime: new Date(nowMs).toISOString(),
    dataVersion: '',
    data: {
      api,
      clientRequestId: String(request.headers['x-ms-client-request-id'] ?? ''),
      requestId,
      ...(!deleted && { eTag }),
      contentType: properties.contentType ?? 'application/octet-stream',
      ...(!deleted && { contentLength: properties.contentLength ?? 0 }),
      blobType: properties.blobType ?? 'BlockBlob',
      url,
      sequencer,
      storageDiagnostics: { batchId: toGuid(requestId) },
    },
  };
}

/** Sequencers grow over a restart too, as long as the machine's time does. */
export function createSequencer(): () => string {
  let last = 0n;
  return () => {
    const now = BigInt(Date.now()) << 20n;
    last = now > last ? now : last + 1n;
    return last.toString(16).toUpperCase().padStart(32, '0');
  };
}

function toGuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
