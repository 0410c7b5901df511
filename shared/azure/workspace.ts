/**
 * The Azure Machine Learning workspace: its jobs, and where its models, its endpoints and its MLflow are.
 *
 * Owns: asking the workspace.
 * Does not own: what a job contains (build-job.ts), what is told of one (describe-job.ts), versions of models (model-registry.ts), what steps of pipelines run
 * (component-registry.ts), what is deployed (online-endpoints.ts), metrics (tracking.ts), retries beyond one call.
 *
 * Invariants
 * 1. A job is looked for before it is made, under a name made from the run: repeating makes no second one.
 * 2. What exists under such a name without our tag is somebody else's: it is neither used nor changed.
 */
import type { AzureMachineLearningWorkspaces, JobBase } from '@azure/arm-machinelearning';
import { runTag } from '../domain/lineage.ts';
import { RatchetError } from '../errors.ts';
import type { WorkspaceName } from '../settings.ts';
import { azureError } from './azure-error.ts';
import { callLimit } from './call-limits.ts';
import { ComponentRegistry } from './component-registry.ts';
import { describeEnded, describeJob, type EndedJob, type Job } from './describe-job.ts';
import { findOrNull } from './find-or-null.ts';
import type { SentJob } from './job-compute.ts';
import { ModelRegistry } from './model-registry.ts';
import { OnlineEndpoints } from './online-endpoints.ts';
import { type AnySentJob, cancelJob, putJob, readWholeJob } from './send-job.ts';

/** Lists come latest first as far as seen; so many older ones in a row are believed to be the rest. */
const olderInARow = 100;

export class Workspace {
  readonly #client: AzureMachineLearningWorkspaces;
  readonly #workspace: WorkspaceName;
  readonly #armEndpoint: string;
  readonly models: ModelRegistry;
  readonly components: ComponentRegistry;
  readonly endpoints: OnlineEndpoints;
  #trackingUri: Promise<string> | undefined;

  constructor(client: AzureMachineLearningWorkspaces, workspace: WorkspaceName, armEndpoint: string) {
    this.#armEndpoint = armEndpoint;
    this.#client = client;
    this.#workspace = workspace;
    this.models = new ModelRegistry(client, workspace);
    this.components = new ComponentRegistry(client, workspace);
    this.endpoints = new OnlineEndpoints(client, workspace);
  }

  get id(): string {
    return this.#workspace.id;
  }

  get #url(): string {
    return `${this.#armEndpoint}${this.id}`;
  }

  /** Submits a job tagged with its run, unless the workspace has it already. */
  async submitJob(jobName: string, job: AnySentJob): Promise<Job> {
    const existing = await this.#findJob(jobName);
    if (existing) return this.#ownJob(jobName, existing, job);
    try {
      return describeJob(
        jobName,
        await putJob(this.#client, this.#url, jobName, job, callLimit().abortSignal),
      );
    } catch (error) {
      // Another attempt may have been faster: what counts is what the workspace has now.
      const raced = await this.#findJob(jobName).catch(() => null);
      if (raced) return this.#ownJob(jobName, raced, job);
      throw azureError(`submitting job ${jobName}`, { job: jobName }, error);
    }
  }

  /** Throws where the workspace does not answer, or does not let jobs be read. */
  async hasJob(jobName: string): Promise<boolean> {
    return (await this.#findJob(jobName)) !== null;
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

  /** Where a job's output lies, as the service has settled it; null where it does not say. */
  async outputUri(jobName: string, output: string): Promise<string | null> {
    const asked = `reading where output ${output} of job ${jobName} lies`;
    const job = await findOrNull(asked, { job: jobName }, () =>
      readWholeJob(this.#client, this.#url, jobName, callLimit().abortSignal),
    );
    const uri = job?.properties?.outputs?.[output]?.uri;
    return typeof uri === 'string' && uri !== '' ? uri : null;
  }

  /** Asks for a job's cancellation and answers how it stands then. A job that has ended stays as it is. */
  async cancelJob(jobName: string): Promise<Job> {
    const before = await this.getJob(jobName);
    if (before.ended) return before;
    try {
      await cancelJob(this.#client, this.#url, jobName, callLimit().abortSignal);
    } catch (error) {
      const after = await this.getJob(jobName);
      if (after.ended) return after;
      throw azureError(`cancelling job ${jobName}`, { job: jobName }, error);
    }
    return this.getJob(jobName);
  }

  /** Jobs that have ended and were made since `from`. Steps of pipelines are none of the workspace's list. */
  async endedJobs(from: string): Promise<readonly EndedJob[]> {
    const found: EndedJob[] = [];
    let older = 0;
    try {
      const jobs = await this.#ask(async (at) => this.#client.jobs.list(...at, callLimit()));
      for await (const job of jobs) {
        const ended = describeEnded(job);
        older = ended.createdAt !== null && ended.createdAt < from ? older + 1 : 0;
        if (older === olderInARow) break;
        if (older === 0 && describeJob(ended.jobName, job).ended) found.push(ended);
      }
    } catch (error) {
      throw azureError('listing jobs', {}, error);
    }
    return found;
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
    throw new RatchetError('azure-unavailable', `${asked}: the workspace has no MLflow tracking address`, {
      subject: { workspace: name },
    });
  }

  #findJob(jobName: string): Promise<JobBase | null> {
    return findOrNull(`reading job ${jobName}`, { job: jobName }, () =>
      this.#ask((at) => this.#client.jobs.get(...at, jobName, callLimit())),
    );
  }

  #ownJob(jobName: string, existing: JobBase, wanted: Pick<SentJob, 'tags'>): Job {
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
}
