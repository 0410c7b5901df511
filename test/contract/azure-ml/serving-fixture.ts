/** A workspace whose deployments are served, and callers of them. */
import type { OnlineDeployment } from '@azure/arm-machinelearning';
import type { Clock } from '../../../local/clock/clock.ts';
import { localCloud } from '../../../local/cloud-context.ts';
import { at, deployment, endpoint, modelId, often } from './online-fixture.ts';
import { type Answer, ask, codeUri, idOf, openWorkspace } from './workspace-fixture.ts';

export type Scoring = Awaited<ReturnType<typeof openScoring>>;

export interface LogRow {
  readonly [column: string]: unknown;
}

/**
 * Answers `POST /score` with what it was made of, and does as the body asks: `status`, `die`, `sick` (its probes fail from now on),
 * `until` (a file to wait for), `bytes` (so long an answer). As its environment
 * asks, it never starts (`EXIT`), never is ready (`UNREADY`), or prints a line (`SAY`).
 */
export const echo = `
import { createServer } from 'node:http';
import { existsSync, readdirSync } from 'node:fs';
const { env } = process;
if (env.SAY) console.log(env.SAY);
if (env.EXIT) { console.error('the model does not load'); process.exit(Number(env.EXIT)); }
const about = { model: env.MODEL, pid: process.pid, script: env.AZUREML_ENTRY_SCRIPT, files: readdirSync(env.AZUREML_MODEL_DIR), variables: Object.keys(env).sort() };
let sick = Boolean(env.UNREADY);
createServer((request, response) => {
  if (request.method === 'GET') return response.writeHead(sick ? 503 : 200).end();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', async () => {
    const asked = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    console.log('scored ' + JSON.stringify(asked));
    if (asked.die) process.exit(3);
    if (asked.sick) sick = true;
    if (asked.bytes) return response.writeHead(200).end('x'.repeat(asked.bytes));
    while (asked.until && !existsSync(asked.until)) await new Promise((resolve) => setTimeout(resolve, 5));
    response.writeHead(asked.status ?? 200, { 'content-type': 'application/json', 'x-own': 'kept' });
    response.end(JSON.stringify({ ...about, asked, path: request.url, headers: request.headers }));
  });
}).listen(Number(env.SERVER_PORT), '127.0.0.1');
`;

/** Models m:1 and m:2, code echo:1; environment echo:1 with the routes of a container. */
export async function openScoring(options: { random?: () => number; clock?: Clock } = {}) {
  const rows = new Map<string, LogRow[]>();
  const workspace = await openWorkspace({
    ...options,
    sink: (table, added) => rows.set(table, [...(rows.get(table) ?? []), ...(added as LogRow[])]),
  });
  const { client } = workspace;
  await workspace.upload({ 'models/m1/weights': '1', 'models/m2/weights': '2' });
  await workspace.addCode('echo', { 'echo.mjs': echo });
  for (const version of ['1', '2'])
    await client.modelVersions.createOrUpdate(...at, 'm', version, {
      properties: { modelUri: codeUri(`models/m${version}/`) },
    });
  const route = (path: string) => ({ path, port: 5001 });
  await client.environmentVersions.createOrUpdate(...at, 'echo', '1', {
    properties: {
      image: 'node',
      inferenceConfig: {
        livenessRoute: route('/'),
        readinessRoute: route('/ready'),
        scoringRoute: route('/predict'),
      },
    },
  });

  const echoed = (properties: object = {}, variables: Record<string, string> = {}): OnlineDeployment =>
    deployment({
      environmentId: idOf('environments', 'echo'),
      codeConfiguration: { codeId: idOf('codes', 'echo'), scoringScript: 'echo.mjs' },
      environmentVariables: { MODEL: 'm:1', ...variables },
      ...properties,
    });
  const makeEndpoint = (name: string, properties: object = {}) =>
    client.onlineEndpoints.beginCreateOrUpdateAndWait(...at, name, endpoint(properties), often);
  const keyOf = async (name: string) => (await client.onlineEndpoints.listKeys(...at, name)).primaryKey!;
  const urlOf = async (name: string) =>
    (await client.onlineEndpoints.get(...at, name)).properties.scoringUri!;

  return {
    workspace,
    client,
    echoed,
    makeEndpoint,
    keyOf,
    urlOf,
    deploy: (of: string, name: string, body = echoed()) =>
      client.onlineDeployments.beginCreateOrUpdateAndWait(...at, of, name, body, often),
    rows: (table = 'AmlOnlineEndpointTrafficLog') => rows.get(table) ?? [],
    /** By raw REST, of an api-version that knows mirrored traffic. */
    raw: (method: string, path: string, body?: object, version = '2023-04-01') =>
      workspace.fetch(`${localCloud.workspaceId}/${path}?api-version=${version}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      }),
    /** A caller with the endpoint's key. */
    async caller(name: string) {
      const [url, token] = [await urlOf(name), await keyOf(name)];
      return (body: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
        ask(url, workspace.tls.ca, { method: 'POST', token, body: JSON.stringify(body), headers });
    },
  };
}

export const toDeployment = (name: string) => ({ 'azureml-model-deployment': name });
export { modelId };
