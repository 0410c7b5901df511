/** Builds the channels that start something outside, for the wiring. As lazily as it: see there. */
import type { TokenCredential } from '@azure/identity';
import type { Queues } from './azure/service-bus.ts';
import type { TlsOptions } from './azure/tls.ts';
import type { PipelineStage, WebhookStage } from './config/pipeline-stage-schema.ts';
import { RatchetError } from './errors.ts';
import { once } from './once.ts';
import type { PipelineChannel } from './release/channels/pipeline-channel.ts';
import type { Rest } from './release/channels/rest.ts';
import type { Settings } from './settings.ts';

interface Base {
  readonly settings: () => Promise<Settings>;
  readonly credential: () => Promise<TokenCredential>;
  readonly tls: () => Promise<TlsOptions>;
  readonly queues: () => Promise<Queues>;
}

export function wirePipelines({ settings, credential, tls, queues }: Base) {
  const azureDevOps = once(async (): Promise<Rest> => {
    const { azureDevOpsUrl } = await settings();
    if (azureDevOpsUrl === null) throw unset('RATCHET_AZURE_DEVOPS_URL', 'azure-pipelines');
    const [sdk, { Rest }, { adviseAzureDevOps, azureDevOpsScope }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./release/channels/rest.ts'),
      import('./release/channels/azure-pipelines.ts'),
    ]);
    const identity = await credential();
    return new Rest(sdk, {
      ...{ service: 'Azure DevOps', baseUrl: azureDevOpsUrl, tls: await tls(), advise: adviseAzureDevOps },
      authorize: async () => bearer((await identity.getToken(azureDevOpsScope))?.token ?? ''),
    });
  });

  const gitHub = once(async (): Promise<Rest> => {
    const { url, token } = (await settings()).github;
    if (token === null) throw unset('RATCHET_GITHUB_TOKEN', 'github');
    const [sdk, { Rest }, { adviseGitHub, gitHubHeaders }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./release/channels/rest.ts'),
      import('./release/channels/github-actions.ts'),
    ]);
    return new Rest(sdk, {
      ...{ service: 'GitHub', baseUrl: url, tls: await tls(), advise: adviseGitHub, headers: gitHubHeaders },
      authorize: async () => bearer(token),
    });
  });

  const webhook = async (stage: WebhookStage): Promise<PipelineChannel> => {
    const { webhookKeys } = await settings();
    if (webhookKeys.length === 0) throw unset('RATCHET_WEBHOOK_SECRET', 'webhook');
    const [sdk, { Rest }, { SignedWebhook, adviseWebhook, signMessage }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./release/channels/rest.ts'),
      import('./release/channels/signed-webhook.ts'),
    ]);
    const { host } = new URL(stage.url);
    const rest = new Rest(sdk, {
      ...{ service: host, baseUrl: stage.url, tls: await tls(), advise: adviseWebhook },
      authorize: async ({ messageId = '' }, body) =>
        signMessage({ id: messageId, unixSeconds: Math.floor(Date.now() / 1000), body }, webhookKeys),
    });
    return new SignedWebhook(rest, stage);
  };

  /** What a stage of a release starts. */
  return async (stage: PipelineStage): Promise<PipelineChannel> => {
    if (stage.channel === 'webhook') return webhook(stage);
    if (stage.channel === 'service-bus') {
      const { QueueWithReplies } = await import('./release/channels/queue-with-replies.ts');
      return new QueueWithReplies(await queues(), stage);
    }
    if (stage.channel === 'github') {
      const { GitHubActions } = await import('./release/channels/github-actions.ts');
      return new GitHubActions(await gitHub(), stage);
    }
    const { AzurePipelines } = await import('./release/channels/azure-pipelines.ts');
    return new AzurePipelines(await azureDevOps(), stage);
  };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function unset(setting: string, channel: string): RatchetError {
  return new RatchetError(
    'bad-setting',
    `${setting} must be set where a release stage uses channel ${channel}; found nothing; see docs/settings.md`,
    { subject: { settings: setting } },
  );
}
