/**
 * The part of GitHub (REST, 2022-11-28) that runs workflows: dispatch, runs, and how they are cancelled.
 *
 * Owns: which requests are understood, and how the service words its refusals.
 * Does not own: the runs (runs.ts), the inputs a workflow takes (definitions.ts).
 *
 * Invariants
 * 1. Nothing is answered without a token that may do it and a User-Agent, nor under another API version.
 * 2. An input the workflow does not name, and a required one without a value, is refused.
 * 3. A run tells neither its inputs nor who asked for it: it is known by its number and its title.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Reply } from '../http/json-exchange.ts';
import { type Definition, readDefinitions } from './definitions.ts';
import { type GitHubApp, installationId, type Permissions } from './github-app.ts';
import { answerDeployments, type Deployments } from './github-deployments.ts';
import type { PipelineRun, Runs } from './runs.ts';

const repository = 'local/ratchet';
/** The only branch there is. */
const branch = 'main';
const mostInputs = 25;

interface GitHubRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

interface GitHub {
  readonly folder: string;
  readonly runs: Runs;
  readonly deployments: Deployments;
  readonly app: GitHubApp;
  readonly token: string;
  readonly origin: string;
}

/** A refusal in the words of the service. */
export function gitHubRefusal(status: number, message: string): Reply {
  return {
    status,
    body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}

const notFound = gitHubRefusal(404, 'Not Found');

export function answerGitHub(service: GitHub, request: GitHubRequest): Reply {
  const { url, method, headers } = request;
  if (!headers['user-agent']) return gitHubRefusal(403, 'Request forbidden by administrative rules.');
  const given = /^Bearer (\S+)$/i.exec(String(headers['authorization'] ?? ''))?.[1] ?? '';
  const caller = callerOf(service, given);
  if (caller === null) return gitHubRefusal(401, 'Bad credentials');
  const version = headers['x-github-api-version'] ?? '2022-11-28';
  if (version !== '2022-11-28')
    return gitHubRefusal(400, `Version ${JSON.stringify(version)} is not a supported version.`);
  const segments = url.pathname.split('/').slice(3).map(decodeURIComponent);
  if (caller === 'app') return answerApp(service, request, segments);
  const [repos, owner, name, actions, ...path] = segments;
  if (repos !== 'repos' || `${owner}/${name}`.toLowerCase() !== repository) return notFound;
  if (caller !== 'person' && caller[actions!] !== 'write')
    return gitHubRefusal(403, 'Resource not accessible by integration');
  if (actions === 'deployments')
    return answerDeployments(service.deployments, { ...request, branch, refuse: gitHubRefusal }, path);
  if (actions !== 'actions') return notFound;
  const [kind, key, more] = path;
  const workflow = kind === 'workflows' ? workflowsOf(service).find(({ file }) => file === key) : undefined;
  if (workflow && path.length === 3 && more === 'dispatches' && method === 'POST')
    return dispatch(service, workflow, request.body);
  if (workflow && path.length === 3 && more === 'runs' && method === 'GET')
    return listRuns(service, workflow, url);
  const run = kind === 'runs' ? service.runs.find('github', Number(key)) : null;
  if (run && path.length === 2 && method === 'GET') return { status: 200, body: runOf(service, run) };
  if (run && path.length === 3 && more === 'cancel' && method === 'POST') return cancelRun(service, run);
  return notFound;
}

/** Who a token is of: the person whose it is, the app itself, or what an installation of it may do; null: nobody. */
function callerOf({ token, app }: GitHub, given: string): 'person' | 'app' | Permissions | null {
  const [known, asked] = [Buffer.from(token), Buffer.from(given)];
  if (asked.length === known.length && timingSafeEqual(asked, known)) return 'person';
  return app.permissionsOf(given) ?? (app.isApp(given) ? 'app' : null);
}

/** As the app: which installation a repository has, and a token of it. */
function answerApp({ app }: GitHub, { method, body }: GitHubRequest, segments: readonly string[]): Reply {
  const path = segments.join('/').toLowerCase();
  if (method === 'GET' && path === `repos/${repository}/installation`)
    return { status: 200, body: { id: installationId, app_slug: 'ratchet' } };
  if (method !== 'POST' || path !== `app/installations/${installationId}/access_tokens`) return notFound;
  const { repositories, permissions } = (body ?? {}) as Record<string, unknown>;
  const isOurs = JSON.stringify(repositories) === JSON.stringify([repository.split('/')[1]]);
  const isKnown = Object.keys((permissions ?? {}) as object).every((each) =>
    ['actions', 'deployments'].includes(each),
  );
  if (!isOurs || !isKnown)
    return gitHubRefusal(
      422,
      'There is at least one repository or permission that the installation does not have.',
    );
  return { status: 201, body: app.issue(permissions as Permissions) };
}

interface WorkflowYaml {
  readonly 'run-name'?: string;
  readonly on?: {
    readonly workflow_dispatch?: {
      readonly inputs?: Readonly<
        Record<string, { required?: boolean; type?: string; default?: unknown; options?: unknown[] }>
      >;
    };
  };
}

const workflowsOf = ({ folder }: Pick<GitHub, 'folder'>): Definition[] =>
  readDefinitions(folder, readWorkflow);

function readWorkflow(yaml: unknown): Omit<Definition, 'name' | 'file'> {
  const { on, 'run-name': runName } = (yaml ?? {}) as WorkflowYaml;
  const inputs = Object.entries(on?.workflow_dispatch?.inputs ?? {});
  return {
    runName: runName ?? null,
    parameters: inputs.map(([name, input]) => ({
      ...{ name, type: input.type ?? 'string' },
      isRequired: input.required === true && input.default === undefined,
      values: input.options?.map(String) ?? null,
    })),
  };
}

function dispatch(service: GitHub, workflow: Definition, body: unknown): Reply {
  const { ref, inputs = {}, return_run_details: details = false } = (body ?? {}) as Record<string, unknown>;
  if (typeof ref !== 'string') return gitHubRefusal(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
  if (ref !== branch) return gitHubRefusal(422, `No ref found for: ${ref}`);
  const wrong = findWrong(workflow, inputs);
  if (wrong !== null) return gitHubRefusal(422, wrong);
  const run = service.runs.start('github', workflow.name, inputs as Record<string, string>);
  if (details !== true) return { status: 204 };
  const { origin } = service;
  return {
    status: 200,
    body: {
      workflow_run_id: run.id,
      run_url: `${origin}/api/v3/repos/${repository}/actions/runs/${run.id}`,
      html_url: `${origin}/${repository}/actions/runs/${run.id}`,
    },
  };
}

/** What is wrong with the inputs; null: nothing. */
function findWrong({ parameters }: Definition, given: unknown): string | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return "Invalid request.\n\nFor 'properties/inputs', it is not an object.";
  const entries = Object.entries(given);
  if (entries.length > mostInputs)
    return `Invalid request.\n\nNo more than ${mostInputs} properties are allowed; ${entries.length} were supplied.`;
  const unknown = entries.filter(([name]) => !parameters.some((each) => each.name === name));
  if (unknown.length > 0)
    return `Unexpected inputs provided: ${JSON.stringify(unknown.map(([name]) => name))}`;
  for (const { name, isRequired, values } of parameters) {
    const value = (given as Record<string, unknown>)[name];
    if (isRequired && (value === undefined || value === '')) return `Required input '${name}' not provided`;
    if (value !== undefined && typeof value !== 'string') return `Invalid value for input '${name}'`;
    if (value !== undefined && values && !values.includes(value))
      return `Provided value '${value}' for input '${name}' not in the list of allowed values`;
  }
  return null;
}

function listRuns(service: GitHub, { name }: Definition, url: URL): Reply {
  const created = url.searchParams.get('created');
  const sinceMs = created === null ? 0 : Date.parse(/^>=(.+)$/.exec(created)?.[1] ?? '');
  const size = Number(url.searchParams.get('per_page') ?? 30);
  if (Number.isNaN(sinceMs) || !(size >= 1 && size <= 100)) return gitHubRefusal(422, 'Validation Failed');
  const runs = service.runs.list('github', name).filter(({ queuedMs }) => queuedMs >= sinceMs);
  // The newest first.
  const shown = runs.reverse().slice(0, size);
  return {
    status: 200,
    body: { total_count: runs.length, workflow_runs: shown.map((run) => runOf(service, run)) },
  };
}

const conclusions = { succeeded: 'success', failed: 'failure', canceled: 'cancelled' } as const;

function runOf(service: GitHub, run: PipelineRun): object {
  const { runName, name, file } = workflowsOf(service).find((each) => each.name === run.pipeline) ?? {
    ...{ runName: null, name: run.pipeline, file: run.pipeline },
  };
  const title = runName?.replaceAll(
    /\$\{\{\s*inputs\.(\w+)\s*\}\}/g,
    (_, input) => run.parameters[input] ?? '',
  );
  return {
    ...{ id: run.id, name, display_title: title ?? name, event: 'workflow_dispatch', head_branch: branch },
    ...{ path: `.github/workflows/${file}`, run_attempt: 1 },
    status: run.state === 'completed' ? 'completed' : 'in_progress',
    conclusion: run.result && conclusions[run.result],
    html_url: `${service.origin}/${repository}/actions/runs/${run.id}`,
    created_at: new Date(run.queuedMs).toISOString(),
  };
}

function cancelRun(service: GitHub, run: PipelineRun): Reply {
  if (run.state === 'completed') return gitHubRefusal(409, 'Cannot cancel a workflow run that is completed.');
  service.runs.cancel(run.id);
  return { status: 202, body: {} };
}
