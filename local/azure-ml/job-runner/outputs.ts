import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Blobs, isRegularFile } from '../blobs.ts';
import type { JobDefinition } from '../job-definition.ts';
import { artifactContainer, artifactFolder, type Locator, outputLocation } from '../locate.ts';
import { JobFailure } from './failure.ts';

/** Makes the folders the job writes to; the values are what `${{outputs.NAME}}` stands for. */
export async function prepareOutputs(
  definition: JobDefinition,
  folder: string,
): Promise<Map<string, string>> {
  const values = outputPaths(definition, folder);
  for (const name of values.keys()) await mkdir(join(folder, 'outputs', name), { recursive: true });
  return values;
}

/** Uploads what the job wrote. An output without any file fails the job: a reader would find nothing, silently. */
export async function storeOutputs(
  job: { readonly name: string; readonly definition: JobDefinition },
  folder: string,
  storage: { readonly blobs: Blobs; readonly locator: Locator },
  signal: AbortSignal,
): Promise<void> {
  for (const [name, path] of outputPaths(job.definition, folder)) {
    const port = job.definition.outputs[name]!;
    const given = storage.locator.locate(`outputs.${name}`, port.uri ?? '', 'data');
    const location = outputLocation(name, port, given);
    if (port.jobOutputType !== 'uri_file') {
      if ((await storage.blobs.storeFolder(path, location, signal)) === 0)
        throw missing(name, 'no file in its folder');
    } else if (await isRegularFile(path)) {
      await storage.blobs.storeFile(path, location, signal);
    } else {
      throw missing(name, 'no file at its path');
    }
  }
  const artifacts = { container: artifactContainer, path: `${artifactFolder(job.name)}outputs/` };
  await storage.blobs.storeFolder(await made(join(folder, 'code', 'outputs')), artifacts, signal);
}

function outputPaths(definition: JobDefinition, folder: string): Map<string, string> {
  return new Map(
    Object.entries(definition.outputs).map(([name, port]) => {
      const place = join(folder, 'outputs', name);
      return [name, port.jobOutputType === 'uri_file' ? join(place, name) : place];
    }),
  );
}

function missing(name: string, seen: string): JobFailure {
  return new JobFailure(
    'OutputMissing',
    `outputs.${name}: the job ended well but left ${seen}; write to ${'${{outputs.'}${name}}} or drop the output`,
  );
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}
