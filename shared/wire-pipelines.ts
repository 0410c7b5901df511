/** Builds the channels that start something outside, for the wiring. As lazily as it: see there. */
import type { TokenCredential } from '@azure/identity';
import type { Queues } from './azure/service-bus.ts';
import type { TlsOptions } from './azure/tls.ts';
import type { PipelineStage, WebhookStage } from './config/pipeline-stage-schema.ts';
import type { Elsewhere } from './domain/elsewhere.ts';
import type { TrainingChannel } from './elsewhere/training-channel.ts';
import { RatchetError } from './errors.ts';
import { once } from './once.ts';
import type { PipelineChannel } from './release/channels/pipeline-channel.ts';
import type { Rest } from './release/channels/rest.ts';
import type { Settings } from './settings.ts';
import { wireGitHub } from './wire-github.ts';

interface Base {
  readonly settings: () => Promise<Settings>;
  readonly credential: () => Promise<TokenCredential>;
  readonly tls: () => Promise<TlsOptions>;
  readonly queues: () => Promise<Queues>;
}

interface Adviser {
  readonly urlOf: (azureDevOpsUrl: string) => string;
  readonly advise: (status: number) => string;
}

export function wirePipelines({ settings, credential, tls, queues }: Base) {
  /** The organization, with the identity of the app: pipelines and releases have an address and an adviser of their own. */
  const azureDevOpsFor = async (uses: string, { urlOf, advise }: Adviser): Promise<Rest> => {
    const { azureDevOpsUrl } = await settings();
    if (azureDevOpsUrl === null) throw unset('RATCHET_AZURE_DEVOPS_URL', uses);
    const [sdk, { Rest }, { azureDevOpsScope }] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./release/channels/rest.ts'),
      import('./release/channels/azure-pipelines.ts'),
    ]);
    const identity = await credential();
    return new Rest(sdk, {
      ...{ service: 'Azure DevOps', baseUrl: urlOf(azureDevOpsUrl), tls: await tls(), advise },
      authorize: async () => bearer((await identity.getToken(azureDevOpsScope))?.token ?? ''),
    });
  };

  const azureRelease = once(async () => {
    const { adviseAzureRelease, releasesUrlOf } = await import('./release/channels/azure-release.ts');
    return azureDevOpsFor(channel('azure-release'), { urlOf: releasesUrlOf, advise: adviseAzureRelease });
  });

  const azureDevOps = once(async () => {
    const { adviseAzureDevOps } = await import('./release/channels/azure-pipelines.ts');
    return azureDevOpsFor(channel('azure-pipelines'), { urlOf: (url) => url, advise: adviseAzureDevOps });
  });

  const azureTraining = once(async () => {
    const { adviseAzureTraining } = await import('./elsewhere/azure-training.ts');
    const uses = 'a training is of kind azure-pipelines';
    return azureDevOpsFor(uses, { urlOf: (url) => url, advise: adviseAzureTraining });
  });

  const gitHub = wireGitHub({ settings, tls });
  const webhook = (stage: WebhookStage) => openWebhook(stage, { settings, tls });

  /** What trains outside of the workspace. */
  const trainingChannel = async (
    of: Pick<Elsewhere, 'project' | 'pipeline' | 'branch'>,
  ): Promise<TrainingChannel> => {
    const { AzureTraining } = await import('./elsewhere/azure-training.ts');
    return new AzureTraining(await azureTraining(), of);
  };

  /** What a stage of a release starts. */
  const pipelineChannel = async (stage: PipelineStage): Promise<PipelineChannel> => {
    if (stage.channel === 'webhook') return webhook(stage);
    if (stage.channel === 'service-bus') {
      const { QueueWithReplies } = await import('./release/channels/queue-with-replies.ts');
      return new QueueWithReplies(await queues(), stage);
    }
    if (stage.channel === 'github') {
      const { GitHubActions } = await import('./release/channels/github-actions.ts');
      return new GitHubActions(await gitHub(stage), stage);
    }
    if (stage.channel === 'azure-release') {
      const { AzureRelease } = await import('./release/channels/azure-release.ts');
      return new AzureRelease(await azureRelease(), stage);
    }
    const { AzurePipelines } = await import('./release/channels/azure-pipelines.ts');
    return new AzurePipelines(await azureDevOps(), stage);
  };

  return { pipelineChannel, trainingChannel };
}

async function openWebhook(
  stage: WebhookStage,
  { settings, tls }: Pick<Base, 'settings' | 'tls'>,
): Promise<PipelineChannel> {
  const { webhookKeys } = await settings();
  if (webhookKeys.length === 0) throw unset('RATCHET_WEBHOOK_SECRET', channel('webhook'));
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
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const channel = (name: string): string => `a release stage uses channel ${name}`;

function unset(setting: string, where: string): RatchetError {
  return new RatchetError(
    'bad-setting',
    `${setting} must be set where ${where}; found nothing; see docs/settings.md`,
    { subject: { settings: setting } },
  );
}
