/**
 * What the app asks of each service it depends on. Harmless: nothing is sent, started or changed, but for one small blob of
 * the doctor's own.
 */
import { statusOf } from '../azure/azure-error.ts';
import type { ElsewhereConfig } from '../config/elsewhere-schema.ts';
import type { ModelConfig } from '../config/schema.ts';
import { describeElsewhere, isElsewhere } from '../domain/elsewhere.ts';
import { counted } from '../domain/plural.ts';
import type { Settings } from '../settings.ts';
import type { Wiring } from '../wiring.ts';
import { componentProbes } from './component-probes.ts';
import { warning } from './finding.ts';
import type { Probe } from './probe.ts';
import { targetProbes } from './target-probes.ts';

const clockLimitMs = 60_000;
const probePath = 'ratchet/doctor.txt';
const absentJob = 'ratchet-doctor-asks';

export function probesOf(
  wiring: Wiring,
  settings: Settings,
  models: readonly ModelConfig[],
): readonly Probe[] {
  return [
    ...storageProbes(wiring, settings),
    deadLetterProbe(wiring),
    workspaceProbe(wiring, settings),
    ...(settings.logs.workspaceId === null ? [] : [logsProbe(wiring, settings.logs.workspaceId)]),
    ...(settings.serviceBus === null ? [] : queuesOf(models).map((queue) => queueProbe(wiring, queue))),
    ...(settings.eventGrid === null ? [] : [topicProbe(wiring)]),
    ...(settings.azureDevOpsUrl === null
      ? []
      : models.flatMap(({ training }) => (isElsewhere(training) ? [trainingProbe(wiring, training)] : []))),
    ...models.flatMap((config) => componentProbes(wiring, config)),
    ...models.flatMap(({ model, release }) =>
      release.target === undefined ? [] : targetProbes(wiring, model, release.target),
    ),
  ];
}

function storageProbes(wiring: Wiring, { container, storage }: Settings): Probe[] {
  const settings =
    'connectionString' in storage
      ? 'RATCHET_STORAGE'
      : 'RATCHET_STORAGE__blobServiceUri and …__tableServiceUri';
  const on = "on the storage account of the workspace's default datastore";
  return [
    {
      check: 'blob storage',
      role: `Storage Blob Data Contributor ${on}`,
      settings: `${settings} and RATCHET_CONTAINER`,
      async ask() {
        const blobs = await wiring.blobs();
        const date = await blobs.touch(probePath);
        const skewMs = date === null ? 0 : Date.now() - date.getTime();
        if (Math.abs(skewMs) > clockLimitMs)
          return warning(
            'clock',
            `the clock of the app is ${Math.round(skewMs / 1000)} s off that of the storage`,
            'have the machine take its time from a server: tokens and links are refused when clocks differ',
          );
        return `container ${container} can be read and written; clocks agree within ${Math.ceil(Math.abs(skewMs) / 1000) || 1} s`;
      },
    },
    {
      check: 'table storage',
      role: `Storage Table Data Contributor ${on}`,
      settings,
      async ask() {
        await (await wiring.ledger()).getRun('doctor-20000101-00000000');
        return 'the ledger can be read';
      },
    },
  ];
}

/** Messages of events that could not be read, or that a service has refused for good (docs/deploy.md). */
function deadLetterProbe(wiring: Wiring): Probe {
  const check = 'events given up';
  return {
    check,
    role: "Storage Blob Data Contributor on the storage account of the workspace's default datastore",
    settings: 'RATCHET_CONTAINER',
    async ask() {
      const kept = await (await wiring.blobs()).list('dead-letters/');
      if (kept.length === 0) return 'none is kept';
      const next =
        'look at them, mend the sender, send the events again, and delete the blobs: docs/deploy.md';
      return warning(
        check,
        `${counted(kept.length, 'event')} under dead-letters/, the first ${kept[0]!.path}`,
        next,
      );
    },
  };
}

function workspaceProbe(wiring: Wiring, { workspace, armEndpoint }: Settings): Probe {
  return {
    check: 'workspace',
    role: 'AzureML Data Scientist on the workspace',
    settings: 'RATCHET_WORKSPACE_ID and RATCHET_ARM_ENDPOINT',
    async ask() {
      await (await wiring.workspace()).hasJob(absentJob);
      return `${workspace.name} at ${new URL(armEndpoint).host} answers and lets jobs be read`;
    },
  };
}

function logsProbe(wiring: Wiring, workspaceId: string): Probe {
  return {
    check: 'Log Analytics',
    role: 'Log Analytics Reader on the Log Analytics workspace',
    settings: 'RATCHET_LOGS_WORKSPACE and RATCHET_LOGS_ENDPOINT',
    async ask() {
      const now = new Date();
      const asked = 'asking Log Analytics for one row';
      await (await wiring.logs()).query({
        text: 'AmlOnlineEndpointTrafficLog | take 1',
        from: now,
        to: now,
        asked,
        subject: {},
      });
      return `workspace ${workspaceId} answers queries`;
    },
  };
}

function trainingProbe(wiring: Wiring, training: ElsewhereConfig): Probe {
  return {
    check: describeElsewhere(training),
    role: 'of a user of the organization, with View builds, Queue builds and Stop builds on the pipeline',
    settings: 'RATCHET_AZURE_DEVOPS_URL, and project and pipeline under training in the model file',
    async ask() {
      const { project, pipeline } = training;
      return (await wiring.trainingChannel({ project, pipeline })).look();
    },
  };
}

/** Of stages that tell one, each once. */
function queuesOf(models: readonly ModelConfig[]): readonly string[] {
  const queues = models.flatMap(({ release }) =>
    release.stages.flatMap((stage) =>
      'queue' in stage && typeof stage.queue === 'string' ? [stage.queue] : [],
    ),
  );
  return [...new Set(queues)];
}

function queueProbe(wiring: Wiring, queue: string): Probe {
  return {
    check: `queue ${queue}`,
    role: 'Azure Service Bus Data Sender on the namespace',
    settings: 'RATCHET_SERVICEBUS and the queue in the model files',
    async ask() {
      const { waiting, deadLetters } = await (await wiring.queues()).look(queue);
      if (waiting === null || deadLetters === null)
        return 'takes messages; the app may not look at what waits there';
      const seen = `takes messages; ${atMost(waiting, 'message')} wait${waiting === 1 ? 's' : ''}, ${atMost(deadLetters, 'dead letter')}`;
      return deadLetters === 0
        ? seen
        : warning(
            `queue ${queue}`,
            seen,
            'see why whoever receives has given these up, then send them again or delete them',
          );
    },
  };
}

const atMost = (count: number, noun: string): string =>
  count >= 100 ? `100 or more ${noun}s` : counted(count, noun);

function topicProbe(wiring: Wiring): Probe {
  return {
    check: 'Event Grid topic',
    role: 'EventGrid Data Sender on the topic',
    settings: 'RATCHET_EVENTGRID_ENDPOINT and RATCHET_EVENTGRID_KEY',
    async ask() {
      try {
        await (await wiring.topic()).publishNothing();
      } catch (error) {
        // The service has looked at who asks before it has looked at what is sent.
        if (statusOf((error as Error).cause) !== 400) throw error;
      }
      return 'lets the app publish';
    },
  };
}
