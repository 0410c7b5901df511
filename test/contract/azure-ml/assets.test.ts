import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, codeUri, group, openWorkspace, type Workspace, workspaceName } from './workspace-fixture.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.upload({ 'models/fraud/weights': 'w' });
});
afterAll(() => workspace.close());

const at = [group, workspaceName] as const;
const modelUri = codeUri('models/fraud/');
const register = (name: string, version: string, properties: object = {}) =>
  workspace.client.modelVersions.createOrUpdate(...at, name, version, {
    properties: { modelUri, ...properties },
  });
const registered = (name: string) =>
  workspace.events.filter(
    (event) => event.subject.startsWith(`models/${name}:`) && event.eventType.endsWith('ModelRegistered'),
  );

describe('a model version', () => {
  it('is registered, makes its container, and tells of it once', async () => {
    const model = await register('fraud', '20', { tags: { area: 'cards' }, properties: { type: 'test' } });
    await register('fraud', '20', { tags: { area: 'cards' } });

    expect(model).toMatchObject({
      name: '20',
      type: 'Microsoft.MachineLearningServices/workspaces/models/versions',
      properties: { modelUri, modelType: 'custom_model', tags: { area: 'cards' }, isArchived: false },
    });
    expect(model.systemData?.createdAt).toBeInstanceOf(Date);
    const container = await workspace.client.modelContainers.get(...at, 'fraud');
    expect(container.properties).toMatchObject({ latestVersion: '20', nextVersion: '21' });
    expect(registered('fraud')).toMatchObject([
      {
        eventType: 'Microsoft.MachineLearningServices.ModelRegistered',
        subject: 'models/fraud:20',
        data: {
          ModelName: 'fraud',
          ModelVersion: 20,
          ModelTags: { area: 'cards' },
          ModelProperties: { type: 'test' },
        },
      },
    ]);
  });

  it('merges labels on a second PUT and never drops one', async () => {
    await register('merged', '1', { tags: { a: '1', b: '1' }, description: 'first' });
    const again = await register('merged', '1', { tags: { b: '2' } });
    expect(again.properties).toMatchObject({ tags: { a: '1', b: '2' }, description: 'first' });
  });

  it('read back, labelled and sent again is the same model', async () => {
    await register('labelled', '1', {
      jobName: 'trained-it',
      description: 'd',
      flavors: { node: { data: { a: 'b' } } },
    });
    const read = await workspace.client.modelVersions.get(...at, 'labelled', '1');
    read.properties.tags = { ...read.properties.tags, state: 'champion' };
    const again = await workspace.client.modelVersions.createOrUpdate(...at, 'labelled', '1', read);
    expect(again.properties).toMatchObject({ jobName: 'trained-it', tags: { state: 'champion' } });
    expect(registered('labelled')).toHaveLength(1);
  });

  it('keeps its uri', async () => {
    await register('fixed', '1');
    await expect(register('fixed', '1', { modelUri: codeUri('other/') })).rejects.toMatchObject({
      statusCode: 400,
      code: 'UserError',
      message: 'Asset paths cannot be updated.',
    });
  });

  it('must lie somewhere that exists by name', async () => {
    await expect(
      register('lost', '1', { modelUri: 'azureml://jobs/none/outputs/model' }),
    ).rejects.toMatchObject({
      message: 'properties.modelUri: no job "none" in this workspace',
    });
    await expect(register('lost', '1', { modelUri: 'https://example.com/model' })).rejects.toMatchObject({
      code: 'UserError',
    });
    expect(registered('lost')).toEqual([]);
  });

  it('may lie in the output of a job, and be read by the next one', async () => {
    const write = `require("fs").writeFileSync(process.argv[1] + "/weights.txt", "w1")`;
    await workspace.submit('trains', {
      command: `node -e '${write}' \${{outputs.model}}`,
      outputs: { model: { jobOutputType: 'mlflow_model' } },
    });
    await workspace.untilEnded('trains');
    await register('from-job', '1', { modelUri: 'azureml://jobs/trains/outputs/model', jobName: 'trains' });
    await register('from-job', '2', { modelUri: 'azureml://jobs/trains/outputs/model/paths/weights.txt' });

    const read =
      'require("fs").copyFileSync(process.argv[1] + process.argv[3].replace("no more", ""), process.argv[2])';
    for (const [version, file] of [
      ['1', '/weights.txt'],
      ['2', 'no more'],
    ]) {
      await workspace.submit(`reads-${version}`, {
        command: `node -e '${read}' \${{inputs.model}} \${{outputs.copy}} "\${{inputs.file}}"`,
        inputs: {
          model: { jobInputType: 'custom_model', uri: `azureml:from-job:${version}` },
          file: { jobInputType: 'literal', value: file! },
        },
        outputs: { copy: { jobOutputType: 'uri_file', uri: codeUri(`copies/${version}`) } },
      });
      const job = await workspace.untilEnded(`reads-${version}`);
      expect(job.properties?.['errorMessage']).toBeUndefined();
      expect(await workspace.read(`copies/${version}`)).toBe('w1');
    }
  });

  // Sources: azureml-examples issue 2725 and MachineLearningNotebooks issue 289 (a version is an integer).
  it.each(['20020902-1f2e3d4c', 'v1', '1.2', '0', '01', '1e3', '9999999999'])(
    'has a positive integer for its version, not %s',
    async (version) => {
      await expect(register('named', version)).rejects.toMatchObject({
        statusCode: 400,
        code: 'UserError',
        message: `Model version: "${version}" is no positive integer; take the container's nextVersion`,
      });
      expect(registered('named')).toEqual([]);
    },
  );

  // Source: azure-ai-ml, which sends the long form of a datastore's path for the short one it is given.
  it('is not taken with the short form of its path', async () => {
    const short = 'azureml://datastores/workspaceblobstore/paths/models/fraud/';
    await expect(register('short', '1', { modelUri: short })).rejects.toMatchObject({
      statusCode: 400,
      code: 'UserError',
      message: expect.stringMatching(
        /^properties\.modelUri: ".+" is the short form of a datastore path; send /,
      ),
    });
  });
});

describe('a list of versions', () => {
  beforeAll(async () => {
    for (let version = 1; version <= 120; version++) {
      await register('many', String(version), {
        tags: { parity: version % 2 === 0 ? 'even' : 'odd', ...(version % 50 === 0 && { round: 'yes' }) },
        isArchived: version > 110,
      });
    }
  });
  const versions = async (options: object) =>
    (await all(workspace.client.modelVersions.list(...at, 'many', options))).map((model) =>
      Number(model.name),
    );

  it('comes in pages that the client follows, each version once, newest first', async () => {
    const listed = await versions({});
    expect(listed).toEqual(Array.from({ length: 110 }, (_, index) => 110 - index));
    const first = await workspace.fetch(`${listPath('many')}&$top=60`);
    expect(first.json.value).toHaveLength(50);
    expect(first.json.nextLink).toMatch(/^https:\/\/localhost:/);
  });

  it('ends at $top, across pages', async () => {
    expect(await versions({ top: 1, orderBy: 'createdtime desc' })).toEqual([110]);
    expect(await versions({ top: 60, orderBy: 'createdtime asc' })).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
  });

  it('is narrowed by tags and by view', async () => {
    expect(await versions({ tags: 'round' })).toEqual([100, 50]);
    expect(await versions({ tags: 'round,parity=odd' })).toEqual([]);
    expect(await versions({ listViewType: 'ArchivedOnly' })).toHaveLength(10);
    expect(await versions({ listViewType: 'All' })).toHaveLength(120);
  });

  it('orders versions as numbers', async () => {
    expect((await versions({ orderBy: 'version desc', top: 2 })).slice(0, 2)).toEqual([110, 109]);
  });

  it('refuses an order it does not know', async () => {
    await expect(versions({ orderBy: 'size' })).rejects.toMatchObject({ code: 'UserError' });
  });
});

describe('other assets', () => {
  it('data, code and environments are kept and given back', async () => {
    const { client } = workspace;
    const data = { dataType: 'uri_folder', dataUri: codeUri('mail/') } as const;
    await client.dataVersions.createOrUpdate(...at, 'mail', '1', { properties: data });
    await client.codeVersions.createOrUpdate(...at, 'train', '1', {
      properties: { codeUri: codeUri('code/train') },
    });
    await client.environmentVersions.createOrUpdate(...at, 'node', '24', {
      properties: { image: 'node:24' },
    });

    expect((await client.dataVersions.get(...at, 'mail', '1')).properties).toMatchObject(data);
    expect((await client.dataContainers.get(...at, 'mail')).properties).toMatchObject({
      dataType: 'uri_folder',
    });
    expect((await client.codeVersions.get(...at, 'train', '1')).properties.codeUri).toBe(
      codeUri('code/train'),
    );
    expect((await client.environmentVersions.get(...at, 'node', '24')).properties.image).toBe('node:24');
    expect((await all(client.codeContainers.list(...at))).map((container) => container.name)).toEqual([
      'train',
    ]);
  });

  it('a data asset is resolved, by version and as the latest', async () => {
    await workspace.upload({ 'mail-2/a.txt': 'second' });
    const properties = { dataType: 'uri_folder', dataUri: codeUri('mail-2/') } as const;
    await workspace.client.dataVersions.createOrUpdate(...at, 'mail', '2', { properties });
    const id =
      '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.MachineLearningServices/workspaces/ratchet/data/mail/versions/2';
    for (const [index, uri] of [
      'azureml:mail:2',
      'azureml:mail@latest',
      id,
      `azureml:${id}`,
      `azureml:/${id}`,
    ].entries()) {
      await workspace.submit(`resolves-${index}`, {
        command: `node -p 'process.exit(require("fs").readFileSync(process.argv[1] + "/a.txt", "utf8") === "second" ? 0 : 1)' \${{inputs.mail}}`,
        inputs: { mail: { jobInputType: 'uri_folder', uri } },
      });
      expect((await workspace.untilEnded(`resolves-${index}`)).status, uri).toBe('Completed');
    }
  });

  it('are deleted once', async () => {
    await register('short-lived', '1');
    await workspace.client.modelVersions.delete(...at, 'short-lived', '1');
    await expect(workspace.client.modelVersions.get(...at, 'short-lived', '1')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
    expect((await workspace.fetch(versionPath('short-lived', '1'), { method: 'DELETE' })).status).toBe(204);
    const container = await workspace.client.modelContainers.get(...at, 'short-lived');
    expect(container.properties.nextVersion).toBe('2');
  });

  it('the workspace, a compute and the default datastore describe themselves', async () => {
    const { client } = workspace;
    const { mlFlowTrackingUri } = await client.workspaces.get(...at);
    expect(mlFlowTrackingUri).toBe(workspace.azureMl.mlflowTrackingUri);
    expect((await client.computeOperations.get(...at, 'cpu')).properties).toMatchObject({
      computeType: 'AmlCompute',
    });
    expect((await client.datastores.get(...at, 'workspaceblobstore')).properties).toMatchObject({
      datastoreType: 'AzureBlob',
      accountName: 'devstoreaccount1',
      containerName: 'azureml',
      isDefault: true,
    });
  });
});

const root =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.MachineLearningServices/workspaces/ratchet';
const listPath = (name: string) => `${root}/models/${name}/versions?api-version=2022-10-01`;
const versionPath = (name: string, version: string) =>
  `${root}/models/${name}/versions/${version}?api-version=2022-10-01`;
