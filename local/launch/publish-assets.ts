/**
 * Brings a folder of training code into the workspace, as a data-science team does with `az ml`: the files go to the
 * workspace's blob storage, and a version of a code asset is registered that points at them.
 *
 * Repeating it changes nothing. A version is immutable: when the folder has changed, the registered version stays as
 * it is, and the answer says so.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { localCloud } from '../cloud-context.ts';
import type { CloudState } from './cloud-state.ts';
import { workspaceClient } from './workspace-client.ts';

export interface CodeAsset {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

export type Publication = 'published' | 'already-there' | 'already-there-with-other-code';

interface CodeFile {
  readonly name: string;
  readonly content: Buffer;
}

const hashTag = 'contentHash';

export async function publishCode(
  cloud: CloudState,
  { name, version, folder }: CodeAsset,
): Promise<Publication> {
  const files = readCodeFolder(folder);
  const hash = hashFiles(files);
  const client = workspaceClient(cloud);
  const at = [localCloud.resourceGroup, localCloud.workspace, name, version] as const;
  const existing = await client.codeVersions.get(...at).catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  });
  if (existing)
    return existing.properties.tags?.[hashTag] === hash ? 'already-there' : 'already-there-with-other-code';

  const prefix = `LocalUpload/${hash}/${basename(folder)}/`;
  const container = BlobServiceClient.fromConnectionString(cloud.storage).getContainerClient(
    localCloud.container,
  );
  for (const file of files)
    await container.getBlockBlobClient(`${prefix}${file.name}`).uploadData(file.content);
  await client.codeVersions.createOrUpdate(...at, {
    properties: { codeUri: `${container.url}/${prefix}`, tags: { [hashTag]: hash } },
  });
  return 'published';
}

/** The files of a folder, without those its `.amlignore` names. Subfolders are no part of our samples. */
export function readCodeFolder(folder: string): CodeFile[] {
  const ignored = new Set(['.amlignore', ...readIgnoreFile(join(folder, '.amlignore'))]);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !ignored.has(entry.name))
    .map((entry) => ({ name: entry.name, content: readFileSync(join(folder, entry.name)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Plain file names only, one a line. */
function readIgnoreFile(file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

function hashFiles(files: readonly CodeFile[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of files) hash.update(`${name}\0${content.byteLength}\0`).update(content);
  return hash.digest('hex');
}
