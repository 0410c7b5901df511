/**
 * Runs a YAML pipeline of Azure Pipelines, and watches the run.
 *
 * Owns: what is sent to Azure DevOps, how the run of a release is found again, and what its answers mean.
 * Does not own: when (shared/release/transitions), the exchange (rest.ts).
 *
 * Sources (Azure DevOps REST 7.1): "Runs - Run Pipeline" and "Runs - Get" (`templateParameters`, `state`, `result`), "Builds -
 * List" (`definitions`, `minTime`, `queryOrder`), "Builds - Update Build" (`status: cancelling`), "Definitions - List"
 * (`name`). A run and its build have the same number.
 *
 * No key makes a start idempotent, and the list of runs does not tell their parameters (MicrosoftDocs/vsts-rest-api-specs,
 * issue 579), so the builds queued since the start was first asked for are listed, and the run of each is asked for its
 * parameter `ratchetRelease`, or `ratchetJob` of a training. Should two have it all the same, the first counts and the others are cancelled.
 */
import type { AzurePipelinesStage } from '../../config/pipeline-stage-schema.ts';
import {
  type AnyOrder,
  keyNameOf,
  type OutsideRun,
  type PipelineSeen,
  parametersOf,
} from '../../domain/pipeline.ts';
import { RatchetError } from '../../errors.ts';
import { startOrFind } from './lost-answers.ts';
import type { PipelineChannel } from './pipeline-channel.ts';
import { type Call, type Json, type Rest, statusOf } from './rest.ts';

const apiVersion = '7.1';
/** The application of Azure DevOps in Microsoft Entra ID, for which a token is asked. */
export const azureDevOpsScope = '499b84ac-1321-427f-aa17-267ca6975798/.default';
/** How far the service's clock and ours may be apart. */
const skewMs = 300_000;
/** So many runs since the start are looked through: the first ones, of which ours is one. */
const runsAtMost = 200;

/** What is to be done about a refusal of Azure DevOps. */
export function adviseAzureDevOps(status: number): string {
  if (status === 401)
    return "add the app's identity to the organization, with access level Basic, and check RATCHET_AZURE_DEVOPS_URL: docs/pipelines.md";
  if (status === 403)
    return "give the app's identity View builds, Queue builds and Stop builds on the pipeline: docs/pipelines.md";
  if (status === 400)
    return 'compare the parameters of the pipeline, and of the stage, with those a release sends: docs/pipelines.md';
  return status === 404 ? 'check project, pipeline and branch in the model file' : '';
}

/** How a call is made: with the numbers of the pipeline and of the run. */
interface Located {
  readonly pipelineId: number;
  readonly runId: number;
}

type Address = Pick<AzurePipelinesStage, 'project' | 'pipeline' | 'branch' | 'parameters'>;

export class AzurePipelines implements PipelineChannel {
  readonly #rest: Rest;
  readonly #stage: Address;

  constructor(rest: Rest, stage: Address) {
    this.#rest = rest;
    this.#stage = stage;
  }

  async start(order: AnyOrder): Promise<PipelineSeen> {
    const barred = { isBarredForGood: true };
    const pipelineId = await this.#findPipeline(barred);
    const [first, ...others] = await this.#findRuns(pipelineId, order, barred);
    for (const { run, located } of others) if (!hasEnded(run)) await this.#cancelRun(located, barred);
    if (first) return seenOf(first.run, pipelineId);
    const { branch, parameters } = this.#stage;
    const body = {
      ...(branch && { resources: { repositories: { self: { refName: `refs/heads/${branch}` } } } }),
      templateParameters: { ...parameters, ...parametersOf(order) },
    };
    const start = () => this.#send('POST', `/pipelines/${pipelineId}/runs`, barred, { body });
    const find = async () => (await this.#findRuns(pipelineId, order, barred))[0]?.run ?? null;
    return seenOf(await startOrFind(start, find), pipelineId);
  }

  async observe(order: AnyOrder, known: OutsideRun | null): Promise<PipelineSeen> {
    const asked = { isBarredForGood: false };
    const located = known && locate(known);
    if (located) {
      const run = await this.#findRun(located, asked);
      return run ? seenOf(run, located.pipelineId) : absent;
    }
    const pipelineId = await this.#findPipeline(asked);
    const [first] = await this.#findRuns(pipelineId, order, asked);
    return first ? seenOf(first.run, pipelineId) : absent;
  }

  async cancel(order: AnyOrder, known: OutsideRun | null): Promise<PipelineSeen> {
    // What is not known to run is not waited for until somebody lets us in.
    const asked = { isBarredForGood: known === null };
    try {
      const pipelineId = (known && locate(known)?.pipelineId) ?? (await this.#findPipeline(asked));
      const runs = await this.#findRuns(pipelineId, order, asked);
      for (const { run, located } of runs) if (!hasEnded(run)) await this.#cancelRun(located, asked);
    } catch (error) {
      // Without its pipeline, or its project, no run is there.
      if (statusOf(error) !== 404 && !isUnknown(error)) throw error;
      return absent;
    }
    return this.observe(order, known);
  }

  /** The number of the pipeline, once it was seen that its runs may be listed. */
  async find(): Promise<number> {
    const barred = { isBarredForGood: true };
    const pipelineId = await this.#findPipeline(barred);
    await this.#listBuilds(pipelineId, { $top: '1', queryOrder: 'queueTimeAscending' }, barred);
    return pipelineId;
  }

  /** The number of the pipeline. */
  async #findPipeline(asked: Asked): Promise<number> {
    const { pipeline, project } = this.#stage;
    if (typeof pipeline === 'number') return pipeline;
    const { value } = await this.#send('GET', '/build/definitions', asked, { query: { name: pipeline } });
    const found = (Array.isArray(value) ? (value as Json[]) : []).flatMap(({ id, path }) =>
      typeof id === 'number' ? [{ id, path: String(path ?? '\\') }] : [],
    );
    if (found.length === 1) return found[0]!.id;
    const seen = found.map(({ id, path }) => `${id} in ${path}`).join(', ') || 'none';
    const next =
      found.length === 0
        ? 'create it there, or correct the name'
        : 'give the number of the one that is meant';
    const message = `${this.#describe()}: project ${project} must have one pipeline of that name; found ${seen}; ${next}`;
    throw new RatchetError('azure-refused', message, { subject: this.#subject() });
  }

  /** The runs that bear the order's key, the first one first. */
  async #findRuns(
    pipelineId: number,
    order: AnyOrder,
    asked: Asked,
  ): Promise<readonly { readonly run: Json; readonly located: Located }[]> {
    const query = {
      minTime: new Date(Date.parse(order.askedAt) - skewMs).toISOString(),
      queryOrder: 'queueTimeAscending',
      $top: String(runsAtMost),
    };
    const found = [];
    for (const { id } of await this.#listBuilds(pipelineId, query, asked)) {
      const located = { pipelineId, runId: Number(id) };
      const run = await this.#findRun(located, asked);
      const parameters = run?.['templateParameters'] as Json | undefined;
      if (run && parameters?.[keyNameOf(order)] === order.key) found.push({ run, located });
    }
    return found;
  }

  async #listBuilds(
    pipelineId: number,
    more: Readonly<Record<string, string>>,
    asked: Asked,
  ): Promise<readonly Json[]> {
    const query = { definitions: String(pipelineId), ...more };
    const { value } = await this.#send('GET', '/build/builds', asked, { query });
    return Array.isArray(value) ? (value as Json[]) : [];
  }

  #findRun({ pipelineId, runId }: Located, asked: Asked): Promise<Json | null> {
    return this.#rest.find(this.#call('GET', `/pipelines/${pipelineId}/runs/${runId}`, asked, {}));
  }

  /** One that has ended meanwhile needs no end: the service refuses to cancel it, and nobody minds. */
  async #cancelRun(located: Located, asked: Asked): Promise<void> {
    const body = { status: 'cancelling' };
    try {
      await this.#rest.find(this.#call('PATCH', `/build/builds/${located.runId}`, asked, { body }));
    } catch (error) {
      const run = statusOf(error) === 400 ? await this.#findRun(located, asked) : null;
      if (!run || !hasEnded(run)) throw error;
    }
  }

  #send(
    method: Call['method'],
    path: string,
    asked: Asked,
    more: Pick<Call, 'body' | 'query'>,
  ): Promise<Json> {
    return this.#rest.send(this.#call(method, path, asked, more));
  }

  #call(method: Call['method'], path: string, asked: Asked, more: Pick<Call, 'body' | 'query'>): Call {
    return {
      ...{ asked: this.#describe(), subject: this.#subject(), method, ...asked, ...more },
      path: `/${encodeURIComponent(this.#stage.project)}/_apis${path}`,
      query: { ...more.query, 'api-version': apiVersion },
    };
  }

  #describe(): string {
    return `pipeline ${this.#stage.pipeline} of ${this.#stage.project}`;
  }

  #subject(): Readonly<Record<string, string>> {
    return { pipeline: String(this.#stage.pipeline), project: this.#stage.project };
  }
}

type Asked = Pick<Call, 'isBarredForGood'>;
const absent: PipelineSeen = { state: 'absent', why: '', run: null };

/** Nobody was asked to start it: there is no such pipeline. */
function isUnknown(error: unknown): boolean {
  return error instanceof RatchetError && error.code === 'azure-refused' && statusOf(error) === null;
}

/** `PIPELINE/RUN`: a run of a pipeline that was given another name since is found, too. */
function locate({ id }: OutsideRun): Located | null {
  const [, pipelineId, runId] = /^(\d+)\/(\d+)$/.exec(id) ?? [];
  return runId === undefined ? null : { pipelineId: Number(pipelineId), runId: Number(runId) };
}

const hasEnded = ({ state }: Json): boolean => state === 'completed';

const ends: Readonly<Record<string, PipelineSeen['state']>> = {
  succeeded: 'succeeded',
  canceled: 'cancelled',
};

function seenOf(run: Json, pipelineId: number): PipelineSeen {
  const { id, state, result, _links } = run;
  const { href } = ((_links as Json | undefined)?.['web'] ?? {}) as { href?: unknown };
  // It is shown to people: no other kind of address than this.
  const url = typeof href === 'string' && /^https:\/\/[^\s<>"'()]{1,500}$/.test(href) ? href : null;
  const seen = state === 'completed' ? (ends[String(result)] ?? 'failed') : 'running';
  return { state: seen, why: '', run: { id: `${pipelineId}/${String(id)}`, url } };
}
