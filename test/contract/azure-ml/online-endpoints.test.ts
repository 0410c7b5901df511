/** Managed online endpoints and deployments as the unmodified client drives them. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { at, type Deploying, deployment, endpoint, modelId, often, openDeploying } from './online-fixture.ts';
import { all } from './workspace-fixture.ts';

let d: Deploying;
beforeAll(async () => {
  d = await openDeploying();
});
afterAll(() => d.workspace.close());

describe('an endpoint', () => {
  it('is being made, then made, and found by every reader', async () => {
    const poller = await d.beginEndpoint('front', endpoint({ description: 'd' }, { tags: { area: 'mail' } }));
    expect((await d.readEndpoint('front')).properties.provisioningState).toBe('Creating');
    d.pass();
    const made = await poller.pollUntilDone();
    expect(made).toMatchObject({
      id: `${localCloud.workspaceId}/onlineEndpoints/front`,
      type: 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints',
      location: 'local',
      kind: 'Managed',
      tags: { area: 'mail' },
      identity: { type: 'SystemAssigned' },
      properties: { authMode: 'Key', description: 'd', provisioningState: 'Succeeded', traffic: {} },
    });
    expect(made.properties.scoringUri).toBe(`${d.workspace.azureMl.scoringEndpoint}/front/score`);
    expect(await d.readEndpoint('FRONT')).toEqual(made);
    const listed = await all(d.workspace.client.onlineEndpoints.list(...at, { tags: 'area=mail' }));
    expect(listed).toEqual([made]);
  });

  it('read back and sent again is the same one, being updated', async () => {
    await d.makeEndpoint('again', endpoint({ properties: { team: 'a' } }));
    const read = await d.readEndpoint('again');
    const poller = await d.beginEndpoint('again', read);
    expect((await d.readEndpoint('again')).properties.provisioningState).toBe('Updating');
    d.pass();
    const sent = await poller.pollUntilDone();
    const { AzureAsyncOperationUri: _first, ...before } = read.properties.properties!;
    const { AzureAsyncOperationUri: _second, ...after } = sent.properties.properties!;
    expect(after).toEqual(before);
    expect(sent.systemData?.createdAt).toEqual(read.systemData?.createdAt);
    const whole = await d.raw('GET', 'onlineEndpoints/again');
    expect((await d.raw('PUT', 'onlineEndpoints/again', whole.json)).status).toBe(200);
    d.pass();
  });

  it('that is deleted takes its deployments along, and may be deleted again', async () => {
    await d.makeEndpoint('short-lived');
    await d.makeDeployment('short-lived', 'blue');
    await d.ended(d.workspace.client.onlineEndpoints.beginDelete(...at, 'short-lived', often));
    await expect(d.readEndpoint('short-lived')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
    await expect(
      d.workspace.client.onlineDeployments.get(...at, 'short-lived', 'blue'),
    ).rejects.toMatchObject({
      statusCode: 404,
    });
    await d.workspace.client.onlineEndpoints.beginDeleteAndWait(...at, 'short-lived', often);
  });
});

describe('a deployment', () => {
  it('is made of a model, and tells of it once, as the service does', async () => {
    await d.makeEndpoint('told', endpoint({ properties: { type: 'test' } }, { tags: { area: 'mail' } }));
    const made = await d.makeDeployment('told', 'blue', deployment({ model: 'azureml:m:1' }));
    expect(made).toMatchObject({
      id: `${localCloud.workspaceId}/onlineEndpoints/told/deployments/blue`,
      type: 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments',
      sku: { name: 'Default', capacity: 1 },
      properties: {
        model: modelId('m', '1'),
        provisioningState: 'Succeeded',
        instanceType: 'Standard_DS3_v2',
      },
    });
    const [event, ...more] = d.workspace.events.filter(({ subject }) => subject === 'endpoints/told');
    expect(more).toEqual([]);
    const [captured] = JSON.parse(
      readFileSync('test/fixtures/payloads/aml-model-deployed.eventgrid.json', 'utf8'),
    );
    expect(Object.keys(event!.data as object)).toEqual(Object.keys(captured.data));
    expect(event).toMatchObject({
      eventType: captured.eventType,
      dataVersion: captured.dataVersion,
      eventTime: new Date(d.clock.now()).toISOString(),
      data: {
        ServiceName: 'told',
        ServiceComputeType: 'Managed',
        ModelIds: 'm:1',
        ServiceTags: { area: 'mail' },
        ServiceProperties: { type: 'test' },
      },
    });
  });

  it('tells of all that its endpoint serves, and of nothing where its model stays', async () => {
    await d.makeEndpoint('both');
    await d.makeDeployment('both', 'blue');
    await d.makeDeployment('both', 'green', deployment({ model: modelId('other', '7') }));
    await d.makeDeployment('both', 'blue', deployment({}, { sku: { name: 'Default', capacity: 3 } }));
    expect(d.toldOf('both')).toEqual(['m:1', 'm:1,other:7']);
    await d.makeDeployment('both', 'blue', deployment({ model: modelId('m', '2') }));
    await d.dropDeployment('both', 'green');
    await d.makeDeployment('both', 'green', deployment({ model: modelId('m', '2') }));
    expect(d.toldOf('both').slice(2)).toEqual(['m:2,other:7', 'm:2']);
    const listed = await all(d.workspace.client.onlineDeployments.list(...at, 'both'));
    expect(listed.map(({ name }) => name)).toEqual(['green', 'blue']);
  });

  it('takes traffic once it is made, and is deleted once it takes none', async () => {
    await d.makeEndpoint('moved');
    await d.makeDeployment('moved', 'blue');
    await d.makeDeployment('moved', 'green');
    const moved = await d.makeEndpoint('moved', endpoint({ traffic: { blue: 90, green: 10 } }));
    expect(moved.properties.traffic).toEqual({ blue: 90, green: 10 });
    await d.makeEndpoint('moved', endpoint({ traffic: { blue: 100, green: 0 } }));
    await d.dropDeployment('moved', 'green');
    expect((await d.readEndpoint('moved')).properties.traffic).toEqual({ blue: 100 });
    expect(await d.makeEndpoint('moved', await d.readEndpoint('moved'))).toBeDefined();
  });

  // "Unable to download user model": how-to-troubleshoot-online-endpoints, BadArgument. The rest: issue threads on
  // InferencingClientCallFailed.
  it('of a model without files fails, tells of nothing, and has to be deleted first', async () => {
    await d.makeEndpoint('broken');
    await expect(
      d.makeDeployment('broken', 'blue', deployment({ model: modelId('lost', '1') })),
    ).rejects.toThrow(/failed/);
    const failed = await d.readDeployment('broken', 'blue');
    expect(failed.properties.provisioningState).toBe('Failed');
    const operation = await d.workspace.fetch(failed.properties.properties!['AzureAsyncOperationUri']!);
    expect(operation.json).toMatchObject({
      status: 'Failed',
      error: { code: 'BadArgument', message: expect.stringMatching(/^Unable to download user model: /) },
    });
    expect(d.toldOf('broken')).toEqual([]);
    await expect(d.beginDeployment('broken', 'blue')).rejects.toMatchObject({
      statusCode: 400,
      code: 'BadRequest',
      message:
        'Specified deployment [blue] failed during initial provisioning and is in an unrecoverable state. Delete and re-create.',
    });
    await expect(d.beginEndpoint('broken', endpoint({ traffic: { blue: 100 } }))).rejects.toMatchObject({
      code: 'UserError',
      message: expect.stringContaining('deployment blue is in Failed provisioning state'),
    });
    await d.dropDeployment('broken', 'blue');
    await d.makeDeployment('broken', 'blue');
    expect(d.toldOf('broken')).toEqual(['m:1']);
  });
});

describe('lists', () => {
  it('of endpoints come in pages that the client follows, in the order asked for, up to the limit', async () => {
    const before = (await all(d.workspace.client.onlineEndpoints.list(...at))).length;
    const names = Array.from({ length: 100 - before }, (_, index) => `many-${index}`);
    for (const name of names) await d.raw('PUT', `onlineEndpoints/${name}`, endpoint());
    d.pass();
    const first = await d.raw('GET', 'onlineEndpoints');
    expect(first.json.value).toHaveLength(50);
    expect(first.json.nextLink).toMatch(/^https:\/\/localhost:/);
    const listed = async (options: object) =>
      (await all(d.workspace.client.onlineEndpoints.list(...at, options))).map(({ name }) => name!);
    const newest = await listed({});
    expect(newest.slice(0, names.length)).toEqual(names.toReversed());
    expect(await listed({ orderBy: 'CreatedAtAsc' })).toEqual(newest.toReversed());
    expect(await listed({ name: 'many-1' })).toEqual(['many-1']);
    expect(await listed({ properties: 'type=test' })).toEqual(['told']);
    expect(await listed({ computeType: 'Kubernetes' })).toEqual([]);
    await expect(listed({ orderBy: 'Size' })).rejects.toMatchObject({ code: 'UserError' });
    // "Number of endpoints per subscription: 100": how-to-manage-quotas.
    await expect(d.beginEndpoint('one-more')).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringMatching(/^OutOfQuota: /),
    });
    for (const name of names) await d.raw('DELETE', `onlineEndpoints/${name}`);
    d.pass();
  });
});

describe('after a restart', () => {
  it('what was being made is made, and told of once', async () => {
    const state = async () => (await d.readDeployment('kept', 'blue')).properties.provisioningState;
    await d.makeEndpoint('kept');
    await d.beginDeployment('kept', 'blue');
    await d.workspace.restart();
    expect(await state()).toBe('Creating');
    d.pass();
    await d.workspace.restart();
    expect(await state()).toBe('Succeeded');
    expect(d.toldOf('kept')).toEqual(['m:1']);
  });
});
