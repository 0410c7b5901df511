import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { askedOfJobs, calls } from '../../../shared/azure/calls.ts';
import { settingNames } from '../../../shared/settings.ts';
import { inner, modulesOf, names, type Resource, resourcesOf, templateOf, templatesIn } from './arm.ts';
import { patterns } from './call-patterns.ts';

const all = names.flatMap((name) => resourcesOf(templateOf(name)).map((resource) => ({ name, resource })));
const ofType = (type: string): Resource[] =>
  all.map(({ resource }) => resource).filter((each) => each.type === type);
const textOf = (value: unknown): string => JSON.stringify(value);
const settingsPage = readFileSync('docs/settings.md', 'utf8');
const roles = readFileSync('infra/modules/roles.bicep', 'utf8');
const roleIds = Object.fromEntries(
  [...roles.matchAll(/^ {2}(\w+): '([0-9a-f-]{36})'/gm)].map(([, name, id]) => [name, id!]),
);

describe('what azd deploys, and deletes again', () => {
  const main = templateOf('main');

  it('lies in the resource group of its own, whole: azd down deletes every group that it finds a resource in', () => {
    const groups = Object.values(main.resources).filter(
      ({ type }) => type === 'Microsoft.Resources/resourceGroups',
    );
    expect(groups).toHaveLength(1);
    const modules = modulesOf(main);
    expect(modules.length).toBeGreaterThan(5);
    for (const module of modules) {
      expect(module.resourceGroup, module.name).toBe(groups[0]!.name);
      expect(module.subscriptionId, module.name).toBeUndefined();
      for (const nested of modulesOf(inner(module)))
        expect(nested.resourceGroup, nested.name).toBeUndefined();
    }
  });

  it('is not the workspace, its storage or the ledger', () => {
    const types = resourcesOf(main).map(({ type }) => type);
    expect(types.filter((type) => /MachineLearning|locks$|systemTopics/.test(type))).toEqual([]);
  });
});

describe('what is deployed', () => {
  it('is tagged, as far as it can be', () => {
    /** Parts of another resource, grants and locks have no tags. */
    const without =
      /roleAssignments|roleDefinitions|locks|blobServices|queues$|networkRuleSets|sites\/|eventSubscriptions|taskHubs|privateDnsZoneGroups/;
    const bare = all.filter(
      ({ resource }) =>
        !without.test(resource.type) && !/parameters\('tags'\)|allTags/.test(textOf(resource.tags ?? '')),
    );
    expect(bare.map(({ name, resource }) => `${name}: ${resource.type}`)).toEqual([]);
    expect(all.filter(({ resource }) => without.test(resource.type) && resource.tags !== undefined)).toEqual(
      [],
    );
  });

  it('takes identities, and no keys', () => {
    const accounts = ofType('Microsoft.Storage/storageAccounts');
    expect(accounts).toHaveLength(2);
    for (const { properties } of accounts)
      expect(properties).toMatchObject({
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        minimumTlsVersion: 'TLS1_2',
      });
    const others = ['Microsoft.ServiceBus/namespaces', 'Microsoft.EventGrid/topics'].flatMap(ofType);
    expect(others.map(({ properties }) => properties['disableLocalAuth'])).toEqual([true, true]);
    const published = ofType('Microsoft.Web/sites/basicPublishingCredentialsPolicies');
    expect(published.map(({ properties }) => properties['allow'])).toEqual([false, false]);
    const [insights] = resourcesOf(templateOf('main')).filter(
      ({ type }) => type === 'Microsoft.Insights/components',
    );
    expect(insights!.properties['DisableLocalAuth']).toBe(true);
  });

  it('asks nobody for a key, and tells none in its outputs', () => {
    for (const name of names) {
      const text = readFileSync(`infra/compiled/${name}.json`, 'utf8');
      expect(text).not.toMatch(/list(?:Keys|Secrets|AccountSas|ServiceSas|Credentials)\(/i);
      expect(
        Object.keys(templateOf(name).outputs ?? {}).filter((output) =>
          /KEY|SECRET|CONNECTION|PASSWORD|TOKEN/i.test(output),
        ),
      ).toEqual([]);
    }
    const told = names.flatMap((name) =>
      templatesIn(templateOf(name)).flatMap(({ outputs }) => Object.entries(outputs ?? {})),
    );
    const secret = told
      .filter(([output]) => /key|secret|password|connection/i.test(output))
      .map(([output]) => output);
    // That of Application Insights says where it is: telemetry is taken from identities alone.
    expect(secret).toEqual(['insightsConnection']);
  });
});

describe('the settings of the app', () => {
  const read = [
    ...settingNames,
    ...globSync('functions/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/process\.env\['(\w+)'\]/g)].map(([, name]) => name!),
    ),
  ];
  const app = modulesOf(templateOf('main')).find(
    ({ properties }) => 'packagesUri' in (properties['parameters'] as object),
  )!;
  const given =
    textOf((app.properties['parameters'] as Record<string, unknown>)['settings']) +
    textOf(templateOf('main').variables);
  const set = [
    ...new Set(
      [
        ...given.matchAll(
          /['"]((?:RATCHET|AZURE|FUNCTIONS|APPLICATIONINSIGHTS|AzureWebJobsStorage|DURABLE)_\w+)['"]/g,
        ),
      ].map(([, name]) => name!),
    ),
  ];

  /** Left to whoever deploys (RATCHET_APP_SETTINGS): each has a default, or is for something of theirs. */
  const optional = [
    ...[
      'RATCHET_ARM_ENDPOINT',
      'RATCHET_CA_FILE',
      'RATCHET_LOGS_ENDPOINT',
      'RATCHET_MODELS_DIR',
      'RATCHET_PUBLIC_URL',
    ],
    ...['RATCHET_SCHEDULE_TICK', 'RATCHET_WATCHDOG_TICK', 'RATCHET_RECONCILE_TICK', 'RATCHET_PURGE_TICK'],
    ...['RATCHET_TRACES', 'RATCHET_CHECKS_KEPT', 'RATCHET_HISTORIES_KEPT'],
    ...[
      'RATCHET_ROLES',
      'RATCHET_TEAMS',
      'RATCHET_NOTICES',
      'RATCHET_LINK_SECRET',
      'RATCHET_DATA_HOOK_SECRET',
    ],
    ...['RATCHET_AZURE_DEVOPS_URL', 'RATCHET_WEBHOOK_SECRET', 'RATCHET_SIGNING_KEY', 'RATCHET_TRUSTED_KEYS'],
    ...['RATCHET_GITHUB_URL', 'RATCHET_GITHUB_TOKEN', 'RATCHET_GITHUB_HOOK_SECRET'],
    ...['RATCHET_GITHUB_APP_ID', 'RATCHET_GITHUB_APP_KEY'],
  ];
  /** The identity is used in their place. */
  const never = ['RATCHET_STORAGE', 'RATCHET_SERVICEBUS', 'RATCHET_EVENTGRID_KEY'];

  it('are all that it reads: set by the template, or named as left out', () => {
    const missing = [...new Set(read)].filter(
      (name) => !set.includes(name) && !optional.includes(name) && !never.includes(name),
    );
    expect(missing).toEqual([]);
    expect([...optional, ...never].filter((name) => set.includes(name) || !read.includes(name))).toEqual([]);
  });

  it('are all known: to the app, or to the host', () => {
    const ofTheHost =
      /^(?:AzureWebJobsStorage__|APPLICATIONINSIGHTS_|FUNCTIONS_|DURABLE_TASK_SCHEDULER_|RATCHET_SERVICEBUS__(?:credential|clientId)$)/;
    expect(set.filter((name) => !read.includes(name) && !ofTheHost.test(name))).toEqual([]);
    for (const service of ['blob', 'queue', 'table'])
      expect(set).toContain(`AzureWebJobsStorage__${service}ServiceUri`);
    for (const name of set.filter((each) => each.startsWith('RATCHET_')))
      expect(settingsPage, name).toContain(`\`${name}\``);
  });

  it('say never what the platform alone may say', () => {
    expect(names.map((name) => readFileSync(`infra/compiled/${name}.json`, 'utf8')).join()).not.toContain(
      'WEBSITE_AUTH_ENABLED',
    );
  });
});

describe('the roles', () => {
  const granted = all
    .filter(({ resource }) => resource.type === 'Microsoft.Authorization/roleAssignments')
    .map(({ name, resource }) => {
      const id =
        /([0-9a-f]{8}-[0-9a-f-]{27})|roleIds'\)\.(\w+)|variables\('\$fxv#\d+'\)\.(\w+)|(resourceId\('Microsoft.Authorization\/roleDefinitions')/.exec(
          textOf(resource.properties['roleDefinitionId']),
        );
      return {
        name,
        scope: String(resource.scope ?? 'the subscription'),
        id: textOf(resource.properties['roleDefinitionId']),
        found: id?.[0] ?? '',
      };
    });
  const nameOf = (text: string): string =>
    Object.keys(roleIds).find((name) => text.includes(`.${name}`) || text.includes(roleIds[name]!)) ??
    'custom';
  const kindOf = (scope: string): string => /'(Microsoft\.[A-Za-z]+(?:\/\w+)+)'/.exec(scope)?.[1] ?? scope;

  it('are given one by one, each on the least that it needs', () => {
    const list = granted.map(({ name, scope, id }) => `${name}: ${nameOf(id)} on ${kindOf(scope)}`).sort();
    expect(list).toEqual(
      [
        // To the app: its own storage, its telemetry, its queues, its topic.
        'main: blobDataOwner on Microsoft.Storage/storageAccounts',
        'main: queueDataContributor on Microsoft.Storage/storageAccounts',
        'main: tableDataContributor on Microsoft.Storage/storageAccounts',
        'main: monitoringMetricsPublisher on Microsoft.Insights/components',
        'main: logAnalyticsReader on Microsoft.OperationalInsights/workspaces',
        'main: serviceBusDataSender on Microsoft.ServiceBus/namespaces/queues',
        'main: serviceBusDataReceiver on Microsoft.ServiceBus/namespaces/queues',
        'main: serviceBusDataReceiver on Microsoft.ServiceBus/namespaces/queues',
        'main: eventGridDataSender on Microsoft.EventGrid/topics',
        'main: durableTaskDataContributor on Microsoft.DurableTask/schedulers/taskHubs',
        // To the app: the workspace, its data, another Log Analytics workspace.
        'workspace: azureMlDataScientist on Microsoft.MachineLearningServices/workspaces',
        'workspace: custom on the subscription',
        'workspace: blobDataContributor on Microsoft.Storage/storageAccounts/blobServices/containers',
        'workspace: tableDataContributor on Microsoft.Storage/storageAccounts',
        'workspace: logAnalyticsReader on Microsoft.OperationalInsights/workspaces',
        // To each of the two topics: the queue, and the container of what was not delivered.
        'workspace: blobDataContributor on Microsoft.Storage/storageAccounts/blobServices/containers',
        'workspace: blobDataContributor on Microsoft.Storage/storageAccounts/blobServices/containers',
        'workspace: serviceBusDataSender on Microsoft.ServiceBus/namespaces/queues',
        'workspace: serviceBusDataSender on Microsoft.ServiceBus/namespaces/queues',
        // To the cluster of the sample workspace.
        'ledger: blobDataContributor on Microsoft.Storage/storageAccounts',
      ].sort(),
    );
  });

  it('are those that the pages and the doctor name', () => {
    const spoken: Readonly<Record<string, string>> = {
      azureMlDataScientist: 'AzureML Data Scientist',
      blobDataContributor: 'Storage Blob Data Contributor',
      blobDataOwner: 'Storage Blob Data Owner',
      durableTaskDataContributor: 'Durable Task Data Contributor',
      eventGridDataSender: 'EventGrid Data Sender',
      logAnalyticsReader: 'Log Analytics Reader',
      monitoringMetricsPublisher: 'Monitoring Metrics Publisher',
      queueDataContributor: 'Storage Queue Data Contributor',
      serviceBusDataReceiver: 'Azure Service Bus Data Receiver',
      serviceBusDataSender: 'Azure Service Bus Data Sender',
      tableDataContributor: 'Storage Table Data Contributor',
    };
    expect(Object.keys(spoken).sort()).toEqual(Object.keys(roleIds).sort());
    const doctor = [
      ...readFileSync('shared/doctor/probes.ts', 'utf8').matchAll(
        /role: [`'"]([A-Z][\w ]+?) (?:on|\$\{on\})/g,
      ),
    ].map(([, name]) => name!);
    expect(doctor.length).toBeGreaterThan(5);
    expect(doctor.filter((name) => !Object.values(spoken).includes(name))).toEqual([]);
    const table = settingsPage.slice(settingsPage.indexOf('## Roles of the identity'));
    for (const name of Object.values(spoken)) expect(table, name).toContain(name);
  });

  it('of the workspace allow what the app calls, and nothing else', () => {
    const allowed = ofType('Microsoft.Authorization/roleDefinitions').flatMap(
      ({ properties }) => (properties['permissions'] as { actions: string[] }[])[0]!.actions,
    );
    const needed = [...new Set([...calls.flatMap(({ actions }) => actions), ...askedOfJobs])];
    const covers = (action: string, wanted: string): boolean =>
      new RegExp(`^${action.replaceAll('.', '\\.').replaceAll('*', '.+')}$`).test(wanted);
    expect(needed.filter((wanted) => !allowed.some((action) => covers(action, wanted)))).toEqual([]);
    expect(allowed.filter((action) => !needed.some((wanted) => covers(action, wanted)))).toEqual([]);
    // A pattern is given only where the service's documentation asks for it as one.
    expect(allowed.filter((action) => action.includes('*') && !askedOfJobs.includes(action))).toEqual([]);
  });

  it('know every call: the sources make no other', () => {
    const files = globSync('{shared,orchestrations,functions}/**/*.ts').map((file) =>
      file.replaceAll('\\', '/'),
    );
    const made = files.flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      return patterns.flatMap(([pattern, read]) =>
        [...text.matchAll(pattern)].map((match) => `${file}: ${read(match)}`),
      );
    });
    const known = calls.map(({ where, call }) => `${where}: ${call}`);
    expect([...new Set(made)].sort()).toEqual([...known].sort());
  });

  it('have a page that lists the same actions of endpoints', () => {
    const page = readFileSync('docs/online-endpoints.md', 'utf8');
    const actions = calls
      .flatMap(({ actions: each }) => each)
      .filter((action) => /onlineEndpoints|\/locations\//.test(action));
    for (const action of actions)
      expect(page, action).toContain(`\`${action.replace('Microsoft.MachineLearningServices/', '')}\``);
  });
});
