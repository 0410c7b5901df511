/** What each setting must be and what to do where it is not, for whoever set it wrong (settings.ts). */
import { roles } from './access/access-table.ts';
import { readReceivers } from './notices/read-receivers.ts';

export interface Explanation {
  readonly must: string;
  readonly next: string;
  readonly secret?: true;
  /** What is wrong with a value, without a word of what is secret in it. */
  readonly find?: (value: string) => string | null;
}

const serviceUri = (service: string): Explanation => ({
  must: 'be an https address',
  next: `set it to https://ACCOUNT.${service}.core.windows.net`,
});

export const explanationsByName = {
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
    next: 'set it to https://dev.azure.com/ORGANIZATION, or leave it out where no stage uses azure-pipelines or azure-release, and no training is of kind azure-pipelines',
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
  RATCHET_GITHUB_HOOK_SECRET: {
    must: 'be secrets of at least 32 characters each, separated by commas',
    next: 'make one with openssl rand -hex 32 and give it to the webhook of the GitHub App, or leave it out where no deployment of GitHub asks',
    secret: true,
  },
  RATCHET_GITHUB_APP_ID: {
    must: 'be the client id of a GitHub App, and be set with RATCHET_GITHUB_APP_KEY',
    next: 'copy it from the settings of the app, or leave both out',
  },
  RATCHET_GITHUB_APP_KEY: {
    must: 'be the private key of that app, PEM of RSA, and be set with RATCHET_GITHUB_APP_ID',
    next: 'generate one in the settings of the app; line feeds may be written \\n; or leave both out',
    secret: true,
  },
  RATCHET_WEBHOOK_SECRET: {
    must: 'be secrets as Standard Webhooks writes them, whsec_ and the base64 of 24 to 64 bytes, separated by commas',
    next: 'make one with echo whsec_$(openssl rand -base64 32), or leave it out where no stage uses webhook',
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
  RATCHET_NOTICES: {
    must: 'be receivers of notices, each NAME=teams ADDRESS, NAME=slack ADDRESS or NAME=webhook ADDRESS whsec_SECRET, with semicolons between',
    next: 'see docs/notices.md, or leave it out: nobody is told',
    secret: true,
    find: findWrongReceiver,
  },
  RATCHET_PUBLIC_URL: {
    must: 'be the https address at which people reach the app (http for 127.0.0.1 alone)',
    next: 'set it to https://APP.azurewebsites.net, or leave it out there: the platform says it',
  },
  RATCHET_LINK_SECRET: {
    must: 'be secrets of at least 32 characters each, separated by commas',
    next: 'make one with openssl rand -hex 32, or leave it out: notices have no links to approvals then',
    secret: true,
  },
  RATCHET_SIGNING_KEY: {
    must: 'be the identifier of a key in Key Vault with its version, or the PEM of a private key of the curve P-256, with line feeds or \\n between its lines',
    next: 'name https://VAULT.vault.azure.net/keys/NAME/VERSION, make a key with openssl ecparam -genkey -name prime256v1 -noout, or leave it out: nothing is packed and signed then',
    secret: true,
  },
  RATCHET_TRACES: {
    must: "be the http or https address of a trace store with Jaeger's query API v3",
    next: 'set it to http://HOST:16686, or leave it out: traces are read in Application Insights then',
  },
  RATCHET_CHECKS_KEPT: {
    must: 'be an ISO 8601 duration without months or years, of a day at least',
    next: 'set it to how long checks of rules are to be kept, or leave it out for P400D',
  },
  RATCHET_HISTORIES_KEPT: {
    must: 'be an ISO 8601 duration without months or years, of 30 days at least: so long a fact may come again, and is known by its history',
    next: 'set it to how long the task hub is to keep what has ended, or leave it out for P90D',
  },
  RATCHET_TRUSTED_KEYS: {
    must: 'be PEMs of public keys of the curve P-256, one after the other, with line feeds or \\n between their lines',
    next: 'put the public halves of keys there that packages were signed by before, or leave it out: packages by the key of today alone are verified then',
    secret: true,
  },
} as const satisfies Readonly<Record<string, Explanation>>;

/** What is wrong with `RATCHET_NOTICES`; null: nothing. */
export function findWrongReceiver(text: string): string | null {
  const read = readReceivers(text);
  return 'wrong' in read ? read.wrong : null;
}
