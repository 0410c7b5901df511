/** What a host with ever more models takes for its scans, for lists and for one report. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilQuiet } from '../../local/clock/advance.ts';
import { type LocalCloud, launchLocalCloud } from '../../local/launch/local-cloud.ts';
import { sideBySide } from '../../shared/domain/side-by-side.ts';
import { childrenOf, cpuMs, readMemory } from '../measure/process-facts.ts';
import type { Measuring } from '../measure/run-benchmark.ts';
import { writeModels } from './write-models.ts';

/** One thing that the host was asked. */
export interface Answered {
  readonly models: number;
  readonly what: string;
  /** Processor time of the host, application and engine, ms. */
  readonly cpuMs: number;
  readonly ms: number;
  /** Of the answer; null: it is none. */
  readonly bytes: number | null;
}

const started = '2026-03-02T06:00:00.000Z';
/** Longer than a scan takes with ten thousand models on a busy machine. */
const limitMs = 20 * 60_000;
const scans = ['schedule-tick', 'watchdog', 'reconcile-tick'] as const;

export async function playHost(count: number, { say, signal }: Measuring): Promise<readonly Answered[]> {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
  const others = new Set(childrenOf(process.pid));
  try {
    const modelsFolder = join(home, 'models');
    const names = writeModels(modelsFolder, count);
    const clock = { clock: 'virtual', clockStart: started } as const;
    await using ends = new AsyncDisposableStack();
    const cloud = await launchLocalCloud({ home: join(home, 'home'), modelsFolder, signal, ...clock });
    ends.defer(() => cloud.stop());
    // The cloud is started before the host.
    const host = childrenOf(process.pid)
      .filter((pid) => !others.has(pid))
      .at(-1);
    if (host === undefined) throw new Error('processor time of the host: expected Linux, which tells it');
    return await ask({ cloud, host, names, say });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

interface Asking {
  readonly cloud: LocalCloud;
  readonly host: number;
  readonly names: readonly string[];
  say(line: string): void;
}

async function ask({ cloud, host, names, say }: Asking): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  const models = names.length;
  const controls = cloud.controls();
  const measure = async (what: string, act: () => Promise<number | null>): Promise<void> => {
    say(`${models} models: ${what}`);
    await untilQuiet(controls, Date.now() + limitMs);
    const [cpuBefore, before] = [cpuMs([host])!, performance.now()];
    const bytes = await act();
    answers.push({ models, what, cpuMs: cpuMs([host])! - cpuBefore, ms: performance.now() - before, bytes });
  };
  const get = (path: string) => measure(`GET ${path}`, () => read(`${cloud.apiRoot}/${path}`));
  const scan = (name: string, times: string) =>
    measure(`${name}, ${times}`, async () => {
      await post(`${cloud.hostUrl}/admin/functions/${name}`, {});
      await untilQuiet(controls, Date.now() + limitMs);
      return null;
    });
  for (const name of scans) await scan(name, 'nothing known');
  await measure('a report of each', async () => {
    await sideBySide(names, 16, (model) => report(cloud, model, 'first', 0.95));
    await untilQuiet(controls, Date.now() + limitMs);
    return null;
  });
  await measure('a breach of one in ten', async () => {
    const some = names.filter((_, index) => index % 10 === 0);
    await sideBySide(some, 16, (model) => report(cloud, model, 'second', 0.5));
    await untilQuiet(controls, Date.now() + limitMs);
    return null;
  });
  for (const name of scans) await scan(name, 'first');
  for (const name of scans) await scan(name, 'second');
  for (const path of ['models', 'overview', 'inbox', 'decisions', 'runs']) await get(path);
  await measure('one more report', async () => {
    await report(cloud, names[0]!, 'third', 0.95);
    return null;
  });
  say(`${models} models: ${Math.round(readMemory(host).residentMb)} MB of the host are resident`);
  return answers;
}

async function read(url: string): Promise<number> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text.length;
}

async function post(url: string, body: object): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

function report(cloud: LocalCloud, model: string, window: string, accuracy: number): Promise<void> {
  const body = { window, observedAt: started, sample: 1000, metrics: { accuracy } };
  return post(`${cloud.apiRoot}/models/${model}/metrics`, body);
}
