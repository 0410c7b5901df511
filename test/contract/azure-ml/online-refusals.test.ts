/** What the service refuses of online endpoints and deployments is refused here, too: each with the source that says so. */
import type { RestError } from '@azure/core-rest-pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { at, type Deploying, deployment, endpoint, modelId, openDeploying } from './online-fixture.ts';
import { all, codeUri, idOf } from './workspace-fixture.ts';

let d: Deploying;
beforeAll(async () => {
  d = await openDeploying();
});
afterAll(() => d.workspace.close());

const quotas = 'how-to-manage-quotas: letters, digits and single dashes, 3 to 32, beginning with a letter';
const specified = 'specification 2022-10-01';
const narrow = 'none: the narrower reading';

interface Refusal {
  readonly what: string;
  readonly path: string;
  readonly body: object;
  readonly says: string;
  readonly source: string;
  readonly status?: number;
  readonly code?: string;
  readonly past?: true;
}

const ofEndpoint = (what: string, body: object, says: string, source: string): Refusal => ({
  ...{ what, path: 'onlineEndpoints/there', body, says, source },
});
const ofDeployment = (what: string, body: object, says: string, source: string): Refusal => ({
  ...{ what, path: 'onlineEndpoints/there/deployments/blue', body, says, source },
});

/** For what the client refuses itself, or leaves out. */
const past = (refusal: Refusal): Refusal => ({ ...refusal, past: true });

const refusals: readonly Refusal[] = [
  ...['ab', 'x'.repeat(33), '1ab', '-ab', 'ab-', 'a--b', 'a_b', 'a.b', 'ünd'].flatMap((name) => [
    {
      what: `the endpoint name ${name.slice(0, 8)}`,
      path: `onlineEndpoints/${encodeURIComponent(name)}`,
      body: endpoint(),
      says: 'must be 3 to 32 letters, digits and single hyphens',
      source: quotas,
    },
    {
      what: `the deployment name ${name.slice(0, 8)}`,
      path: `onlineEndpoints/there/deployments/${encodeURIComponent(name)}`,
      body: deployment(),
      says: 'must be 3 to 32 letters, digits and single hyphens',
      source: quotas,
    },
  ]),
  past(ofEndpoint('no body', {}, 'body.location: missing', `${specified}: location is required`)),
  past(
    ofEndpoint(
      'an endpoint of no region',
      { ...endpoint(), location: null },
      'body.location: missing',
      specified,
    ),
  ),
  ofEndpoint(
    'an endpoint in another region',
    endpoint({}, { location: 'westeurope' }),
    'body.location: must be local',
    'azure-ai-ml, which sends that of the workspace; nobody has seen the service take another',
  ),
  past(
    ofEndpoint(
      'an endpoint of no authentication',
      endpoint({ authMode: null }),
      'properties.authMode',
      specified,
    ),
  ),
  ofEndpoint('an unknown authentication', endpoint({ authMode: 'None' }), 'properties.authMode', specified),
  ofEndpoint(
    'an unknown identity',
    endpoint({}, { identity: { type: 'Me' } }),
    'body.identity.type',
    specified,
  ),
  past(ofEndpoint('a field that nobody knows', endpoint({ trafic: {} }), 'trafic', narrow)),
  ofEndpoint(
    'an endpoint of an unknown kind',
    endpoint({}, { kind: 'K8S' }),
    'body.kind: must be Managed',
    narrow,
  ),
  ofEndpoint('a compute by its name', endpoint({ compute: 'aks' }), 'properties.compute', narrow),
  ofEndpoint(
    'a compute that is no cluster',
    endpoint({ compute: localCloud.clusterId.replace(/cluster$/, 'local') }),
    'properties.compute: must be a Kubernetes compute of this workspace',
    narrow,
  ),
  ofEndpoint(
    'a long tag',
    endpoint({}, { tags: { a: 'x'.repeat(257) } }),
    'body.tags: at most 50 tags',
    'Resource Manager: a tag value has at most 256 characters',
  ),
  ofEndpoint(
    'another value of a property',
    endpoint({ properties: { made: 'by-me' } }),
    'properties.properties.made: can be added, but not altered',
    `${specified}: "Properties can be added, but not removed or altered"`,
  ),
  ...[{ blue: 50 }, { blue: 60, green: 60 }].map((traffic) =>
    ofEndpoint(
      `traffic of ${JSON.stringify(traffic)}`,
      endpoint({ traffic }),
      'it must sum to 100, or to 0',
      `${specified}: "Traffic values need to sum to 100"; reference of az ml online-endpoint: 0 or 100`,
    ),
  ),
  ...[
    { blue: -10, green: 110 },
    { blue: 99.5, green: 0.5 },
  ].map((traffic) =>
    ofEndpoint(
      `traffic of ${JSON.stringify(traffic)}`,
      endpoint({ traffic }),
      'properties.traffic.blue: ',
      specified,
    ),
  ),
  past(
    ofEndpoint(
      'traffic in words',
      endpoint({ traffic: { blue: '100' } }),
      'properties.traffic.blue: ',
      specified,
    ),
  ),
  ofEndpoint(
    'traffic to a deployment that is not there',
    endpoint({ traffic: { none: 100 } }),
    'endpoint there has no deployment none',
    'azureml-examples pull request 3311: traffic was set before the deployment was created',
  ),
  {
    what: 'a deployment of an endpoint that is not there',
    path: 'onlineEndpoints/none/deployments/blue',
    body: deployment(),
    says: "because the parent resource '",
    source: 'Resource Manager: ParentResourceNotFound',
    status: 404,
    code: 'ParentResourceNotFound',
  },
  ofDeployment('a deployment of no model', deployment({ model: null }), 'properties.model: missing', narrow),
  ofDeployment('a model by its path', deployment({ model: codeUri('models/m/') }), 'names no model', narrow),
  ofDeployment('the latest model', deployment({ model: 'azureml:m@latest' }), 'names no model', narrow),
  ofDeployment(
    'a model of another workspace',
    deployment({ model: modelId('m', '1').replace('/workspaces/ratchet/', '/workspaces/another/') }),
    'names no model of this workspace',
    'no other workspace is here',
  ),
  ofDeployment(
    'a model of a registry',
    deployment({ model: 'azureml://registries/shared/models/m/versions/1' }),
    'names no model of this workspace',
    'no registry is here',
  ),
  ofDeployment(
    'an unknown version of a model',
    deployment({ model: modelId('m', '9') }),
    'properties.model: no model m, version 9',
    'azure-ai-ml: a deployment names assets that are registered',
  ),
  ofDeployment(
    'no kind of compute',
    deployment({ endpointComputeType: null }),
    'properties.endpointComputeType',
    specified,
  ),
  ofDeployment(
    'a deployment on Kubernetes in a managed endpoint',
    deployment({ endpointComputeType: 'Kubernetes' }),
    'properties.endpointComputeType: must be Managed, as that of the endpoint',
    narrow,
  ),
  ofDeployment(
    'no size of machine',
    deployment({ instanceType: null }),
    'properties.instanceType: missing',
    'reference of az ml online-deployment: instance_type is required for managed ones',
  ),
  ofDeployment(
    'a custom model without an environment',
    deployment({ environmentId: null }),
    'properties.environmentId: missing',
    'how-to-deploy-online-endpoints: only MLflow models are deployed without code',
  ),
  ofDeployment(
    'an environment by its short name',
    deployment({ environmentId: 'azureml:node:24' }),
    'properties.environmentId: must be a resource id',
    `${specified}: "ARM resource ID or AssetId of the environment"`,
  ),
  ofDeployment(
    'code that is not there',
    deployment({ codeConfiguration: { codeId: idOf('codes', 'none'), scoringScript: 'score.py' } }),
    'properties.codeConfiguration.codeId: no asset none',
    'azure-ai-ml: a deployment names assets that are registered',
  ),
  ofDeployment(
    'code without a script',
    deployment({ codeConfiguration: { codeId: idOf('codes', 'score'), scoringScript: '-' } }),
    'properties.codeConfiguration.scoringScript: must hold a letter',
    `${specified}: pattern [a-zA-Z0-9_]`,
  ),
  ofDeployment(
    'a request of more than three minutes',
    deployment({ requestSettings: { requestTimeout: 'PT181S' } }),
    'properties.requestSettings.requestTimeout: may be PT180S at most',
    'how-to-manage-quotas: max request time-out at endpoint level',
  ),
  past(
    ofDeployment(
      'a probe of no duration',
      deployment({ livenessProbe: { period: '10' } }),
      'properties.livenessProbe.period: must be an ISO 8601 duration',
      specified,
    ),
  ),
  ofDeployment(
    'scaling by utilization',
    deployment({ scaleSettings: { scaleType: 'TargetUtilization' } }),
    'properties.scaleSettings.scaleType: must be Default',
    'reference of az ml online-deployment: managed ones scale by default settings alone',
  ),
  ...[0, 51].map((capacity) =>
    ofDeployment(
      `${capacity} instances`,
      deployment({}, { sku: { name: 'Default', capacity } }),
      'body.sku.capacity',
      'how-to-manage-quotas: 50 instances a deployment',
    ),
  ),
];

describe('the workspace refuses', () => {
  beforeAll(async () => {
    await d.makeEndpoint('there', endpoint({ properties: { made: 'once' } }));
    await d.makeDeployment('there', 'blue');
    await d.makeDeployment('there', 'green');
    await d.makeEndpoint('there', endpoint({ traffic: { blue: 100 } }));
  });

  it.each(refusals)(
    '$what ($source)',
    async ({ path, body, says, status = 400, code = 'UserError', past = false }) => {
      const said = past ? await sendPast(path, body) : await sendByClient(path, body);
      expect([said.status, said.code]).toEqual([status, code]);
      expect(said.message).toContain(says);
    },
  );

  async function sendPast(path: string, body: object) {
    const { status, json } = await d.raw('PUT', path, body);
    return { status, ...json.error };
  }

  async function sendByClient(path: string, body: object) {
    const [, of = '', , name] = path.split('/').map(decodeURIComponent);
    const sent = name ? d.beginDeployment(of, name, body as never) : d.beginEndpoint(of, body as never);
    const error = await sent.then(
      () => ({}),
      (refused: RestError) => refused,
    );
    const { statusCode: status, code, message } = error as RestError;
    return { status, code, message };
  }

  it('and says so to the client', async () => {
    await expect(d.beginEndpoint('there', endpoint({ traffic: { blue: 50 } }))).rejects.toMatchObject({
      statusCode: 400,
      code: 'UserError',
      message: 'properties.traffic: sums to 50; it must sum to 100, or to 0 for no traffic at all',
    });
    await expect(d.beginDeployment('there', 'x_y')).rejects.toMatchObject({ statusCode: 400 });
    await expect(
      d.beginDeployment('there', 'red', deployment({ model: modelId('m', '9') })),
    ).rejects.toMatchObject({ statusCode: 400, code: 'UserError' });
  });

  // As reported of terraform and az ml: "Can't delete deployment [NAME] with non-zero traffic weight".
  it('to delete a deployment that takes traffic', async () => {
    await expect(
      d.workspace.client.onlineDeployments.beginDelete(...at, 'there', 'blue'),
    ).rejects.toMatchObject({
      statusCode: 400,
      code: 'BadRequest',
      message: "Can't delete deployment [blue] with non-zero traffic weight",
    });
  });

  // azure-sdk-for-net issue 36961: "Cannot create a deployment in endpoint … because it is in Updating provisioning state".
  it('any other change of an endpoint while one is under way', async () => {
    const { onlineDeployments, onlineEndpoints } = d.workspace.client;
    const poller = await d.beginEndpoint('there', endpoint({ traffic: { blue: 100 } }));
    const conflict = {
      statusCode: 409,
      code: 'Conflict',
      message: expect.stringContaining('in Updating provisioning state'),
    };
    await expect(d.beginEndpoint('there')).rejects.toMatchObject(conflict);
    await expect(d.beginDeployment('there', 'red')).rejects.toMatchObject(conflict);
    await expect(d.beginDeployment('there', 'green')).rejects.toMatchObject(conflict);
    await expect(onlineDeployments.beginDelete(...at, 'there', 'green')).rejects.toMatchObject(conflict);
    await expect(onlineEndpoints.beginDelete(...at, 'there')).rejects.toMatchObject(conflict);
    d.pass();
    await poller.pollUntilDone();
    const again = await d.beginDeployment('there', 'green', deployment({ model: modelId('m', '2') }));
    await expect(d.beginEndpoint('there')).rejects.toMatchObject(conflict);
    await expect(d.beginEndpoint('there')).rejects.toThrow(/because deployment green is in Updating/);
    d.pass();
    await again.pollUntilDone();
  });

  // how-to-manage-quotas: 20 deployments an endpoint.
  it('more than 20 deployments of an endpoint', async () => {
    await d.makeEndpoint('crowded');
    for (let index = 1; index <= 20; index++) await d.makeDeployment('crowded', `dep-${index}`);
    await expect(d.beginDeployment('crowded', 'dep-21')).rejects.toMatchObject({
      statusCode: 400,
      code: 'BadRequest',
      message: expect.stringContaining('endpoint crowded has 20 deployments'),
    });
    await d.makeDeployment('crowded', 'dep-20');
  });

  it.each(['GET', 'DELETE'])('%s of what is not there, as Resource Manager does', async (method) => {
    const [endpointAnswer, deploymentAnswer] = [
      await d.raw(method, 'onlineEndpoints/none'),
      await d.raw(method, 'onlineEndpoints/none/deployments/blue'),
    ];
    const status = method === 'GET' ? 404 : 204;
    expect([endpointAnswer.status, deploymentAnswer.status]).toEqual([status, status]);
  });

  it('and has changed nothing by that', async () => {
    expect((await d.readEndpoint('there')).properties).toMatchObject({
      provisioningState: 'Succeeded',
      traffic: { blue: 100 },
      properties: { made: 'once' },
    });
    const left = await all(d.workspace.client.onlineDeployments.list(...at, 'there'));
    expect(left.map(({ name }) => name)).toEqual(['green', 'blue']);
  });
});
