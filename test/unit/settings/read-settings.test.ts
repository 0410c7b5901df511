import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RatchetError } from '../../../shared/errors.ts';
import { readSettings, settingNames } from '../../../shared/settings.ts';

const workspaceId =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw';

const inAzure = {
  RATCHET_WORKSPACE_ID: workspaceId,
  RATCHET_CONTAINER: 'azureml-blobstore-1234',
  RATCHET_STORAGE__blobServiceUri: 'https://acc.blob.core.windows.net/',
  RATCHET_STORAGE__tableServiceUri: 'https://acc.table.core.windows.net',
};

function problemOf(env: Record<string, string>): string {
  try {
    readSettings(env);
  } catch (error) {
    expect(error).toBeInstanceOf(RatchetError);
    expect((error as RatchetError).code).toBe('bad-setting');
    return (error as RatchetError).message;
  }
  throw new Error('the settings were taken');
}

describe('settings', () => {
  it('take the parts of the workspace id, and defaults for what is left out', () => {
    expect(readSettings(inAzure)).toEqual({
      workspace: {
        id: workspaceId,
        subscriptionId: '11111111-2222-3333-4444-555555555555',
        resourceGroup: 'rg-ml',
        name: 'mlw',
      },
      armEndpoint: 'https://management.azure.com',
      azureDevOpsUrl: null,
      github: { url: 'https://api.github.com', token: null },
      webhookKeys: [],
      caFile: null,
      storage: {
        blobUri: 'https://acc.blob.core.windows.net',
        tableUri: 'https://acc.table.core.windows.net',
      },
      container: 'azureml-blobstore-1234',
      serviceBus: null,
      eventGrid: null,
      logs: { workspaceId: null, endpoint: 'https://api.loganalytics.io/v1' },
      modelsDir: null,
      signIn: { isOn: false, groups: new Map() },
      clientId: null,
      dataHookSecrets: [],
      gitHubApp: null,
      gitHubHookSecrets: [],
      receivers: new Map(),
      publicUrl: null,
      linkSecrets: [],
      signingKey: null,
      trustedKeys: '',
      tracesUrl: null,
      checksKeptMs: 400 * 86_400_000,
      historiesKeptMs: 90 * 86_400_000,
    });
  });

  it('take several secrets of the data hook, each long enough, and show none that is not', () => {
    const [old, fresh] = ['o'.repeat(32), 'n'.repeat(40)];
    const set = (secrets: string) => ({ ...inAzure, RATCHET_DATA_HOOK_SECRET: secrets });
    expect(readSettings(set(`${old}, ${fresh}`)).dataHookSecrets).toEqual([old, fresh]);
    for (const wrong of ['tooshort', `${old},tooshort`, `${old},`]) {
      expect(problemOf(set(wrong))).toBe(
        `settings are not usable: RATCHET_DATA_HOOK_SECRET must be secrets of at least 32 characters each, separated by commas; found ${wrong.length} characters; make one with openssl rand -hex 32, or leave it out: the hook is not there then`,
      );
    }
  });

  it('use a connection string rather than the identity when both are set', () => {
    const settings = readSettings({ ...inAzure, RATCHET_STORAGE: 'UseDevelopmentStorage=true' });
    expect(settings.storage).toEqual({ connectionString: 'UseDevelopmentStorage=true' });
  });

  it('take an empty value for one that is not set', () => {
    expect(readSettings({ ...inAzure, RATCHET_ARM_ENDPOINT: '', RATCHET_SERVICEBUS: ' ' })).toEqual(
      readSettings(inAzure),
    );
  });

  it('report every problem at once: setting, rule, what was found, next step', () => {
    expect(problemOf({ RATCHET_ARM_ENDPOINT: 'http://localhost' })).toBe(
      'settings are not usable: ' +
        'RATCHET_WORKSPACE_ID must be the resource id of an Azure Machine Learning workspace; found nothing; set it to /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.MachineLearningServices/workspaces/NAME; ' +
        'RATCHET_ARM_ENDPOINT must be an https address; found "http://localhost"; leave it out for https://management.azure.com; ' +
        "RATCHET_CONTAINER must be the name of the container behind the workspace's default datastore; found nothing; look it up under Data, Datastores, workspaceblobstore; " +
        'RATCHET_STORAGE must be the connection string of a storage account; found nothing; copy it from the access keys of the account, or set RATCHET_STORAGE__blobServiceUri and RATCHET_STORAGE__tableServiceUri to use the identity of the app',
    );
  });

  it.each([
    'RATCHET_ARM_ENDPOINT',
    'RATCHET_STORAGE__blobServiceUri',
    'RATCHET_EVENTGRID_ENDPOINT',
    'RATCHET_AZURE_DEVOPS_URL',
    'RATCHET_GITHUB_URL',
    'RATCHET_LOGS_ENDPOINT',
    'RATCHET_PUBLIC_URL',
    'RATCHET_TRACES',
  ])('take no credentials in %s, and do not show them', (name) => {
    const message = problemOf({ ...inAzure, [name]: 'https://ann:hunter2@host/path' });
    expect(message).toContain(name);
    expect(message).toContain(
      'without a name or password before the host; found "https://ann:***@host/path"',
    );
    expect(problemOf({ ...inAzure, [name]: 'https://ann@host/path' })).toContain(
      'without a name or password',
    );
  });

  it('name the one service address that is missing', () => {
    const { RATCHET_STORAGE__tableServiceUri: _, ...env } = inAzure;
    expect(problemOf(env)).toContain(
      'RATCHET_STORAGE__tableServiceUri must be an https address; found nothing',
    );
  });

  it('refuse to send the token of an identity to a topic in the clear', () => {
    const env = { ...inAzure, RATCHET_EVENTGRID_ENDPOINT: 'http://127.0.0.1:9000/api/events' };
    expect(problemOf(env)).toContain(
      'RATCHET_EVENTGRID_KEY must be set where RATCHET_EVENTGRID_ENDPOINT is plain http',
    );
    expect(readSettings({ ...env, RATCHET_EVENTGRID_KEY: 'key' }).eventGrid).toEqual({
      endpoint: 'http://127.0.0.1:9000/api/events',
      key: 'key',
    });
  });

  it.each(['RATCHET_STORAGE', 'RATCHET_SERVICEBUS'])('never show the value of %s', (name) => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: fc.constantFrom(...'abcdefgh01234567') }), (secret) => {
        const message = problemOf({ ...inAzure, [name]: `${secret}!` });
        expect(message).toContain(`found ${secret.length + 1} characters`);
        expect(message).not.toContain(secret);
      }),
    );
  });

  it('have people only where the platform says that authentication is on', () => {
    const isOn = (value?: string) =>
      readSettings({ ...inAzure, ...(value !== undefined && { WEBSITE_AUTH_ENABLED: value }) }).signIn.isOn;
    expect(['True', 'true', 'TRUE'].map(isOn)).toEqual([true, true, true]);
    for (const value of [undefined, '', 'False', 'false', '1', 'yes', 'on', ' True', 'True,True'])
      expect(isOn(value), String(value)).toBe(false);
  });

  it('map groups to roles and teams, in whatever casing ids are', () => {
    const [a, b] = ['11111111-2222-4333-8444-55555555555A', '11111111-2222-4333-8444-55555555555b'];
    const { groups } = readSettings({
      ...inAzure,
      RATCHET_ROLES: ` approver=${a}, ${b}; operator=${b};`,
      RATCHET_TEAMS: `ml-leads=${b}`,
    }).signIn;
    expect([...groups]).toEqual([
      [a!.toLowerCase(), ['approver']],
      [b, ['approver', 'operator', 'ml-leads']],
    ]);
  });

  it.each([
    ['RATCHET_ROLES', 'aprover=11111111-2222-4333-8444-555555555555', 'roles (viewer, operator, approver)'],
    ['RATCHET_ROLES', 'approver', 'roles (viewer, operator, approver)'],
    ['RATCHET_ROLES', 'approver=', 'object ids (GUIDs)'],
    ['RATCHET_ROLES', 'approver=everybody', 'object ids (GUIDs)'],
    [
      'RATCHET_ROLES',
      'approver=11111111-2222-4333-8444-555555555555=x',
      'such as approver=ID,ID;operator=ID',
    ],
    ['RATCHET_TEAMS', 'approver=11111111-2222-4333-8444-555555555555', 'names that model files use'],
    ['RATCHET_TEAMS', 'ML Leads=11111111-2222-4333-8444-555555555555', 'names that model files use'],
  ])('refuse %s that is %s', (name, value, rule) => {
    expect(() => readSettings({ ...inAzure, [name]: value })).toThrow(rule);
    expect(() => readSettings({ ...inAzure, [name]: value })).toThrow(JSON.stringify(value));
  });

  it('are all listed in docs/settings.md', () => {
    const page = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
    expect(settingNames.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
