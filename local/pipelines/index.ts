/**
 * Pipelines outside, on one TLS port: the parts of Azure DevOps and of GitHub that start, watch and cancel them.
 *
 * Owns: the port, how the next runs go, the faults tests ask for. Does not own: what each service understands
 * (azure-devops.ts, github.ts), the runs (runs.ts), tokens (identity does), what time it is (the cloud's clock does).
 *
 * A pipeline of Azure DevOps whose steps are scripts is run as it says (agent.ts). Of others nothing is run: a run takes its time
 * and ends as it was told to.
 */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { CloudContext } from '../cloud-context.ts';
import { jsonBodies } from '../http/guard.ts';
import { type Reply, readJson, send } from '../http/json-exchange.ts';
import { listenOnLoopback } from '../http/listen.ts';
import { ServiceError } from '../http/service-error.ts';
import type { TokenAuthority } from '../identity/index.ts';
import { writeFileAtomically } from '../process/write-file-atomically.ts';
import type { TlsMaterial } from '../tls/index.ts';
import { openAgent } from './agent.ts';
import { answerAzureDevOps, organization } from './azure-devops.ts';
import { refusal } from './azure-refusal.ts';
import type { Fault } from './faults.ts';
import { answerGitHub, gitHubRefusal } from './github.ts';
import { type GitHubApp, openGitHubApp } from './github-app.ts';
import { type Deployments, openDeployments } from './github-deployments.ts';
import { openReleases, type Releases } from './releases.ts';
import { openRuns, type PipelineRun, type Plan, results } from './runs.ts';
import { openTasks } from './tasks.ts';

interface PipelinesOptions extends CloudContext {
  /** 0 for any free one. */
  readonly port: number;
  readonly tls: TlsMaterial;
  readonly identity: TokenAuthority;
  /** Where the YAML files of the pipelines lie. */
  readonly azureFolder: string;
  /** Where the exports of classic release pipelines lie, as JSON. */
  readonly releaseFolder: string;
  readonly gitHubFolder: string;
  /** Secret variables that pipelines have, by name; omitted: none. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Pipelines {
  /** `https://localhost:PORT/local`: the organization. */
  readonly azureDevOps: string;
  /** `https://localhost:PORT/api/v3`: the REST API, of repository `local/ratchet` alone. */
  readonly gitHub: {
    readonly url: string;
    readonly token: string;
    readonly app: GitHubApp;
    readonly deployments: Pick<Deployments, 'list'>;
  };
  /** How the next runs of a pipeline go. */
  plan(pipeline: string, plan: Plan): void;
  /** What befalls the next requests, one each. */
  failNext(faults: readonly Fault[]): void;
  /** Classic releases, and what people decide of their approvals. */
  readonly releases: Pick<Releases, 'list' | 'decide'>;
  /** The runs of a pipeline, the first one first. */
  runsOf(pipeline: string): readonly PipelineRun[];
  stop(): Promise<void>;
}

const gitHubPath = '/api/v3';

export async function startPipelines(options: PipelinesOptions): Promise<Pipelines> {
  const { clock, identity, tls, work, azureFolder, releaseFolder, gitHubFolder } = options;
  const token = keptToken(join(options.home, 'github-token'));
  const runs = openRuns(join(options.home, 'pipelines.sqlite'), () => clock.now());
  const tasks = openTasks(join(options.home, 'tasks.sqlite'));
  const agent = openAgent({
    ...{ folder: azureFolder, runs, tasks, work, now: () => clock.now() },
    variables: options.variables ?? {},
  });
  const releases = openReleases(join(options.home, 'releases.sqlite'), () => clock.now(), runs.planOf);
  const deployments = openDeployments(join(options.home, 'deployments.sqlite'));
  const app = openGitHubApp();
  const { origin, serve, stop } = await listenOnLoopback({ port: options.port, tls, bodies: jsonBodies });
  let faults: readonly Fault[] = [];

  const takeFault = (method: string): Fault['kind'] | null => {
    const at = faults.findIndex((fault) => fault.method === undefined || fault.method === method);
    const kind = faults[at]?.kind ?? null;
    faults = faults.filter((_, index) => index !== at);
    return kind;
  };

  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<Reply | null> => {
    const method = message.method ?? 'GET';
    const url = new URL(message.url ?? '/', origin);
    const { headers } = message;
    const body = method === 'GET' ? undefined : await readJson(message);
    const fault = takeFault(method);
    const isGitHub = url.pathname.startsWith(`${gitHubPath}/`);
    const refused = fault && (isGitHub ? refuseAsGitHub(fault) : refuse(fault));
    if (refused) return refused;
    const { authorization } = headers;
    const reply = isGitHub
      ? answerGitHub(
          { folder: gitHubFolder, runs, deployments, app, token, origin },
          { method, url, headers, body },
        )
      : answerAzureDevOps(
          { folder: azureFolder, releaseFolder, runs, tasks, agent, releases, identity, origin },
          { method, url, authorization, accept: headers.accept, body },
        );
    if (fault !== 'lose-reply') return reply;
    response.destroy();
    return null;
  };

  serve((message, response) => {
    response.once('close', work.begin());
    void answer(message, response)
      .catch((error: unknown) => describeError(error, (text) => options.log('error', text)))
      .then((reply) => reply && send(message, response, reply));
  });

  return {
    azureDevOps: `${origin}/${organization}`,
    gitHub: { url: `${origin}${gitHubPath}`, token, app, deployments },
    releases,
    plan: (pipeline, plan) => runs.plan(pipeline, plan),
    failNext(next) {
      faults = next;
    },
    runsOf: (pipeline) =>
      (['azure-devops', 'github'] as const).flatMap((service) => runs.list(service, pipeline)),
    async stop() {
      await stop();
      agent.stop();
      runs.close();
      tasks.close();
      releases.close();
      deployments.close();
    },
  };
}

function refuse(kind: Fault['kind']): Reply | null {
  switch (kind) {
    case 'lose-reply':
      return null;
    case 'throttle':
      return {
        ...refusal(
          429,
          'RequestBlockedException',
          'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource.',
        ),
        headers: { 'retry-after': '30' },
      };
    case 'unavailable':
      return refusal(503, 'ServiceUnavailableException', 'TF10158: The service is unavailable.');
    case 'gateway':
      return {
        status: 502,
        headers: { 'content-type': 'text/html' },
        body: Buffer.from('<html>Bad gateway</html>'),
      };
    case 'unauthorized':
      return refusal(
        401,
        'UnauthorizedRequestException',
        "TF400813: The user '' is not authorized to access this resource.",
      );
    case 'forbidden':
      return refusal(
        403,
        'AccessDeniedException',
        'TF215106: Access denied. app needs Queue builds permissions for this build pipeline to perform the action.',
      );
  }
}

function refuseAsGitHub(kind: Fault['kind']): Reply | null {
  switch (kind) {
    case 'lose-reply':
      return null;
    case 'throttle':
      return {
        ...gitHubRefusal(
          403,
          'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
        ),
        headers: { 'retry-after': '60' },
      };
    case 'unavailable':
      return gitHubRefusal(503, 'Service unavailable');
    case 'gateway':
      return refuse(kind);
    case 'unauthorized':
      return gitHubRefusal(401, 'Bad credentials');
    case 'forbidden':
      return gitHubRefusal(403, 'Resource not accessible by personal access token');
  }
}

/** A random token that stays the same over restarts, readable by its owner alone. */
function keptToken(file: string): string {
  if (!existsSync(file)) writeFileAtomically(file, `ghp_${randomBytes(18).toString('hex')}`);
  return readFileSync(file, 'utf8');
}

function describeError(error: unknown, log: (text: string) => void): Reply {
  if (error instanceof ServiceError) return refusal(error.status, error.code, error.message);
  log(`request failed: ${(error as Error).stack}`);
  return refusal(500, 'InternalServerError', String(error));
}

/** Reads the body of `PUT {control}/pipelines/NAME`: `{"ends": "failed", "takesMs": 60000, "heedsCancel": false}`. */
export function parsePlan(body: unknown): Plan {
  const { ends = 'succeeded', takesMs = 5_000, heedsCancel = true } = (body ?? {}) as Partial<Plan>;
  const isFine =
    results.includes(ends) && typeof takesMs === 'number' && takesMs >= 0 && typeof heedsCancel === 'boolean';
  if (isFine) return { ends, takesMs, heedsCancel };
  throw new ServiceError(
    400,
    'BadArgumentError',
    `expected {ends: ${results.join(' | ')}, takesMs: milliseconds, heedsCancel: true | false}`,
  );
}
