/** The versions of models in the workspace's registry, asked for through the client. */
import type {
  AzureMachineLearningWorkspaces,
  ModelVersion as ModelVersionResource,
} from '@azure/arm-machinelearning';
import { runTag } from '../domain/lineage.ts';
import type { ModelVersion } from '../domain/run.ts';
import { RatchetError } from '../errors.ts';
import type { WorkspaceName } from '../settings.ts';
import { azureError, isAbsent } from './azure-error.ts';
import { callLimit } from './call-limits.ts';
import { numberOf, type RegisteredVersion, type Registry, registerVersion } from './register-version.ts';
import { longUri } from './run-files.ts';

export class ModelRegistry implements Registry {
  readonly #client: AzureMachineLearningWorkspaces;
  readonly #workspace: WorkspaceName;
  readonly #at: [resourceGroup: string, workspace: string];

  constructor(client: AzureMachineLearningWorkspaces, workspace: WorkspaceName) {
    this.#client = client;
    this.#workspace = workspace;
    this.#at = [workspace.resourceGroup, workspace.name];
  }

  /** Registers a run's model with its lineage; a version of that run stays as it is. */
  register(
    { name, modelUri }: Pick<ModelVersion, 'name' | 'modelUri'>,
    jobName: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<RegisteredVersion> {
    return registerVersion(this, { name, modelUri: longUri(this.#workspace.id, modelUri) }, jobName, tags);
  }

  async find(name: string, version: string): Promise<RegisteredVersion | null> {
    const asked = `reading model ${name}:${version}`;
    const subject = { model: name, version };
    const found = await orNull(asked, subject, () =>
      this.#client.modelVersions.get(...this.#at, name, version, callLimit()),
    );
    if (!found) return null;
    // An answer that is none, such as an empty body of a gateway: the client hands it on.
    if (found.properties) return describeVersion(name, version, found);
    throw new RatchetError('azure-unavailable', `${asked}: the answer holds no properties`, { subject });
  }

  async nextNumber(name: string): Promise<number> {
    const container = await orNull(`reading model ${name}`, { model: name }, () =>
      this.#client.modelContainers.get(...this.#at, name, callLimit()),
    );
    if (!container) return 1;
    const next = numberOf(container.properties?.nextVersion);
    return (
      next ?? 1 + Math.max(0, ...(await this.#list(name, {})).map(({ version }) => numberOf(version) ?? 0))
    );
  }

  versionsWith(name: string, tag: string, value: string): Promise<RegisteredVersion[]> {
    return this.#list(name, { tags: `${tag}=${value}` });
  }

  /** A model's versions, the latest registered first, at most `limit` of them. */
  latest(name: string, limit: number): Promise<RegisteredVersion[]> {
    return this.#list(name, { orderBy: 'createdtime desc' }, limit);
  }

  async create({ name, version, modelUri, tags }: RegisteredVersion, jobName: string): Promise<void> {
    const properties = { modelType: 'custom_model', modelUri, jobName, tags: { ...tags } };
    try {
      await this.#client.modelVersions.createOrUpdate(
        ...this.#at,
        name,
        version,
        { properties },
        callLimit(),
      );
    } catch (error) {
      const subject = { model: name, version, run: tags[runTag] ?? '' };
      throw azureError(`registering model ${name}:${version}`, subject, error);
    }
  }

  async #list(
    name: string,
    filter: { readonly tags?: string; readonly orderBy?: string },
    limit = Number.POSITIVE_INFINITY,
  ): Promise<RegisteredVersion[]> {
    const found: RegisteredVersion[] = [];
    const all = orNull(`listing the versions of model ${name}`, { model: name }, async () => {
      const pages = this.#client.modelVersions.list(...this.#at, name, {
        ...filter,
        ...callLimit(),
        listViewType: 'All',
      });
      for await (const version of pages) {
        found.push(describeVersion(name, version.name ?? '', version));
        if (found.length >= limit) break;
      }
      return found;
    });
    return (await all) ?? [];
  }
}

async function orNull<T>(
  asked: string,
  subject: Readonly<Record<string, string>>,
  call: () => Promise<T>,
): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return null;
    throw azureError(asked, subject, error);
  }
}

function describeVersion(name: string, version: string, found: ModelVersionResource): RegisteredVersion {
  const { tags, modelUri } = found.properties;
  const described = Object.entries(tags ?? {}).map(([key, value]) => [key, value ?? '']);
  return { name, version, modelUri: modelUri ?? '', tags: Object.fromEntries(described) };
}
