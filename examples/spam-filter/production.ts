/**
 * The stand-in for the application that uses the spam filter in production.
 *
 * Owns: which released model scores the mail, and what it reports about its own decisions.
 * Does not own: whether and when a model is released; it learns of a release only by message, as any consumer would.
 *
 * Invariants
 * 1. A release takes effect once: notices with a known `releaseId` are dropped, and so are notices older than the
 *    release in force, which a queue may deliver late.
 * 2. A message is completed only when its model is loaded, so a crash before that brings the message back.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { loadModel, type SpamModel } from './model.ts';
import { metricsOf, type Tally } from './tally.ts';

interface ProductionSettings {
  /** Name of the model in the registry and in the API. */
  readonly model: string;
  readonly serviceBusConnection: string;
  readonly queue: string;
  readonly storageConnection: string;
  /** The container behind the workspace's default datastore. */
  readonly container: string;
  /** Where downloaded models are kept. */
  readonly modelsFolder: string;
  /** Root of Ratchet's API, such as `http://127.0.0.1:7071/api`. */
  readonly apiRoot: string;
  /** Function key, where the API asks for one. */
  readonly apiKey?: string;
}

/** The parts of a release notice this application uses. */
interface ReleaseNotice {
  readonly releaseId: string;
  readonly runId: string;
  readonly model: { readonly name: string; readonly version: string; readonly modelUri: string };
  readonly releasedAt: string;
}

export interface ReleasedModel {
  readonly releaseId: string;
  /** The run that made it. */
  readonly runId: string;
  readonly version: string;
  readonly releasedAt: string;
  readonly model: SpamModel;
}

interface Breach {
  readonly signalId: string;
  readonly rule: string;
  readonly summary: string;
}

export interface Production {
  /** The model in force, or null before the first release. */
  champion(): ReleasedModel | null;
  /** Every release taken up, the first one first. */
  releases(): readonly ReleasedModel[];
  /** Problems met while receiving; the queue delivers again by itself. */
  problems(): readonly string[];
  /** Reports what the model in force did in a window of time; answers the thresholds the report broke. */
  report(window: { startMs: number; endMs: number }, tally: Tally): Promise<readonly Breach[]>;
  stop(): Promise<void>;
}

export function startProduction(settings: ProductionSettings): Production {
  const container = BlobServiceClient.fromConnectionString(settings.storageConnection).getContainerClient(
    settings.container,
  );
  const bus = new ServiceBusClient(settings.serviceBusConnection);
  const receiver = bus.createReceiver(settings.queue);
  const releases: ReleasedModel[] = [];
  const problems: string[] = [];

  receiver.subscribe({
    processMessage: async (message) => {
      const notice = readNotice(message, settings.model);
      if (!notice || !isNews(notice, releases)) return;
      const folder = join(settings.modelsFolder, notice.releaseId);
      await downloadModel(container, notice.model.modelUri, folder);
      const { releaseId, runId, releasedAt } = notice;
      releases.push({
        releaseId,
        runId,
        releasedAt,
        version: notice.model.version,
        model: loadModel(folder),
      });
    },
    processError: async ({ error, errorSource }) => {
      problems.push(`${errorSource}: ${error.message}`);
    },
  });

  return {
    champion: () => releases.at(-1) ?? null,
    releases: () => releases,
    problems: () => problems,
    report: (window, tally) => reportMetrics(settings, window, tally),
    async stop() {
      await receiver.close();
      await bus.close();
    },
  };
}

/** Whether a release is to be taken up: one delivered again, or later than a newer one, is not. */
export function isNews(
  notice: Pick<ReleaseNotice, 'releaseId' | 'releasedAt'>,
  taken: readonly Pick<ReleasedModel, 'releaseId' | 'releasedAt'>[],
): boolean {
  const inForce = taken.at(-1);
  if (inForce && notice.releasedAt < inForce.releasedAt) return false;
  return !taken.some((release) => release.releaseId === notice.releaseId);
}

/** The notice a message carries, or null when it is about something else. */
function readNotice(message: ServiceBusReceivedMessage, model: string): ReleaseNotice | null {
  if (message.subject !== 'Ratchet.ModelReleased') return null;
  const notice = message.body as ReleaseNotice;
  return notice.model.name === model ? notice : null;
}

/** The blob path behind `azureml://.../datastores/NAME/paths/PATH`, with a slash at its end. */
export function blobPrefix(modelUri: string): string {
  const path = /^azureml:\/\/.*?datastores\/[^/]+\/paths\/(.+)$/.exec(modelUri)?.[1];
  if (!path) {
    throw new Error(
      `modelUri: expected azureml://.../datastores/NAME/paths/PATH, got ${JSON.stringify(modelUri)}`,
    );
  }
  return path.endsWith('/') ? path : `${path}/`;
}

async function downloadModel(container: ContainerClient, modelUri: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for await (const blob of container.listBlobsFlat({ prefix: blobPrefix(modelUri) })) {
    const content = await container.getBlobClient(blob.name).downloadToBuffer();
    await writeFile(join(folder, basename(blob.name)), content);
  }
}

async function reportMetrics(
  settings: ProductionSettings,
  window: { startMs: number; endMs: number },
  tally: Tally,
): Promise<readonly Breach[]> {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const response = await fetch(`${settings.apiRoot}/models/${settings.model}/metrics`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(settings.apiKey && { 'x-functions-key': settings.apiKey }),
    },
    body: JSON.stringify({
      observedAt: new Date(window.endMs).toISOString(),
      window: `${day(window.startMs)}/${day(window.endMs)}`,
      sample: tally.sample,
      metrics: metricsOf(tally),
    }),
  });
  if (response.status !== 202) {
    throw new Error(
      `metrics of ${settings.model}: the API answered ${response.status}: ${await response.text()}`,
    );
  }
  return ((await response.json()) as { breaches: Breach[] }).breaches;
}
