/** An endpoint on Kubernetes as a target: what differs from a managed one, over the wire. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { endpoint } from '../azure-ml/online-fixture.ts';
import { failureOf, openReleasing, type Releasing, version } from './target-fixture.ts';

let r: Releasing;
beforeAll(async () => {
  r = await openReleasing();
  await r.makeEndpoint('clustered', endpoint({ compute: localCloud.clusterId }));
  await r.makeEndpoint('managed');
});
afterAll(() => r.workspace.close());

const onCluster = (name: string, more: object = {}) =>
  r.target(name, { kind: 'kubernetes-endpoint', instanceType: 'small', ...more });

describe('an endpoint on Kubernetes', () => {
  it('has a version deployed, gives it requests, and has it deleted, as a managed one has', async () => {
    const resources = { requests: { cpu: '500m' }, limits: { cpu: '1', memory: '1Gi' } };
    const target = await onCluster('clustered', { instances: 2, resources });
    expect(await target.deploy(version('2'))).toMatchObject({ state: 'changing' });
    await r.settle('clustered');
    expect((await target.deploy(version('2'))).state).toBe('ready');
    expect(await r.readDeployment('clustered', 'version-2')).toMatchObject({
      sku: { capacity: 2 },
      properties: {
        endpointComputeType: 'Kubernetes',
        instanceType: 'small',
        scaleSettings: { scaleType: 'Default' },
        containerResourceRequirements: {
          containerResourceRequests: { cpu: '500m' },
          containerResourceLimits: { cpu: '1', memory: '1Gi' },
        },
      },
    });
    await target.shift({ traffic: { 'version-2': 100 }, mirror: {} });
    await r.settle('clustered');
    expect(await target.observe()).toMatchObject({
      traffic: { 'version-2': 100 },
      deployments: [{ deployment: 'version-2', model: { name: 'm', version: '2' }, state: 'ready' }],
    });
    // Its compute is what it was: a change of the traffic sends the endpoint back as it was read.
    expect((await r.readEndpoint('clustered')).properties.compute).toBe(localCloud.clusterId);
    await target.shift({ traffic: {}, mirror: {} });
    await r.settle('clustered');
    await target.retire('version-2');
    await r.settle('clustered');
    expect((await target.observe()).deployments).toEqual([]);
  });

  it('is sent no copies of requests', async () => {
    const target = await onCluster('clustered');
    await target.deploy(version('1'));
    await r.settle('clustered');
    const failure = await failureOf(target.shift({ traffic: {}, mirror: { 'version-1': 10 } }));
    expect(failure.message).toMatch(/an endpoint on Kubernetes copies no requests$/);
  });

  it('is not even asked for them by a client that knows them', async () => {
    const path = `${localCloud.workspaceId}/onlineEndpoints/mirroring?api-version=2024-04-01`;
    const mirrorTraffic = { blue: 10 };
    const body = JSON.stringify(endpoint({ compute: localCloud.clusterId, mirrorTraffic }));
    const refused = await r.workspace.fetch(path, { method: 'PUT', body });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('properties.mirrorTraffic: is not supported by endpoints on Kubernetes');
  });

  it('is told apart from a managed one before anything is deployed', async () => {
    const onManaged = await failureOf((await onCluster('managed')).deploy(version('1')));
    expect(onManaged.message).toMatch(
      /the endpoint is a managed one: give release\.target kind: online-endpoint, or/,
    );
    const onKubernetes = await failureOf((await r.target('clustered')).deploy(version('7')));
    expect(onKubernetes.message).toMatch(
      /the endpoint is on Kubernetes: give release\.target kind: kubernetes-endpoint, or/,
    );
  });

  it('refuses an instance type that the cluster does not have', async () => {
    const target = await onCluster('clustered', { instanceType: 'huge' });
    const failure = await failureOf(target.deploy(version('2', 'huge')));
    expect(failure).toMatchObject({ code: 'azure-refused' });
    expect(failure.message).toMatch(
      /the cluster has no instance type huge; it has defaultinstancetype, small/,
    );
  });
});
