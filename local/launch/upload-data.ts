/** Puts a file below a model's data path, as whoever collects the data does in Azure: its event is a signal. */
import { stat } from 'node:fs/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { localCloud } from '../cloud-context.ts';
import type { CloudState } from './cloud-state.ts';

interface Upload {
  readonly file: string;
  /** In the container of the workspace's default datastore. */
  readonly path: string;
}

export interface Uploaded extends Upload {
  readonly bytes: number;
  /** Whether there was a file of that name. */
  readonly replaced: boolean;
}

export async function uploadFile(cloud: CloudState, { file, path }: Upload): Promise<Uploaded> {
  const container = BlobServiceClient.fromConnectionString(cloud.storage).getContainerClient(
    localCloud.container,
  );
  const blob = container.getBlockBlobClient(path);
  const [{ size: bytes }, replaced] = await Promise.all([stat(file), blob.exists()]);
  await blob.uploadFile(file);
  return { file, path, bytes, replaced };
}
