import { userError } from '../http/service-error.ts';
import type { AnyDefinition } from './pipeline-definition.ts';
import type { AssetStore } from './store/assets.ts';
import type { JobStore } from './store/jobs.ts';
import { type AssetKind, parseReference } from './uris.ts';

/** A place in the storage account. A `path` that ends in a slash, or is empty, is a folder. */
export interface BlobLocation {
  readonly container: string;
  readonly path: string;
}

const uriField = {
  models: 'modelUri',
  data: 'dataUri',
  codes: 'codeUri',
  environments: undefined,
  components: undefined,
} as const;

/** Finds the blobs a reference stands for, through assets and outputs of jobs, however they refer to each other. */
export class Locator {
  readonly #assets: AssetStore;
  readonly #jobs: JobStore;
  readonly #blobEndpoint: string;

  constructor(assets: AssetStore, jobs: JobStore, blobEndpoint: string) {
    this.#assets = assets;
    this.#jobs = jobs;
    this.#blobEndpoint = blobEndpoint;
  }

  /** `kind` is what `azureml:NAME:VERSION` means in this place. Throws a UserError that begins with `subject`. */
  locate(subject: string, uri: string, kind: AssetKind, depth = 0): BlobLocation {
    if (depth > 8)
      throw userError(`${subject}: the assets refer to each other in a circle; break it at ${uri}`);
    const reference = parseReference(subject, uri, this.#blobEndpoint);
    switch (reference.kind) {
      case 'blob':
        return { container: reference.container, path: reference.path };
      case 'job-output': {
        const root = this.#outputOf(subject, reference.job, reference.output, depth);
        return reference.path ? { ...root, path: join(root.path, reference.path) } : root;
      }
      case 'asset': {
        const assetKind = reference.assetKind ?? kind;
        const found = this.#assets.find(assetKind, reference.name, reference.version);
        const field = uriField[assetKind];
        if (!found || !field) {
          throw userError(
            `${subject}: no asset ${reference.name}, version ${reference.version}, among the ${assetKind} of this workspace; register it first`,
          );
        }
        return this.locate(
          `${subject}: ${reference.name}:${found.version}`,
          String(found.fixed[field]),
          assetKind,
          depth + 1,
        );
      }
    }
  }

  #outputOf(subject: string, jobName: string, output: string, depth: number): BlobLocation {
    const job = this.#jobs.find(jobName);
    if (!job) throw userError(`${subject}: no job ${JSON.stringify(jobName)} in this workspace`);
    if (output === 'artifacts') return { container: artifactContainer, path: artifactFolder(jobName) };
    if (job.definition.jobType === 'Sweep')
      throw userError(
        `${subject}: job ${jobName} is a sweep, and each trial has outputs of its own; name one, ${jobName}_N`,
      );
    const port = job.definition.outputs[output];
    if (!port?.uri) {
      const declared = Object.keys(job.definition.outputs).join(', ') || 'none';
      throw userError(
        `${subject}: job ${jobName} has no output ${JSON.stringify(output)}; it has: ${declared}`,
      );
    }
    return outputLocation(output, port, this.locate(subject, port.uri, 'data', depth + 1));
  }
}

/** Where an output goes: a folder, or for a single file the blob itself, inside the folder if a folder was given. */
export function outputLocation(
  name: string,
  port: AnyDefinition['outputs'][string],
  given: BlobLocation,
): BlobLocation {
  const isFolder = given.path === '' || given.path.endsWith('/');
  if (port.jobOutputType === 'uri_file') return isFolder ? { ...given, path: `${given.path}${name}` } : given;
  return isFolder ? given : { ...given, path: `${given.path}/` };
}

export const artifactContainer = 'azureml';

/** Where a run's artifacts lie: what the job wrote under ./outputs. */
export function artifactFolder(run: string): string {
  return `ExperimentRun/dcid.${run}/`;
}

function join(root: string, path: string): string {
  return root.endsWith('/') || root === '' ? `${root}${path}` : `${root}/${path}`;
}
