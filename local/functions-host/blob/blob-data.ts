/** What a function with a blob trigger is given: the blob, and what the path and the service say of it. Pure. */
import type { Binding, Invocation, TypedData } from '../contract.ts';
import type { BlobContent, BlobProperties } from './blob-store.ts';
import type { BlobAddress } from './path-pattern.ts';

export interface TriggeringBlob {
  readonly address: BlobAddress;
  /** From the trigger's path. */
  readonly parameters: ReadonlyMap<string, string>;
}

export function pathOf({ container, name }: BlobAddress): string {
  return `${container}/${name}`;
}

export function toInvocation(
  trigger: Binding,
  { address, parameters }: TriggeringBlob,
  { uri, bytes, properties }: BlobContent,
): Invocation {
  const isText = String(trigger['dataType'] ?? '').toLowerCase() === 'string';
  const metadata = new Map<string, TypedData>([
    ['BlobTrigger', { string: pathOf(address) }],
    ['Uri', { json: JSON.stringify(uri) }],
    ['Properties', { json: JSON.stringify(toProperties(properties)) }],
    ['Metadata', { json: JSON.stringify(properties.metadata ?? {}) }],
  ]);
  // A parameter called as one of these takes its place, whatever the case.
  for (const [name, value] of parameters) {
    const known = [...metadata.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
    metadata.set(known ?? name, { string: value });
  }
  return {
    trigger: isText ? { string: Buffer.from(bytes).toString('utf8') } : { bytes },
    triggerMetadata: Object.fromEntries(metadata),
  };
}

/** Under the names of the real host's `BlobProperties`; the library makes the first letters small. */
function toProperties(properties: BlobProperties): Record<string, unknown> {
  return {
    LastModified: properties.lastModified,
    CreatedOn: properties.createdOn,
    BlobType: properties.blobType,
    ContentLength: properties.contentLength,
    ContentType: properties.contentType,
    ContentEncoding: properties.contentEncoding,
    ContentLanguage: properties.contentLanguage,
    ContentDisposition: properties.contentDisposition,
    CacheControl: properties.cacheControl,
    ContentHash: properties.contentMD5 && Buffer.from(properties.contentMD5).toString('base64'),
    ETag: properties.etag,
    LeaseState: properties.leaseState,
    LeaseStatus: properties.leaseStatus,
  };
}
