import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { writeTag } from '../../../shared/azure/version-tags.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';

const { subscriptionId, resourceGroup, workspace } = localCloud;
let services: LocalServices;
let id: string;

beforeAll(async () => {
  services = await startServices(temporaryFolder());
  const modelUri = `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspace}/datastores/workspaceblobstore/paths/models/`;
  await services.container.getBlockBlobClient('models/model.json').uploadData(Buffer.from('{}'));
  await services.ml.modelVersions.createOrUpdate(resourceGroup, workspace, 'tagged', '1', {
    properties: {
      ...{ modelType: 'custom_model', modelUri, description: 'of a person' },
      tags: { ratchetRun: 'tagged-20260101-00000001', owner: 'ann' },
      properties: { accuracy: '0.97' },
    },
  });
  id = (await createWiring(services.settings).settings()).workspace.id;
});

const read = () => services.ml.modelVersions.get(resourceGroup, workspace, 'tagged', '1');
const mark = async (status: string, version = '1') =>
  writeTag(await createWiring(services.settings).resources(), id, {
    ...{ name: 'tagged', version },
    ...{ tag: 'ratchetStatus', value: status },
  });

describe('the status of a version in the registry', () => {
  it('is one tag more, and nothing else of the version changes', async () => {
    const { properties: before } = await read();
    expect(await mark('candidate')).toBe(true);
    const { properties: after } = await read();
    expect(after).toEqual({ ...before, tags: { ...before.tags, ratchetStatus: 'candidate' } });
  });

  it('is written again only where it is another one', async () => {
    expect(await mark('serving')).toBe(true);
    expect(await mark('serving')).toBe(false);
    const { properties } = await read();
    expect(properties.tags).toMatchObject({ ratchetStatus: 'serving', owner: 'ann' });
  });

  it('makes no version that is not there', async () => {
    expect(await mark('serving', '7')).toBe(false);
    await expect(
      services.ml.modelVersions.get(resourceGroup, workspace, 'tagged', '7'),
    ).rejects.toMatchObject({
      statusCode: 404,
    });
  });
});
