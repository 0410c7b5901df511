/**
 * The model registry of the workspace.
 *
 * Owns: finding a version by its number or by its run, and giving the model of a run its number.
 * Does not own: which tags a version bears (orchestrations/register.ts), where the first number is written down
 * (activities/register-model.ts).
 *
 * Invariants
 * 1. A number is the registry's: a positive integer, counted up. Nothing else is sent.
 * 2. A run has one version, whatever is repeated, lost or done at once. It is the first number, from the one written
 *    down before anything was sent, that bears the run's tag; a number is used only where each before it is taken by
 *    somebody else. The list of versions may lag behind and the answer to a request may be lost: what counts is what
 *    the registry holds under a number.
 * 3. A version of somebody else's is never changed. The service has no condition for a PUT (If-None-Match is not in
 *    its specification), but refuses to move a version to other files, and the files of a run are its own.
 */
import type {
  AzureMachineLearningWorkspaces,
  ModelVersion as ModelVersionResource,
} from '@azure/arm-machinelearning';
import { runTag } from '../domain/lineage.ts';
import type { ModelVersion } from '../domain/run.ts';
import { RatchetError } from '../errors.ts';
import type { WorkspaceName } from '../settings.ts';
import { azureError, isAbsent, isRefusal } from './azure-error.ts';
import { callLimit } from './call-limits.ts';
import { findOrNull } from './find-or-null.ts';
import { longUri } from './run-files.ts';

export interface RegisteredVersion extends ModelVersion {
  readonly tags: Readonly<Record<string, string>>;
  /** When it was registered (ISO 8601, UTC), where the registry says so. */
  readonly createdAt?: string;
  /** Whether somebody has put it away; absent: nobody has. */
  readonly isArchived?: true;
}

/** A model that is to have a version. `tags` name its run. */
interface Registration {
  readonly name: string;
  readonly modelUri: string;
  /** The job of the workspace that trained it; absent: none did. */
  readonly jobName?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export class ModelRegistry {
  readonly #client: AzureMachineLearningWorkspaces;
  readonly #workspace: WorkspaceName;

  constructor(client: AzureMachineLearningWorkspaces, workspace: WorkspaceName) {
    this.#client = client;
    this.#workspace = workspace;
  }

  async find(name: string, version: string): Promise<RegisteredVersion | null> {
    const found = await findOrNull(`reading model ${name}:${version}`, { model: name, version }, () =>
      this.#client.modelVersions.get(...this.#at, name, version, callLimit()),
    );
    return found && describeVersion(name, version, found);
  }

  /**
   * The version that a run has registered, registering one where there is none. `writeDown` keeps the first number
   * that is tried, before it is tried, and answers what it kept when it was first asked.
   */
  async register(
    model: Registration,
    writeDown: (number: number) => Promise<number>,
  ): Promise<RegisteredVersion> {
    const run = model.tags[runTag] ?? '';
    const listed = await this.findOfRun(model.name, run);
    if (listed) return listed;
    for (let number = await writeDown(await this.#nextNumber(model.name)); ; number++) {
      const there = await this.find(model.name, String(number));
      const version = there ?? (await this.#create(model, String(number)));
      if (version?.tags[runTag] === run) return version;
    }
  }

  /** What the registry holds under a number after it was asked to create a version there; null: it gives it to nobody. */
  async #create(model: Registration, version: string): Promise<RegisteredVersion | null> {
    const { name, jobName, tags } = model;
    const subject = { model: name, version, run: tags[runTag] ?? '' };
    const modelUri = longUri(this.#workspace.id, model.modelUri);
    const properties = {
      ...{ modelType: 'custom_model', modelUri, tags: { ...tags } },
      ...(jobName !== undefined && { jobName }),
    };
    let failure: unknown = null;
    try {
      await this.#client.modelVersions.createOrUpdate(
        ...this.#at,
        name,
        version,
        { properties },
        callLimit(),
      );
    } catch (error) {
      failure = error;
    }
    const there = await this.find(name, version);
    if (there) return there;
    // The number of a version that was deleted is not given again.
    if (isRefusal(failure) && (await this.#nextNumber(name)) > Number(version)) return null;
    const asked = `registering model ${name}:${version}`;
    if (failure !== null) throw azureError(asked, subject, failure);
    throw new RatchetError(
      'azure-unavailable',
      `${asked}: accepted, but the version cannot be read back yet`,
      {
        subject,
      },
    );
  }

  /** A model's versions, the latest registered first, at most `limit` of them. */
  latest(name: string, limit: number): Promise<readonly RegisteredVersion[]> {
    return this.#list(name, { orderBy: 'createdtime desc' }, limit);
  }

  /**
   * The version that bears a run's tag, by the list of versions, archived ones too; where people have copied the tag, that of
   * the lowest number.
   */
  async findOfRun(name: string, run: string): Promise<RegisteredVersion | null> {
    const listed = await this.#list(name, { tags: `${runTag}=${run}` });
    const own = listed.filter(({ tags }) => tags[runTag] === run);
    return own.toSorted((a, b) => Number(a.version) - Number(b.version))[0] ?? null;
  }

  /** Archived versions too. */
  async #list(
    name: string,
    filter: { readonly tags?: string; readonly orderBy?: string },
    limit = Number.POSITIVE_INFINITY,
  ): Promise<readonly RegisteredVersion[]> {
    const found: RegisteredVersion[] = [];
    try {
      const options = { ...filter, listViewType: 'All', ...callLimit() };
      for await (const item of this.#client.modelVersions.list(...this.#at, name, options)) {
        found.push(describeVersion(name, item.name ?? '', item));
        if (found.length >= limit) break;
      }
    } catch (error) {
      if (!isAbsent(error)) throw azureError(`listing the versions of model ${name}`, { model: name }, error);
    }
    return found;
  }

  async #nextNumber(name: string): Promise<number> {
    const container = await findOrNull(`reading model ${name}`, { model: name }, () =>
      this.#client.modelContainers.get(...this.#at, name, callLimit()),
    );
    const { nextVersion, latestVersion } = container?.properties ?? {};
    return wholeNumber(nextVersion) ?? (wholeNumber(latestVersion) ?? 0) + 1;
  }

  get #at(): [resourceGroup: string, workspace: string] {
    return [this.#workspace.resourceGroup, this.#workspace.name];
  }
}

function wholeNumber(text: string | null | undefined): number | null {
  return /^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : null;
}

function describeVersion(name: string, version: string, found: ModelVersionResource): RegisteredVersion {
  const pairs = Object.entries(found.properties.tags ?? {}).map(([key, value]) => [key, value ?? '']);
  const tags = Object.fromEntries(pairs) as Record<string, string>;
  const run = tags[runTag];
  const createdAt = found.systemData?.createdAt?.toISOString();
  return {
    name,
    version,
    modelUri: found.properties.modelUri ?? '',
    tags,
    ...(run && { runId: run }),
    ...(createdAt !== undefined && { createdAt }),
    ...(found.properties.isArchived === true && { isArchived: true as const }),
  };
}
