import { basename, join } from 'node:path';
import type { Blobs } from '../blobs.ts';
import type { JobDefinition, JobInput } from '../job-definition.ts';
import type { BlobLocation, Locator } from '../locate.ts';
import { JobFailure } from './failure.ts';

/** Brings what the job reads into `folder`; the values are what `${{inputs.NAME}}` stands for. */
export async function prepareInputs(
  definition: JobDefinition,
  folder: string,
  storage: { readonly blobs: Blobs; readonly locator: Locator },
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const [name, input] of Object.entries(definition.inputs)) {
    if (input.jobInputType === 'literal') {
      values.set(name, input.value);
      continue;
    }
    const location = locateInput(name, input, storage.locator);
    const target = join(folder, 'inputs', name);
    values.set(name, await fetchInput(`inputs.${name}`, input, location, target, storage.blobs, signal));
  }
  return values;
}

/** Where an input lies. Throws a UserError when it refers to nothing. */
export function locateInput(name: string, input: JobInput & { uri: string }, locator: Locator): BlobLocation {
  return locator.locate(
    `inputs.${name}`,
    input.uri,
    input.jobInputType.endsWith('_model') ? 'models' : 'data',
  );
}

async function fetchInput(
  subject: string,
  input: JobInput,
  location: BlobLocation,
  target: string,
  blobs: Blobs,
  signal: AbortSignal,
): Promise<string> {
  if (input.jobInputType !== 'uri_folder' && !location.path.endsWith('/')) {
    const file = join(target, basename(location.path));
    if (await blobs.fetchFile(location, file, signal)) return file;
  }
  if (input.jobInputType !== 'uri_file') {
    // A model or table may be one file or a folder; what is there decides.
    if ((await blobs.fetchFolder(location, target, signal)) > 0) return target;
  }
  const address = `${location.container}/${location.path}`;
  throw new JobFailure(
    'InputNotFound',
    `${subject}: there is no blob ${address}; upload it or correct the uri`,
  );
}

/** Brings code into the folder it is run in. */
export async function prepareCode(
  definition: { readonly codeId?: string | undefined },
  workingFolder: string,
  storage: { readonly blobs: Blobs; readonly locator: Locator },
  signal: AbortSignal,
): Promise<void> {
  if (definition.codeId === undefined) return;
  const location = storage.locator.locate('codeId', definition.codeId, 'codes');
  if ((await storage.blobs.fetchFolder(location, workingFolder, signal)) > 0) return;
  const address = `${location.container}/${location.path}`;
  throw new JobFailure('CodeNotFound', `codeId: there are no blobs below ${address}; upload the code`);
}
