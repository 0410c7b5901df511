/**
 * Blobs on this disk, so that a job does not download what an earlier one read.
 *
 * Invariants
 * 1. A cached file is complete: it is written aside and renamed.
 * 2. It is found only under the etag it was read with, so it is never out of date.
 * 3. What nobody read for a week goes at the next start.
 */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface CachedBlob {
  readonly container: string;
  readonly path: string;
  readonly etag: string;
}

const keepMs = 7 * 86_400_000;

export class BlobCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Copies a blob to `file`; `download` brings it when it is not here yet. */
  async copyTo(file: string, blob: CachedBlob, download: (to: string) => Promise<unknown>): Promise<void> {
    const key = createHash('sha256')
      .update(JSON.stringify([blob.container, blob.path, blob.etag]))
      .digest('hex');
    const cached = join(this.#folder, key.slice(0, 2), key);
    if (!(await markUsed(cached))) await fill(cached, download);
    await mkdir(dirname(file), { recursive: true });
    // A copy, not a link: the job may write to its inputs, and the cache must not change with them.
    await copyFile(cached, file, constants.COPYFILE_FICLONE);
  }

  /** Removes what was not used for long, by real time, and what an interrupted download left. */
  async prune(now = Date.now()): Promise<void> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile() && (await stat(file)).mtimeMs < now - keepMs) await rm(file, { force: true });
    }
  }
}

async function markUsed(cached: string): Promise<boolean> {
  const now = new Date();
  return utimes(cached, now, now).then(
    () => true,
    () => false,
  );
}

async function fill(cached: string, download: (to: string) => Promise<unknown>): Promise<void> {
  await mkdir(dirname(cached), { recursive: true });
  const partial = `${cached}.${randomUUID()}`;
  try {
    await download(partial);
    await rename(partial, cached);
  } finally {
    await rm(partial, { force: true });
  }
}
