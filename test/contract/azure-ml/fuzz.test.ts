import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { at, deployment, endpoint, often } from './online-fixture.ts';
import { ask, codeUri, openWorkspace, type Workspace } from './workspace-fixture.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace({ jobSlots: 1 });
  await workspace.upload({ 'models/m/weights': 'w' });
  const properties = { modelUri: codeUri('models/m/') };
  await workspace.client.modelVersions.createOrUpdate(...at, 'm', '1', { properties });
  for (const each of ['front', 'scored']) {
    await workspace.client.onlineEndpoints.beginCreateOrUpdateAndWait(...at, each, endpoint(), often);
    const made = [...at, each, 'front', deployment(), often] as const;
    await workspace.client.onlineDeployments.beginCreateOrUpdateAndWait(...made);
  }
});
afterAll(() => workspace.close());

const name = fc.oneof(
  fc.constantFrom('a', 'front', '..', '.', 'a/b', 'a:b', '', '%', 'dcid.a', '__proto__', 'constructor'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const value = fc.oneof(
  fc.constantFrom(
    'azureml:a:1',
    'azureml://datastores/workspaceblobstore/paths/../../x',
    'runs:/a/b',
    'uri_file',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const labels = fc.dictionary(name, value, { maxKeys: 2 });
const properties = fc.record(
  {
    jobType: fc.constantFrom('Command', 'Pipeline', 1),
    command: fc.oneof(fc.constant('node ${{inputs.a}}'), fc.string({ maxLength: 12 })),
    environmentId: value,
    codeId: value,
    inputs: fc.dictionary(name, fc.record({ jobInputType: value, uri: value, value }, { requiredKeys: [] }), {
      maxKeys: 2,
    }),
    outputs: fc.dictionary(name, fc.record({ jobOutputType: value, uri: value }, { requiredKeys: [] }), {
      maxKeys: 2,
    }),
    limits: fc.record({ timeout: value }),
    environmentVariables: labels,
    tags: labels,
    modelUri: value,
    dataUri: value,
    codeUri: value,
    authMode: fc.constantFrom('Key', 1),
    traffic: fc.dictionary(name, fc.constantFrom(0, 100, '100', null), { maxKeys: 2 }),
    properties: labels,
    endpointComputeType: fc.constantFrom('Managed', 'Kubernetes'),
    model: value,
    instanceType: value,
    requestSettings: fc.record({ requestTimeout: value }),
    mirrorTraffic: fc.dictionary(name, fc.constantFrom(0, 10, 51, '10', null), { maxKeys: 2 }),
    keys: fc.record({ primaryKey: value, secondaryKey: value }, { requiredKeys: [] }),
    codeConfiguration: fc.record({ codeId: value, scoringScript: value }, { requiredKeys: [] }),
    inferenceConfig: fc.oneof(value, fc.record({ scoringRoute: fc.record({ path: value, port: value }) })),
    livenessProbe: fc.record({ period: value, failureThreshold: value }, { requiredKeys: [] }),
    image: value,
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  { weight: 5, arbitrary: properties.map((given) => JSON.stringify({ properties: given })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(properties, labels, value)
      .map(([given, tags, sku]) => JSON.stringify({ location: 'local', tags, sku, properties: given })),
  },
  { weight: 1, arbitrary: fc.jsonValue().map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: fc.string() },
);
const kind = fc.constantFrom(
  'jobs',
  'models',
  'data',
  'codes',
  'environments',
  'computes',
  'datastores',
  'schedules',
  'onlineEndpoints',
  'onlineEndpoints/front/deployments',
);
const tail = fc.constantFrom(
  '',
  '/versions',
  '/versions/1',
  '/cancel',
  '/versions/..',
  '/x',
  '/deployments',
  '/deployments/front',
  '/deployments/front/getLogs',
  '/listKeys',
  '/regenerateKeys',
  '/token',
  '/providers/Microsoft.Insights/metrics',
);
const apiVersion = fc.constantFrom('2022-10-01', '2023-04-01', '2099-01-01', 'x');
const query = fc.oneof(
  fc.constant(''),
  fc
    .record(
      { metricnames: fc.constantFrom('RequestLatency', 'x'), timespan: name, interval: name, $filter: name },
      { requiredKeys: ['metricnames'] },
    )
    .map((given) => `&${new URLSearchParams(given)}`),
);
const asked = fc.tuple(apiVersion, query).map(([version, more]) => `api-version=${version}${more}`);
const method = fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH');

/** What JavaScript cannot make a text of. */
const notAText = JSON.stringify({ properties: { dataUri: 'x', dataType: { toString: false } } });

describe('whatever is sent', () => {
  it('Resource Manager answers with sense, never with a fault of its own', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(method, kind, name, tail, body, asked, async (verb, what, which, rest, text, more) => {
        const path = `${localCloud.workspaceId}/${what}/${encodeURIComponent(which)}${rest}?${more}`;
        const hasBody = verb === 'PUT' || verb === 'POST';
        const answer = await workspace.fetch(path, { method: verb, ...(hasBody && { body: text }) });
        expect(answer.status, answer.text).toBeLessThan(500);
        if (answer.status >= 400) expect(answer.json.error.message).not.toBe('');
      }),
      { numRuns: 800, examples: [['PUT', 'data', 'a', '/versions/1', notAText, 'api-version=2022-10-01']] },
    );
  });

  it('an online endpoint answers with sense, too', { timeout: 120_000 }, async () => {
    const scoring = workspace.azureMl.scoringEndpoint;
    const { primaryKey } = await workspace.client.onlineEndpoints.listKeys(...at, 'scored');
    const part = fc.oneof(fc.constantFrom('scored', 'score', '..', ''), name.map(encodeURIComponent));
    const header = fc.oneof(
      fc.constantFrom('front', '__proto__', 'constructor'),
      fc.string({ maxLength: 60 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
    );
    await fc.assert(
      fc.asyncProperty(
        method,
        fc.array(part, { maxLength: 3 }),
        fc.record(
          { 'azureml-model-deployment': header, 'x-ms-client-request-id': header },
          { requiredKeys: [] },
        ),
        fc.constantFrom(primaryKey!, 'wrong', null),
        body,
        async (verb, parts, headers, token, text) => {
          const hasBody = verb === 'PUT' || verb === 'POST';
          const answer = await ask(`${scoring}/${parts.join('/')}`, workspace.tls.ca, {
            ...{ method: verb, headers, token, ...(hasBody && { body: text }) },
          });
          // 501: the deployment names no code.
          expect(answer.status === 501 || answer.status < 500, answer.text).toBe(true);
          expect(answer.json.error.message).not.toBe('');
        },
      ),
      { numRuns: 400 },
    );
  });

  it('the tracking API does, too', { timeout: 120_000 }, async () => {
    await workspace.submit('a', { command: 'node --version' });
    const call = fc.constantFrom(
      'log-metric',
      'log-parameter',
      'log-batch',
      'set-tag',
      'search',
      'update',
      'get',
    );
    const field = fc.oneof(
      fc.constantFrom('a', 'NaN', '1', "tags.a = 'b'", 'x LIKE'),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const fields = fc.record(
      {
        ...{ run_id: fc.constantFrom('a', 'b', 1), key: field, value: field, step: field, timestamp: field },
        ...{
          metrics: field,
          params: field,
          tags: field,
          filter: field,
          experiment_ids: field,
          order_by: field,
        },
        ...{ max_results: field, page_token: field },
      },
      { requiredKeys: ['run_id'] },
    );
    await fc.assert(
      fc.asyncProperty(call, fields, async (verb, given) => {
        const path = `/mlflow/v1.0${localCloud.workspaceId}/api/2.0/mlflow/runs/${verb}`;
        const answer = await workspace.fetch(path, { method: 'POST', body: JSON.stringify(given) });
        expect(answer.status, answer.text).toBeLessThan(500);
      }),
      { numRuns: 600, examples: [['search', { run_id: 'a', order_by: { toString: false } }]] },
    );
  });
});
