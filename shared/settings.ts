/**
 * The settings of the application, read from environment variables. docs/settings.md lists them for people.
 *
 * Owns: names, rules, defaults. Does not own: the words about a setting that is wrong (explain-settings.ts), making clients
 * from settings (wiring.ts).
 *
 * Invariants
 * 1. Every problem is reported at once, each with the setting, the rule, what was found and the next step.
 * 2. The value of a secret is in no message.
 */

import { z } from 'zod';
import { joinGroups, readRoles, readTeams } from './access/read-groups.ts';
import { isSignInOn, type SignIn } from './access/sign-in.ts';
import { parseDurationMs } from './config/duration.ts';
import { address, isPlain } from './config/plain-address.ts';
import { type GitHubApp, readAppKey } from './controllers/github-app.ts';
import { leastHistoryMs } from './domain/durable-names.ts';
import { readVaultKey, type VaultKey } from './domain/vault-key.ts';
import { RatchetError } from './errors.ts';
import { type Explanation, explanationsByName, findWrongReceiver } from './explain-settings.ts';
import { readWebhookSecret } from './http/webhook-signature.ts';
import { maskSecrets } from './mask-secrets.ts';
import { type Receivers, readReceivers } from './notices/read-receivers.ts';
import { arePublicKeys, isSigningKey } from './package/bundle.ts';

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
  /** Secrets that webhooks of our GitHub App may be signed with; none: they are not taken. */
  readonly gitHubHookSecrets: readonly string[];
  /** Who we are at GitHub where a deployment is reviewed; null: nobody but the holder of `github.token`. */
  readonly gitHubApp: GitHubApp | null;
  /** Keys that requests of stages are signed with; none: no stage may use webhooks. */
  readonly webhookKeys: readonly Uint8Array[];
  /** `workspaceId` null: no model file may have queries. `endpoint` without a slash at its end. */
  readonly logs: { readonly workspaceId: string | null; readonly endpoint: string };
  /** Null: the folder `models` beside package.json. */
  readonly modelsDir: string | null;
  readonly clientId: string | null;
  /** Secrets that notices of uploads may be signed with; none: the hook is not there. */
  readonly dataHookSecrets: readonly string[];
  /** How people prove who they are. */
  readonly signIn: SignIn;
  /** Who may be told of what, by the names that model files use. */
  readonly receivers: Receivers;
  /** Where people reach the app, without a slash at its end; null: it is not known, and notices have no links. */
  readonly publicUrl: string | null;
  /** What links to approvals are signed with, the first; the others still count. None: notices have no such links. */
  readonly linkSecrets: readonly string[];
  /** PEM of the private key that packages are signed with; null: they are not made. */
  readonly signingKey: { readonly pem: string } | VaultKey | null;
  /** Public keys that packages may have been signed by beside it, one PEM after the other; empty: none. */
  readonly trustedKeys: string;
  /** Who keeps the traces that the app tells, without a slash at its end; null: it cannot be asked. */
  readonly tracesUrl: string | null;
  /** How long checks of rules are kept. */
  readonly checksKeptMs: number;
  /** How long the history of an orchestration that has ended is kept, from when it began. */
  readonly historiesKeptMs: number;
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
const like = (pattern: RegExp) => z.string().regex(pattern);
const https = address(/^https$/).transform((url) => url.replace(/\/+$/, ''));
/** Several, separated by commas, while one is changed for another. */
const secrets = z
  .string()
  .transform((text) => text.split(',').map((secret) => secret.trim()))
  .refine((all) => all.every((secret) => secret.length >= 32))
  .default([]);
const dayMs = 86_400_000;
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
  RATCHET_SERVICEBUS__fullyQualifiedNamespace: like(/^[a-z0-9.-]+$/i).optional(),
  RATCHET_EVENTGRID_ENDPOINT: address(/^https?$/).optional(),
  RATCHET_EVENTGRID_KEY: text.optional(),
  RATCHET_AZURE_DEVOPS_URL: https.optional(),
  RATCHET_GITHUB_URL: https.default('https://api.github.com'),
  RATCHET_GITHUB_TOKEN: like(/^[\x21-\x7e]{20,}$/).optional(),
  RATCHET_GITHUB_HOOK_SECRET: secrets,
  RATCHET_GITHUB_APP_ID: like(/^[\w.-]{1,100}$/).optional(),
  RATCHET_GITHUB_APP_KEY: z
    .string()
    .refine((value) => readAppKey(value) !== null)
    .optional(),
  RATCHET_WEBHOOK_SECRET: z
    .string()
    .transform((text) => text.split(',').map((secret) => readWebhookSecret(secret.trim())))
    .refine((keys) => keys.every((key) => key !== null))
    .default([]),
  RATCHET_LOGS_WORKSPACE: z.guid().optional(),
  RATCHET_LOGS_ENDPOINT: https.default('https://api.loganalytics.io/v1'),
  RATCHET_MODELS_DIR: text.optional(),
  AZURE_CLIENT_ID: z.guid().optional(),
  RATCHET_DATA_HOOK_SECRET: secrets,
  RATCHET_ROLES: z
    .string()
    .refine((value) => readRoles(value) !== null)
    .optional(),
  RATCHET_TEAMS: z
    .string()
    .refine((value) => readTeams(value) !== null)
    .optional(),
  RATCHET_NOTICES: z
    .string()
    .refine((value) => findWrongReceiver(value) === null)
    .optional(),
  RATCHET_PUBLIC_URL: address(/^https?$/)
    .refine((url) => /^https:|^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/.test(`${url}/`))
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  RATCHET_LINK_SECRET: secrets,
  RATCHET_SIGNING_KEY: z
    .string()
    .transform((text) => text.replaceAll('\\n', '\n').trim())
    .refine((text) => isSigningKey(text) || readVaultKey(text) !== null)
    .optional(),
  RATCHET_TRUSTED_KEYS: z
    .string()
    .transform((text) => text.replaceAll('\\n', '\n'))
    .refine(arePublicKeys)
    .optional(),
  RATCHET_TRACES: address(/^https?$/)
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  RATCHET_CHECKS_KEPT: z
    .string()
    .refine((text) => (parseDurationMs(text) ?? 0) >= dayMs)
    .default('P400D'),
  RATCHET_HISTORIES_KEPT: z
    .string()
    .refine((text) => (parseDurationMs(text) ?? 0) >= leastHistoryMs)
    .default('P90D'),
});

type Environment = z.infer<typeof EnvironmentSchema>;
type SettingName = keyof Environment;
export const settingNames = Object.keys(EnvironmentSchema.shape) as readonly SettingName[];

const explanations: Readonly<Record<SettingName, Explanation>> = explanationsByName;

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
  const { must, next, secret, find } = explanations[name];
  const why = value === undefined ? null : find?.(value);
  const seen =
    value === undefined
      ? 'nothing'
      : secret
        ? `${value.length} characters${why ? `, of which ${why}` : ''}`
        : JSON.stringify(maskSecrets(value).slice(0, 200));
  const isNamed = value !== undefined && !secret && /^https?:/i.test(value) && !isPlain(value);
  return `${name} must ${must}${isNamed ? ', without a name or password before the host' : ''}; found ${seen}; ${next}`;
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
  const app = ['RATCHET_GITHUB_APP_ID', 'RATCHET_GITHUB_APP_KEY'] as const;
  const unset = app.filter((name) => given[name] === undefined);
  if (unset.length === 1) problems.push(describeProblem(unset[0]!, undefined));
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
    gitHubHookSecrets: env.RATCHET_GITHUB_HOOK_SECRET,
    gitHubApp: appOf(env),
    webhookKeys: env.RATCHET_WEBHOOK_SECRET.filter((key) => key !== null),
    logs: { workspaceId: env.RATCHET_LOGS_WORKSPACE ?? null, endpoint: env.RATCHET_LOGS_ENDPOINT },
    modelsDir: env.RATCHET_MODELS_DIR ?? null,
    clientId: env.AZURE_CLIENT_ID ?? null,
    dataHookSecrets: env.RATCHET_DATA_HOOK_SECRET,
    signIn: {
      isOn: isSignInOn(given),
      groups: joinGroups(readRoles(env.RATCHET_ROLES ?? ''), readTeams(env.RATCHET_TEAMS ?? '')),
    },
    receivers: receiversOf(env.RATCHET_NOTICES ?? ''),
    publicUrl: env.RATCHET_PUBLIC_URL ?? hostOf(given),
    linkSecrets: env.RATCHET_LINK_SECRET,
    signingKey: signingKeyOf(env.RATCHET_SIGNING_KEY),
    trustedKeys: env.RATCHET_TRUSTED_KEYS ?? '',
    tracesUrl: env.RATCHET_TRACES ?? null,
    checksKeptMs: parseDurationMs(env.RATCHET_CHECKS_KEPT)!,
    historiesKeptMs: parseDurationMs(env.RATCHET_HISTORIES_KEPT)!,
  };
}

/** Both are set, or neither (checkConnections). */
function appOf({ RATCHET_GITHUB_APP_ID: id, RATCHET_GITHUB_APP_KEY: text }: Environment): GitHubApp | null {
  const key = text === undefined ? null : readAppKey(text);
  return id === undefined || key === null ? null : { id, key };
}

function signingKeyOf(text: string | undefined): Settings['signingKey'] {
  return text === undefined ? null : (readVaultKey(text) ?? { pem: text });
}

function receiversOf(text: string): Receivers {
  const read = readReceivers(text);
  return 'wrong' in read ? new Map() : read;
}

/** App Service says under which name it runs an app; nobody could sign in elsewhere. */
function hostOf(given: Readonly<Record<string, string | undefined>>): string | null {
  const host = given['WEBSITE_HOSTNAME'];
  return host && isSignInOn(given) ? `https://${host}` : null;
}
