import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureMachineLearningWorkspaces, type CommandJob, type JobBase } from '@azure/arm-machinelearning';
import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type AzureMl, startAzureMl } from '../../../local/azure-ml/index.ts';
import { type Clock, SystemClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { type CloudContext, localCloud, type SystemEvent } from '../../../local/cloud-context.ts';
import { type Identity, startIdentity } from '../../../local/identity/index.ts';
import { openTls, type TlsMaterial } from '../../../local/tls/index.ts';
import { longUri } from '../../../shared/azure/run-files.ts';
import { cancelJob } from '../../../shared/azure/send-job.ts';
import { untilSeen } from '../../until.ts';

const require = createRequire(import.meta.url);
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface BlobService {
  readonly endpoint: string;
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** Azurite's blob service inside this process, in memory. */
export async function startBlobService(): Promise<BlobService> {
  const BlobConfiguration = require('azurite/dist/src/blob/BlobConfiguration').default;
  const BlobServer = require('azurite/dist/src/blob/BlobServer').default;
  const server = new BlobServer(
    new BlobConfiguration(
      ...['127.0.0.1', 0, 5, '', '', [], false, undefined, false, undefined],
      ...[false, true, '', '', '', undefined, false, true],
    ),
  );
  await server.start();
  const { port } = server.httpServer.address();
  const endpoint = `http://127.0.0.1:${port}/${localCloud.storageAccount}`;
  return {
    endpoint,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${localCloud.storageAccount};AccountKey=${accountKey};BlobEndpoint=${endpoint};`,
    stop: () => server.close(),
  };
}

/** A workspace with the services under it, and the unmodified clients that talk to it. */
export interface Workspace {
  readonly home: string;
  readonly events: SystemEvent[];
  readonly work: Work;
  readonly identity: Identity;
  readonly tls: TlsMaterial;
  readonly container: ContainerClient;
  readonly blob: BlobService;
  endpoint: string;
  azureMl: AzureMl;
  client: AzureMachineLearningWorkspaces;
  /** Puts text blobs into the default datastore. */
  upload(blobs: Readonly<Record<string, string>>): Promise<void>;
  read(path: string): Promise<string>;
  /** Registers the files as code asset `name`, version 1. */
  addCode(name: string, files: Readonly<Record<string, string>>): Promise<void>;
  submit(name: string, job: Partial<CommandJob> & { command: string }): Promise<JobBase>;
  cancel(name: string): Promise<void>;
  untilEnded(name: string): Promise<CommandJob>;
  untilStatus(name: string, ...statuses: string[]): Promise<CommandJob>;
  fetch(path: string, options?: FetchOptions): Promise<Answer>;
  /** Stops the workspace and starts it again over the same state. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface FetchOptions {
  readonly method?: string;
  readonly body?: string;
  /** The bearer token; one for the app when omitted, none when null. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any;
}

export const group = localCloud.resourceGroup;
export const workspaceName = localCloud.workspace;
export const codeUri = (path: string) =>
  longUri(localCloud.workspaceId, `azureml://datastores/workspaceblobstore/paths/${path}`);

/** The resource id of a version, which jobs name assets by. */
export const idOf = (kind: 'codes' | 'environments', name: string, version = '1') =>
  `${localCloud.workspaceId}/${kind}/${name}/versions/${version}`;
export const nodeId = idOf('environments', 'node', '24');

interface WorkspaceOptions {
  readonly jobSlots?: number;
  readonly clock?: Clock;
  readonly sink?: (table: string, rows: readonly object[]) => void;
  readonly random?: () => number;
}

export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-azure-ml-'));
  const blob = await startBlobService();
  const container = BlobServiceClient.fromConnectionString(blob.connectionString).getContainerClient(
    localCloud.container,
  );
  await container.createIfNotExists();
  const tls = openTls(join(home, 'tls'));
  const work = new Work();
  const events: SystemEvent[] = [];
  const contextFor = (name: string): CloudContext => ({
    home: join(home, name),
    clock: options.clock ?? new SystemClock(),
    work,
    log: () => {},
    publish: (topic, published) => {
      if (topic === 'workspace') events.push(...published);
    },
  });
  mkdirSync(join(home, 'identity'));
  const identity = await startIdentity({ ...contextFor('identity'), port: 0 });
  Object.assign(process.env, identity.environment);
  const start = (port: number, scoringPort: number) =>
    startAzureMl({ ...contextFor('azure-ml'), ...options, port, scoringPort, tls, identity, blob });
  const azureMl = await start(0, 0);
  const client = new AzureMachineLearningWorkspaces(
    new ManagedIdentityCredential(),
    localCloud.subscriptionId,
    {
      endpoint: azureMl.endpoint,
      tlsOptions: { ca: tls.ca },
      // A restart cuts the connections the client keeps open.
      retryOptions: { maxRetries: 2, retryDelayInMs: 20 },
    },
  );
  const workspace: Workspace = {
    ...{ home, events, work, identity, tls, container, blob, azureMl, client },
    endpoint: azureMl.endpoint,
    async upload(blobs) {
      for (const [path, text] of Object.entries(blobs)) {
        await container.getBlockBlobClient(path).upload(text, Buffer.byteLength(text));
      }
    },
    read: async (path) => (await container.getBlobClient(path).downloadToBuffer()).toString('utf8'),
    async addCode(name, files) {
      await workspace.upload(
        Object.fromEntries(Object.entries(files).map(([path, text]) => [`code/${name}/${path}`, text])),
      );
      await client.codeVersions.createOrUpdate(group, workspaceName, name, '1', {
        properties: { codeUri: codeUri(`code/${name}`) },
      });
    },
    submit: (name, job) => putJob(client, workspace.endpoint, name, job),
    cancel: (name) =>
      cancelJob(client, `${workspace.endpoint}${localCloud.workspaceId}`, name, AbortSignal.timeout(30_000)),
    untilEnded: (name) => workspace.untilStatus(name, 'Completed', 'Failed', 'Canceled'),
    async untilStatus(name, ...statuses) {
      return untilSeen(async () => {
        const { properties } = await client.jobs.get(group, workspaceName, name);
        return statuses.includes(properties.status ?? '') ? (properties as CommandJob) : undefined;
      });
    },
    fetch: (path, fetchOptions = {}) => fetchJson(workspace, path, fetchOptions),
    async restart() {
      await workspace.azureMl.stop();
      const { scoringEndpoint } = workspace.azureMl;
      workspace.azureMl = await start(portOf(workspace.endpoint), portOf(scoringEndpoint));
    },
    async close() {
      await workspace.azureMl.stop();
      await identity.stop();
      await blob.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return workspace;
}

const portOf = (url: string): number => Number(new URL(url).port);

/**
 * Submits through the client's own pipeline, but past its serializer, which drops the `uri` of inputs and outputs
 * (azure-sdk-for-js issue 29328).
 */
async function putJob(
  client: AzureMachineLearningWorkspaces,
  endpoint: string,
  name: string,
  job: Partial<CommandJob>,
): Promise<JobBase> {
  const properties = { jobType: 'Command', environmentId: nodeId, experimentName: 'tests', ...job };
  const url = `${endpoint}${localCloud.workspaceId}/jobs/${encodeURIComponent(name)}?api-version=2022-10-01`;
  const headers = createHttpHeaders({ 'content-type': 'application/json' });
  const request = createPipelineRequest({
    url,
    method: 'PUT',
    headers,
    body: JSON.stringify({ properties }),
  });
  const response = await client.sendRequest(request);
  const body = JSON.parse(response.bodyAsText ?? '{}');
  if (response.status < 300) return body;
  const { status: statusCode } = response;
  throw new RestError(body.error.message, { code: body.error.code, statusCode, request, response });
}

export function appToken(
  workspace: Pick<Workspace, 'identity'>,
  resource = 'https://management.azure.com/',
): string {
  return workspace.identity.issue({ resource, subject: 'app' }).token;
}

function fetchJson(workspace: Workspace, path: string, options: FetchOptions): Promise<Answer> {
  const token = options.token === undefined ? appToken(workspace) : options.token;
  const url = path.startsWith('https:') ? path : `${workspace.endpoint}${path}`;
  return ask(url, workspace.tls.ca, { ...options, token });
}

/** One request over TLS, for what no client would send. */
export function ask(url: string, ca: string, options: FetchOptions): Promise<Answer> {
  const { method = 'GET', body, token } = options;
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
      ...options.headers,
    };
    const request = httpsRequest(url, { method, headers, ca }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = text !== '' && /json/.test(response.headers['content-type'] ?? '');
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What an asynchronous iterator gives, in order. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
