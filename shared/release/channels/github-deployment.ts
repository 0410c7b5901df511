/**
 * Shows at GitHub what a release has a workflow deploy: a deployment, and how it has ended.
 *
 * Owns: what is sent, and how the deployment of a release is found again. Does not own: the workflow (github-actions.ts), when.
 *
 * Sources (GitHub REST): "List deployments" (`environment`, `task`), "Create a deployment" (`auto_merge`, `required_contexts`,
 * `payload`), "List deployment statuses" (the newest first), "Create a deployment status" (`state`, `log_url`, `description` of 140
 * characters, `auto_inactive`: an earlier one of the environment is shown as inactive).
 *
 * No key makes a creation idempotent: the deployment bears the order's key in its payload. Should two bear it all the same, the first
 * counts.
 */
import type { GitHubStage } from '../../config/pipeline-stage-schema.ts';
import type { PipelineOrder, PipelineSeen } from '../../domain/pipeline.ts';
import { startOrFind } from './lost-answers.ts';
import type { Call, Json, Rest } from './rest.ts';

/** By which deployments of Ratchet are told from others of the environment. */
const task = 'deploy:ratchet';
const listedAtMost = 100;
const describedAtMost = 140;

type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error';

const states: Readonly<Record<PipelineSeen['state'], DeploymentState>> = {
  running: 'in_progress',
  succeeded: 'success',
  failed: 'failure',
  cancelled: 'error',
  absent: 'error',
};

export class GitHubDeployment {
  readonly #rest: Pick<Rest, 'send'>;
  readonly #repository: string;
  readonly #environment: string;
  readonly #branch: string;

  constructor(rest: Pick<Rest, 'send'>, { repository, branch }: GitHubStage, environment: string) {
    this.#rest = rest;
    this.#repository = repository;
    this.#branch = branch;
    this.#environment = environment;
  }

  /** The deployment that bears the order, made where there is none, says how the run stands. Repeated, it says nothing twice. */
  async show(
    order: PipelineOrder,
    { state, run }: PipelineSeen,
    asked: Pick<Call, 'isBarredForGood'>,
  ): Promise<void> {
    const known = (await this.#find(order, asked)) ?? (await this.#create(order, asked));
    const path = `/${Number(known['id'])}/statuses`;
    const last = listOf(await this.#send('GET', path, asked, { query: { per_page: '1' } }))[0];
    if (last?.['state'] === states[state]) return;
    const description = `Version ${order.model.version} of ${order.model.name}, release ${order.key}`;
    await this.#send('POST', path, asked, {
      body: {
        state: states[state],
        description: description.slice(0, describedAtMost),
        auto_inactive: true,
        ...(run?.url && { log_url: run.url }),
      },
    });
  }

  async #create(order: PipelineOrder, asked: Pick<Call, 'isBarredForGood'>): Promise<Json> {
    const body = {
      ...{
        ref: this.#branch,
        task,
        environment: this.#environment,
        auto_merge: false,
        required_contexts: [],
      },
      description: `Version ${order.model.version} of ${order.model.name}`.slice(0, describedAtMost),
      payload: { ratchetRelease: order.key },
    };
    return startOrFind(
      () => this.#send('POST', '', asked, { body }),
      () => this.#find(order, asked),
    );
  }

  /** The first that bears the order's key. GitHub lists the newest first. */
  async #find({ key }: PipelineOrder, asked: Pick<Call, 'isBarredForGood'>): Promise<Json | null> {
    const query = { environment: this.#environment, task, per_page: String(listedAtMost) };
    const all = listOf(await this.#send('GET', '', asked, { query }));
    return all.findLast(({ payload }) => keyOf(payload) === key) ?? null;
  }

  #send(
    method: Call['method'],
    path: string,
    asked: Pick<Call, 'isBarredForGood'>,
    more: Pick<Call, 'body' | 'query'>,
  ): Promise<Json> {
    const repository = this.#repository.split('/').map(encodeURIComponent).join('/');
    return this.#rest.send({
      ...{ asked: `deployments of ${this.#repository} to ${this.#environment}`, method, ...asked, ...more },
      ...{ subject: { repository: this.#repository, environment: this.#environment } },
      ...(method === 'GET' && { isListed: true as const }),
      path: `/repos/${repository}/deployments${path}`,
    });
  }
}

const listOf = ({ items }: Json): readonly Json[] => (Array.isArray(items) ? (items as Json[]) : []);

/** It comes back as it was sent, or as text. */
function keyOf(payload: unknown): unknown {
  if (typeof payload !== 'string') return (payload as Json | null)?.['ratchetRelease'];
  try {
    return (JSON.parse(payload) as Json | null)?.['ratchetRelease'];
  } catch {
    return undefined;
  }
}
