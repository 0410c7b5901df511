/**
 * Brings a folder of training code into the workspace, as a data-science team does with `az ml`: the files go to the
 * workspace's blob storage, and a version of a code asset is registered that points at them.
 *
 * Repeating it changes nothing. A version is immutable: when the folder has changed, the registered version stays as
 * it is, and the answer says so.
 */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { BlobServiceClient } from '@azure/storage-blob';
import { localCloud } from '../cloud-context.ts';
import type { CloudState } from './cloud-state.ts';
import { type CodeFile, readCodeFolder } from './code-folder.ts';
import { workspaceClient } from './workspace-client.ts';

interface CodeAsset {
  readonly name: string;
  /** Null: the version that has this code, or else the next number. */
  readonly version: string | null;
  readonly folder: string;
}

export interface Publication {
  readonly outcome: 'published' | 'already-there' | 'already-there-with-other-code';
  readonly version: string;
  readonly files: number;
}

const hashTag = 'contentHash';
const workspace = [localCloud.resourceGroup, localCloud.workspace] as const;

export async function publishCode(cloud: CloudState, asset: CodeAsset): Promise<Publication> {
  const { name, folder } = asset;
  const files = readCodeFolder(folder);
  const hash = hashFiles(files);
  const client = workspaceClient(cloud);
  const known = await listVersions(client, name);
  const version = asset.version ?? known.find((each) => each.hash === hash)?.version ?? nextVersion(known);
  const existing = known.find((each) => each.version === version);
  if (existing) {
    const outcome = existing.hash === hash ? 'already-there' : 'already-there-with-other-code';
    return { outcome, version, files: files.length };
  }
  const prefix = `LocalUpload/${hash}/${basename(resolve(folder))}/`;
  const container = BlobServiceClient.fromConnectionString(cloud.storage).getContainerClient(
    localCloud.container,
  );
  for (const file of files)
    await container.getBlockBlobClient(`${prefix}${file.name}`).uploadData(file.content);
  await client.codeVersions.createOrUpdate(...workspace, name, version, {
    properties: { codeUri: `${container.url}/${prefix}`, tags: { [hashTag]: hash } },
  });
  return { outcome: 'published', version, files: files.length };
}

interface KnownVersion {
  readonly version: string;
  /** Of the code it was published with; undefined where something else has registered it. */
  readonly hash: string | null | undefined;
}

async function listVersions(client: AzureMachineLearningWorkspaces, name: string): Promise<KnownVersion[]> {
  const known: KnownVersion[] = [];
  try {
    for await (const { name: version, properties } of client.codeVersions.list(...workspace, name))
      if (version !== undefined) known.push({ version, hash: properties.tags?.[hashTag] });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  return known;
}

function nextVersion(known: readonly KnownVersion[]): string {
  const numbers = known.map(({ version }) => (/^\d{1,9}$/.test(version) ? Number(version) : 0));
  return String(1 + Math.max(0, ...numbers));
}

function hashFiles(files: readonly CodeFile[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of files) hash.update(`${name}\0${content.byteLength}\0`).update(content);
  return hash.digest('hex');
}
