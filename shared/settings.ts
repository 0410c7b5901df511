/**
 * The settings of the application, read from environment variables. docs/settings.md lists them for people.
 *
 * Owns: names, rules, defaults, and what is said about a setting that is wrong.
 * Does not own: making clients from settings (wiring.ts).
 *
 * Invariants
 * 1. Every problem is reported at once, each with the setting, the rule, what was found and the next step.
 * 2. The value of a secret is in no message.
 */
import { z } from 'zod';
import { roles } from './access/access-table.ts';
import { joinGroups, readRoles, readTeams } from './access/read-groups.ts';
import { isSignInOn, type SignIn } from './access/sign-in.ts';
import { RatchetError } from './errors.ts';

export interface Settings {
  readonly workspace: WorkspaceName;
  readonly armEndpoint: string;
  readonly caFile: string | null;
  readonly storage:
    | { readonly connectionString: string }
    | { readonly blobUri: string; readonly tableUri: string };
  /** Container behind the workspace's default datastore. */
  readonly container: string;
  /** Null: no stage may use Service Bus. */
  readonly serviceBus: { readonly connectionString: string } | { readonly namespace: string } | null;
  /** Null: no stage may use Event Grid. `key` null: the identity of the app is used. */
  readonly eventGrid: { readonly endpoint: string; readonly key: string | null } | null;
  /** The organization, `https://dev.azure.com/NAME`. Null: no stage may use Azure Pipelines. */
  readonly azureDevOpsUrl: string | null;
  /** Of the REST API, without a slash at its end. `token` null: no stage may use GitHub. */
  readonly github: { readonly url: string; readonly token: string | null };
  /** `workspaceId` null: no model file may have queries. `endpoint` without a slash at its end. */
  readonly logs: { readonly workspaceId: string | null; readonly endpoint: string };
  /** Null: the folder `models` beside package.json. */
  readonly modelsDir: string | null;
  readonly clientId: string | null;
  /** Secrets that notices of uploads may be signed with; none: the hook is not there. */
  readonly dataHookSecrets: readonly string[];
  /** How people prove who they are. */
  readonly signIn: SignIn;
}

export interface WorkspaceName {
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
}

const workspaceId =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.MachineLearningServices\/workspaces\/([^/]+)$/i;

const text = z.string().min(1);
const https = z.url({ protocol: /^https$/ }).transform((url) => url.replace(/\/+$/, ''));
const pem = /-----BEGIN CERTIFICATE-----/;

const EnvironmentSchema = z.object({
  RATCHET_WORKSPACE_ID: z.string().regex(workspaceId),
  RATCHET_ARM_ENDPOINT: https.default('https://management.azure.com'),
  RATCHET_CA_FILE: z
    .string()
    .refine((path) => !pem.test(path))
    .optional(),
  RATCHET_STORAGE: z
    .string()
    .regex(/AccountKey=|SharedAccessSignature=|UseDevelopmentStorage=true/i)
    .optional(),
  RATCHET_STORAGE__blobServiceUri: https.optional(),
  RATCHET_STORAGE__tableServiceUri: https.optional(),
  RATCHET_CONTAINER: z.string().regex(/^[a-z0-9](?:-?[a-z0-9]){2,62}$/),
  RATCHET_SERVICEBUS: z
    .string()
    .regex(/Endpoint=sb:\/\/.*(?:SharedAccessKey|SharedAccessSignature)=/i)
    .optional(),
  RATCHET_SERVICEBUS__fullyQualifiedNamespace: z
    .string()
    .regex(/^[a-z0-9.-]+$/i)
    .optional(),
  RATCHET_EVENTGRID_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  RATCHET_EVENTGRID_KEY: text.optional(),
  RATCHET_AZURE_DEVOPS_URL: https.optional(),
  RATCHET_GITHUB_URL: https.default('https://api.github.com'),
  RATCHET_GITHUB_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{20,}$/)
    .optional(),
  RATCHET_LOGS_WORKSPACE: z.guid().optional(),
  RATCHET_LOGS_ENDPOINT: https.default('https://api.loganalytics.io/v1'),
  RATCHET_MODELS_DIR: text.optional(),
  AZURE_CLIENT_ID: z.guid().optional(),
  RATCHET_DATA_HOOK_SECRET: z
    .string()
    .transform((secrets) => secrets.split(',').map((secret) => secret.trim()))
    .refine((secrets) => secrets.every((secret) => secret.length >= 32))
    .default([]),
  RATCHET_ROLES: z
    .string()
    .refine((value) => readRoles(value) !== null)
    .optional(),
  RATCHET_TEAMS: z
    .string()
    .refine((value) => readTeams(value) !== null)
    .optional(),
});

type Environment = z.infer<typeof EnvironmentSchema>;
type SettingName = keyof Environment;
export const settingNames = Object.keys(EnvironmentSchema.shape) as readonly SettingName[];

interface Explanation {
  readonly must: string;
  readonly next: string;
  readonly secret?: true;
}

const serviceUri = (service: string): Explanation => ({
  must: 'be an https address',
  next: `set it to https://ACCOUNT.${service}.core.windows.net`,
});

const explanations: Readonly<Record<SettingName, Explanation>> = {
  RATCHET_WORKSPACE_ID: {
    must: 'be the resource id of an Azure Machine Learning workspace',
    next: 'set it to /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.MachineLearningServices/workspaces/NAME',
  },
  RATCHET_ARM_ENDPOINT: {
    must: 'be an https address',
    next: 'leave it out for https://management.azure.com',
  },
  RATCHET_CA_FILE: {
    must: 'be the path of a PEM file, not its content',
    next: 'set the path, or leave it out',
  },
  RATCHET_STORAGE: {
    must: 'be the connection string of a storage account',
    next: 'copy it from the access keys of the account, or set RATCHET_STORAGE__blobServiceUri and RATCHET_STORAGE__tableServiceUri to use the identity of the app',
    secret: true,
  },
  RATCHET_STORAGE__blobServiceUri: serviceUri('blob'),
  RATCHET_STORAGE__tableServiceUri: serviceUri('table'),
  RATCHET_CONTAINER: {
    must: "be the name of the container behind the workspace's default datastore",
    next: 'look it up under Data, Datastores, workspaceblobstore',
  },
  RATCHET_SERVICEBUS: {
    must: 'be the connection string of a Service Bus namespace',
    next: 'copy it from the shared access policies of the namespace, or set RATCHET_SERVICEBUS__fullyQualifiedNamespace to use the identity of the app',
    secret: true,
  },
  RATCHET_SERVICEBUS__fullyQualifiedNamespace: {
    must: 'be a host name without scheme or path',
    next: 'set it to NAMESPACE.servicebus.windows.net',
  },
  RATCHET_EVENTGRID_ENDPOINT: {
    must: 'be the address of an Event Grid topic',
    next: 'copy the topic endpoint, https://TOPIC.REGION-1.eventgrid.azure.net/api/events',
  },
  RATCHET_EVENTGRID_KEY: { must: 'be an access key of the topic', next: 'copy key 1 or key 2', secret: true },
  RATCHET_AZURE_DEVOPS_URL: {
    must: 'be the https address of an organization of Azure DevOps',
    next: 'set it to https://dev.azure.com/ORGANIZATION, or leave it out where no stage uses azure-pipelines',
  },
  RATCHET_GITHUB_URL: {
    must: 'be the https address of the REST API of GitHub',
    next: 'leave it out for https://api.github.com; GitHub Enterprise Server has it at https://HOST/api/v3',
  },
  RATCHET_GITHUB_TOKEN: {
    must: 'be a token of GitHub, at least 20 characters without blanks',
    next: 'make a fine-grained one with Actions: read and write for the repositories of the pipelines, or leave it out where no stage uses github',
    secret: true,
  },
  RATCHET_LOGS_WORKSPACE: {
    must: 'be the workspace id (a GUID) of a Log Analytics workspace',
    next: 'copy it from the overview of the workspace, or leave it out where no model file has queries or release checks',
  },
  RATCHET_LOGS_ENDPOINT: {
    must: 'be an https address',
    next: 'leave it out for https://api.loganalytics.io/v1',
  },
  RATCHET_MODELS_DIR: { must: 'be the folder of the model files', next: 'leave it out for ./models' },
  AZURE_CLIENT_ID: {
    must: 'be the client id (a GUID) of a user-assigned identity',
    next: 'leave it out to use the system-assigned identity',
  },
  RATCHET_DATA_HOOK_SECRET: {
    must: 'be secrets of at least 32 characters each, separated by commas',
    next: 'make one with openssl rand -hex 32, or leave it out: the hook is not there then',
    secret: true,
  },
  RATCHET_ROLES: {
    must: `be roles (${roles.join(', ')}) and the object ids (GUIDs) of the groups that have them, such as approver=ID,ID;operator=ID`,
    next: 'copy the ids under Microsoft Entra ID, Groups, or leave it out where app roles are assigned',
  },
  RATCHET_TEAMS: {
    must: 'be names that model files use, in lower case, and the object ids (GUIDs) of the groups they stand for, such as ml-leads=ID,ID',
    next: 'copy the ids under Microsoft Entra ID, Groups, or leave it out',
  },
};

/** Reads and checks all settings. Throws one `bad-setting` error that lists every problem. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  // An empty value is how many tools write "not set".
  const given = Object.fromEntries(settingNames.map((name) => [name, env[name]?.trim() || undefined]));
  const result = EnvironmentSchema.safeParse(given);
  const wrong = result.success ? [] : result.error.issues.map((issue) => issue.path[0] as SettingName);
  const problems = [
    ...[...new Set(wrong)].map((name) => describeProblem(name, given[name])),
    ...checkConnections(given),
  ];
  if (problems.length > 0 || !result.success) {
    throw new RatchetError('bad-setting', `settings are not usable: ${problems.join('; ')}`, {
      subject: { settings: wrong.join(',') },
    });
  }
  return settingsOf(result.data, env);
}

function describeProblem(name: SettingName, value: string | undefined): string {
  const { must, next, secret } = explanations[name];
  const seen =
    value === undefined
      ? 'nothing'
      : secret
        ? `${value.length} characters`
        : JSON.stringify(value.slice(0, 200));
  return `${name} must ${must}; found ${seen}; ${next}`;
}

/** What concerns two settings at once. */
function checkConnections(given: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = [];
  const uris = ['RATCHET_STORAGE__blobServiceUri', 'RATCHET_STORAGE__tableServiceUri'] as const;
  if (given['RATCHET_STORAGE'] === undefined) {
    const missing = uris.filter((name) => given[name] === undefined);
    if (missing.length === 2) problems.push(describeProblem('RATCHET_STORAGE', undefined));
    else problems.push(...missing.map((name) => describeProblem(name, undefined)));
  }
  const topic = given['RATCHET_EVENTGRID_ENDPOINT'];
  if (topic?.startsWith('http:') && given['RATCHET_EVENTGRID_KEY'] === undefined) {
    problems.push(
      `RATCHET_EVENTGRID_KEY must be set where RATCHET_EVENTGRID_ENDPOINT is plain http; found nothing; set the key, or use https: the identity's token is never sent in the clear`,
    );
  }
  return problems;
}

function settingsOf(env: Environment, given: Readonly<Record<string, string | undefined>>): Settings {
  const [id, subscriptionId, resourceGroup, name] = workspaceId.exec(env.RATCHET_WORKSPACE_ID)!;
  const namespace = env.RATCHET_SERVICEBUS__fullyQualifiedNamespace;
  return {
    workspace: { id, subscriptionId: subscriptionId!, resourceGroup: resourceGroup!, name: name! },
    armEndpoint: env.RATCHET_ARM_ENDPOINT,
    caFile: env.RATCHET_CA_FILE ?? null,
    storage: env.RATCHET_STORAGE
      ? { connectionString: env.RATCHET_STORAGE }
      : { blobUri: env.RATCHET_STORAGE__blobServiceUri!, tableUri: env.RATCHET_STORAGE__tableServiceUri! },
    container: env.RATCHET_CONTAINER,
    serviceBus: env.RATCHET_SERVICEBUS
      ? { connectionString: env.RATCHET_SERVICEBUS }
      : namespace
        ? { namespace }
        : null,
    eventGrid: env.RATCHET_EVENTGRID_ENDPOINT
      ? { endpoint: env.RATCHET_EVENTGRID_ENDPOINT, key: env.RATCHET_EVENTGRID_KEY ?? null }
      : null,
    azureDevOpsUrl: env.RATCHET_AZURE_DEVOPS_URL ?? null,
    github: { url: env.RATCHET_GITHUB_URL, token: env.RATCHET_GITHUB_TOKEN ?? null },
    logs: { workspaceId: env.RATCHET_LOGS_WORKSPACE ?? null, endpoint: env.RATCHET_LOGS_ENDPOINT },
    modelsDir: env.RATCHET_MODELS_DIR ?? null,
    clientId: env.AZURE_CLIENT_ID ?? null,
    dataHookSecrets: env.RATCHET_DATA_HOOK_SECRET,
    signIn: {
      isOn: isSignInOn(given),
      groups: joinGroups(readRoles(env.RATCHET_ROLES ?? ''), readTeams(env.RATCHET_TEAMS ?? '')),
    },
  };
}
