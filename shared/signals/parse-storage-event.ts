/**
 * Signals of an uploaded file: one for every model whose data path the file lies in and which listens to data.
 *
 * Source: Azure Event Grid event schema for Blob Storage. On accounts with a hierarchical namespace a file is
 * complete at FlushWithClose only.
 */
import { dataSignal, listensToData } from './data-signal.ts';
import type { Models, SignalFact } from './fact.ts';
import { excerpt, field, type IncomingEvent, text } from './read-event.ts';

const subject = /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.{1,1024})$/;
const completingCalls = new Set(['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose']);

export function parseStorageEvent(
  event: IncomingEvent,
  container: string,
  models: Models,
): readonly SignalFact[] {
  if (event.type !== 'Microsoft.Storage.BlobCreated') return [];
  const [, inContainer, path] = subject.exec(event.subject) ?? [];
  const call = text(field(event.data, 'api'));
  if (inContainer !== container || path === undefined || call === null || !completingCalls.has(call))
    return [];
  const etag = excerpt(text(field(event.data, 'eTag')) ?? event.id);
  const size = Number(text(field(event.data, 'contentLength')));
  const file = { path, etag, bytes: Number.isFinite(size) ? size : 0 };
  return [...models.values()]
    .filter(
      ({ config }) => listensToData(config) && path.startsWith(config.data.path) && path !== config.data.path,
    )
    .map((pinned) => ({
      type: 'signal',
      signal: dataSignal(pinned.config.model, file, { source: 'event-grid', observedAt: event.time }),
      pinned,
    }));
}
