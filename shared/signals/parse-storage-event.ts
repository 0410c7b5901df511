/**
 * What an event of the storage account means for Ratchet: a file, or a folder of files, that has come into the data path
 * of a model that listens to data.
 *
 * Owns: which events tell of a file that is whole, and which files are data. Does not own: asking the storage where an
 * event says too little (shared/dispatch).
 *
 * On accounts with a hierarchical namespace a file is whole at FlushWithClose, over SFTP at SftpCommit; the calls that
 * create it there announce an empty one. Writers of data lakes and many SFTP clients write under another name and
 * rename: such an event has neither size nor etag. A folder is renamed with everything in it, and its files have no
 * events of their own.
 * Source: Azure Event Grid event schemas for Blob Storage and Azure Data Lake Storage Gen2.
 */
import { dataFileName } from '../config/data-files.ts';
import type { PinnedModel } from '../config/schema.ts';
import { dataSignal, listensToData } from './data-signal.ts';
import { type Fact, ignored, type Models } from './fact.ts';
import { excerpt, field, type IncomingEvent, text } from './read-event.ts';

const prefix = 'Microsoft.Storage.';
const subject = /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.{1,1024})$/;
/** The calls after which a file is whole, by the event that tells of them. */
const completingCalls: Readonly<Record<string, ReadonlySet<string>>> = {
  BlobCreated: new Set(['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose', 'SftpCommit']),
  BlobRenamed: new Set(['RenameFile', 'SftpRename']),
  DirectoryRenamed: new Set(['RenameDirectory', 'SftpRename']),
};

export function parseStorageEvent(event: IncomingEvent, container: string, models: Models): readonly Fact[] {
  const type = event.type.slice(prefix.length);
  const calls = Object.hasOwn(completingCalls, type) ? completingCalls[type] : undefined;
  if (calls === undefined) {
    return [ignored('event type', `events of type ${excerpt(event.type)} bring no data`, event.type)];
  }
  const [, inContainer, path] = subject.exec(event.subject) ?? [];
  if (path === undefined) return [ignored('subject', `subject ${excerpt(event.subject)} names no file`)];
  if (inContainer !== container) {
    const why = `${excerpt(event.subject)} is not in container ${container}`;
    return [ignored('container', why, inContainer)];
  }
  const call = text(field(event.data, 'api')) ?? 'an unnamed call';
  if (!calls.has(call)) {
    const why = `${excerpt(path)}: ${type} by ${excerpt(call)} does not tell of a file that is whole`;
    return [ignored('call', why, `${type} ${call}`)];
  }
  const facts = [...models.values()]
    .filter(({ config }) => listensToData(config))
    .flatMap((pinned) =>
      type === 'DirectoryRenamed' ? readFolder(event, path, pinned) : readFile(event, type, path, pinned),
    );
  if (facts.length > 0) return facts;
  return [ignored('no data', `${excerpt(path)} is in the data path of no model that uses data signals`)];
}

function readFile(event: IncomingEvent, type: string, path: string, pinned: PinnedModel): readonly Fact[] {
  const { model, data } = pinned.config;
  if (!path.startsWith(data.path)) return [];
  if (dataFileName(data, path) === null) {
    const why = `${excerpt(path)} is left out by data.files and data.ignore in the model file of ${model}`;
    return [ignored('data.files', why, model)];
  }
  const etag = text(field(event.data, 'eTag'));
  const bytes = Number(text(field(event.data, 'contentLength')));
  const isToldOf = type === 'BlobCreated' && etag !== null && Number.isSafeInteger(bytes) && bytes > 0;
  if (!isToldOf) return [{ type: 'file-arrived', pinned, path, observedAt: event.time }];
  const file = { path, etag: excerpt(etag), bytes };
  const signal = dataSignal(model, file, { source: 'event-grid', observedAt: event.time });
  return [{ type: 'signal', signal, pinned }];
}

/** The folder may lie in the data path, or the data path in the folder. */
function readFolder(event: IncomingEvent, path: string, pinned: PinnedModel): readonly Fact[] {
  const [renamed, data] = [path.endsWith('/') ? path : `${path}/`, pinned.config.data.path];
  const isApart = !renamed.startsWith(data) && !data.startsWith(renamed);
  if (isApart) return [];
  const folder = renamed.length > data.length ? renamed : data;
  return [{ type: 'folder-arrived', pinned, folder, observedAt: event.time }];
}
