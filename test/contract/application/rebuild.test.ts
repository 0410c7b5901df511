import { beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { readModelFacts } from '../../../shared/ledger/read-model-facts.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { run } from '../../fixtures/ledger.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startServices(temporaryFolder());
});

const wire = (more: Record<string, string> = {}) => createWiring({ ...services.settings, ...more });

const read = async (model: string, more: Record<string, string> = {}) => {
  const wiring = wire(more);
  return readModelFacts(await wiring.ledger(), (await wiring.workspace()).models, model);
};

async function register(model: string, version: string, tags: Record<string, string>): Promise<void> {
  const { resourceGroup, workspace } = localCloud;
  const { subscriptionId } = localCloud;
  const modelUri = `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspace}/datastores/workspaceblobstore/paths/models/`;
  await services.container.getBlockBlobClient('models/model.json').uploadData(Buffer.from('{}'));
  await services.ml.modelVersions.createOrUpdate(resourceGroup, workspace, model, version, {
    properties: { modelType: 'custom_model', modelUri, tags },
  });
}

describe('the facts that a state is made of', () => {
  it('are none of a model that nobody knows, when both ledger and registry say so', async () => {
    expect(await read('nobody')).toEqual({
      model: 'nobody',
      runs: [],
      releases: [],
      decisions: [],
      deferred: [],
      operations: [],
      checks: [],
      registered: null,
    });
  });

  it('have the latest version that a run registered, not one of a person', async () => {
    await register('tagged', '1', { ratchetRun: 'tagged-20260101-00000001' });
    await register('tagged', '2', { ratchetRun: 'tagged-20260102-00000002' });
    await register('tagged', '3', {});
    const { registered } = await read('tagged');
    expect(registered).toMatchObject({ name: 'tagged', version: '2', runId: 'tagged-20260102-00000002' });
  });

  it('go back to the latest release, however many runs have released nothing since', async () => {
    const ledger = await wire().ledger();
    const nth = (index: number, released: boolean) =>
      run({
        model: 'failing',
        runId: `failing-20260101-${String(index).padStart(8, '0')}`,
        startedAt: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
        released,
      });
    await ledger.recordRun(nth(0, true));
    for (let index = 1; index <= 130; index++) await ledger.recordRun(nth(index, false));
    const { runs } = await read('failing');
    expect(runs.filter(({ released }) => released)).toEqual([nth(0, true)]);
  });

  it('cannot be had while the registry, or the ledger, is unavailable', async () => {
    const unavailable = { code: 'azure-unavailable' };
    await expect(read('failing', { RATCHET_ARM_ENDPOINT: 'https://localhost:1' })).rejects.toMatchObject(
      unavailable,
    );
    const noTables = services.settings['RATCHET_STORAGE']!.replace(
      /TableEndpoint=[^;]*/,
      'TableEndpoint=http://127.0.0.1:1/devstoreaccount1',
    );
    await expect(read('failing', { RATCHET_STORAGE: noTables })).rejects.toMatchObject(unavailable);
  });
});
