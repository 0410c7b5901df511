import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBicep, runBicep } from '../../../packaging/bicep.ts';
import { names } from './arm.ts';

const program = findBicep();
if (program === null)
  console.warn(
    'SKIPPED: the templates of infra/ are not compiled here, because the compiler is absent: dotnet restore infra/compiler brings it (Linux x64, NuGet). What was compiled before is checked all the same.',
  );

const id = (kind: string, name: string): string =>
  `/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/${kind}/${name}`;

/** What azd's environment holds after the steps before. */
const env = {
  AZURE_ENV_NAME: 'prod',
  AZURE_LOCATION: 'westeurope',
  RATCHET_WORKSPACE_ID: id('Microsoft.MachineLearningServices/workspaces', 'mlw'),
  RATCHET_WORKSPACE_LOCATION: 'westeurope',
  RATCHET_DATA_STORAGE_ID: id('Microsoft.Storage/storageAccounts', 'mldata'),
  RATCHET_DATA_ACCOUNT: 'mldata',
  RATCHET_DATA_CONTAINER: 'azureml-blobstore-1',
  RATCHET_IDENTITY_PRINCIPAL_ID: '22222222-2222-3333-4444-555555555555',
  RATCHET_HOST_STORAGE_ID: id('Microsoft.Storage/storageAccounts', 'host'),
  RATCHET_UNDELIVERED_CONTAINER: 'undelivered-events',
};

describe.skipIf(program === null)('the templates', () => {
  let folder: string;
  let said = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ratchet-templates-'));
    cpSync('infra', folder, { recursive: true });
    said = await runBicep(program!, ['build', '--pattern', `${folder}/*.bicep`, '--outdir', `${folder}/out`]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compile without a warning', () => {
    expect(said).toBe('');
    expect(readdirSync(`${folder}/out`).sort()).toEqual(names.map((name) => `${name}.json`).sort());
  });

  it.each(names)('are what infra/compiled has: %s (npm run templates writes it)', (name) => {
    const compiled = readFileSync(`infra/compiled/${name}.json`, 'utf8');
    expect(readFileSync(`${folder}/out/${name}.json`, 'utf8') === compiled).toBe(true);
  });

  it('take their parameters from the environment of azd', async () => {
    const given = {
      ...env,
      RATCHET_RELEASE_QUEUES: 'a,b',
      RATCHET_TAGS: '{"team":"ml"}',
      RATCHET_ALWAYS_READY: 'true',
    };
    expect(
      await runBicep(
        program!,
        ['build-params', '--pattern', `${folder}/*.bicepparam`, '--outdir', `${folder}/out`],
        given,
      ),
    ).toBe('');
    const parameters = JSON.parse(readFileSync(`${folder}/out/main.json`, 'utf8')).parameters;
    expect(parameters).toMatchObject({
      environmentName: { value: 'prod' },
      workspaceId: { value: env.RATCHET_WORKSPACE_ID },
      releaseQueues: { value: ['a', 'b'] },
      tags: { value: { team: 'ml' } },
      alwaysReady: { value: true },
      privateNetworking: { value: false },
    });
    const beside = JSON.parse(readFileSync(`${folder}/out/workspace.json`, 'utf8')).parameters;
    expect(beside).toMatchObject({
      workspaceTopic: { value: 'ratchet-mlw' },
      storageTopic: { value: 'ratchet-mldata' },
      dataPaths: { value: [] },
    });
  });
});
