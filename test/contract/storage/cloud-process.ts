import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { CloudState } from '../../../local/launch/cloud-state.ts';

const cloudScript = fileURLToPath(new URL('../../../local/cloud.ts', import.meta.url));

export interface ServiceProcess {
  /** Its first line on standard output. */
  readonly firstLine: string;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
  /** Resolves when it has ended, by itself or by a signal. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

export interface CloudProcess extends ServiceProcess {
  readonly state: CloudState;
}

export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-cloud-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
}

/** Starts `local/cloud.ts` on a virtual clock and waits until it is ready. */
export async function startCloudProcess(
  home: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<CloudProcess> {
  const service = await startProcess(cloudScript, ['--home', home, '--clock', 'virtual', ...args], env);
  return { ...service, state: JSON.parse(readFileSync(join(home, 'cloud.json'), 'utf8')) as CloudState };
}

/** Starts a script and waits for its first line. The process ends with the test. */
export async function startProcess(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const ready = once(child.stdout, 'data') as Promise<[Buffer]>;
  const first = await Promise.race([ready, ended]);
  if (!Array.isArray(first)) throw new Error(`${script} ended before it was ready:\n${errors.join('')}`);
  return {
    firstLine: first[0].toString().split('\n')[0] ?? '',
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal };
}
