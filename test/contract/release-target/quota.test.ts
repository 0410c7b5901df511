/** Quota before a deployment, over the wire: the workspace's lists as the unmodified client reads them, and a target that asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { deployment } from '../azure-ml/online-fixture.ts';
import { all } from '../azure-ml/workspace-fixture.ts';
import { failureOf, openFront, openReleasing, type Releasing, version } from './target-fixture.ts';

const dsv2 = 'Standard DSv2 Family Cluster Dedicated vCPUs';
const place = `/subscriptions/${localCloud.subscriptionId}/providers/Microsoft.MachineLearningServices/locations`;
const next =
  'delete deployments that serve nothing (an endpoint has at most 20), ask for fewer instances or another instanceType in release.target, or have the quota raised';

let r: Releasing;
beforeAll(async () => {
  r = await openReleasing();
  for (const name of ['front', 'other']) await r.makeEndpoint(name);
});
afterAll(() => r.workspace.close());

const limit = (cores?: number) =>
  r.workspace.azureMl.setFaults({
    faults: [],
    ...(cores !== undefined && { quota: { standardDSv2Family: cores } }),
  });
const preflight = async (number = '1', more: object = {}) =>
  (await r.target('front', more)).deploy(version(number), { asksRoom: true });

describe('what the workspace says of machines', () => {
  it('is their sizes, and page after page what is used of each family', async () => {
    await r.makeDeployment('other', 'blue', deployment({}, { sku: { name: 'Default', capacity: 10 } }));
    const sizes = (await r.workspace.client.virtualMachineSizes.list('local')).value!;
    expect(sizes.find(({ name }) => name === 'Standard_DS3_v2')).toMatchObject({
      family: 'standardDSv2Family',
      vCPUs: 4,
      gpus: 0,
    });
    const usages = await all(r.workspace.client.usages.list('local'));
    expect(usages.length).toBeGreaterThan(10);
    // Ten machines of four cores, and two that are reserved for upgrades.
    const ofFamily = usages.filter(({ name }) => name?.value === dsv2);
    expect(ofFamily.map(({ id, currentValue, limit: most }) => [id, currentValue, most])).toEqual([
      [`/subscriptions/${localCloud.subscriptionId}/usages/${dsv2.replaceAll(' ', '_')}`, 48, 2_000],
      [`${localCloud.workspaceId}/usages/${dsv2.replaceAll(' ', '_')}`, 48, 2_000],
    ]);
    await r.dropDeployment('other', 'blue');
  });

  it.each([
    [`${place}/westeurope/usages?api-version=2024-04-01`, 400, 'NoRegisteredProviderFound'],
    [`${place}/westeurope/vmSizes?api-version=2024-04-01`, 400, 'NoRegisteredProviderFound'],
    [`${place}/local/usages`, 400, 'MissingApiVersionParameter'],
    [`${place}/local/usages?api-version=2024-04-01&$skipToken=x`, 400, 'UserError'],
  ])('is refused where it is asked for wrongly: %s', async (path, status, code) => {
    const answer = await r.workspace.fetch(path);
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
  });

  it('is refused to be made of a family that there is none of', () => {
    expect(() => r.workspace.azureMl.setFaults({ faults: [], quota: { dsv2: 6 } })).toThrow(
      /quota: "dsv2" is no family; use one of standardDSv2Family/,
    );
  });

  it('holds for whoever deploys without asking', async () => {
    limit(6);
    const failure = await failureOf((await r.target('front')).deploy(version('1')));
    expect(failure.message).toMatch(
      /Azure answered 400 BadRequest Not enough quota available for Standard_DS3_v2 in SubscriptionId .* Current usage\/limit: 0\/6\. Additional needed: 8 .*; delete deployments that serve nothing/,
    );
    limit();
  });
});

describe('a target that asks for room', () => {
  it('refuses what never fits, and has touched nothing', async () => {
    limit(6);
    const failure = await failureOf(preflight());
    expect(failure.code).toBe('azure-refused');
    expect(failure.message).toBe(
      `deploying m:1 to endpoint front: 1 instance of Standard_DS3_v2 needs 8 cores (4 each, and of 1 more that the service reserves for upgrades); the quota of the subscription for standardDSv2Family in local is 6, of which 0 are used; ${next}`,
    );
    expect((await (await r.target('front')).observe()).deployments).toEqual([]);
  });

  it('waits while others use what it needs, and goes on by itself', async () => {
    limit(8);
    await r.makeDeployment('other', 'blue');
    expect(await (await r.target('front')).askRoom()).toMatchObject({ room: 'taken' });
    expect(await preflight()).toEqual({
      state: 'no-room',
      why: expect.stringMatching(/is 8, of which 8 are used; delete deployments that serve nothing/),
    });
    expect((await (await r.target('front')).observe()).deployments).toEqual([]);
    await r.dropDeployment('other', 'blue');
    expect((await preflight()).state).toBe('changing');
    await r.settle('front');
    // What is there is not asked about: it has its room.
    expect(await preflight()).toMatchObject({ state: 'ready' });
    limit();
  });

  it.each<[string, number, string]>([
    ['is none', 200, '{"usages":[]}'],
    ['cannot be read', 200, '{"value":[{"limit":"six"}]}'],
  ])('leaves it to the service where the list %s', async (_what, status, body) => {
    limit(6);
    const front = await openFront(r, ({ path }) => (/\/usages/.test(path) ? { status, body } : undefined));
    const target = await r.target('front', {}, front.endpoint);
    expect(await target.askRoom()).toMatchObject({ room: 'unknown' });
    const failure = await failureOf(target.deploy(version('2'), { asksRoom: true }));
    expect(failure.message).toMatch(/Azure answered 400 BadRequest Not enough quota available/);
    limit();
    expect((await target.deploy(version('2'), { asksRoom: true })).state).toBe('changing');
    await r.settle('front');
    await target.retire('version-2');
    await r.settle('front');
    await front.close();
  });

  it('leaves it to the service where the right to ask is taken away', async () => {
    limit(6);
    r.workspace.azureMl.deny({ actions: ['Microsoft.MachineLearningServices/locations/usages/read'] });
    const target = await r.target('front');
    expect(await target.askRoom()).toMatchObject({
      room: 'unknown',
      why: expect.stringMatching(/Azure answered 403 AuthorizationFailed .*locations\/usages\/read/),
    });
    const failure = await failureOf(target.deploy(version('2'), { asksRoom: true }));
    expect(failure.message).toMatch(/Azure answered 400 BadRequest Not enough quota available/);
    r.workspace.azureMl.deny({ actions: [] });
    limit();
  });

  it('leaves a size to the service that is not listed', async () => {
    const target = await r.target('front', { instanceType: 'Standard_M1' });
    expect(await target.askRoom()).toEqual({
      room: 'unknown',
      why: 'no size Standard_M1 is listed in local',
    });
  });

  it('on Kubernetes asks for none', async () => {
    const target = await r.target('front', { kind: 'kubernetes-endpoint', instanceType: undefined });
    expect(await target.askRoom()).toBeNull();
  });
});
