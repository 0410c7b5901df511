/** What settings say together that each alone does not. Pure. */
import type { ModelConfig } from '../config/schema.ts';
import { isElsewhere } from '../domain/elsewhere.ts';
import type { Settings } from '../settings.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

type Models = readonly ModelConfig[];

export function examineSettings(settings: Settings, models: Models): readonly Finding[] {
  const findings = [...findUnset(settings, models), ...findContradictions(settings)];
  return findings.length > 0 ? findings : [ok('settings', 'all that the model files need are set')];
}

/** A setting that a model file needs, which no single setting shows. */
function* findUnset(settings: Settings, models: Models): Generator<Finding> {
  const needs = (uses: (model: ModelConfig) => boolean): string =>
    models
      .filter(uses)
      .map(({ model }) => model)
      .join(', ');
  const channels = (channel: string) =>
    needs((model) => model.release.stages.some((stage) => 'channel' in stage && stage.channel === channel));
  const required: readonly [setting: string, isSet: boolean, users: string, what: string][] = [
    [
      'RATCHET_SERVICEBUS',
      settings.serviceBus !== null,
      channels('service-bus'),
      'a stage with channel service-bus',
    ],
    [
      'RATCHET_EVENTGRID_ENDPOINT',
      settings.eventGrid !== null,
      channels('event-grid'),
      'a stage with channel event-grid',
    ],
    [
      'RATCHET_AZURE_DEVOPS_URL',
      settings.azureDevOpsUrl !== null,
      channels('azure-pipelines'),
      'a stage with channel azure-pipelines',
    ],
    [
      'RATCHET_AZURE_DEVOPS_URL',
      settings.azureDevOpsUrl !== null,
      needs(({ training }) => isElsewhere(training)),
      'a training of kind azure-pipelines',
    ],
    [
      'RATCHET_GITHUB_TOKEN',
      settings.github.token !== null,
      channels('github'),
      'a stage with channel github',
    ],
    [
      'RATCHET_WEBHOOK_SECRET',
      settings.webhookKeys.length > 0,
      channels('webhook'),
      'a stage with channel webhook',
    ],
    [
      'RATCHET_LOGS_WORKSPACE',
      settings.logs.workspaceId !== null,
      needs(({ triggers }) => triggers.queries.length > 0),
      'queries',
    ],
  ];
  for (const [setting, isSet, users, what] of required)
    if (!isSet && users !== '')
      yield problem(
        'settings',
        `${setting} is not set, and ${users} has ${what}`,
        `set ${setting}: docs/settings.md`,
      );
}

function* findContradictions(settings: Settings): Generator<Finding> {
  const { signIn, receivers, publicUrl, linkSecrets, gitHubHookSecrets, github } = settings;
  if (!signIn.isOn)
    yield warning(
      'sign-in',
      'App Service authentication is off: nobody can sign in, so nobody can approve, thaw or resume anything',
      'turn it on: docs/access.md',
    );
  else if (signIn.groups.size === 0)
    yield ok(
      'sign-in',
      'App Service authentication is on; roles come from app roles alone (RATCHET_ROLES is not set)',
    );
  else
    yield ok(
      'sign-in',
      `App Service authentication is on, with ${signIn.groups.size} groups that have roles or teams`,
    );
  if (receivers.size > 0 && publicUrl === null)
    yield warning(
      'notices',
      'RATCHET_NOTICES is set, RATCHET_PUBLIC_URL is not: notices have no links',
      'set RATCHET_PUBLIC_URL',
    );
  if (publicUrl !== null && receivers.size > 0 && linkSecrets.length === 0)
    yield warning(
      'notices',
      'RATCHET_LINK_SECRET is not set: notices have no links to approve by',
      'set RATCHET_LINK_SECRET',
    );
  if (gitHubHookSecrets.length > 0 && github.token === null && settings.gitHubApp === null)
    yield warning(
      'GitHub',
      'RATCHET_GITHUB_HOOK_SECRET is set, but neither a token nor an app to answer with',
      'set RATCHET_GITHUB_APP_ID and RATCHET_GITHUB_APP_KEY',
    );
}
