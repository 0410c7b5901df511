/** Starts the local cloud and the host for models whose jobs wait. */
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { localCloud } from '../../local/cloud-context.ts';
import { type LocalCloud, launchLocalCloud } from '../../local/launch/local-cloud.ts';
import { publishCode } from '../../local/launch/publish-assets.ts';
import type { Measuring } from '../measure/run-benchmark.ts';
import { dataPath, waitingJob, writeModels } from './write-models.ts';

export async function startCloud(
  home: string,
  modelCount: number,
  { ends, signal }: Measuring,
  policy: object = {},
): Promise<{ cloud: LocalCloud; models: readonly string[] }> {
  const modelsFolder = join(home, 'models');
  const models = writeModels(modelsFolder, modelCount, policy);
  const cloud = await launchLocalCloud({ home: join(home, 'cloud'), modelsFolder, signal });
  ends.defer(() => cloud.stop());
  await publishCode(cloud.cloud(), waitingJob);
  const container = BlobServiceClient.fromConnectionString(cloud.cloud().storage).getContainerClient(
    localCloud.container,
  );
  const row = Buffer.from('id,label,text\n1,0,hello\n');
  await container.getBlockBlobClient(`${dataPath}2002-01-01.csv`).uploadData(row);
  return { cloud, models };
}
