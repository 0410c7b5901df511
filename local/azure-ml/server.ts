/** Takes requests in, asks who sent them, hands them to the API their path names, and sends what comes back. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloudContext } from '../cloud-context.ts';
import { type Reply, readJson, send } from '../http/json-exchange.ts';
import type { Loopback } from '../http/listen.ts';
import { notFound, ServiceError } from '../http/service-error.ts';
import type { TokenAuthority } from '../identity/index.ts';
import type { Permissions } from './arm/permissions.ts';
import { workspaceId } from './arm/resource.ts';
import { routeArm } from './arm/router.ts';
import type { Artifacts } from './artifacts.ts';
import { authenticate, forbidden } from './auth.ts';
import { type Calls, countCall } from './calls.ts';
import { armErrorReply, type Request } from './http.ts';
import { dispatch, type Routes } from './match.ts';
import { mlflowErrorReply } from './mlflow/errors.ts';
import { type MlflowDependencies, mlflowRoutes } from './mlflow/router.ts';
import type { JobStore } from './store/jobs.ts';

export interface Router {
  readonly identity: TokenAuthority;
  readonly jobs: JobStore;
  readonly artifacts: Artifacts;
  readonly mlflow: MlflowDependencies;
  readonly workspace: Routes;
  readonly operations: Routes;
  readonly permissions: Permissions;
  readonly calls: Calls;
}

const mlflowRoot = /^\/mlflow\/v[12]\.0(\/.*?)\/api\/2\.0\/mlflow(\/.*)$/;
const historyRoot = /^\/history\/v1\.0(\/.*?)\/runs\/([A-Za-z0-9_-]+)\/details$/;
const artifactRoot = /^\/artifact\/v2\.0(\/.*?)(\/artifacts\/.*)$/;

export function serve(
  { origin, serve: answer }: Loopback,
  router: Router,
  cloud: Pick<CloudContext, 'work' | 'log'>,
): void {
  answer((message: IncomingMessage, response: ServerResponse) => {
    const endWork = cloud.work.begin();
    response.once('close', endWork);
    void reply(message, router, origin, cloud).then((replied) => send(message, response, replied));
  });
}

/** Never rejects: whatever happens below is worded as an error of the API that was asked. */
async function reply(
  message: IncomingMessage,
  router: Router,
  origin: string,
  cloud: Pick<CloudContext, 'log'>,
): Promise<Reply> {
  const path = (message.url ?? '/').split('?', 1)[0]!;
  try {
    return await route(message, router, origin);
  } catch (error) {
    const known = error instanceof ServiceError ? error : internalError(error);
    if (known.status >= 500)
      cloud.log('error', `azure-ml: ${message.method} ${path}: ${(error as Error).stack}`);
    return path.startsWith('/mlflow/') && known.status !== 401
      ? mlflowErrorReply(known)
      : armErrorReply(known);
  }
}

function internalError(error: unknown): ServiceError {
  return new ServiceError(500, 'InternalServerError', error instanceof Error ? error.message : String(error));
}

async function route(message: IncomingMessage, router: Router, origin: string): Promise<Reply> {
  const url = URL.parse(message.url ?? '/', origin);
  if (!url) throw notFound(`The resource at ${message.url}`);
  const bare: Request = {
    method: message.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    body: undefined,
    origin,
  };
  const artifact = artifactRoot.exec(url.pathname);
  if (artifact && sameWorkspace(artifact[1]!)) {
    const signed = await router.artifacts.signedContent(bare, artifact[2]!);
    if (signed) return signed;
  }
  const caller = authenticate(message.headers.authorization, router.identity, router.jobs, origin);
  if (caller.kind === 'app') countCall(router.calls, bare.method, bare.path);
  const request: Request = { ...bare, body: await readJson(message) };
  const mlflow = mlflowRoot.exec(url.pathname);
  if (mlflow && sameWorkspace(mlflow[1]!)) {
    return found(dispatch(mlflowRoutes(router.mlflow, caller), request, mlflow[2]!), request);
  }
  if (artifact && sameWorkspace(artifact[1]!)) {
    return found(dispatch(router.artifacts.routes(), request, artifact[2]!), request);
  }
  if (caller.kind === 'job') throw forbidden(`call ${request.method} ${request.path}`);
  const history = historyRoot.exec(url.pathname);
  if (history && sameWorkspace(history[1]!) && request.method === 'GET') {
    const job = router.jobs.find(history[2]!);
    if (!job) throw notFound(`The run ${history[2]}`);
    return router.artifacts.details(job);
  }
  if (!/^\/subscriptions\//i.test(url.pathname)) throw notFound(`The resource at ${url.pathname}`);
  return routeArm(request, router.workspace, router.operations, router.permissions);
}

function found(reply: Reply | Promise<Reply> | undefined, request: Request): Reply | Promise<Reply> {
  if (!reply) throw notFound(`The resource at ${request.path}`);
  return reply;
}

function sameWorkspace(path: string): boolean {
  return path.toLowerCase() === workspaceId.toLowerCase();
}
