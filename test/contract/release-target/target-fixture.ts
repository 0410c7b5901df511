/** The local workspace with models to deploy, and the targets that the application makes of a model file. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { localCloud } from '../../../local/cloud-context.ts';
import { TargetSchema } from '../../../shared/config/target-schema.ts';
import type { RatchetError } from '../../../shared/errors.ts';
import type { Deployed } from '../../../shared/release/targets/target.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { untilSeen } from '../../until.ts';
import { at, type Deploying, openDeploying } from '../azure-ml/online-fixture.ts';
import { all, appToken } from '../azure-ml/workspace-fixture.ts';

export type Releasing = Awaited<ReturnType<typeof openReleasing>>;

export const targetOf = (endpoint: string, more: object = {}) =>
  TargetSchema.parse({
    kind: 'online-endpoint',
    endpoint,
    instanceType: 'Standard_DS3_v2',
    // Of an environment alone: its deployments run no code of ours, and are ready at once.
    environment: 'azureml:node:24',
    ...more,
  });

export const version = (number: string, deployment = `version-${number}`, name = 'm'): Deployed => ({
  deployment,
  model: { name, version: number, modelUri: '' },
  releaseId: `release-of-${number}`,
});

export async function openReleasing() {
  const deploying = await openDeploying();
  const settings = settingsOf(deploying);
  const wired = (armEndpoint = deploying.workspace.endpoint) =>
    createWiring({ ...settings, RATCHET_ARM_ENDPOINT: armEndpoint });
  const wiring = wired();
  return {
    ...deploying,
    wiring,
    /** Lets the time pass that operations take, and waits until those of an endpoint are over. */
    settle: (endpoint: string) =>
      untilSeen(async () => {
        deploying.pass();
        const { client } = deploying.workspace;
        const deployments = await all(client.onlineDeployments.list(...at, endpoint));
        const resources = [await deploying.readEndpoint(endpoint), ...deployments];
        const isOver = resources.every(({ properties }) =>
          ['Succeeded', 'Failed'].includes(properties.provisioningState ?? ''),
        );
        return isOver || undefined;
      }),
    /** A target of an endpoint, asked at another address where one is given. */
    target: (endpoint: string, more: object = {}, armEndpoint?: string) =>
      (armEndpoint === undefined ? wiring : wired(armEndpoint)).releaseTarget(targetOf(endpoint, more)),
  };
}

function settingsOf({ workspace }: Deploying): Record<string, string> {
  return {
    RATCHET_WORKSPACE_ID: localCloud.workspaceId,
    RATCHET_CA_FILE: workspace.tls.caFile,
    RATCHET_STORAGE: workspace.blob.connectionString,
    RATCHET_CONTAINER: localCloud.container,
  };
}

export async function failureOf(work: Promise<unknown>): Promise<RatchetError> {
  const outcome = await work.then(
    (answer) => new Error(`nothing failed: ${JSON.stringify(answer)}`),
    (error: RatchetError) => error,
  );
  return outcome as RatchetError;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What becomes of a call; undefined: it goes to the workspace. `lose` is to be sent there, and its answer lost. */
export type Handle = (call: Call) => Reply | 'lose' | undefined;

/** Stands before the workspace, with a token of its own: answers itself, loses what it answers, or hands its answer on as `change` has it. */
export async function openFront(
  { workspace }: Releasing,
  handle: Handle,
  change: (call: Call, text: string) => string = (_call, text) => text,
) {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const { method = '', url: path = '', headers } = request;
    const call = { method, path, headers, body };
    const given = handle(call);
    if (given && given !== 'lose') return response.writeHead(given.status, given.headers).end(given.body);
    const reply = await forward(workspace.endpoint, workspace.tls.ca, appToken(workspace), call);
    if (given === 'lose') return response.destroy();
    return response.writeHead(reply.status, reply.headers).end(change(call, reply.body));
  };
  const server = createTlsServer(workspace.tls, (request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    endpoint: `https://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward(endpoint: string, ca: string, token: string, { method, path, body }: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const request = httpsRequest(`${endpoint}${path}`, { method, ca, headers: sent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const type = { 'content-type': response.headers['content-type'] ?? 'text/plain' };
        resolve({ status: response.statusCode ?? 0, headers: type, body: text });
      });
    });
    request.on('error', reject);
    request.end(body === '' ? undefined : body);
  });
}

/** The address of a port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
