import { describe, expect, it } from 'vitest';
import { readModelFile } from '../../../shared/config/load.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { examineSettings } from '../../../shared/doctor/examine-settings.ts';
import { readSettings } from '../../../shared/settings.ts';

const least = {
  RATCHET_WORKSPACE_ID:
    '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw',
  RATCHET_CONTAINER: 'azureml-blobstore-1234',
  RATCHET_STORAGE__blobServiceUri: 'https://acc.blob.core.windows.net',
  RATCHET_STORAGE__tableServiceUri: 'https://acc.table.core.windows.net',
};

function sample(): ModelConfig {
  const parsed = readModelFile('models/spam-filter.yaml');
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model.config;
}

const said = (env: Record<string, string>): string[] =>
  examineSettings(readSettings({ ...least, ...env }), [sample()])
    .filter(({ state }) => state !== 'ok')
    .map(({ state, saw }) => `${state}: ${saw}`);

describe('settings, looked at together', () => {
  it('lack what a stage of a model file needs', () => {
    expect(said({ WEBSITE_AUTH_ENABLED: 'True' })).toEqual([
      'problem: RATCHET_SERVICEBUS is not set, and spam-filter has a stage with channel service-bus',
      'problem: RATCHET_EVENTGRID_ENDPOINT is not set, and spam-filter has a stage with channel event-grid',
    ]);
  });

  it('say that nobody can sign in where App Service authentication is off', () => {
    expect(said({}).at(-1)).toMatch(/^warning: App Service authentication is off: nobody can sign in/);
  });

  it('contradict each other where notices have nowhere to lead', () => {
    const receivers = {
      RATCHET_NOTICES: 'team=slack https://hooks.slack.com/services/T/B/x',
      WEBSITE_AUTH_ENABLED: 'true',
    };
    expect(said(receivers)).toContain(
      'warning: RATCHET_NOTICES is set, RATCHET_PUBLIC_URL is not: notices have no links',
    );
    expect(said({ ...receivers, RATCHET_PUBLIC_URL: 'https://app.azurewebsites.net' })).toContain(
      'warning: RATCHET_LINK_SECRET is not set: notices have no links to approve by',
    );
  });
});
