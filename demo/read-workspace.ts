/** What the workspace itself says, past the application: its registry, the files of the runs and of the models. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { loadModel, type SpamModel } from '../examples/spam-filter/model.ts';
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

/** The model that the workspace holds as a version, as its clients load it. `folder` is for its files. */
export async function loadVersion(cloud: CloudState, version: string, folder: string): Promise<SpamModel> {
  const { resourceGroup, workspace } = localCloud;
  const registered = await workspaceClient(cloud).modelVersions.get(
    resourceGroup,
    workspace,
    sampleModel.name,
    version,
  );
  const container = dataOf(cloud);
  mkdirSync(folder, { recursive: true });
  for await (const { name } of container.listBlobsFlat({
    prefix: blobPrefix(registered.properties.modelUri ?? ''),
  }))
    writeFileSync(join(folder, basename(name)), await container.getBlobClient(name).downloadToBuffer());
  return loadModel(folder);
}

/** The blob path behind `azureml://.../datastores/NAME/paths/PATH`, with a slash at its end. */
function blobPrefix(modelUri: string): string {
  const path = /^azureml:\/\/.*?datastores\/[^/]+\/paths\/(.+)$/.exec(modelUri)?.[1];
  if (!path) throw new Error(`modelUri: expected azureml://.../datastores/NAME/paths/PATH, got ${modelUri}`);
  return path.endsWith('/') ? path : `${path}/`;
}

/** The data of every run. */
export async function readManifests(cloud: CloudState): Promise<readonly DataManifest[]> {
  const container = dataOf(cloud);
  const manifests: DataManifest[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix: 'runs/' })) {
    if (!name.endsWith('/manifest.json')) continue;
    const text = await container.getBlobClient(name).downloadToBuffer();
    manifests.push(JSON.parse(text.toString()) as DataManifest);
  }
  return manifests;
}

function dataOf(cloud: CloudState) {
  return BlobServiceClient.fromConnectionString(cloud.storage).getContainerClient(localCloud.container);
}
