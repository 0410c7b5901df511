/** The sample model `spam-filter`: its code as an asset of the workspace, its mail as blobs of the data path. */
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { readCorpus } from '../../examples/spam-filter/corpus.ts';
import { historyFiles, isoDay, type MailFile, weekMs } from '../../examples/spam-filter/weeks.ts';
import { localCloud } from '../cloud-context.ts';
import { projectFolder } from '../process/project-folder.ts';
import type { CloudState } from './cloud-state.ts';
import { type Publication, publishCode } from './publish-assets.ts';
import { workspaceClient } from './workspace-client.ts';

/** As in models/spam-filter.yaml. */
export const sampleModel = { name: 'spam-filter', codeVersion: '2', dataPath: 'mail/spam-filter/' } as const;

/** The demo's first day: mail before it is what a first champion learns from. */
export const historyEnd = '2002-08-15T00:00:00.000Z';

const codeFolder = join(projectFolder, 'examples', 'spam-filter');

export function publishSampleCode(cloud: CloudState): Promise<Publication> {
  return publishCode(cloud, {
    name: sampleModel.name,
    version: sampleModel.codeVersion,
    folder: codeFolder,
  });
}

/** What a deployment of the sample model names. */
interface ScoringAssets {
  readonly codeId: string;
  readonly scoringScript: string;
  readonly environmentId: string;
}

/**
 * The scoring code as a code asset of its own, and an environment with the routes it answers at. In Azure the image is
 * one whose command is `node "$AML_APP_ROOT/$AZUREML_ENTRY_SCRIPT"`.
 */
export async function publishSampleScoring(cloud: CloudState): Promise<ScoringAssets> {
  const name = `${sampleModel.name}-scoring`;
  const { version } = await publishCode(cloud, { name, version: null, folder: codeFolder });
  const at = [localCloud.resourceGroup, localCloud.workspace, name, '1'] as const;
  const route = (path: string) => ({ path, port: 5001 });
  await workspaceClient(cloud).environmentVersions.createOrUpdate(...at, {
    properties: {
      image: 'docker.io/library/node:24',
      inferenceConfig: {
        livenessRoute: route('/'),
        readinessRoute: route('/'),
        scoringRoute: route('/score'),
      },
    },
  });
  return {
    codeId: `${cloud.workspaceId}/codes/${name}/versions/${version}`,
    scoringScript: 'score-server.ts',
    environmentId: `${cloud.workspaceId}/environments/${name}/versions/1`,
  };
}

/** Answers the ids of the signals that the uploads are. */
export async function uploadMail(cloud: CloudState, files: readonly MailFile[]): Promise<string[]> {
  const container = dataContainer(cloud);
  const signalIds: string[] = [];
  for (const { name, text } of files) {
    const path = `${sampleModel.dataPath}${name}`;
    const { etag = '' } = await container.getBlockBlobClient(path).uploadData(Buffer.from(text));
    signalIds.push(`data:${sampleModel.name}:${path}:${etag.replaceAll('"', '')}`);
  }
  return signalIds;
}

/** Uploads the mail before `historyEnd`, unless it is there. Answers the number of files uploaded. */
export async function ensureSampleMail(cloud: CloudState): Promise<number> {
  const lastName = `${isoDay(Date.parse(historyEnd) - weekMs)}.csv`;
  // Files go up oldest first, so the last one stands for all, also after an interrupted upload.
  if (await dataContainer(cloud).getBlobClient(`${sampleModel.dataPath}${lastName}`).exists()) return 0;
  const files = historyFiles(readCorpus().mails, Date.parse(historyEnd));
  await uploadMail(cloud, files);
  return files.length;
}

function dataContainer(cloud: CloudState) {
  return BlobServiceClient.fromConnectionString(cloud.storage).getContainerClient(localCloud.container);
}
