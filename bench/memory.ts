/**
 * Memory of the local cloud and the host with the application while nothing happens, against a bare Node process.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type LocalCloud, launchLocalCloud } from '../local/launch/local-cloud.ts';
import { type Memory, readMemory } from './measure/process-facts.ts';
import { type Measuring, readCount, runBenchmark } from './measure/run-benchmark.ts';
import { figure, renderTable } from './measure/table.ts';
import { settle } from './memory/settle.ts';

const help = `npm run bench:memory -- [options]

Launches the local cloud and the host with the application, and a Node process that does nothing, and reads their
resident memory: when both are ready; once it keeps still (within 1 MB over 8 looks, a second apart); and again after
each read route was asked and one metric report was sent, which loads the clients the application loads on first use.
No garbage collection is forced. Prints the sum of both processes against the limit, and against two bare processes.

  --limit N         the limit in MB (default 1024); reported, never a failure
  --settle N        seconds to wait at most until memory keeps still (default 60)
`;

const HostStateSchema = z.looseObject({ pid: z.int() });

interface Moment {
  readonly moment: string;
  readonly host: Memory;
  readonly cloud: Memory;
  readonly sumMb: number;
}

interface Figures {
  readonly bareNode: Memory;
  readonly moments: readonly Moment[];
  /** Whether memory kept still before it was read, at every moment that waits for it. */
  readonly settled: boolean;
  /** The sum of the last moment by two bare processes. */
  readonly sumByTwoBare: number;
  readonly limitMb: number;
  readonly sumByLimit: number;
}

await runBenchmark({
  name: 'memory',
  help,
  options: {
    limit: { type: 'string', default: '1024' },
    settle: { type: 'string', default: '60' },
  },
  async measure(values, measuring): Promise<Figures> {
    const limitMb = readCount('limit', values.limit, 1);
    const settleMs = 1000 * readCount('settle', values.settle, 8);
    const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
    measuring.ends.defer(() => rmSync(home, { recursive: true, force: true }));
    const barePid = startBare(measuring);
    measuring.say('starting the local cloud and the host');
    const local = await launchLocalCloud({ home: join(home, 'cloud'), signal: measuring.signal });
    measuring.ends.defer(() => local.stop());
    const pids = { host: readHostPid(local), cloud: local.cloud().pid };

    const ready = momentOf('ready', readMemory(pids.host), readMemory(pids.cloud));
    measuring.say('waiting until memory keeps still');
    const idle = await settleAll('idle after the start', pids, settleMs, measuring.signal);
    await useOnce(local);
    measuring.say('used once; waiting until memory keeps still');
    const used = await settleAll('idle after first use', pids, settleMs, measuring.signal);
    const bareNode = readMemory(barePid);
    return {
      bareNode,
      moments: [ready, idle.moment, used.moment],
      settled: idle.settled && used.settled,
      sumByTwoBare: used.moment.sumMb / (2 * bareNode.residentMb),
      limitMb,
      sumByLimit: used.moment.sumMb / limitMb,
    };
  },
  tell,
});

/** Without our launcher, whose own few lines would load the part of Node that reads TypeScript. */
function startBare({ ends }: Measuring): number {
  const script = fileURLToPath(new URL('./memory/idle.js', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'inherit'] });
  if (child.pid === undefined) throw new Error(`a bare Node process could not be started: ${script}`);
  ends.defer(() => void child.kill());
  return child.pid;
}

interface Pids {
  readonly host: number;
  readonly cloud: number;
}

async function settleAll(
  moment: string,
  pids: Pids,
  limitMs: number,
  signal: AbortSignal,
): Promise<{ moment: Moment; settled: boolean }> {
  const [host, cloud] = await Promise.all([
    settle(pids.host, limitMs, signal),
    settle(pids.cloud, limitMs, signal),
  ]);
  return { moment: momentOf(moment, host, cloud), settled: host.settled && cloud.settled };
}

function momentOf(moment: string, host: Memory, cloud: Memory): Moment {
  return { moment, host, cloud, sumMb: host.residentMb + cloud.residentMb };
}

/** The launcher keeps the pid to itself; the host says it in its state file. */
function readHostPid({ home }: LocalCloud): number {
  return HostStateSchema.parse(JSON.parse(readFileSync(join(home, 'host', 'host.json'), 'utf8'))).pid;
}

/** Asks each read route, and reports metrics that break no rule. */
async function useOnce({ apiRoot }: LocalCloud): Promise<void> {
  for (const route of ['models', 'decisions', 'runs']) {
    const response = await fetch(`${apiRoot}/${route}`);
    if (!response.ok) throw new Error(`GET ${route} answered ${response.status}: ${await response.text()}`);
  }
  const observedAt = new Date().toISOString();
  const response = await fetch(`${apiRoot}/models/spam-filter/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ window: 'bench', observedAt, sample: 1000, metrics: { accuracy: 1 } }),
  });
  if (response.status !== 202) {
    throw new Error(`POST metrics answered ${response.status}: ${await response.text()}`);
  }
}

function tell({ bareNode, moments, settled, sumByTwoBare, limitMb, sumByLimit }: Figures): string {
  const megabytes = (value: number | null): string => (value === null ? '-' : `${value.toFixed(0)} MB`);
  const rows = moments.map(({ moment, host, cloud, sumMb }) => [
    moment,
    megabytes(host.residentMb),
    megabytes(cloud.residentMb),
    megabytes(sumMb),
  ]);
  const last = moments.at(-1)!;
  return [
    'Resident memory, one start (pages shared with other processes counted in each):',
    '',
    renderTable(['', 'host', 'cloud', 'sum'], rows),
    '',
    `Proportional share at the end: host ${megabytes(last.host.proportionalMb)}, cloud ${megabytes(last.cloud.proportionalMb)}.`,
    `Most ever resident: host ${megabytes(last.host.peakMb)}, cloud ${megabytes(last.cloud.peakMb)}.`,
    `A bare Node process: ${megabytes(bareNode.residentMb)}. Sum : two bare processes  ${figure(sumByTwoBare)}`,
    `Sum : limit of ${limitMb} MB  ${figure(sumByLimit)}`,
    ...(settled ? [] : ['Memory did not keep still in the time given: the figures are the last look.']),
  ].join('\n');
}
