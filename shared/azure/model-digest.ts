/**
 * What a version of a model is made of, as one number: SHA-256 over its files.
 *
 * Owns: which files count, and how they are summed up. Does not own: what becomes of a version whose digest changes.
 *
 * Invariants
 * 1. The digest depends on names, sizes and content of the files below `modelUri`, and on nothing else: neither on when
 *    and by whom they were put there, nor on the order of a list.
 * 2. Content is read, not believed: `Content-MD5` is written by whoever uploads, is absent from blobs put in blocks, and
 *    MD5 can be forged; ETags change with a copy.
 * 3. One block is in memory at a time. Each is read under the etag that was listed: content that changes meanwhile is an
 *    error, never a mixture.
 */
import { createHash } from 'node:crypto';
import { RatchetError } from '../errors.ts';
import type { BlobEntry, Blobs } from './blobs.ts';
import { datastore, longUri } from './run-files.ts';

/** What is summed up begins with this line: another way of doing it would have another. */
const form = 'ratchet-model-digest 1\n';
const blockBytes = 8 * 1024 * 1024;

/**
 * SHA-256, hex, over a line of JSON for each file, `[path,bytes,sha256]`, ordered by the bytes of the paths.
 *
 * Errors: `azure-refused` where there are no files or they lie elsewhere, `not-found` where one changes meanwhile.
 */
export async function digestOfModel(...of: Parameters<typeof filesOfModel>): Promise<string> {
  return digestOf(await filesOfModel(...of));
}

/** A file of a model: its path below `modelUri`, and the SHA-256 of its content, hex. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The digest of a model that has these files, in the order of their paths' bytes. */
export function digestOf(files: readonly ModelFile[]): string {
  const whole = createHash('sha256').update(form);
  for (const { path, bytes, sha256 } of files) whole.update(`${JSON.stringify([path, bytes, sha256])}\n`);
  return whole.digest('hex');
}

/** The files of a model, ordered by the bytes of their paths. Errors: those of `digestOfModel`. */
export async function filesOfModel(
  blobs: Pick<Blobs, 'list' | 'open'>,
  workspaceId: string,
  modelUri: string,
): Promise<readonly ModelFile[]> {
  const root = findRoot(workspaceId, modelUri);
  const entries = (await blobs.list(root)).filter(({ path }) => path === root || path.startsWith(`${root}/`));
  if (entries.length === 0)
    throw refusal(
      modelUri,
      'there are no files; look whether somebody has deleted them, and register the model anew',
    );
  const files: ModelFile[] = [];
  for (const entry of entries) {
    // A model that is one file is that file by its own name.
    const path =
      entry.path === root ? root.slice(root.lastIndexOf('/') + 1) : entry.path.slice(root.length + 1);
    files.push({ path, bytes: entry.bytes, sha256: await hashContent(blobs, entry) });
  }
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

async function hashContent(blobs: Pick<Blobs, 'open'>, { path, etag, bytes }: BlobEntry): Promise<string> {
  const hash = createHash('sha256');
  const content = await blobs.open(path, etag);
  for (let start = 0; start < bytes; start += blockBytes)
    hash.update(await content.read(start, Math.min(start + blockBytes, bytes)));
  return hash.digest('hex');
}

/** The path of the model in the default datastore, without a slash at its end. */
function findRoot(workspaceId: string, modelUri: string): string {
  const prefix = longUri(workspaceId, `azureml://datastores/${datastore}/paths/`);
  const long = longUri(workspaceId, modelUri);
  const path = long.slice(prefix.length).replace(/\/+$/, '');
  // Resource Manager spells ids in any case; paths of blobs have one.
  if (long.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase() && path !== '') return path;
  throw refusal(
    modelUri,
    `they must lie below a path of the workspace's default datastore, azureml://datastores/${datastore}/paths/…; copy them there and register the model from there`,
  );
}

function refusal(modelUri: string, why: string): RatchetError {
  const message = `reading the files of a model at ${JSON.stringify(modelUri)}: ${why}`;
  return new RatchetError('azure-refused', message, { subject: { modelUri } });
}
