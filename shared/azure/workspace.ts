/**
 * The Azure Machine Learning workspace: jobs and model versions.
 *
 * Owns: asking the workspace, and saying in our words what it answered.
 * Does not own: what a job contains (build-job.ts), metrics (tracking.ts), retries beyond one call.
 *
 * Invariants
 * 1. A job or version is looked for before it is made, under a name made from the run: repeating makes no second one.
 * 2. What exists under such a name without our tag is somebody else's: it is neither used nor changed.
 */
import type {
  AzureMachineLearningWorkspaces,
  CommandJob,
  JobBase,
  ModelVersion as ModelVersionResource,
} from '@azure/arm-machinelearning';
import { runTag } from '../domain/lineage.ts';
import type { ModelVersion } from '../domain/run.ts';
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';
import type { WorkspaceName } from '../settings.ts';
import { azureError, isAbsent } from './azure-error.ts';
import { callLimit } from './call-limits.ts';
import { describeFailure } from './job-failure.ts';
import { putJob } from './put-job.ts';

export interface Job {
  readonly jobName: string;
  /** As the workspace reports it. */
  readonly status: string;
  readonly ended: boolean;
  readonly succeeded: boolean;
  /** The workspace's own words on a failure, empty otherwise. */
  readonly error: string;
}

export interface RegisteredVersion extends ModelVersion {
  readonly tags: Readonly<Record<string, string>>;
}

const endedStatuses = new Set(['completed', 'failed', 'canceled']);

export class Workspace {
  readonly #client: AzureMachineLearningWorkspaces;
  readonly #workspace: WorkspaceName;
  readonly #armEndpoint: string;
  #trackingUri: Promise<string> | undefined;

  constructor(client: AzureMachineLearningWorkspaces, workspace: WorkspaceName, armEndpoint: string) {
    this.#armEndpoint = armEndpoint;
    this.#client = client;
    this.#workspace = workspace;
  }

  get id(): string {
    return this.#workspace.id;
  }

  /** Submits a job tagged with its run, unless the workspace has it already. */
  async submitJob(jobName: string, job: CommandJob): Promise<Job> {
    const existing = await this.#findJob(jobName);
    if (existing) return this.#ownJob(jobName, existing, job);
    try {
      return describeJob(
        jobName,
        await putJob(this.#client, `${this.#armEndpoint}${this.id}`, jobName, job, callLimit().abortSignal),
      );
    } catch (error) {
      // Another attempt may have been faster: what counts is what the workspace has now.
      const raced = await this.#findJob(jobName).catch(() => null);
      if (raced) return this.#ownJob(jobName, raced, job);
      throw azureError(`submitting job ${jobName}`, { job: jobName }, error);
    }
  }

  async getJob(jobName: string): Promise<Job> {
    const job = await this.#findJob(jobName);
    if (job) return describeJob(jobName, job);
    throw new RatchetError(
      'not-found',
      `job ${jobName} is not in workspace ${this.#workspace.name}; somebody may have deleted it`,
      { subject: { job: jobName } },
    );
  }

  /** Asks for a job's cancellation and answers how it stands then. A job that has ended stays as it is. */
  async cancelJob(jobName: string): Promise<Job> {
    const before = await this.getJob(jobName);
    if (before.ended) return before;
    try {
      // The answer to the request itself is enough: the end of the job is told by its event.
      await this.#ask((at) => this.#client.jobs.beginCancel(...at, jobName, callLimit()));
    } catch (error) {
      const after = await this.getJob(jobName);
      if (after.ended) return after;
      throw azureError(`cancelling job ${jobName}`, { job: jobName }, error);
    }
    return this.getJob(jobName);
  }

  async findModelVersion(name: string, version: string): Promise<RegisteredVersion | null> {
    const found = await this.#orNull(`reading model ${name}:${version}`, { model: name, version }, (at) =>
      this.#client.modelVersions.get(...at, name, version, callLimit()),
    );
    return found && describeVersion(name, version, found);
  }

  /** Registers a version tagged with its run; a version of that run stays as it is. */
  async registerModel(
    model: ModelVersion,
    jobName: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<RegisteredVersion> {
    const { name, version, modelUri } = model;
    const subject = { model: name, version, run: tags[runTag] ?? '' };
    const existing = await this.findModelVersion(name, version);
    if (existing) return ownVersion(existing, subject);
    const properties = { modelType: 'custom_model', modelUri, jobName, tags: { ...tags } };
    try {
      const made = await this.#ask((at) =>
        this.#client.modelVersions.createOrUpdate(...at, name, version, { properties }, callLimit()),
      );
      return describeVersion(name, version, made);
    } catch (error) {
      const raced = await this.findModelVersion(name, version).catch(() => null);
      if (raced) return ownVersion(raced, subject);
      throw azureError(`registering model ${name}:${version}`, subject, error);
    }
  }

  /** Where the workspace serves MLflow. It never changes, so it is asked for once. */
  trackingUri(): Promise<string> {
    this.#trackingUri ??= this.#readTrackingUri().catch((error: unknown) => {
      this.#trackingUri = undefined;
      throw error;
    });
    return this.#trackingUri;
  }

  async #readTrackingUri(): Promise<string> {
    const { name } = this.#workspace;
    const asked = `reading workspace ${name}`;
    const workspace = await this.#ask((at) => this.#client.workspaces.get(...at, callLimit())).catch(
      (error: unknown) => {
        throw azureError(asked, { workspace: name }, error);
      },
    );
    if (workspace.mlFlowTrackingUri) return workspace.mlFlowTrackingUri;
    throw new RatchetError('azure-unavailable', `${asked}: it names no MLflow tracking address`, {
      subject: { workspace: name },
    });
  }

  #findJob(jobName: string): Promise<JobBase | null> {
    return this.#orNull(`reading job ${jobName}`, { job: jobName }, (at) =>
      this.#client.jobs.get(...at, jobName, callLimit()),
    );
  }

  #ownJob(jobName: string, existing: JobBase, wanted: CommandJob): Job {
    const run = wanted.tags?.[runTag] ?? '';
    if (existing.properties.tags?.[runTag] === run) return describeJob(jobName, existing);
    throw new RatchetError(
      'azure-refused',
      `job ${jobName} exists in workspace ${this.#workspace.name} without tag ${runTag}=${run}: it is not this run's job; delete it or start a new run`,
      { subject: { job: jobName, run } },
    );
  }

  #ask<T>(call: (at: [resourceGroup: string, workspace: string]) => Promise<T>): Promise<T> {
    return call([this.#workspace.resourceGroup, this.#workspace.name]);
  }

  async #orNull<T extends { readonly properties?: unknown }>(
    asked: string,
    subject: Readonly<Record<string, string>>,
    call: (at: [resourceGroup: string, workspace: string]) => Promise<T>,
  ): Promise<T | null> {
    try {
      const found = await this.#ask(call);
      // An answer that is none, such as an empty body of a gateway: the client hands it on.
      if (found?.properties) return found;
      throw new RatchetError('azure-unavailable', `${asked}: the answer holds no properties`, { subject });
    } catch (error) {
      if (isAbsent(error)) return null;
      throw azureError(asked, subject, error);
    }
  }
}

function describeJob(jobName: string, job: JobBase): Job {
  const status = job.properties.status ?? 'Unknown';
  const succeeded = status.toLowerCase() === 'completed';
  const ended = endedStatuses.has(status.toLowerCase());
  return {
    jobName,
    status,
    ended,
    succeeded,
    error: ended && !succeeded ? describeFailure(jobName, errorOf(job)) : '',
  };
}

/** The client's API version declares no error of a job; where the properties give one, it is told. */
function errorOf(job: JobBase): string {
  return maskSecrets(job.properties.properties?.['errorMessage'] ?? '');
}

function describeVersion(name: string, version: string, found: ModelVersionResource): RegisteredVersion {
  const tags = Object.entries(found.properties.tags ?? {}).map(([key, value]) => [key, value ?? '']);
  return { name, version, modelUri: found.properties.modelUri ?? '', tags: Object.fromEntries(tags) };
}

function ownVersion(
  existing: RegisteredVersion,
  subject: { model: string; version: string; run: string },
): RegisteredVersion {
  if (existing.tags[runTag] === subject.run) return existing;
  throw new RatchetError(
    'azure-refused',
    `model ${subject.model}:${subject.version} exists without tag ${runTag}=${subject.run}: it is not this run's version; a version cannot be replaced, so start a new run`,
    { subject },
  );
}
