import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { CloudState } from '../../../local/launch/cloud-state.ts';

const script = fileURLToPath(new URL('../../../local/cloud.ts', import.meta.url));

export interface CloudProcess {
  readonly state: CloudState;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
  /** Resolves when it has ended, by itself or by a signal. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

export function cloudHome(): string {
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
  const child = spawn(process.execPath, [script, '--home', home, '--clock', 'virtual', ...args], {
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
  const ready = once(child.stdout, 'data');
  const first = await Promise.race([ready, ended]);
  if (!Array.isArray(first))
    throw new Error(`the local cloud ended before it was ready:\n${errors.join('')}`);
  return {
    state: JSON.parse(readFileSync(join(home, 'cloud.json'), 'utf8')) as CloudState,
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
