/**
 * A real host and a real cloud, in processes of their own, with the tiny model: what e2e and fault tests act on.
 *
 * It talks to the application over HTTP only, and counts what the application brought about in the services with
 * the services' own clients.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import { localCloud } from '../../local/cloud-context.ts';
import { type LaunchOptions, type LocalCloud, launchLocalCloud } from '../../local/launch/local-cloud.ts';
import { publishCode } from '../../local/launch/publish-assets.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Run } from '../../shared/domain/run.ts';

const fixture = fileURLToPath(new URL('../fixtures/tiny-model', import.meta.url));

interface AskInit extends RequestInit {
  readonly as?: string | null;
}

export interface World extends LocalCloud {
  /**
   * Asks the API. Answers status and parsed body. `as` is who asks, null a machine; omitted: Jane operates and requests,
   * a machine reads and reports.
   */
  ask(path: string, init?: AskInit): Promise<{ status: number; body: unknown }>;
  /**
   * A new file of data, which the next evaluation scores: a holdout that was looked at too often decides nothing. `season` is
   * what a seasonal model learns from it.
   */
  uploadData(season?: string): Promise<void>;
  /** Asks for a run until the service has accepted the request, however often it is away. Answers the signal id. */
  requestRun(key: string, model?: string): Promise<string>;
  decisions(): Promise<readonly Decision[]>;
  runs(): Promise<readonly Run[]>;
  /** Waits until every signal has its final decision and every run has ended, through outages. */
  untilSettled(signalIds: readonly string[], limitMs?: number): Promise<void>;
  /** Names of the jobs in the workspace. */
  jobNames(): Promise<readonly string[]>;
  /** Names of the jobs that have not ended. */
  aliveJobs(): Promise<readonly string[]>;
  /** The run each registered version belongs to, by its tag; null for a version without one. */
  versionRuns(): Promise<readonly (string | null)[]>;
  /** Takes every message from the release queue; answers all message ids taken so far. */
  releaseIds(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The first is whom the command line acts as. */
const people = [
  { name: 'jane', roles: ['operator', 'approver'] },
  { name: 'bob', roles: ['operator', 'approver'] },
  { name: 'eve', roles: ['operator', 'approver'] },
  { name: 'olga', roles: ['operator'] },
  { name: 'vic', roles: ['viewer'] },
];

export async function openWorld(options: Partial<LaunchOptions> = {}): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-world-'));
  writeFileSync(join(home, 'people.json'), JSON.stringify({ people }), { mode: 0o600 });
  const local = await launchLocalCloud({
    home,
    modelsFolder: join(fixture, 'models'),
    // Quick redelivery: what is tested is that delivery is repeated, not how long the service waits.
    cloudArgs: ['--retry-schedule', '[200,500,1000,2000]'],
    ...options,
  });
  await publishCode(local.cloud(), { name: 'tiny', version: '1', folder: join(fixture, 'code') });
  const container = BlobServiceClient.fromConnectionString(local.cloud().storage).getContainerClient(
    localCloud.container,
  );
  let files = 0;
  const uploadData = async (season?: string): Promise<void> => {
    const name = `tiny/2026-${String(++files).padStart(4, '0')}${season ? `-${season}` : ''}.jsonl`;
    await container.getBlockBlobClient(name).uploadData(Buffer.from('{}\n'));
  };
  await uploadData();
  return { ...local, ...observe(local), ...act(local), uploadData, close: () => closeWorld(local) };
}

function act(local: LocalCloud): Pick<World, 'ask' | 'requestRun'> {
  const tokens = new Map<string, string>();
  const tokenOf = (name: string): string => {
    const token = tokens.get(name) ?? local.tokenOf(name);
    tokens.set(name, token);
    return token;
  };
  const ask: World['ask'] = async (path, init = {}) => {
    const byDefault = init.method === 'POST' && /\/(?:operations|signals)$/.test(path) ? 'jane' : null;
    const { as = byDefault, ...rest } = init;
    const headers = new Headers(rest.headers);
    if (as !== null) headers.set('authorization', `Bearer ${tokenOf(as)}`);
    const door = as === null ? local.apiRoot : `${local.apiRoot}/signed-in`;
    const response = await fetch(`${door}/${path}`, { ...rest, headers });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
  return {
    ask,
    async requestRun(key, model = 'tiny') {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ reason: `test ${key}` }),
      };
      const answer = await throughOutages(async () => {
        const { status, body } = await ask(`models/${model}/signals`, init);
        return status === 202 ? (body as { signalId: string }) : undefined;
      });
      return answer.signalId;
    },
  };
}

function observe(
  local: LocalCloud,
): Pick<
  World,
  'decisions' | 'runs' | 'untilSettled' | 'jobNames' | 'aliveJobs' | 'versionRuns' | 'releaseIds'
> {
  const read = async <T>(path: string, key: string): Promise<T> => {
    const response = await fetch(`${local.apiRoot}/${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as Record<string, T>)[key]!;
  };
  const decisions = () => read<readonly Decision[]>('decisions?limit=1000', 'decisions');
  const runs = () => read<readonly Run[]>('runs?limit=1000', 'runs');
  const taken: string[] = [];
  const workspace = [localCloud.resourceGroup, localCloud.workspace] as const;
  return {
    decisions,
    runs,
    async untilSettled(signalIds, limitMs = 90_000) {
      await throughOutages(async () => {
        const answers = await decisions();
        const final = (id: string) =>
          answers.some(({ signal, outcome }) => signal.id === id && outcome !== 'deferred');
        if (!signalIds.every(final)) return undefined;
        const admitted = answers.flatMap(({ outcome, runId }) =>
          outcome === 'admitted' && runId ? [runId] : [],
        );
        const known = await runs();
        const ended = (runId: string) => known.some((run) => run.runId === runId && run.outcome !== null);
        return admitted.every(ended) ? true : undefined;
      }, limitMs);
    },
    async jobNames() {
      const names: string[] = [];
      for await (const job of workspaceClient(local.cloud()).jobs.list(...workspace))
        names.push(job.name ?? '');
      return names;
    },
    async aliveJobs() {
      const names: string[] = [];
      const ended = ['Completed', 'Failed', 'Canceled'];
      for await (const { name = '', properties } of workspaceClient(local.cloud()).jobs.list(...workspace))
        if (!ended.includes(properties.status ?? '')) names.push(name);
      return names;
    },
    async versionRuns() {
      const found: (string | null)[] = [];
      const client = workspaceClient(local.cloud());
      const exists = await client.modelContainers.get(...workspace, 'tiny').catch((error: unknown) => {
        if ((error as { statusCode?: number }).statusCode === 404) return null;
        throw error;
      });
      if (!exists) return found;
      for await (const version of client.modelVersions.list(...workspace, 'tiny')) {
        found.push(version.properties.tags?.['ratchetRun'] ?? null);
      }
      return found;
    },
    async releaseIds() {
      const client = new ServiceBusClient(local.cloud().serviceBus);
      try {
        const receiver = client.createReceiver(localCloud.releaseQueue, { receiveMode: 'receiveAndDelete' });
        for (;;) {
          const messages = await receiver.receiveMessages(100, { maxWaitTimeInMs: 500 });
          if (messages.length === 0) return taken;
          taken.push(...messages.map((message) => String(message.messageId)));
        }
      } finally {
        await client.close();
      }
    },
  };
}

/** Looks until there is a value; a service that is away meanwhile is asked again. */
export async function throughOutages<T>(look: () => Promise<T | undefined>, limitMs = 90_000): Promise<T> {
  const giveUpAt = Date.now() + limitMs;
  let last: unknown = 'nothing yet';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > giveUpAt) throw new Error(`it did not come about within ${limitMs} ms`, { cause: last });
    await sleep(50);
  }
}

async function closeWorld(local: LocalCloud): Promise<void> {
  await local.stop();
  rmSync(local.home, { recursive: true, force: true });
}
