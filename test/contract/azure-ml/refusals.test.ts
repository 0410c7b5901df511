/** What the service refuses is refused here, too: each with the source that says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { codeUri, idOf, nodeId, openWorkspace, type Workspace } from './workspace-fixture.ts';
import { putAt } from './workspace-requests.ts';

let workspace: Workspace;
const at = localCloud.workspaceId;
const put = (path: string, properties: object) => putAt(workspace, path, properties, '2022-10-01');
const modelUri = codeUri('models/fraud/');
const job = { jobType: 'Command', command: 'node --version', environmentId: nodeId };
const literal = (value: string) => ({ ...job, inputs: { word: { jobInputType: 'literal', value } } });

beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.upload({ 'models/fraud/weights': 'w' });
  for (const [path, properties] of [
    ['models/there/versions/1', { modelUri, jobName: 'trained', tags: { a: '1' } }],
    ['models/gone/versions/1', { modelUri }],
    ['data/there/versions/1', { dataType: 'uri_folder', dataUri: codeUri('mail/') }],
    ['codes/there/versions/1', { codeUri: codeUri('code/') }],
    ['environments/there/versions/1', { image: 'node:24' }],
    ['jobs/there', job],
  ] as const) {
    expect((await put(path, properties)).status, path).toBe(201);
  }
  await workspace.fetch(`${at}/models/gone/versions/1?api-version=2022-10-01`, { method: 'DELETE' });
});
afterAll(() => workspace.close());

interface Refusal {
  readonly what: string;
  readonly path: string;
  readonly properties: object;
  readonly says: string;
  readonly source: string;
}

const integer = 'azureml-examples issue 2725, MachineLearningNotebooks issue 289: a positive integer';
const immutable = 'azure-ai-ml, ASSET_PATH_ERROR: "(UserError) Asset paths cannot be updated."';
const fields =
  'azure-ai-ml, asset operations: a version is immutable but for description, tags, properties, isArchived';
const names = 'specification 2022-10-01, parameter name: ^[a-zA-Z0-9][a-zA-Z0-9\\-_]{0,254}$';
const patterns = 'specification 2022-10-01, pattern [a-zA-Z0-9_] of the field';
const ids = 'specification 2022-10-01, CommandJob: "ARM resource ID of …"; azureml-examples, REST jobs';
const jobChange = 'azure-docs issue 122250, azure-sdk-for-python issue 47389: JobPropertyImmutable';

const compute =
  'specification 2022-10-01, JobResourceConfiguration, DistributionConfiguration, IdentityConfiguration';
const queues = 'specification 2024-04-01 has queueSettings, that of 2022-10-01 has not';
const unsaid = 'nobody says, so the narrower reading';

const refusals: readonly Refusal[] = [
  ...['v1', '1.2', '0', '01', '-1', '20020902-1f2e3d4c', 'latest'].map((version) => ({
    what: `a model's version ${version}`,
    path: `models/m/versions/${version}`,
    properties: { modelUri },
    says: 'version: ',
    source: integer,
  })),
  {
    what: 'the short form of a path',
    path: 'models/m/versions/1',
    properties: { modelUri: 'azureml://datastores/workspaceblobstore/paths/models/fraud/' },
    says: 'is the short form of a datastore path',
    source: 'azure-ai-ml, which resolves it before it sends it; nobody has seen the service take it',
  },
  {
    what: 'a model without files',
    path: 'models/m/versions/1',
    properties: { jobName: 'trained' },
    says: 'properties.modelUri: missing',
    source: 'specification 2022-10-01: "The URI path to the model contents"',
  },
  {
    what: 'a model whose folder holds nothing',
    path: 'models/m/versions/1',
    properties: { modelUri: codeUri('models/empty/') },
    says: 'ModelAssetPathNotFoundInStorage: No blobs found in storage at model asset path: azureml/models/empty/',
    source: 'azure-docs issue 103778',
  },
  {
    what: 'another path for a model that is there',
    path: 'models/there/versions/1',
    properties: { modelUri: codeUri('models/other/'), jobName: 'trained' },
    says: 'Asset paths cannot be updated.',
    source: immutable,
  },
  {
    what: 'another job for a model that is there',
    path: 'models/there/versions/1',
    properties: { modelUri, jobName: 'another' },
    says: 'jobName cannot be changed',
    source: fields,
  },
  {
    what: 'a version that was deleted',
    path: 'models/gone/versions/1',
    properties: { modelUri },
    says: 'was deleted, it cannot be recreated',
    source: 'azureml-assets pull request 3439, where a pipeline was told so of a model',
  },
  {
    what: 'a tag of a model with more than 256 characters',
    path: 'models/m/versions/1',
    properties: { modelUri, tags: { long: 'x'.repeat(257) } },
    says: 'properties.tags.long: 257 characters',
    source: 'Resource Manager: a tag value has at most 256 characters; nobody says more of the registry',
  },
  {
    what: 'another path for data that is there',
    path: 'data/there/versions/1',
    properties: { dataType: 'uri_folder', dataUri: codeUri('other/') },
    says: 'Asset paths cannot be updated.',
    source: immutable,
  },
  {
    what: 'another type for data that is there',
    path: 'data/there/versions/1',
    properties: { dataType: 'mltable', dataUri: codeUri('mail/') },
    says: 'dataType cannot be changed',
    source: fields,
  },
  {
    what: 'data of no known type',
    path: 'data/d/versions/1',
    properties: { dataType: 'csv', dataUri: codeUri('mail/') },
    says: 'properties.dataType: "csv" is none of uri_file, uri_folder, mltable',
    source: 'specification 2022-10-01, DataType',
  },
  {
    what: 'another path for code that is there',
    path: 'codes/there/versions/1',
    properties: { codeUri: codeUri('other/') },
    says: 'Asset paths cannot be updated.',
    source: immutable,
  },
  {
    what: 'another image for an environment that is there',
    path: 'environments/there/versions/1',
    properties: { image: 'node:22' },
    says: 'image cannot be changed',
    source: fields,
  },
  {
    what: 'an environment of nothing',
    path: 'environments/e/versions/1',
    properties: { description: 'empty' },
    says: 'neither image nor build',
    source: 'specification 2022-10-01: an environment is an image, with or without a conda file, or a build',
  },
  ...['models', 'data', 'codes', 'environments'].flatMap((kind) =>
    ['a.b', '-a', 'a b', 'ä', 'x'.repeat(256)].map((name) => ({
      what: `the name ${name.slice(0, 8)} among the ${kind}`,
      path: `${kind}/${encodeURIComponent(name)}/versions/1`,
      properties: {},
      says: 'must be 1 to 255 letters, digits, hyphens and underscores',
      source: names,
    })),
  ),
  ...['', '-', '/', '*', '., -'].map((value) => ({
    what: `the literal input ${JSON.stringify(value)}`,
    path: 'jobs/j',
    properties: literal(value),
    says: 'must hold a letter, a digit or an underscore',
    source: patterns,
  })),
  {
    what: 'a command without a word',
    path: 'jobs/j',
    properties: { ...job, command: '--' },
    says: 'properties.command: must hold a letter',
    source: patterns,
  },
  {
    what: 'an environment by its short name',
    path: 'jobs/j',
    properties: { ...job, environmentId: 'azureml:node:24' },
    says: 'properties.environmentId: must be a resource id',
    source: ids,
  },
  {
    what: 'code by its short name',
    path: 'jobs/j',
    properties: { ...job, codeId: 'azureml:there:1' },
    says: 'properties.codeId: must be a resource id',
    source: ids,
  },
  {
    what: 'a compute by its name alone',
    path: 'jobs/j',
    properties: { ...job, computeId: 'cpu-cluster' },
    says: 'properties.computeId: must be a resource id',
    source: ids,
  },
  {
    what: 'code that is not there',
    path: 'jobs/j',
    properties: { ...job, codeId: idOf('codes', 'none') },
    says: 'codeId: no asset none, version 1',
    source: 'azure-ai-ml: a job names assets that are registered',
  },
  {
    what: 'limits of no kind',
    path: 'jobs/j',
    properties: { ...job, limits: { timeout: 'PT1H' } },
    says: 'properties.limits.jobLimitsType',
    source: 'specification 2022-10-01, JobLimits: jobLimitsType is required',
  },
  {
    what: 'an experiment of another pattern',
    path: 'jobs/j',
    properties: { ...job, experimentName: 'my experiment' },
    says: 'properties.experimentName: must be',
    source: 'none: the narrower reading, as of other names',
  },
  {
    what: 'another command for a job that is there',
    path: 'jobs/there',
    properties: { ...job, command: 'node --help' },
    says: 'A job with this name already exists.',
    source: jobChange,
  },
  ...['a.b', '-a', 'x'.repeat(256)].map((name) => ({
    what: `the job's name ${name.slice(0, 8)}`,
    path: `jobs/${name}`,
    properties: job,
    says: 'must be 1 to 255 letters, digits, hyphens and underscores',
    source: names,
  })),
  ...(
    [
      ['no machine', { resources: { instanceCount: 0 } }, 'resources.instanceCount', compute],
      ['shared memory without a unit', { resources: { shmSize: '2' } }, 'resources.shmSize', compute],
      ['a field that resources do not have', { resources: { gpus: 1 } }, '"gpus"', compute],
      [
        'arguments of a container',
        { resources: { dockerArgs: '--ipc=host' } },
        'no container runs here',
        unsaid,
      ],
      [
        'machines that do not work together',
        { resources: { instanceCount: 2 } },
        'need properties.distribution',
        unsaid,
      ],
      [
        'another distribution',
        { distribution: { distributionType: 'Ray' } },
        'distribution.distributionType',
        compute,
      ],
      [
        'fewer processes than machines',
        { resources: { instanceCount: 3 }, distribution: { distributionType: 'TensorFlow', workerCount: 1 } },
        '1 processes for 3 machines',
        unsaid,
      ],
      [
        'an identity that is no UUID',
        { identity: { identityType: 'Managed', clientId: 'me' } },
        'identity.clientId',
        compute,
      ],
      ['another identity', { identity: { identityType: 'Robot' } }, 'identity.identityType', compute],
      [
        'a queue that the version does not have',
        { queueSettings: { jobTier: 'Spot' } },
        'would lose it',
        queues,
      ],
      ['another tier', { queueSettings: { jobTier: 'Cheap' } }, 'queueSettings.jobTier', queues],
      [
        'code of a registry',
        { codeId: 'azureml://registries/r/codes/c/versions/1' },
        'there are no registries here to fetch code from',
        'no registry is emulated',
      ],
      [
        'a registry without a version',
        { environmentId: 'azureml://registries/azureml/environments/sklearn' },
        'environmentId: must be a resource id',
        ids,
      ],
    ] as const
  ).map(([what, fields, says, source]) => ({
    what,
    path: 'jobs/odd',
    properties: { ...job, ...fields },
    says,
    source,
  })),
];

describe('the workspace refuses', () => {
  it.each(refusals)('$what ($source)', async ({ path, properties, says }) => {
    const { status, json } = await put(path, properties);
    expect([status, json.error.code]).toEqual([400, 'UserError']);
    expect(json.error.message).toContain(says);
  });

  it('and has changed and made nothing by that', async () => {
    const read = async (path: string) => (await workspace.fetch(`${at}/${path}?api-version=2022-10-01`)).json;
    expect((await read('models/there/versions/1')).properties).toMatchObject({
      modelUri,
      jobName: 'trained',
      tags: { a: '1' },
    });
    expect((await read('models')).value.map(({ name }: { name: string }) => name).sort()).toEqual([
      'gone',
      'there',
    ]);
    expect((await read('jobs')).value.map(({ name }: { name: string }) => name)).toEqual(['there']);
    expect((await read('models/gone')).properties).toMatchObject({ nextVersion: '2' });
  });

  // mlflow issue 10694: 1000 and more are refused in places.
  it.each([1000, 50_000, 0])('a search of %i runs at once', async (count) => {
    const path = `/mlflow/v1.0${at}/api/2.0/mlflow/runs/search`;
    const body = JSON.stringify({ experiment_ids: ['a'], max_results: count });
    const { status, json } = await workspace.fetch(path, { method: 'POST', body });
    expect([status, json.error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    expect(json.message).toContain(`max_results: ${count} is not from 1 to 999`);
  });

  // cloud-custodian issue 11059, PKMDS-Blazor issue 541: the operation lies outside of the role's scope.
  it.each(['jc:there', 'jd:there', 'jc:none'])('to tell how operation %s goes', async (operation) => {
    const path = `/subscriptions/${localCloud.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/local/mfeOperationResults/${operation}`;
    const { status, json } = await workspace.fetch(`${path}?api-version=2022-10-01`);
    expect([status, json.error.code]).toEqual([403, 'AuthorizationFailed']);
  });

  describe('what the app may not do', () => {
    const ml = 'Microsoft.MachineLearningServices/workspaces';
    const ask = (scope: string, version = '2022-04-01', method = 'GET') =>
      workspace.fetch(`${scope}/providers/Microsoft.Authorization/permissions?api-version=${version}`, {
        method,
      });

    it('and says what it may, by scope, in the shape of "Permissions - List For Resource"', async () => {
      const [, subscription, group] = /^((?:\/[^/]+){2})((?:\/[^/]+){2})/.exec(at)!;
      const inherited = (await ask(subscription!)).json;
      expect(inherited).toEqual({
        value: [
          {
            actions: ['mfeOperationsStatus', 'usages', 'vmsizes'].map(
              (type) => `Microsoft.MachineLearningServices/locations/${type}/read`,
            ),
            ...{ notActions: [], dataActions: [], notDataActions: [] },
          },
        ],
      });
      expect((await ask(`${subscription}${group}`)).json).toEqual(inherited);
      const { value } = (await ask(at)).json;
      expect(value).toHaveLength(2);
      expect(value[0]).toEqual(inherited.value[0]);
      expect(value[1]).toMatchObject({
        actions: expect.arrayContaining([`${ml}/*/write`]),
        notActions: expect.arrayContaining([`${ml}/write`]),
      });
    });

    it('nor says it by another version or method, of what is not there, or without a token', async () => {
      const codes = async (answer: ReturnType<typeof ask>) => {
        const { status, json } = await answer;
        return [status, json.error.code];
      };
      expect(await codes(ask(at, '2024-04-01'))).toEqual([400, 'InvalidApiVersionParameter']);
      expect(await codes(ask(at, '2022-04-01', 'POST'))).toEqual([405, 'MethodNotAllowed']);
      expect(await codes(ask(at.replace(/[^/]+$/, 'other')))).toEqual([404, 'ResourceNotFound']);
      expect(await codes(ask(at.replace(/resourceGroups\/[^/]+.*/, 'resourceGroups/other')))).toEqual([
        404,
        'ResourceGroupNotFound',
      ]);
      const path = `${at}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`;
      expect((await workspace.fetch(path, { token: null })).status).toBe(401);
    });

    it('once an action is taken back', async () => {
      const denied = [`${ml}/jobs/write`, `${ml}/jobs/cancel/action`];
      workspace.azureMl.deny({ actions: denied });
      const cancel = await workspace.fetch(`${at}/jobs/there/cancel?api-version=2022-10-01`, {
        method: 'POST',
      });
      const submit = await put('jobs/fresh', job);
      const listed = (await ask(at)).json.value;
      const version = await put('models/fresh/versions/1', { modelUri });
      workspace.azureMl.deny({ actions: [] });
      for (const [at, { status, json }] of [submit, cancel].entries()) {
        expect([status, json.error.code]).toEqual([403, 'AuthorizationFailed']);
        expect(json.error.message).toContain(`perform action '${denied[at]}' over scope`);
      }
      for (const { notActions } of listed) expect(notActions).toEqual(expect.arrayContaining(denied));
      expect(version.status).toBe(201);
      expect(() => workspace.azureMl.deny({ actions: ['everything'] })).toThrow(/body\.actions\.0/);
    });
  });
});
