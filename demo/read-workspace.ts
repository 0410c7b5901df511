/** What the workspace itself says, past the application: its registry, and the files of the runs. */
import { BlobServiceClient } from '@azure/storage-blob';
import { localCloud } from '../local/cloud-context.ts';
import type { CloudState } from '../local/launch/cloud-state.ts';
import { sampleModel } from '../local/launch/sample-model.ts';
import { workspaceClient } from '../local/launch/workspace-client.ts';
import type { DataManifest } from '../shared/domain/data-manifest.ts';
import { runTag } from '../shared/domain/lineage.ts';
import type { Observations } from './observations.ts';

/** Versions in the registry, each with the run its tags name. */
export async function registeredVersions(cloud: CloudState): Promise<Observations['registered']> {
  const { resourceGroup, workspace } = localCloud;
  const found: { version: string; runId: string | null }[] = [];
  for await (const version of workspaceClient(cloud).modelVersions.list(
    resourceGroup,
    workspace,
    sampleModel.name,
  )) {
    found.push({ version: version.name ?? '', runId: version.properties.tags?.[runTag] ?? null });
  }
  return found;
}

/** The data of every run. */
export async function readManifests(cloud: CloudState): Promise<readonly DataManifest[]> {
  const container = BlobServiceClient.fromConnectionString(cloud.storage).getContainerClient(
    localCloud.container,
  );
  const manifests: DataManifest[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix: 'runs/' })) {
    if (!name.endsWith('/manifest.json')) continue;
    const text = await container.getBlobClient(name).downloadToBuffer();
    manifests.push(JSON.parse(text.toString()) as DataManifest);
  }
  return manifests;
}
