/**
 * The local Log Analytics workspace: the query API of Azure Monitor Logs on one TLS port, over rows put in by hand.
 *
 * Owns: the rows (log-analytics.sqlite), which queries are understood, the faults tests ask for.
 * Does not own: tokens (identity does), what time it is (the cloud's clock does).
 *
 * Invariants
 * 1. Nothing is answered without a genuine token for the service.
 * 2. A query outside the subset is refused as the service refuses a wrong one; it is never answered in part.
 * 3. A request counts as work until it is answered.
 */
import { mkdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { type CloudContext, localCloud } from '../cloud-context.ts';
import { jsonBodies } from '../http/guard.ts';
import { type Reply, readJson, send } from '../http/json-exchange.ts';
import { listenOnLoopback } from '../http/listen.ts';
import { methodNotAllowed, notFound, ServiceError } from '../http/service-error.ts';
import type { TokenAuthority } from '../identity/index.ts';
import type { TlsMaterial } from '../tls/index.ts';
import { answerQuery } from './answer-query.ts';
import type { Fault } from './faults.ts';
import { openLogsStore } from './store.ts';

interface LogAnalyticsOptions extends CloudContext {
  /** 0 for any free one. */
  readonly port: number;
  readonly tls: TlsMaterial;
  readonly identity: TokenAuthority;
}

export interface LogAnalytics {
  /** `https://localhost:PORT/v1`, for the client's `endpoint`. */
  readonly endpoint: string;
  /** Puts rows into a table, which is made when there is none. Answers how many. */
  ingest(table: string, rows: unknown): number;
  /** What befalls the next queries, one each. */
  failNext(faults: readonly Fault[]): void;
  stop(): Promise<void>;
}

const publicAudience = 'https://api.loganalytics.io';
const queryPath = /^\/v1\/workspaces\/([^/]+)\/query$/;

export async function startLogAnalytics(options: LogAnalyticsOptions): Promise<LogAnalytics> {
  const { clock, identity, tls, work } = options;
  mkdirSync(options.home, { recursive: true });
  const store = openLogsStore(join(options.home, 'log-analytics.sqlite'), () => clock.now());
  const { origin, serve, stop } = await listenOnLoopback({ port: options.port, tls, bodies: jsonBodies });
  let faults: readonly Fault[] = [];

  const route = async (message: IncomingMessage): Promise<Reply> => {
    authenticate(message.headers.authorization, identity, origin);
    const path = URL.parse(message.url ?? '/', origin)?.pathname ?? '';
    const workspace = queryPath.exec(path)?.[1];
    if (workspace === undefined) throw notFound(`The resource at ${path}`);
    if (message.method !== 'POST') throw methodNotAllowed(message.method ?? '', ['POST']);
    if (workspace.toLowerCase() !== localCloud.logsWorkspaceId) {
      throw new ServiceError(404, 'WorkspaceNotFoundError', `The workspace ${workspace} could not be found`);
    }
    const body = await readJson(message);
    const [fault = null, ...later] = faults;
    faults = later;
    return answerQuery(body, { store, nowMs: clock.now(), fault });
  };

  serve((message, response) => {
    response.once('close', work.begin());
    void route(message)
      .catch((error: unknown) => errorReply(error, (text) => options.log('error', text)))
      .then((reply) => send(message, response, reply));
  });

  return {
    endpoint: `${origin}/v1`,
    ingest: (table, rows) => store.ingest(table, rows),
    failNext(next) {
      faults = next;
    },
    async stop() {
      await stop();
      store.close();
    },
  };
}

function authenticate(authorization: string | undefined, identity: TokenAuthority, origin: string): void {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (!token) {
    const message = "Authentication failed. The 'Authorization' header is missing.";
    throw new ServiceError(401, 'AuthenticationFailed', message);
  }
  const claims = identity.verify(token);
  if (!claims) throw new ServiceError(403, 'InvalidAuthenticationToken', 'The access token is invalid.');
  if ([publicAudience, origin].includes(claims.aud.replace(/\/+$/, ''))) return;
  const message = `The access token is for ${JSON.stringify(claims.aud)}; ask for one for ${publicAudience} or ${origin}.`;
  throw new ServiceError(403, 'InvalidAuthenticationTokenAudience', message);
}

function errorReply(error: unknown, log: (text: string) => void): Reply {
  if (!(error instanceof ServiceError)) log(`query failed: ${(error as Error).stack}`);
  const { status, code, message, headers } =
    error instanceof ServiceError ? error : new ServiceError(500, 'InternalServerError', String(error));
  return { status, headers, body: { error: { message, code } } };
}
