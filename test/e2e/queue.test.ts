import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Serving } from '../../shared/domain/deployment.ts';
import { breachText } from '../fixtures/breach-text.ts';
import { deliverToQueue } from '../world/deliver-to-queue.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const workspace = [localCloud.resourceGroup, localCloud.workspace] as const;
const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');

/** Jobs are polled once an hour: a run that goes on was woken by the event of its job. */
const model = tiny
  .replace('  registry: true', '  registry: true\n  drift: true\n  data: true')
  .replace('pollJobs: PT3S', 'pollJobs: PT1H\n  mode: observe');
const modelsFolder = mkdtempSync(join(tmpdir(), 'ratchet-models-'));
writeFileSync(join(modelsFolder, 'tiny.yaml'), model);
afterAll(() => rmSync(modelsFolder, { recursive: true, force: true }));

const event = (id: string, type: string, data: object) => ({
  id,
  eventType: `Microsoft.MachineLearningServices.${type}`,
  subject: 'told by a test',
  eventTime: new Date('2026-03-01T00:00:00Z'),
  dataVersion: '',
  data,
});

async function publish(world: World, ...events: ReturnType<typeof event>[]): Promise<void> {
  const { eventGridEndpoint, eventGridKey } = world.cloud();
  const endpoint = eventGridEndpoint.replace('/topics/ratchet/', '/topics/workspace/');
  const credential = new AzureKeyCredential(eventGridKey);
  await new EventGridPublisherClient(endpoint, 'EventGrid', credential, {
    allowInsecureConnection: true,
  }).send(events);
}

/** Things that nobody should put into the queue. */
async function sendRubbish(world: World): Promise<void> {
  await sendToQueue(world, [
    ...[Buffer.from('{ no JSON'), Buffer.from([0xff, 0xfe])],
    ...[{ hello: 'world' }, [], null],
  ]);
}

async function sendToQueue(world: World, bodies: readonly unknown[]): Promise<void> {
  const client = new ServiceBusClient(world.cloud().serviceBus);
  await client
    .createSender(localCloud.eventsQueue)
    .sendMessages(bodies.map((body) => ({ body, sessionId: 'workspace' })));
  await client.close();
}

/** Events as senders that are not Event Grid may wrap them: the client library makes JSON of all that is no bytes. */
const wrappings: readonly ((text: string) => unknown)[] = [
  (text) => Buffer.from(text),
  (text) => text,
  (text) => JSON.stringify(text),
  (text) => Buffer.from(JSON.stringify(text)),
];
const wrapped = wrappings.map((_wrap, at) =>
  event(`wrapped-${at}`, 'ModelRegistered', { ModelName: 'tiny', ModelVersion: 90 + at }),
);

async function tellWrapped(world: World, way: string): Promise<void> {
  if (way === 'queue') {
    const bodies = wrappings.map((wrap, at) => wrap(JSON.stringify(wrapped[at])));
    await sendToQueue(world, bodies);
  } else {
    await publish(world, ...wrapped);
  }
  for (const at of wrapped.keys()) await untilDecided(world, `registry:tiny:${90 + at}`);
}

async function untilDecided(world: World, id: string): Promise<void> {
  await throughOutages(
    async () => (await world.decisions()).some(({ signal }) => signal.id === id) || undefined,
  );
}

/** A deployment, an older one that comes after it, and another endpoint's, by which the older one has been taken. */
async function deploy(world: World): Promise<void> {
  const deployed = async (day: string, ServiceName: string, ModelIds: string) => {
    const told = event(`${ServiceName}-${day}`, 'ModelDeployed', { ServiceName, ModelIds });
    await publish(world, { ...told, eventTime: new Date(`2026-03-${day}T00:00:00Z`) });
    await untilDelivered(world);
  };
  await deployed('02', 'front', 'tiny:70,other:7');
  await deployed('01', 'front', 'tiny:1');
  await deployed('01', 'back', 'tiny:2');
  await throughOutages(async () => (await serving(world)).length === 2 || undefined);
}

async function serving(world: World): Promise<readonly Serving[]> {
  const { body } = await world.ask('models');
  return (body as { models: { serving: Serving[] }[] }).models[0]!.serving;
}

async function untilDelivered(world: World): Promise<void> {
  await throughOutages(async () => {
    const response = await fetch(`${world.cloud().control}/subscriptions`);
    const subscriptions = (await response.json()) as { pending: number }[];
    return subscriptions.every(({ pending }) => pending === 0) || undefined;
  });
}

async function untilFilesDecided(world: World, count: number): Promise<void> {
  await throughOutages(async () => {
    const files = (await world.decisions()).filter(({ signal }) => signal.kind === 'data');
    return files.length === count || undefined;
  });
}

/** What comes while the host is away waits: in the queue, or with Event Grid until it tries again. */
async function tellWhileAway(world: World, way: string): Promise<void> {
  await world.killHost();
  await publish(world, event('away', 'ModelRegistered', { ModelName: 'tiny', ModelVersion: 98 }));
  if (way === 'queue') await untilDelivered(world);
  await world.startHost();
  await untilDecided(world, 'registry:tiny:98');
}

/** Everything that events can tell: the same in every world. */
async function tellEverything(world: World): Promise<void> {
  const ml = workspaceClient(world.cloud());
  await untilFilesDecided(world, 1);
  await world.untilSettled([await world.requestRun('first')], 60_000);
  const own = (await world.runs())[0]!;
  await ml.modelVersions.createOrUpdate(...workspace, 'tiny', '70', {
    properties: { modelUri: own.challenger!.modelUri, tags: { madeBy: 'jane' } },
  });
  await untilDecided(world, 'registry:tiny:70');
  await world.untilSettled(['registry:tiny:70'], 60_000);

  await ml.jobs.createOrUpdate(...workspace, 'mon-step', {
    properties: {
      jobType: 'Command',
      command: 'node -v',
      environmentId: `${localCloud.workspaceId}/environments/node/versions/24`,
      experimentName: 'tiny_daily',
      tags: {
        azureml_modelmonitor_threshold_breached: breachText('tiny_daily_drift'),
        'mlflow.rootRunId': 'mon',
      },
    },
  });
  const container = BlobServiceClient.fromConnectionString(world.cloud().storage).getContainerClient(
    localCloud.container,
  );
  await container.getBlockBlobClient('tiny/2026-02-01.jsonl').uploadData(Buffer.from('{}\n'));
  const experimentName = 'tiny_daily';
  await publish(
    world,
    event('forged', 'RunStatusChanged', {
      ...{ experimentName, runId: 'nowhere', runStatus: 'Completed' },
      runTags: { azureml_modelmonitor_threshold_breached: breachText('tiny_daily_drift') },
    }),
    event('stale', 'RunStatusChanged', {
      ...{ experimentName, RunId: `${own.runId}-train`, RunStatus: 'Completed' },
      RunTags: { AzureML_ModelMonitor_Threshold_Breached: breachText('tiny_quality') },
    }),
    event('retired', 'DatasetDriftDetected', {
      DataDriftName: 'tiny_weekly',
      RunId: 'v1',
      DriftCoefficient: 0.8,
    }),
    event('own', 'ModelRegistered', { ModelName: 'tiny', ModelVersion: own.registeredVersion! }),
    event('missing', 'ModelRegistered', { ModelName: 'tiny', ModelVersion: 99 }),
  );
  const told = [
    'drift:tiny:mon-step',
    'drift:tiny:nowhere',
    `drift:tiny:${own.runId}-train`,
    'drift:tiny:v1',
  ];
  for (const id of [...told, `registry:tiny:${own.registeredVersion}`, 'registry:tiny:99']) {
    await untilDecided(world, id);
  }
  await untilFilesDecided(world, 2);
}

/** What is the same in two worlds: no times, no ids that the services chose. */
function comparable({ signal, outcome, reason, sentence }: Decision): string {
  const told = { id: signal.id, kind: signal.kind, summary: signal.summary, cause: signal.cause };
  return JSON.stringify({ ...told, outcome, reason, sentence })
    .replaceAll(/0x[0-9A-F]+/gi, 'ETAG')
    .replaceAll(/\b\d{8}-[0-9a-f]{8}\b/g, 'RUN');
}

describe('events by way of a Service Bus queue', () => {
  it('bring about what the same events do by webhook, though each comes twice and late', async () => {
    const decided: Record<string, string[]> = {};
    const runs: Record<string, string[]> = {};
    const served: Record<string, unknown> = {};
    for (const way of ['webhook', 'queue']) {
      const env = way === 'queue' ? { RATCHET_EVENTS_QUEUE: localCloud.eventsQueue } : {};
      const chaos = ['--chaos', '{"duplicate":1,"delayMs":300,"seed":7}'];
      const cloudArgs = ['--retry-schedule', '[200,500,1000]', ...(way === 'queue' ? chaos : [])];
      const world = await openWorld({ modelsFolder, env, cloudArgs });
      try {
        if (way === 'queue') {
          await deliverToQueue(world);
          await sendRubbish(world);
        }
        await tellWrapped(world, way);
        await tellEverything(world);
        await tellWhileAway(world, way);
        decided[way] = (await world.decisions()).map(comparable).sort();
        runs[way] = (await world.runs()).map(
          ({ kind, outcome, signalKind }) => `${kind} ${signalKind} ${outcome}`,
        );
        await deploy(world);
        served[way] = await serving(world);
        if (way === 'queue') {
          const log = readFileSync(world.logFiles.host, 'utf8');
          const kept = log.match(
            /a message cannot be read: .*? it is kept as blob dead-letters\/[0-9a-f]+\.json/g,
          );
          expect(new Set(kept).size).toBe(5);
        }
      } finally {
        await world.close();
      }
    }
    expect(decided['queue']).toEqual(decided['webhook']);
    expect(runs['queue']).toEqual(runs['webhook']);
    expect(served['queue']).toEqual(served['webhook']);
    expect(served['queue']).toEqual([
      { endpoint: 'front', version: '70', since: '2026-03-02T00:00:00.000Z' },
      { endpoint: 'back', version: '2', since: '2026-03-01T00:00:00.000Z' },
    ]);
    expect(runs['queue']).toEqual(['promote registry released', 'retrain manual released']);
    expect(decided['queue']!.map((text) => (JSON.parse(text) as Decision).reason).sort()).toEqual(
      [
        ...['idle', 'idle', 'observed', 'observed', 'observed'],
        ...[
          'drift-unconfirmed',
          'drift-unconfirmed',
          'drift-unconfirmed',
          'own-registration',
          'version-missing',
          'version-missing',
          ...wrapped.map(() => 'version-missing'),
        ],
      ].sort(),
    );
  });
});
