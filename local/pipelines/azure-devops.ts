/**
 * The part of Azure DevOps (REST 7.1) that runs pipelines: definitions by name, runs, builds and how they are cancelled.
 *
 * Owns: which requests are understood, and how the service words its refusals.
 * Does not own: the runs (runs.ts), the parameters a pipeline takes (definitions.ts).
 *
 * Invariants
 * 1. Nothing is answered without a genuine token for Azure DevOps, nor without `api-version=7.1`, which the service asks
 *    for only of some.
 * 2. A parameter the pipeline does not name, one without a value, and a value that is none of its values is refused.
 * 3. A list of builds tells no parameters, as the list of runs does not (vsts-rest-api-specs, issue 579).
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reply } from '../http/json-exchange.ts';
import type { TokenAuthority } from '../identity/index.ts';
import type { Agent } from './agent.ts';
import { answerBuild, commitOf } from './azure-builds.ts';
import { refusal } from './azure-refusal.ts';
import { answerRelease } from './azure-release.ts';
import { type Definition, type Parameter, readAzurePipeline, readDefinitions } from './definitions.ts';
import type { Releases } from './releases.ts';
import type { PipelineRun, Runs } from './runs.ts';
import type { Tasks } from './tasks.ts';

const azureDevOpsAudience = '499b84ac-1321-427f-aa17-267ca6975798';
export const organization = 'local';
const project = 'ratchet';
/** The only branch there is. */
const branch = 'refs/heads/main';

interface AzureDevOpsRequest {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
  readonly body: unknown;
}

interface AzureDevOps {
  readonly folder: string;
  readonly releaseFolder: string;
  readonly runs: Runs;
  readonly tasks: Tasks;
  readonly agent: Agent;
  readonly releases: Releases;
  readonly identity: TokenAuthority;
  readonly origin: string;
}

export function answerAzureDevOps(service: AzureDevOps, request: AzureDevOpsRequest): Reply {
  const { url, method, authorization } = request;
  const barred = refuseCaller(authorization, service.identity);
  if (barred) return barred;
  const version = url.searchParams.get('api-version');
  if (version === null) {
    const message = `No api-version was supplied for the "${method}" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`;
    return refusal(400, 'VssVersionNotSpecifiedException', message);
  }
  // Of attachments there is a preview alone.
  if (version !== '7.1' && !(version === '7.1-preview.2' && url.pathname.includes('/attachments/'))) {
    const message = `The requested REST API version of ${version} is out of range for this server.`;
    return refusal(400, 'VssVersionOutOfRangeException', message);
  }
  const [, organizationName, projectName, apis, ...path] = url.pathname.split('/').map(decodeURIComponent);
  if (organizationName !== organization || apis !== '_apis') return notFound(method, url);
  if (projectName?.toLowerCase() !== project) {
    const message = `TF200016: The following project does not exist: ${projectName}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`;
    return refusal(404, 'ProjectDoesNotExistWithNameException', message);
  }
  return route(service, request, path);
}

/** Who sends no token is shown where to sign in; who sends a wrong one is refused. */
function refuseCaller(authorization: string | undefined, identity: TokenAuthority): Reply | null {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (!token) return { status: 302, headers: { location: 'https://app.vssps.visualstudio.com/_signin' } };
  const claims = identity.verify(token);
  if (claims?.aud.replace(/\/+$/, '') === azureDevOpsAudience) return null;
  return refusal(
    401,
    'UnauthorizedRequestException',
    "TF400813: The user '' is not authorized to access this resource.",
  );
}

function route(service: AzureDevOps, request: AzureDevOpsRequest, path: readonly string[]): Reply {
  const { method, url, body } = request;
  const [area, first, second, third] = path;
  const ask = `${method} ${area}`;
  if (area === 'release') return answerClassic(service, request, path.slice(1));
  if (ask === 'GET build' && first === 'definitions' && path.length === 2)
    return listDefinitions(service, url);
  if (ask === 'GET build' && first === 'builds' && path.length === 2) return listBuilds(service, url);
  if (ask === 'PATCH build' && first === 'builds' && path.length === 3)
    return cancelBuild(service, second!, body);
  if (ask === 'GET build' && first === 'builds' && path.length > 2) return findBuild(service, request, path);
  if (area === 'pipelines' && second === 'runs') {
    const definition = definitionsOf(service).find(({ id }) => String(id) === first);
    if (!definition) return refusal(404, 'PipelineNotFoundException', `Pipeline ${first} does not exist.`);
    if (method === 'POST' && path.length === 3) return startRun(service, definition, body);
    if (method === 'GET' && path.length === 4) return findRun(service, definition, third!);
  }
  return notFound(method, url);
}

/** Of a server, which has one host for all; in the cloud releases have one of their own. */
function answerClassic(service: AzureDevOps, request: AzureDevOpsRequest, path: readonly string[]): Reply {
  const { releaseFolder: folder, releases, runs, origin } = service;
  const numberOf = (name: string) => runs.numberOf('azure-release', name);
  return answerRelease(
    { folder, releases, numberOf, web: `${origin}/${organization}/${project}` },
    request,
    path,
  );
}

function findBuild(
  service: AzureDevOps,
  { url, method, accept = '' }: AzureDevOpsRequest,
  path: readonly string[],
): Reply {
  const { runs, tasks, folder } = service;
  const run = runs.find('azure-devops', Number(path[2]));
  const definition = definitionsOf(service).find(({ name }) => name === run?.pipeline);
  if (!run || !definition)
    return refusal(404, 'BuildNotFoundException', `The requested build ${path[2]} could not be found.`);
  if (path.length === 3) {
    const sourceVersion = commitOf(readFileSync(join(folder, definition.file), 'utf8'));
    const more = { sourceVersion, sourceBranch: branch, startTime: iso(run.queuedMs) };
    return { status: 200, body: { ...buildOf(run, definition), ...more } };
  }
  const version = url.searchParams.get('api-version') ?? '';
  const asked = { version, accept, path: path.slice(3) };
  return (
    answerBuild(tasks, run, `${url.origin}${url.pathname.replace(/(\/builds\/\d+).*$/, '$1')}`, asked) ??
    notFound(method, url)
  );
}

const notFound = (method: string, { pathname }: URL): Reply =>
  refusal(
    404,
    'VssResourceNotFoundException',
    `API resource location ${method} ${pathname} is not registered here.`,
  );

type Numbered = Definition & { readonly id: number };

function definitionsOf({ folder, runs }: AzureDevOps): readonly Numbered[] {
  return readDefinitions(folder, readAzurePipeline).map((definition) => ({
    ...definition,
    id: runs.numberOf('azure-devops', definition.name),
  }));
}

const listOf = (value: readonly unknown[]): Reply => ({ status: 200, body: { count: value.length, value } });

function listDefinitions(service: AzureDevOps, url: URL): Reply {
  const name = url.searchParams.get('name')?.toLowerCase();
  const found = definitionsOf(service).filter(
    (each) => name === undefined || each.name.toLowerCase() === name,
  );
  return listOf(
    found.map((each) => ({ id: each.id, name: each.name, path: '\\', type: 'build', revision: 1 })),
  );
}

function listBuilds(service: AzureDevOps, url: URL): Reply {
  const asked = url.searchParams.get('definitions')?.split(',') ?? [];
  const minMs = Date.parse(url.searchParams.get('minTime') ?? '1970-01-01T00:00:00Z');
  const top = Number(url.searchParams.get('$top') ?? 1_000);
  const order = url.searchParams.get('queryOrder') ?? 'finishTimeDescending';
  if (!['queueTimeAscending', 'queueTimeDescending'].includes(order) || Number.isNaN(minMs) || !(top > 0))
    return refusal(
      400,
      'InvalidQueryException',
      `queryOrder ${order}, minTime or $top is not understood here.`,
    );
  const found = definitionsOf(service)
    .filter(({ id }) => asked.length === 0 || asked.includes(String(id)))
    .flatMap((definition) =>
      service.runs.list('azure-devops', definition.name).map((run) => ({ run, definition })),
    )
    .filter(({ run }) => run.queuedMs > minMs)
    .sort((a, b) => (order === 'queueTimeAscending' ? a.run.id - b.run.id : b.run.id - a.run.id));
  return listOf(found.slice(0, top).map(({ run, definition }) => buildOf(run, definition)));
}

const iso = (ms: number | null): string | undefined => (ms === null ? undefined : new Date(ms).toISOString());

function buildOf(run: PipelineRun, { id, name }: Numbered): object {
  const status = { inProgress: 'inProgress', canceling: 'cancelling', completed: 'completed' }[run.state];
  return {
    ...{ id: run.id, buildNumber: String(run.id), status, result: run.result ?? undefined },
    ...{ queueTime: iso(run.queuedMs), finishTime: iso(run.endedMs), definition: { id, name, path: '\\' } },
  };
}

function runOf({ origin }: AzureDevOps, run: PipelineRun, { id, name }: Numbered): object {
  const web = `${origin}/${organization}/${project}/_build/results?buildId=${run.id}`;
  return {
    _links: { web: { href: web } },
    ...{ id: run.id, name: String(run.id), state: run.state, result: run.result ?? undefined },
    ...{ createdDate: iso(run.queuedMs), finishedDate: iso(run.endedMs) },
    pipeline: { id, name, folder: '\\', revision: 1 },
    templateParameters: run.parameters,
  };
}

function findRun(service: AzureDevOps, definition: Numbered, number: string): Reply {
  const run = service.runs.find('azure-devops', Number(number));
  if (run?.pipeline !== definition.name)
    return refusal(404, 'RunNotFoundException', `Run ${number} of pipeline ${definition.id} does not exist.`);
  return { status: 200, body: runOf(service, run, definition) };
}

interface RunRequest {
  readonly resources?: { readonly repositories?: { readonly self?: { readonly refName?: unknown } } };
  readonly templateParameters?: unknown;
}

function startRun(service: AzureDevOps, definition: Numbered, body: unknown): Reply {
  if (typeof body !== 'object' || body === null)
    return refusal(400, 'ArgumentNullException', 'Value cannot be null.\r\nParameter name: runParameters');
  const { resources, templateParameters = {} } = body as RunRequest;
  const ref = resources?.repositories?.self?.refName ?? branch;
  if (ref !== branch)
    return refusal(
      400,
      'PipelineValidationException',
      `Could not get the latest source version for repository ratchet hosted on Azure Repos using ref ${String(ref)}.`,
    );
  const wrong = findWrong(definition.parameters, templateParameters);
  if (wrong !== null) return refusal(400, 'PipelineValidationException', wrong);
  const given = templateParameters as Record<string, string>;
  const steps = service.agent.stepsOf(definition.file, { ...presetsOf(definition), ...given });
  const run = service.runs.start('azure-devops', definition.name, given, steps !== null);
  if (steps) service.agent.start(run, steps);
  return { status: 200, body: runOf(service, run, definition) };
}

const presetsOf = ({ parameters }: Definition): Record<string, string> =>
  Object.fromEntries(
    parameters.flatMap(({ name, preset }) => (preset === undefined ? [] : [[name, preset]])),
  );

/** What is wrong with the parameters; null: nothing. */
function findWrong(parameters: readonly Parameter[], given: unknown): string | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return 'templateParameters must be an object.';
  for (const [name, value] of Object.entries(given)) {
    const known = parameters.find((each) => each.name === name);
    if (!known) return `Unexpected parameter '${name}'`;
    if (typeof value !== 'string') return `The '${name}' parameter is not a valid String.`;
    if (known.values && !known.values.includes(value))
      return `The '${name}' parameter value '${value}' is not a permitted value.`;
    if (known.type === 'number' && !Number.isFinite(Number(value || 'x')))
      return `The '${name}' parameter value '${value}' is not a valid Number.`;
    if (known.type === 'boolean' && !/^(?:true|false)$/i.test(value))
      return `The '${name}' parameter value '${value}' is not a valid Boolean.`;
  }
  const missing = parameters.find(({ name, isRequired }) => isRequired && !Object.hasOwn(given, name));
  return missing ? `A value for the '${missing.name}' parameter must be provided.` : null;
}

function cancelBuild(service: AzureDevOps, number: string, body: unknown): Reply {
  const run = service.runs.find('azure-devops', Number(number));
  const definition = definitionsOf(service).find(({ name }) => name === run?.pipeline);
  if (!run || !definition)
    return refusal(404, 'BuildNotFoundException', `The requested build ${number} could not be found.`);
  if ((body as { status?: unknown } | null)?.status !== 'cancelling')
    return refusal(400, 'InvalidBuildException', 'Only status cancelling is understood here.');
  if (run.state === 'completed')
    return refusal(
      400,
      'BuildStatusInvalidChangeException',
      `Build ${number} is completed and cannot be cancelled.`,
    );
  service.runs.cancel(run.id);
  service.agent.cancel(run.id);
  return { status: 200, body: buildOf(service.runs.find('azure-devops', run.id)!, definition) };
}
