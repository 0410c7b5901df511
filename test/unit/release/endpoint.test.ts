import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TargetSchema } from '../../../shared/config/target-schema.ts';
import {
  deploymentBody,
  findSplitProblem,
  splitBody,
} from '../../../shared/release/targets/endpoint-bodies.ts';
import {
  readDeployment,
  readEndpoint,
  toObserved,
} from '../../../shared/release/targets/endpoint-resources.ts';

const asked = { asked: 'reading endpoint spam', subject: { endpoint: 'spam' } };
const workspace =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w';

/** As the service answers in 2024-04-01. */
const raw = (properties: object = {}, more: object = {}) => ({
  id: `${workspace}/onlineEndpoints/spam`,
  name: 'spam',
  type: 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints',
  systemData: { createdBy: 'somebody' },
  location: 'westeurope',
  kind: 'Managed',
  tags: { team: 'mail' },
  sku: null,
  identity: { type: 'SystemAssigned', principalId: 'p', tenantId: 't' },
  properties: {
    authMode: 'Key',
    keys: null,
    scoringUri: 'https://spam.westeurope.inference.ml.azure.com/score',
    swaggerUri: 'https://spam.westeurope.inference.ml.azure.com/swagger.json',
    provisioningState: 'Succeeded',
    description: 'Filters mail.',
    publicNetworkAccess: 'Disabled',
    properties: { made: 'by-us' },
    traffic: { blue: 100 },
    mirrorTraffic: {},
    ...properties,
  },
  ...more,
});
const deployed = (name: string, properties: object = {}) => ({
  name,
  properties: {
    model: `${workspace}/models/spam-filter/versions/7`,
    provisioningState: 'Succeeded',
    ...properties,
  },
});
const split = (properties: object, traffic: Record<string, number>, mirror: Record<string, number> = {}) =>
  splitBody(readEndpoint(asked, raw(properties)), { traffic, mirror }, ['blue', 'green']);

describe('the body of another split', () => {
  it('is the endpoint as it was read, without what the service alone writes', () => {
    expect(split({ novelty: { kept: true }, compute: null }, { green: 100 })).toEqual({
      location: 'westeurope',
      kind: 'Managed',
      tags: { team: 'mail' },
      identity: { type: 'SystemAssigned' },
      properties: {
        authMode: 'Key',
        description: 'Filters mail.',
        publicNetworkAccess: 'Disabled',
        properties: { made: 'by-us' },
        novelty: { kept: true },
        traffic: { blue: 0, green: 100 },
        mirrorTraffic: {},
      },
    });
  });

  it('keeps which identities the endpoint has, not what the service says of them', () => {
    const identity = {
      type: 'UserAssigned',
      userAssignedIdentities: { one: { principalId: 'p', clientId: 'c' } },
    };
    const body = splitBody(readEndpoint(asked, raw({}, { identity })), { traffic: { blue: 0 }, mirror: {} }, [
      'blue',
    ]);
    expect(body).toMatchObject({ identity: { type: 'UserAssigned', userAssignedIdentities: { one: {} } } });
    expect(JSON.stringify(body)).not.toContain('principalId');
  });

  it('begins copies and ends them, whichever deployments had them', () => {
    expect(split({}, { blue: 100 }, { green: 20 })).toMatchObject({
      properties: { traffic: { blue: 100 }, mirrorTraffic: { green: 20 } },
    });
    expect(split({ mirrorTraffic: { green: 20 } }, { blue: 100 })).toMatchObject({
      properties: { mirrorTraffic: { green: 0 } },
    });
    expect(split({ mirrorTraffic: { green: 20 } }, { blue: 90, green: 10 })).toMatchObject({
      properties: { traffic: { blue: 90, green: 10 }, mirrorTraffic: { green: 0 } },
    });
  });

  it('names no deployment that is gone', () => {
    const body = split({ traffic: { blue: 100, gone: 0 }, mirrorTraffic: { gone: 0 } }, { green: 100 });
    expect(body).toMatchObject({ properties: { traffic: { blue: 0, green: 100 }, mirrorTraffic: {} } });
    expect(JSON.stringify(body)).not.toContain('gone');
  });

  it('says nothing of copies to a service that has said nothing of them', () => {
    const { mirrorTraffic: _untold, ...properties } = raw().properties;
    const endpoint = readEndpoint(asked, { ...raw(), properties });
    const to = { traffic: { green: 100 }, mirror: {} };
    expect(splitBody(endpoint, to, ['blue', 'green'])).not.toHaveProperty('properties.mirrorTraffic');
    expect(split({}, { green: 100 })).toHaveProperty('properties.mirrorTraffic');
  });

  it('is none where the split is there already, unless it is in doubt', () => {
    expect(split({}, { blue: 100, green: 0 })).toBeNull();
    expect(split({ mirrorTraffic: { green: 0 } }, { blue: 100 })).toBeNull();
    expect(split({ provisioningState: 'Failed' }, { blue: 100 })).not.toBeNull();
  });
});

describe('a split', () => {
  const ready = ['a', 'b', 'c'];

  it.each([
    [{ traffic: { a: 50 }, mirror: {} }, /must sum to 100, or to 0/],
    [{ traffic: { a: 100 }, mirror: { b: 51 } }, /at most 50 % of the requests can be copied; found 51 %/],
    [{ traffic: { a: 100 }, mirror: { b: 10, c: 10 } }, /copied to one deployment; found 2/],
    [{ traffic: { a: 100 }, mirror: { b: Number.NaN } }, /whole number/],
    [{ traffic: { d: 100 }, mirror: {} }, /deployment d is not there/],
    [{ traffic: { a: 100 }, mirror: { d: 5 } }, /deployment d is not there/],
    [{ traffic: { a: 100 }, mirror: { a: 5 } }, /deployment a would be sent copies of what it answers/],
  ])('of %j is refused', (to, why) => {
    expect(findSplitProblem(to, ready)).toMatch(why);
  });

  it('of whole percents that sum to 100, with copies of at most half to another, is none to refuse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 50 }), (percent, copied) => {
        const traffic = { a: percent, b: 100 - percent };
        expect(findSplitProblem({ traffic, mirror: { c: copied } }, ready)).toBeNull();
      }),
    );
    expect(findSplitProblem({ traffic: {}, mirror: {} }, [])).toBeNull();
    expect(findSplitProblem({ traffic: { gone: 0, a: 100 }, mirror: { gone: 0 } }, ready)).toBeNull();
  });
});

describe('what is read of an endpoint', () => {
  const observe = (properties: object, ...deployments: object[]) =>
    toObserved(
      readEndpoint(asked, raw(properties)),
      deployments.map((one) => readDeployment(asked, one as Record<string, unknown>, 'w')),
      'T',
    );

  it('leaves out who gets nothing', () => {
    const seen = observe({ traffic: { blue: 100, green: 0 }, mirrorTraffic: { green: 0 } });
    expect(seen).toMatchObject({ at: 'T', isUpdating: false, traffic: { blue: 100 }, mirror: {} });
    expect(seen).not.toHaveProperty('doubt');
    expect(observe({ traffic: null, mirrorTraffic: null })).toMatchObject({ traffic: {}, mirror: {} });
  });

  it.each(['Updating', 'Creating', 'Deleting', 'Scaling', 'SomethingNew', undefined])(
    'is about to change in state %s, of it or of a deployment',
    (provisioningState) => {
      expect(observe({ provisioningState }).isUpdating).toBe(true);
      expect(observe({}, deployed('blue', { provisioningState }))).toMatchObject({
        isUpdating: true,
        deployments: [{ state: 'changing' }],
      });
    },
  );

  it('is in doubt where the last change of it has failed', () => {
    for (const provisioningState of ['Failed', 'Canceled', 'failed'])
      expect(observe({ provisioningState })).toMatchObject({
        isUpdating: false,
        doubt: `the last change of the endpoint has ended in state ${provisioningState}`,
      });
  });

  it.each([
    [`${workspace}/models/spam-filter/versions/7`, { name: 'spam-filter', version: '7' }],
    [`azureml:/${workspace}/models/spam-filter/versions/7`, { name: 'spam-filter', version: '7' }],
    [`${workspace.replace('workspaces/w', 'workspaces/W')}/models/m/versions/1`, { name: 'm', version: '1' }],
    ['azureml:spam-filter:7', { name: 'spam-filter', version: '7' }],
    [`${workspace}x/models/spam-filter/versions/7`, null],
    ['azureml://registries/shared/models/spam-filter/versions/7', null],
    ['azureml://datastores/workspaceblobstore/paths/m', null],
    [undefined, null],
    [null, null],
  ])('of model %s is version %j', (model, version) => {
    expect(observe({}, deployed('blue', { model })).deployments).toEqual([
      { deployment: 'blue', model: version, state: 'ready' },
    ]);
  });

  it.each([{}, { properties: null }, { location: 'x', properties: { authMode: 3 } }, { name: 'x' }])(
    'that is none of the service (%j) may come back',
    (answer) => {
      expect(() => readEndpoint(asked, answer)).toThrow(
        expect.objectContaining({
          code: 'azure-unavailable',
          message: expect.stringMatching(/cannot be read/),
        }),
      );
    },
  );
});

it('a deployment of an MLflow model names neither environment nor code', () => {
  const target = TargetSchema.parse({
    kind: 'online-endpoint',
    endpoint: 'spam',
    instanceType: 'Standard_DS3_v2',
  });
  const what = {
    deployment: 'version-7',
    model: { name: 'spam-filter', version: '7', modelUri: '' },
    releaseId: 'r1',
  };
  const { properties } = deploymentBody(target, what, workspace, 'westeurope') as { properties: object };
  expect(Object.keys(properties)).toEqual([
    'endpointComputeType',
    'instanceType',
    'model',
    'requestSettings',
    'environmentVariables',
  ]);
});

it('a deployment on Kubernetes says how many replicas there are to be, and what each asks of the cluster', () => {
  const target = TargetSchema.parse({
    kind: 'kubernetes-endpoint',
    endpoint: 'spam',
    instances: 2,
    resources: { requests: { cpu: '500m', memory: '1Gi' } },
  });
  const what = {
    deployment: 'version-7',
    model: { name: 'spam-filter', version: '7', modelUri: '' },
    releaseId: 'r1',
  };
  const body = deploymentBody(target, what, workspace, 'westeurope');
  expect(body).toMatchObject({
    sku: { name: 'Default', capacity: 2 },
    properties: {
      endpointComputeType: 'Kubernetes',
      // Left out, the service would scale by utilization, from one replica on.
      scaleSettings: { scaleType: 'Default' },
      containerResourceRequirements: { containerResourceRequests: { cpu: '500m', memory: '1Gi' } },
    },
  });
  expect(body).not.toHaveProperty('kind');
  expect(body).not.toHaveProperty('properties.instanceType');
});
