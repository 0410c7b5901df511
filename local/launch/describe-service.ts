/** What runs where, for programs and for people. */
import { relative } from 'node:path';
import pc from 'picocolors';
import type { ServedModel } from './check-service.ts';
import { type LocalCloud, peopleFileOf } from './local-cloud.ts';

export function describeService(local: LocalCloud) {
  const cloud = local.cloud();
  return {
    api: local.apiRoot,
    ui: `${local.apiRoot}/ui`,
    workspace: { id: cloud.workspaceId, endpoint: cloud.armEndpoint, caFile: cloud.caFile },
    onlineEndpoints: cloud.scoringEndpoint,
    storage: cloud.storage,
    serviceBus: cloud.serviceBus,
    eventGrid: { endpoint: cloud.eventGridEndpoint, key: cloud.eventGridKey },
    azureDevOps: cloud.azureDevOpsUrl,
    github: cloud.gitHubUrl,
    logAnalytics: { workspace: cloud.logsWorkspaceId, endpoint: cloud.logsEndpoint },
    clock: local.controls(),
    home: local.home,
    people: peopleFileOf(local.home),
    logs: local.logFiles,
  };
}

interface Started {
  /** The file of the function keys; null: none are asked for. */
  readonly keys: string | null;
  readonly models: readonly ServedModel[];
  /** Signs in to the page, once; null: nobody can. */
  readonly link: string | null;
}

export function renderService(local: LocalCloud, { keys, models, link }: Started): string {
  const cloud = local.cloud();
  const rows: [string, string][] = [
    [
      'page',
      link === null ? `${local.apiRoot}/ui` : `${link} (signs you in, once; ratchet ui prints another)`,
    ],
    ['API', `${local.apiRoot}/models`],
    ['workspace', cloud.armEndpoint],
    ['endpoints', cloud.scoringEndpoint],
    ['storage', endpointOf(cloud.storage, 'BlobEndpoint')],
    ['Service Bus', endpointOf(cloud.serviceBus, 'Endpoint')],
    ['Event Grid', cloud.eventGridEndpoint],
    ['Log Analytics', cloud.logsEndpoint],
    ['Azure DevOps', cloud.azureDevOpsUrl],
    ['GitHub', cloud.gitHubUrl],
    ['state', near(local.home)],
    ['people', `${near(peopleFileOf(local.home))} (ratchet whoami --as NAME)`],
    ['logs', `${near(local.logFiles.host)}, ${near(local.logFiles.cloud)}`],
    ...(keys === null ? [] : [['keys', near(keys)] satisfies [string, string]]),
    ['models', models.map(({ model }) => model).join(', ') || 'none yet'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, value]) => `  ${pc.dim(name.padEnd(width))}${value}`);
  const problems = models.flatMap((served) => served.problems).map((problem) => `  ${pc.red(problem)}`);
  const [first] = models.filter((served) => served.problems.length === 0);
  return `${[
    '',
    pc.bold('Ratchet is running'),
    '',
    ...lines,
    ...(problems.length > 0 ? ['', '  These model files are invalid:', '', ...problems] : []),
    ...(first ? ['', '  Request a run, then watch it, in a second terminal in this folder:', ''] : []),
    ...(first ? tryIt(first.model).map((line) => `  ${line}`) : []),
    '',
    '  Ctrl-C stops everything; the next start continues from here.',
    '',
  ].join('\n')}\n`;
}

/** Where npm has started this, npx finds the command; else it is on the path of whoever has. */
function tryIt(model: string): string[] {
  const command = process.env['npm_lifecycle_event'] === undefined ? 'ratchet' : 'npx ratchet';
  return [`${command} request ${model} --reason "a first champion"`, `${command} runs`];
}

function near(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
}

const endpointOf = (connection: string, key: string): string =>
  new RegExp(`${key}=([^;]+)`).exec(connection)?.[1] ?? connection;
