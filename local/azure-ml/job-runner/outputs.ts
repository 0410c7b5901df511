import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blobs } from '../blobs.ts';
import type { JobDefinition } from '../job-definition.ts';
import {
  artifactContainer,
  artifactFolder,
  type BlobLocation,
  type Locator,
  outputLocation,
} from '../locate.ts';
import { type FoundFile, findFiles, findFolder, isThere, leaves, openInside } from './contained.ts';
import { JobFailure } from './failure.ts';

/** Makes the folders the job writes to; the values are what `${{outputs.NAME}}` stands for. */
export async function prepareOutputs(
  definition: JobDefinition,
  folder: string,
): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const [name, port] of Object.entries(definition.outputs)) {
    const place = join(folder, 'outputs', name);
    await mkdir(place, { recursive: true });
    values.set(name, port.jobOutputType === 'uri_file' ? join(place, name) : place);
  }
  return values;
}

interface Storage {
  readonly blobs: Blobs;
  readonly locator: Locator;
}

/** Uploads what the job wrote. An output without any file fails the job: a reader would find nothing, silently. */
export async function storeOutputs(
  job: { readonly name: string; readonly definition: Pick<JobDefinition, 'outputs'> },
  folder: string,
  storage: Storage,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, port] of Object.entries(job.definition.outputs)) {
    const subject = `outputs.${name}`;
    const place = await findFolder(folder, 'outputs', name);
    if (place === null) throw leaves(`${subject}: the job removed its folder, or replaced it by a link`);
    const files = await findFiles(subject, place);
    const given = storage.locator.locate(subject, port.uri ?? '', 'data');
    const location = outputLocation(name, port, given);
    if (port.jobOutputType === 'uri_file') {
      const file = files.find(({ path }) => path === name);
      if (file === undefined) throw missing(name, 'no file at its path');
      await storeFiles(subject, place, [{ ...file, path: '' }], location, storage.blobs, signal);
    } else {
      if (files.length === 0) throw missing(name, 'no file in its folder');
      await storeFiles(subject, place, files, location, storage.blobs, signal);
    }
  }
  const artifacts = { container: artifactContainer, path: `${artifactFolder(job.name)}outputs/` };
  await storeArtifacts(folder, artifacts, storage.blobs, signal);
}

/** What the job left under ./outputs; it need not have. */
async function storeArtifacts(
  folder: string,
  location: BlobLocation,
  blobs: Blobs,
  signal: AbortSignal,
): Promise<void> {
  const place = await findFolder(folder, 'code', 'outputs');
  if (place === null) {
    if (await isThere(join(folder, 'code', 'outputs')))
      throw leaves('./outputs: the job replaced it by a link or a file');
    return;
  }
  await storeFiles('./outputs', place, await findFiles('./outputs', place), location, blobs, signal);
}

const parallelTransfers = 8;

async function storeFiles(
  subject: string,
  place: string,
  files: readonly FoundFile[],
  location: BlobLocation,
  blobs: Blobs,
  signal: AbortSignal,
): Promise<void> {
  const queue = files.values();
  const worker = async (): Promise<void> => {
    for (const { path, real } of queue) {
      const file = await openInside(subject, place, real);
      const content = file.createReadStream();
      await blobs
        .store(content, { ...location, path: `${location.path}${path}` }, signal)
        .finally(() => content.destroy());
    }
  };
  await Promise.all(Array.from({ length: parallelTransfers }, worker));
}

function missing(name: string, seen: string): JobFailure {
  return new JobFailure(
    'OutputMissing',
    `outputs.${name}: the job ended well but left ${seen}; write to ${'${{outputs.'}${name}}} or drop the output`,
  );
}
