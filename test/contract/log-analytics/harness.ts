import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { localCloud } from '../../../local/cloud-context.ts';
import type { Identity } from '../../../local/identity/index.ts';
import { startIdentity } from '../../../local/identity/index.ts';
import { type LogAnalytics, startLogAnalytics } from '../../../local/log-analytics/index.ts';
import { openTls, type TlsMaterial } from '../../../local/tls/index.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { cloudContext } from '../application/local-services.ts';

export const nowIso = '2026-03-10T06:00:00.000Z';

export interface LogsWorld {
  readonly tls: TlsMaterial;
  readonly identity: Identity;
  readonly clock: VirtualClock;
  readonly settings: Readonly<Record<string, string>>;
  service(): LogAnalytics;
  /** Stops the service and starts it again over the same state. */
  restart(): Promise<void>;
  /** The application's client. */
  logs(): ReturnType<ReturnType<typeof createWiring>['logs']>;
  /** A request of its own, with a good token unless another is given. */
  post(path: string, body: string, token?: string | null): Promise<{ status: number; text: string }>;
}

/** The service with identity, for the tests of one file. Its clock stands still. */
export async function openLogsWorld(): Promise<LogsWorld> {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-logs-'));
  const clock = new VirtualClock(Date.parse(nowIso));
  const tls = openTls(join(home, 'tls'));
  const identity = await startIdentity({ ...cloudContext(home, 'identity'), port: 0 });
  vi.stubEnv('IDENTITY_ENDPOINT', identity.environment.IDENTITY_ENDPOINT);
  vi.stubEnv('IDENTITY_HEADER', identity.environment.IDENTITY_HEADER);
  const start = (port: number) =>
    startLogAnalytics({ ...cloudContext(home, 'log-analytics'), clock, port, tls, identity });
  let service = await start(0);
  afterAll(async () => {
    await service.stop();
    await identity.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const settings = {
    RATCHET_WORKSPACE_ID: localCloud.workspaceId,
    RATCHET_CA_FILE: tls.caFile,
    RATCHET_STORAGE: 'UseDevelopmentStorage=true',
    RATCHET_CONTAINER: localCloud.container,
    RATCHET_LOGS_WORKSPACE: localCloud.logsWorkspaceId,
    RATCHET_LOGS_ENDPOINT: service.endpoint,
  };
  return {
    ...{ tls, identity, clock, settings },
    service: () => service,
    async restart() {
      const { port } = new URL(service.endpoint);
      await service.stop();
      service = await start(Number(port));
    },
    logs: () => createWiring(settings).logs(),
    post: (path, body, token) => post({ identity, tls, service, path, body, token }),
  };
}

interface Post {
  readonly identity: Identity;
  readonly tls: TlsMaterial;
  readonly service: LogAnalytics;
  readonly path: string;
  readonly body: string;
  readonly token: string | null | undefined;
}

function post({
  identity,
  tls,
  service,
  path,
  body,
  token,
}: Post): Promise<{ status: number; text: string }> {
  const good = () => identity.issue({ resource: 'https://api.loganalytics.io', subject: 'app' }).token;
  const bearer = token === undefined ? good() : token;
  const headers = {
    'content-type': 'application/json',
    ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
  };
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(
      service.endpoint,
      // As it is given: a URL would not hold every path that may be sent.
      { path, method: 'POST', ca: tls.ca, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
