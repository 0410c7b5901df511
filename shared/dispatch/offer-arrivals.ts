/** Files that have come, as the storage has them: looked up where an event says too little, offered where they are data. */
import type { Blobs } from '../azure/blobs.ts';
import { dataFileName } from '../config/data-files.ts';
import { dataSignal, type UploadedFile } from '../signals/data-signal.ts';
import { type FileFact, type FolderFact, type IgnoredFact, ignored } from '../signals/fact.ts';
import type { OrchestrationStarter } from './instances.ts';
import { offerSignal } from './offer-signal.ts';

/** A folder may hold thousands of files; as many are offered at once. */
const offersAtOnce = 16;

/** Offers a file that is there and not empty; says why where it is not. */
export async function offerArrivedFile(
  client: OrchestrationStarter,
  blobs: Pick<Blobs, 'find'>,
  { path, ...fact }: FileFact,
): Promise<IgnoredFact | null> {
  const found = await blobs.find(path);
  if (!found) return ignored('file gone', `${path} no longer exists`);
  if (found.bytes === 0) return ignored('empty file', `${path} is empty`);
  await offer(client, fact, found);
  return null;
}

/** Offers every file of a folder that is data. */
export async function offerArrivedFolder(
  client: OrchestrationStarter,
  blobs: Pick<Blobs, 'list'>,
  { folder, ...fact }: FolderFact,
): Promise<IgnoredFact | null> {
  const { data, model } = fact.pinned.config;
  const files = (await blobs.list(folder)).filter(
    ({ path, bytes }) => bytes > 0 && dataFileName(data, path) !== null,
  );
  for (let at = 0; at < files.length; at += offersAtOnce) {
    await Promise.all(files.slice(at, at + offersAtOnce).map((file) => offer(client, fact, file)));
  }
  return files.length > 0 ? null : ignored('empty folder', `${folder} holds no data of ${model}`, model);
}

function offer(
  client: OrchestrationStarter,
  { pinned, observedAt }: Pick<FileFact, 'pinned' | 'observedAt'>,
  file: UploadedFile,
) {
  const signal = dataSignal(pinned.config.model, file, { source: 'event-grid', observedAt });
  return offerSignal(client, { signal, pinned });
}
