/**
 * The embedded host with a small Durable Functions app.
 *
 * A chain is started through the management API, as any durable client does it. The end of all is seen from outside:
 * the status of the chain started last is asked for until it has ended, then whether any is left that has not. Both
 * are small questions, asked rarely, and cost the host all the same.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startChild } from '../../local/launch/child.ts';
import { readStateOf } from '../../local/launch/cloud-state.ts';
import { postJson, type RunningSide, requireResult, type Side } from './side.ts';

const HostStateSchema = z.looseObject({ pid: z.int(), url: z.string() });
const InstancesSchema = z.array(
  z.looseObject({ instanceId: z.string(), runtimeStatus: z.string(), output: z.unknown() }),
);

const hostScript = fileURLToPath(new URL('../../local/functions-host/main.ts', import.meta.url));
export const chainApp = fileURLToPath(new URL('../fixtures/chain-app', import.meta.url));
const lookEveryMs = 10;
const limitMs = 120_000;

/** `nodeFlags`: flags of the host's process, for profiling. */
export function hostSide(nodeFlags: readonly string[]): Side {
  return {
    name: 'ratchet host',
    durability: 'on disk (SQLite, WAL, synchronous=NORMAL): survives the end of the process, not a power cut',
    async start(home, { signal }) {
      const { api, pid, stop } = await openHost(home, nodeFlags, signal);
      return runningHost(api, pid, stop);
    },
  };
}

interface OpenHost {
  /** Address of the durable management API. */
  readonly api: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the host on the chain app and an empty store. */
export async function openHost(
  home: string,
  nodeFlags: readonly string[],
  signal: AbortSignal,
): Promise<OpenHost> {
  const child = startChild({
    name: 'the Functions host',
    script: hostScript,
    args: ['--app', chainApp, '--home', home, '--port', '0', '--keys', 'off'],
    env: nodeFlags.length === 0 ? {} : { NODE_OPTIONS: nodeFlags.join(' ') },
    logFile: join(home, 'host.log'),
    signal,
  });
  const state = await child
    .until('it was ready', async () => readStateOf(join(home, 'host.json'), child.pid, HostStateSchema))
    .catch(async (error: unknown) => {
      await child.stop();
      throw error;
    });
  return {
    api: `${state.url}/runtime/webhooks/durabletask`,
    pid: child.pid,
    async stop() {
      await child.stop();
    },
  };
}

function runningHost(api: string, pid: number, stop: () => Promise<void>): RunningSide {
  return {
    pids: [pid],
    stop,
    check: (count) => requireAllCompleted(api, count),
    async runChains(count) {
      const batch = randomUUID();
      const giveUpAt = Date.now() + limitMs;
      const starts = Array.from({ length: count }, (_, index) =>
        postJson(`${api}/orchestrators/chain/${batch}-${index}`, 0).then((response) =>
          response.arrayBuffer(),
        ),
      );
      await Promise.all(starts);
      await until(() => hasEnded(api, `${batch}-${count - 1}`), giveUpAt);
      await until(
        async () => (await list(api, 'runtimeStatus=Pending,Running&top=1')).length === 0,
        giveUpAt,
      );
    },
  };
}

async function until(isSo: () => Promise<boolean>, giveUpAt: number): Promise<void> {
  while (!(await isSo())) {
    if (Date.now() > giveUpAt) throw new Error(`chains are unfinished after ${limitMs} ms`);
    await sleep(lookEveryMs);
  }
}

/** The management API answers 202 while an instance is under way. */
async function hasEnded(api: string, id: string): Promise<boolean> {
  const response = await fetch(`${api}/instances/${id}`);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`GET ${api}/instances/${id} answered ${response.status}`);
  return response.status !== 202;
}

async function list(api: string, query: string): Promise<z.infer<typeof InstancesSchema>> {
  const response = await fetch(`${api}/instances?${query}`);
  if (!response.ok) throw new Error(`GET ${api}/instances answered ${response.status}`);
  return InstancesSchema.parse(await response.json());
}

async function requireAllCompleted(api: string, count: number): Promise<void> {
  const all = await list(api, `top=${count + 1}`);
  if (all.length !== count) throw new Error(`expected ${count} chains in the host, found ${all.length}`);
  for (const { instanceId, runtimeStatus, output } of all) {
    if (runtimeStatus !== 'Completed') throw new Error(`chain ${instanceId} is ${runtimeStatus}`);
    requireResult(output);
  }
}
