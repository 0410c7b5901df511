/**
 * What one orchestration costs as it grows: a sequence of activities, and a fan-out.
 *
 * The library replays the whole history at every turn, so that part grows with turns times events, on every host. It is
 * measured alone: the turns that the host took are read from its file, and the library is called with each of them again.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Work } from '../../local/clock/work.ts';
import { type LoadedApp, loadApp } from '../../local/functions-host/app/load-app.ts';
import { EventType, type HistoryEvent, parseEvents } from '../../local/functions-host/durable/history.ts';
import { LiveInstance } from '../../local/functions-host/durable/live-instances.ts';
import { Store } from '../../local/functions-host/durable/store/store.ts';
import { toTriggerInput } from '../../local/functions-host/durable/turns/orchestrator-call.ts';
import { cpuMs } from '../measure/process-facts.ts';
import type { Measuring } from '../measure/run-benchmark.ts';
import { chainApp, openHost } from './host-side.ts';
import { postJson } from './side.ts';

export interface Growth {
  readonly shape: 'sequence' | 'fan-out';
  readonly activities: number;
  readonly turns: number;
  readonly wallMs: number;
  /** Processor time of the host's process. Null where the system does not tell. */
  readonly hostCpuMs: number | null;
  /** Processor time of the library alone, over the same turns. */
  readonly libraryCpuMs: number;
}

const shapes = [
  ['sequence', [125, 250, 500, 1000]],
  ['fan-out', [1250, 2500, 5000, 10_000]],
] as const;

const limitSeconds = 900;

export async function measureGrowth(home: string, measuring: Measuring): Promise<Growth[]> {
  const app = await loadLibrary();
  const measured: Growth[] = [];
  for (const [shape, sizes] of shapes) {
    for (const activities of sizes) {
      const folder = join(home, `${shape}-${activities}`);
      mkdirSync(folder);
      const run = await runOnHost(shape, activities, folder, measuring);
      const { turns, libraryCpuMs } = await replayAlone(app, shape, activities, join(folder, 'durable.db'));
      measured.push({ shape, activities, turns, ...run, libraryCpuMs });
      measuring.say(`${shape} of ${activities}: ${(run.wallMs / 1000).toFixed(1)} s in ${turns} turns`);
    }
  }
  return measured;
}

async function loadLibrary(): Promise<LoadedApp> {
  return loadApp({
    appDirectory: chainApp,
    log: () => undefined,
    work: new Work(),
    functionTimeoutMs: null,
    onlyFunctions: null,
    clientBinding: () => '{}',
  });
}

async function runOnHost(
  shape: string,
  activities: number,
  folder: string,
  measuring: Measuring,
): Promise<Pick<Growth, 'wallMs' | 'hostCpuMs'>> {
  const host = await openHost(folder, [], measuring.signal);
  measuring.ends.defer(() => host.stop());
  // A first, small one compiles what the large one runs.
  await startAndAwait(host.api, shape, 20);
  const cpuBeforeMs = cpuMs([host.pid]);
  const startedMs = performance.now();
  await startAndAwait(host.api, shape, activities);
  const wallMs = performance.now() - startedMs;
  const cpuAfterMs = cpuMs([host.pid]);
  await host.stop();
  return { wallMs, hostCpuMs: cpuBeforeMs === null || cpuAfterMs === null ? null : cpuAfterMs - cpuBeforeMs };
}

/** The host answers when the orchestration has ended. */
async function startAndAwait(api: string, shape: string, activities: number): Promise<void> {
  const url = `${api}/orchestrators/${shape}/${shape}-${activities}?timeout=${limitSeconds}`;
  const response = await postJson(url, activities);
  const output: unknown = await response.json();
  if (output !== activities) {
    throw new Error(`${shape} of ${activities} did not end with ${activities} within ${limitSeconds} s`);
  }
}

async function replayAlone(
  app: LoadedApp,
  shape: string,
  activities: number,
  file: string,
): Promise<Pick<Growth, 'turns' | 'libraryCpuMs'>> {
  const store = new Store(file);
  const row = store.instance(`${shape}-${activities}`)!;
  const turns = store.history(row.id).map(parseEvents);
  store.close();
  const fn = app.find(shape)!;
  const instance = new LiveInstance(row, '');
  let libraryCpuUs = 0;
  for (const events of turns) {
    const news = events.filter(isGiven);
    const input = toTriggerInput(app, instance, news);
    const before = process.cpuUsage();
    await app.call(fn, input, {});
    const { user, system } = process.cpuUsage(before);
    libraryCpuUs += user + system;
    const decided = events.filter((event) => !isGiven(event));
    instance.advance(row, decided, 0);
  }
  return { turns: turns.length, libraryCpuMs: libraryCpuUs / 1000 };
}

/** What a turn decided, and its end, come after what it was given. */
function isGiven({ EventId, EventType: type }: HistoryEvent): boolean {
  return EventId < 0 && type !== EventType.ExecutionCompleted && type !== EventType.OrchestratorCompleted;
}
