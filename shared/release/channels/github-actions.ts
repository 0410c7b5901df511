/**
 * Dispatches a workflow of GitHub Actions, and watches its run.
 *
 * Owns: what is sent to GitHub, how the run of a release is found again, and what its answers mean.
 * Does not own: when (shared/release/transitions), the exchange (rest.ts).
 *
 * Sources (GitHub REST): "Create a workflow dispatch event" (`return_run_details`, since 2026-02-19: 200 with
 * `workflow_run_id`; 204 without, as older servers answer), "List workflow runs for a workflow" (`event`, `created`;
 * `display_title` is the `run-name`), "Get a workflow run" (`status`, `conclusion`), "Cancel a workflow run" (202; 409: it has
 * ended).
 *
 * No key makes a dispatch idempotent, and a run does not tell its inputs: the workflow's `run-name` is the key, and a
 * workflow whose runs are called otherwise is refused, its run cancelled.
 */
import type { GitHubStage } from '../../config/pipeline-stage-schema.ts';
import {
  type OutsideRun,
  type PipelineOrder,
  type PipelineSeen,
  parametersOf,
} from '../../domain/pipeline.ts';
import { RatchetError } from '../../errors.ts';
import { GitHubDeployment } from './github-deployment.ts';
import { startOrFind } from './lost-answers.ts';
import type { PipelineChannel } from './pipeline-channel.ts';
import { type Call, type Json, type Rest, statusOf } from './rest.ts';

/** How far the service's clock and ours may be apart. */
const skewMs = 300_000;

export const gitHubHeaders = {
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
} as const;

/** What is to be done about a refusal of GitHub. */
export function adviseGitHub(status: number): string {
  if (status === 401)
    return 'RATCHET_GITHUB_TOKEN, or the key of the GitHub App, is expired or wrong: docs/pipelines.md';
  if (status === 403)
    return 'give the token Actions: read and write for the repository, and Deployments: read and write where the stage has deployment: docs/pipelines.md';
  if (status === 404)
    return 'check repository and workflow in the model file, and that the token may see the repository: docs/pipelines.md';
  return status === 422
    ? 'compare the inputs of the workflow, and the branch, with those a release sends: docs/pipelines.md'
    : '';
}

export class GitHubActions implements PipelineChannel {
  readonly #rest: Rest;
  readonly #stage: GitHubStage;
  /** Null: the file asks for none. */
  readonly #deployment: GitHubDeployment | null;

  constructor(rest: Rest, stage: GitHubStage) {
    this.#rest = rest;
    this.#stage = stage;
    this.#deployment =
      stage.deployment === undefined ? null : new GitHubDeployment(rest, stage, stage.deployment);
  }

  async start(order: PipelineOrder): Promise<PipelineSeen> {
    const barred = { isBarredForGood: true };
    const [first, ...others] = await this.#findRuns(order, barred);
    for (const other of others) if (!hasEnded(other)) await this.#cancelRun(other, barred);
    const find = async () => (await this.#findRuns(order, barred))[0] ?? null;
    const seen = seenOf(first ?? (await startOrFind(() => this.#dispatch(order, barred), find)));
    // The run goes on whatever becomes of this: it is found again where the start is repeated.
    await this.#deployment?.show(order, seen, barred);
    return seen;
  }

  async observe(order: PipelineOrder, known: OutsideRun | null): Promise<PipelineSeen> {
    const seen = await this.#look(order, known);
    if (this.#deployment && seen.state !== 'running' && seen.state !== 'absent')
      await this.#showEnd(this.#deployment, order, seen);
    return seen;
  }

  /** What a run has done counts, whether GitHub lets it be shown or not; an outage is waited for. */
  async #showEnd(deployment: GitHubDeployment, order: PipelineOrder, seen: PipelineSeen): Promise<void> {
    try {
      await deployment.show(order, seen, { isBarredForGood: true });
    } catch (error) {
      if (!(error instanceof RatchetError) || error.code !== 'azure-refused') throw error;
    }
  }

  async #look(order: PipelineOrder, known: OutsideRun | null): Promise<PipelineSeen> {
    const asked = { isBarredForGood: false };
    if (known === null) {
      const [first] = await this.#findRuns(order, asked);
      return first ? seenOf(first) : absent;
    }
    const run = await this.#rest.find(this.#call('GET', `/runs/${encodeURIComponent(known.id)}`, asked));
    return run ? seenOf(run) : absent;
  }

  async cancel(order: PipelineOrder, known: OutsideRun | null): Promise<PipelineSeen> {
    // What is not known to run is not waited for until somebody lets us in.
    const asked = { isBarredForGood: known === null };
    try {
      for (const run of await this.#findRuns(order, asked))
        if (!hasEnded(run)) await this.#cancelRun(run, asked);
    } catch (error) {
      // Without its workflow, or its repository, no run is there.
      if (statusOf(error) !== 404) throw error;
      return absent;
    }
    return this.observe(order, known);
  }

  async #dispatch(order: PipelineOrder, asked: Asked): Promise<Json> {
    const { workflow, branch, parameters } = this.#stage;
    const path = `/workflows/${encodeURIComponent(workflow)}/dispatches`;
    const inputs = { ...parameters, ...parametersOf(order) };
    const body = { ref: branch, inputs, return_run_details: true };
    const { workflow_run_id: id } = await this.#rest.send(this.#call('POST', path, asked, { body }));
    if (id === undefined) return this.#awaitRun(order);
    const run = await this.#rest.send(this.#call('GET', `/runs/${String(id)}`, asked));
    if (run['display_title'] === order.key) return run;
    await this.#cancelRun(run, asked);
    const message = `${this.#describe()}: its runs must bear the release, and one is called ${JSON.stringify(String(run['display_title']).slice(0, 100))}; give the workflow run-name: \${{ inputs.ratchetRelease }}`;
    throw new RatchetError('azure-refused', message, { subject: this.#subject() });
  }

  /** A server that does not say which run it has begun: whoever asks next finds it. */
  #awaitRun(order: PipelineOrder): never {
    const message = `${this.#describe()}: it was dispatched, and no run is called ${order.key} yet; where none comes, give the workflow run-name: \${{ inputs.ratchetRelease }}`;
    throw new RatchetError('azure-unavailable', message, { subject: this.#subject() });
  }

  /** The runs that bear the order's key, the first one first. */
  async #findRuns({ key, askedAt }: PipelineOrder, asked: Asked): Promise<readonly Json[]> {
    const since = new Date(Date.parse(askedAt) - skewMs).toISOString();
    const query = { event: 'workflow_dispatch', created: `>=${since}`, per_page: '100' };
    const path = `/workflows/${encodeURIComponent(this.#stage.workflow)}/runs`;
    const { workflow_runs: runs } = await this.#rest.send(this.#call('GET', path, asked, { query }));
    const found = (Array.isArray(runs) ? (runs as Json[]) : []).filter((run) => run['display_title'] === key);
    return found.sort((a, b) => Number(a['id']) - Number(b['id']));
  }

  /** One that has ended meanwhile needs no end: GitHub answers 409. */
  async #cancelRun({ id }: Json, asked: Asked): Promise<void> {
    try {
      await this.#rest.find(this.#call('POST', `/runs/${String(id)}/cancel`, asked, { body: {} }));
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
    }
  }

  #call(method: Call['method'], path: string, asked: Asked, more: Pick<Call, 'body' | 'query'> = {}): Call {
    const repository = this.#stage.repository.split('/').map(encodeURIComponent).join('/');
    return {
      ...{ asked: this.#describe(), subject: this.#subject(), method, ...asked, ...more },
      path: `/repos/${repository}/actions${path}`,
    };
  }

  #describe(): string {
    return `workflow ${this.#stage.workflow} of ${this.#stage.repository}`;
  }

  #subject(): Readonly<Record<string, string>> {
    return { workflow: this.#stage.workflow, repository: this.#stage.repository };
  }
}

type Asked = Pick<Call, 'isBarredForGood'>;
const absent: PipelineSeen = { state: 'absent', why: '', run: null };

const hasEnded = ({ status }: Json): boolean => status === 'completed';

/** What a run that has not begun to work waits for. */
const waits: Readonly<Record<string, string>> = {
  queued: 'waits for a runner',
  pending: 'waits for another run of its concurrency group',
  waiting: 'waits for an approval or a rule of its environment',
};

function seenOf({ id, status, conclusion, html_url: href }: Json): PipelineSeen {
  // It is shown to people: no other kind of address than this.
  const url = typeof href === 'string' && /^https:\/\/[^\s<>"'()]{1,500}$/.test(href) ? href : null;
  const run = { id: String(id), url };
  if (status !== 'completed') return { state: 'running', why: waits[String(status)] ?? '', run };
  if (conclusion === 'success') return { state: 'succeeded', why: '', run };
  if (conclusion === 'cancelled') return { state: 'cancelled', why: '', run };
  return { state: 'failed', why: `its conclusion is ${String(conclusion).slice(0, 40)}`, run };
}
