import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../shared/domain/run.ts';

const start = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
let home: string;
let service: ChildProcess | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'start-test-'));
});
afterEach(async () => {
  if (service?.exitCode === null) await stop(service);
  rmSync(home, { recursive: true, force: true });
});

interface Output {
  stdout: string;
  stderr: string;
}

function run(
  args: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcess; output: Output } {
  const settings = { RATCHET_HOME: home, RATCHET_PORT: '0', NO_COLOR: '1', ...env };
  const child = spawn(process.execPath, [start, ...args], { env: { ...process.env, ...settings } });
  const output: Output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      output[name] += chunk;
    });
  }
  return { child, output };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

async function stop(child: ChildProcess): Promise<number | null> {
  const end = ended(child);
  child.kill('SIGINT');
  return end;
}

/** Looks until something is seen. Fails when the service ends first. */
async function until<T>(child: ChildProcess, output: Output, look: () => Promise<T | undefined>): Promise<T> {
  const giveUpAt = Date.now() + 90_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (child.exitCode !== null || Date.now() > giveUpAt) {
      throw new Error(`not seen; exit code ${child.exitCode}\n${output.stdout}\n${output.stderr}`);
    }
    await sleep(50);
  }
}

/** Starts the service and waits for its JSON document. */
async function serve(): Promise<{ api: string; child: ChildProcess; output: Output }> {
  const { child, output } = run(['--json']);
  service = child;
  const { api } = await until(child, output, async () =>
    output.stdout.endsWith('}\n') ? (JSON.parse(output.stdout) as { api: string }) : undefined,
  );
  return { api, child, output };
}

describe('npm start', () => {
  it('serves a run over a stop and a start at the same address', async () => {
    const first = await serve();
    const answer = await fetch(`${first.api}/models/spam-filter/signals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: JSON.stringify({ reason: 'a first champion', requestedBy: 'test' }),
    });
    expect(answer.status).toBe(202);
    await until(first.child, first.output, async () =>
      (await runs(first.api)).length > 0 ? true : undefined,
    );
    expect(await stop(first.child)).toBe(0);

    const second = await serve();
    expect(second.api).toBe(first.api);
    const settled = await until(second.child, second.output, async () =>
      (await runs(second.api)).find((candidate) => candidate.outcome !== null),
    );
    expect(settled).toMatchObject({ outcome: 'released', released: true, verdict: 'passed' });
    expect(await runs(second.api)).toHaveLength(1);
    expect(await stop(second.child)).toBe(0);
    expect(readFileSync(join(home, 'logs', 'host.log'), 'utf8')).toContain('ready at');
  });

  it('prints what runs where, and a first command to try', async () => {
    const { child, output } = run([]);
    service = child;
    await until(child, output, async () => (output.stdout.includes('Ctrl-C') ? true : undefined));
    expect(output.stdout).toMatch(/API +http:\/\/127\.0\.0\.1:\d+\/api\/models\n/);
    expect(output.stdout).toMatch(/Service Bus +sb:\/\/127\.0\.0\.1:\d+/);
    expect(output.stdout).toContain('curl -X POST http://127.0.0.1:');
    expect(await stop(child)).toBe(0);
  });

  it('ends, with the reason, when a part of it dies', async () => {
    const { child, output } = await serve();
    const { pid } = JSON.parse(readFileSync(join(home, 'host', 'host.json'), 'utf8')) as { pid: number };
    const end = ended(child);
    process.kill(pid, 'SIGKILL');
    expect(await end).toBe(1);
    expect(output.stderr).toContain('the Functions host ended by itself');
    expect(existsSync(join(home, 'cloud', 'cloud.json')), 'the cloud has stopped, too').toBe(false);
  });

  it('explains wrong options and settings and exits with 2', async () => {
    const option = run(['--jsno']);
    expect(await ended(option.child)).toBe(2);
    expect(option.output.stderr).toContain('--jsno');
    const setting = run([], { RATCHET_PORT: 'many' });
    expect(await ended(setting.child)).toBe(2);
    expect(setting.output.stderr).toContain('RATCHET_PORT: expected a port from 0 to 65535');
  });
});

async function runs(api: string): Promise<readonly Run[]> {
  const response = await fetch(`${api}/runs`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { runs: readonly Run[] }).runs;
}
