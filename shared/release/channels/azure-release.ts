/**
 * Creates a classic release of Azure DevOps, follows one of its stages with the approval before it, and abandons it.
 *
 * Owns: what is sent to Azure DevOps, how the release is found again, and what its answers mean.
 * Does not own: when (shared/release/transitions), the exchange (rest.ts).
 *
 * Sources (Azure DevOps REST 7.1, release): "Definitions - List" (`searchText`, `isExactNameMatch`), "Definitions - Get",
 * "Releases - Create" (ReleaseStartMetadata: `description`, `variables`), "Releases - List" (`definitionId`, `minCreatedTime`,
 * `queryOrder`), "Releases - Get Release" (`environments[].status`, `.preDeployApprovals[]`), "Approvals - Update", "Releases -
 * Update Release Environment" (`canceled`), "Releases - Update Release Resource" (`abandoned`).
 *
 * No key makes a creation idempotent: the release bears the order's key as its description, and is looked for among those
 * created since it was first asked for. Should two bear it all the same, the first counts and the others are abandoned.
 */
import type { AzureReleaseStage } from '../../config/pipeline-stage-schema.ts';
import {
  type OutsideRun,
  type PipelineOrder,
  type PipelineSeen,
  parametersOf,
} from '../../domain/pipeline.ts';
import { RatchetError } from '../../errors.ts';
import {
  findNotSettable,
  findStage,
  hasEnded,
  isRunning,
  pendingOf,
  seenOf,
} from './azure-release-resources.ts';
import { startOrFind } from './lost-answers.ts';
import type { PipelineChannel } from './pipeline-channel.ts';
import { type Call, type Json, type Rest, statusOf } from './rest.ts';

const apiVersion = '7.1';
/** How far the service's clock and ours may be apart. */
const skewMs = 300_000;
const releasesAtMost = 100;

/** What is to be done about a refusal. */
export function adviseAzureRelease(status: number): string {
  if (status === 401)
    return "add the app's identity to the organization, with access level Basic, and check RATCHET_AZURE_DEVOPS_URL: docs/pipelines.md";
  if (status === 403)
    return "give the app's identity View releases, Create releases and Manage deployments on the release pipeline: docs/pipelines.md";
  return status === 404 ? 'check project and definition in the model file' : '';
}

/** Releases have a host of their own in the cloud; a server has one for all. */
export function releasesUrlOf(azureDevOpsUrl: string): string {
  return azureDevOpsUrl
    .replace(/^https:\/\/dev\.azure\.com(?=\/)/i, 'https://vsrm.dev.azure.com')
    .replace(/^https:\/\/([\w-]+)\.visualstudio\.com/i, 'https://$1.vsrm.visualstudio.com');
}

export class AzureRelease implements PipelineChannel {
  readonly #rest: Rest;
  readonly #stage: AzureReleaseStage;

  constructor(rest: Rest, stage: AzureReleaseStage) {
    this.#rest = rest;
    this.#stage = stage;
  }

  async start(order: PipelineOrder): Promise<PipelineSeen> {
    const barred = { isBarredForGood: true };
    const definition = await this.#findDefinition(barred);
    const variables = { ...this.#stage.parameters, ...parametersOf(order) };
    const wrong =
      findStage(definition, this.#stage.environment) === null
        ? `it has no stage ${this.#stage.environment}; correct environment in the model file`
        : findNotSettable(definition, Object.keys(variables));
    if (wrong !== null) throw this.#refusal(wrong);
    const id = Number(definition['id']);
    const [first, ...others] = await this.#findReleases(id, order, barred);
    for (const other of others) await this.#abandon(other, barred);
    if (first) return this.#look(first, barred);
    const body = {
      definitionId: id,
      description: describeOrder(order),
      isDraft: false,
      reason: 'none',
      variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }])),
    };
    const start = () => this.#rest.send(this.#call('POST', '/releases', barred, { body }));
    const find = async () => (await this.#findReleases(id, order, barred))[0] ?? null;
    return this.#look(await startOrFind(start, find), barred);
  }

  async observe(order: PipelineOrder, known: OutsideRun | null): Promise<PipelineSeen> {
    const asked = { isBarredForGood: false };
    const release = known === null ? await this.#findFirst(order, asked) : await this.#get(known.id, asked);
    return release ? this.#look(release, asked) : absent;
  }

  async cancel(order: PipelineOrder, known: OutsideRun | null): Promise<PipelineSeen> {
    // What is not known to run is not waited for until somebody lets us in.
    const asked = { isBarredForGood: known === null };
    try {
      const release = known === null ? await this.#findFirst(order, asked) : await this.#get(known.id, asked);
      if (!release) return absent;
      if (!hasEnded(release, this.#stage.environment)) await this.#abandon(release, asked);
      const left = await this.#get(String(release['id']), asked);
      return left ? seenOf(left, this.#stage.environment) : absent;
    } catch (error) {
      // Without its definition, or its project, no release is there.
      const isUnknown =
        error instanceof RatchetError && error.code === 'azure-refused' && statusOf(error) === null;
      if (statusOf(error) !== 404 && !isUnknown) throw error;
      return absent;
    }
  }

  /** How it stands; an approval that waits is given, where the file says so and an earlier stage of the release had people approve. */
  async #look(release: Json, asked: Asked): Promise<PipelineSeen> {
    const { approval, environment } = this.#stage;
    const pending = approval === 'answer' ? pendingOf(release, environment) : [];
    if (pending.length === 0) return seenOf(release, environment);
    const comments = `Approved in Ratchet: ${String(release['description']).slice(0, 300)}.`;
    try {
      for (const { id } of pending)
        await this.#rest.send(
          this.#call('PATCH', `/approvals/${id}`, asked, { body: { status: 'approved', comments } }),
        );
    } catch (error) {
      const status = statusOf(error);
      if (status !== 400 && status !== 401 && status !== 403) throw error;
      const seen = seenOf(release, environment);
      return {
        ...seen,
        why: `${seen.why}, which the identity of Ratchet may not give: make it an approver there`,
      };
    }
    const again = await this.#get(String(release['id']), asked);
    return again ? seenOf(again, environment) : absent;
  }

  async #findDefinition(asked: Asked): Promise<Json> {
    const { definition } = this.#stage;
    const id = typeof definition === 'number' ? definition : await this.#findNumber(definition, asked);
    return this.#rest.send(this.#call('GET', `/definitions/${id}`, asked));
  }

  async #findNumber(name: string, asked: Asked): Promise<number> {
    const query = { searchText: name, isExactNameMatch: 'true' };
    const { value } = await this.#rest.send(this.#call('GET', '/definitions', asked, { query }));
    const found = (Array.isArray(value) ? (value as Json[]) : []).flatMap(({ id, path }) =>
      typeof id === 'number' ? [{ id, path: String(path ?? '\\') }] : [],
    );
    if (found.length === 1) return found[0]!.id;
    const seen = found.map(({ id, path }) => `${id} in ${path}`).join(', ') || 'none';
    const next =
      found.length === 0
        ? 'create it there, or correct the name'
        : 'give the number of the one that is meant';
    throw this.#refusal(
      `project ${this.#stage.project} must have one release pipeline of that name; found ${seen}; ${next}`,
    );
  }

  async #findFirst(order: PipelineOrder, asked: Asked): Promise<Json | null> {
    const { definition } = this.#stage;
    const id = typeof definition === 'number' ? definition : await this.#findNumber(definition, asked);
    const [first] = await this.#findReleases(id, order, asked);
    return first ? this.#get(String(first['id']), asked) : null;
  }

  /** Those that bear the order's key, the first one first. */
  async #findReleases(definitionId: number, order: PipelineOrder, asked: Asked): Promise<readonly Json[]> {
    const query = {
      definitionId: String(definitionId),
      minCreatedTime: new Date(Date.parse(order.askedAt) - skewMs).toISOString(),
      queryOrder: 'ascending',
      $expand: 'environments',
      $top: String(releasesAtMost),
    };
    const { value } = await this.#rest.send(this.#call('GET', '/releases', asked, { query }));
    const described = describeOrder(order);
    return (Array.isArray(value) ? (value as Json[]) : []).filter(
      (each) => each['description'] === described,
    );
  }

  #get(id: string, asked: Asked): Promise<Json | null> {
    return this.#rest.find(this.#call('GET', `/releases/${encodeURIComponent(id)}`, asked));
  }

  /** A release whose stages run is refused to be abandoned: they are cancelled first, and what still runs is told again. */
  async #abandon(release: Json, asked: Asked): Promise<void> {
    const path = `/releases/${Number(release['id'])}`;
    const comment = 'Ratchet: its release goes back, or waits for it no more';
    const stages = Array.isArray(release['environments']) ? (release['environments'] as Json[]) : [];
    try {
      for (const { id } of stages.filter(isRunning))
        await this.#rest.send(
          this.#call('PATCH', `${path}/environments/${Number(id)}`, asked, {
            body: { status: 'canceled', comment },
          }),
        );
      await this.#rest.send(this.#call('PATCH', path, asked, { body: { status: 'abandoned', comment } }));
    } catch (error) {
      // What has ended meanwhile, or is about to, is looked at again.
      if (statusOf(error) !== 400) throw error;
    }
  }

  #call(method: Call['method'], path: string, asked: Asked, more: Pick<Call, 'body' | 'query'> = {}): Call {
    return {
      ...{ asked: this.#describe(), subject: this.#subject(), method, ...asked, ...more },
      path: `/${encodeURIComponent(this.#stage.project)}/_apis/release${path}`,
      query: { ...more.query, 'api-version': apiVersion },
    };
  }

  #refusal(why: string): RatchetError {
    return new RatchetError('azure-refused', `${this.#describe()}: ${why}`, { subject: this.#subject() });
  }

  #describe(): string {
    return `release pipeline ${this.#stage.definition} of ${this.#stage.project}`;
  }

  #subject(): Readonly<Record<string, string>> {
    return { definition: String(this.#stage.definition), project: this.#stage.project };
  }
}

type Asked = Pick<Call, 'isBarredForGood'>;
const absent: PipelineSeen = { state: 'absent', why: '', run: null };

const describeOrder = ({ key }: PipelineOrder): string => `ratchetRelease=${key}`;
