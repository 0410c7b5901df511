/** What the files of a version are, as their digest says it. */
import { digestOf, filesOfModel, type ModelFile } from '../../shared/azure/model-digest.ts';
import type { ModelVersion } from '../../shared/domain/run.ts';
import { RatchetError } from '../../shared/errors.ts';
import { wiring } from '../../shared/wiring.ts';

/** Errors: `azure-refused` where they are not what is expected, or lie elsewhere. */
export async function digestVersion(model: ModelVersion, expected: string | null): Promise<string> {
  return (await describeFiles(model, expected)).digest;
}

/** The files of a version, and their digest. Errors: those of `digestVersion`. */
export async function describeFiles(
  model: ModelVersion,
  expected: string | null,
): Promise<{ readonly digest: string; readonly files: readonly ModelFile[] }> {
  const { name, version } = model;
  const [blobs, { workspace }] = await Promise.all([wiring.blobs(), wiring.settings()]);
  const files = await filesOfModel(blobs, workspace.id, await findUri(model));
  const found = digestOf(files);
  if (expected === null || found === expected) return { digest: found, files };
  throw new RatchetError(
    'azure-refused',
    `version ${version} of ${name} must be what it was when it was released, with the digest ${expected}; found ${found}: somebody has changed its files; register them as a version of their own`,
    { subject: { model: name, version } },
  );
}

/** A version that served before there was a release of it is known by its number alone. */
async function findUri({ name, version, modelUri }: ModelVersion): Promise<string> {
  if (modelUri !== '') return modelUri;
  const known = await (await wiring.workspace()).models.find(name, version);
  if (known) return known.modelUri;
  throw new RatchetError(
    'not-found',
    `version ${version} of ${name} must be in the registry to be deployed; found none; somebody may have deleted it`,
    { subject: { model: name, version } },
  );
}
