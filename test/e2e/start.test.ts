import { type ChildProcess, execFile as execFileWithCallback, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../shared/domain/run.ts';

const execFile = promisify(execFileWithCallback);
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
    const { people } = JSON.parse(readFileSync(join(home, 'people.json'), 'utf8')) as {
      people: { token: string }[];
    };
    const answer = await fetch(`${first.api}/signed-in/models/spam-filter/signals`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${people[0]!.token}`, 'idempotency-key': 'one' },
        'content-type': 'application/json',
      },
      body: JSON.stringify({ reason: 'a first champion' }),
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

  it('runs in a shell behind a proxy, which could not reach it', async () => {
    const proxy = 'http://127.0.0.1:9';
    const shell = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, NO_PROXY: 'intranet' };
    const { child, output } = run([], { ...shell, RATCHET_STORAGE: 'of Azure' });
    service = child;
    await until(child, output, async () => (output.stdout.includes('Ctrl-C') ? true : undefined));
    expect(output.stderr).toContain(
      'warning: RATCHET_STORAGE of this shell is not used: the local cloud sets its own\n',
    );
    const published = await execFile(
      process.execPath,
      ['cli/ratchet.js', 'local', 'publish', 'examples/spam-filter', '--as', 'behind-a-proxy'],
      { env: { ...process.env, ...shell, RATCHET_HOME: home } },
    );
    expect(published.stdout).toMatch(/^Published: code: azureml:behind-a-proxy:1 /);
  });

  it('prints what runs where, and a first command to try', async () => {
    const { child, output } = run([]);
    service = child;
    await until(child, output, async () => (output.stdout.includes('Ctrl-C') ? true : undefined));
    expect(output.stdout).toMatch(/API +http:\/\/127\.0\.0\.1:\d+\/api\/models\n/);
    expect(output.stdout).toMatch(/Service Bus +sb:\/\/127\.0\.0\.1:\d+/);
    expect(output.stdout).toMatch(/Log Analytics +https:\/\/localhost:\d+/);
    expect(output.stdout).toContain('ratchet request spam-filter --reason');
    expect(await stop(child)).toBe(0);
  });

  it('says in one line that it runs already, and leaves everything as it is', async () => {
    const { child, api } = await serve();
    const before = ['ports.json', 'service.json'].map((name) => readFileSync(join(home, name), 'utf8'));
    const second = run([], { RATCHET_PORT: '7999' });
    expect(await ended(second.child)).toBe(1);
    expect(second.output.stdout).toBe('');
    const url = api.replace('/api', '');
    expect(second.output.stderr).toBe(
      `${home}: another service is already running with this state folder (process ${child.pid} at ${url}); stop it, or set RATCHET_HOME to another folder\n`,
    );
    expect(['ports.json', 'service.json'].map((name) => readFileSync(join(home, name), 'utf8'))).toEqual(
      before,
    );
    expect((await fetch(`${api}/models`)).status).toBe(200);
    expect(await stop(child)).toBe(0);
    expect(existsSync(join(home, 'service.json'))).toBe(false);
  });

  it('asks for keys with --keys and keeps traces with --traces, and the command line of the folder has both', async () => {
    const elsewhere = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    const { child, output } = run(['--json', '--keys', '--traces'], elsewhere);
    service = child;
    const { api } = await until(child, output, async () =>
      output.stdout.endsWith('}\n') ? (JSON.parse(output.stdout) as { api: string }) : undefined,
    );
    expect((await fetch(`${api}/models`)).status).toBe(401);
    const env = { ...process.env, RATCHET_HOME: home, RATCHET_URL: '', RATCHET_KEY: '' };
    const cli = fileURLToPath(new URL('../../cli/ratchet.js', import.meta.url));
    const ask = (...args: string[]) => execFile(process.execPath, [cli, ...args], { env });
    expect((await ask('request', 'spam-filter', '--reason', 'keys')).stdout).toContain(
      'Requested: signal manual:',
    );
    // Its job's end is told by an event: the webhook has its key, too.
    const { runId } = await until(child, output, async () => {
      const { runs } = JSON.parse((await ask('runs', '--json')).stdout) as { runs: Run[] };
      return runs.find(({ outcome }) => outcome === 'released');
    });
    const shown = await until(child, output, async () => {
      const { stdout } = await ask('trace', runId).catch(() => ({ stdout: '' }));
      return /^ {4}run train +█/m.test(stdout) ? stdout : undefined;
    });
    expect(shown).toMatch(/^ {4}step submit-job .*█/m);
    expect(output.stderr).toContain('OTEL_EXPORTER_OTLP_ENDPOINT of this shell is not used');
    expect(await stop(child)).toBe(0);
  });

  it('refuses a wrong setting of the application at the start', async () => {
    const { child, output } = run([], { RATCHET_DATA_HOOK_SECRET: 'short' });
    expect(await ended(child)).toBe(1);
    expect(output.stdout).toBe('');
    expect(output.stderr).toContain(
      'settings are not usable: RATCHET_DATA_HOOK_SECRET must be secrets of at least 32 characters each',
    );
  });

  it.each([
    'ports.json',
    'cloud/ports.json',
    'cloud/event-grid/event-grid.sqlite',
    'cloud/azure-ml/azure-ml.sqlite',
    'host/durable.db',
  ])('names its %s when that is damaged', async (name) => {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), '{"half');
    const { child, output } = run([]);
    expect(await ended(child)).toBe(1);
    expect(output.stderr).toContain(`${join(home, name)}: `);
    expect(output.stderr).toContain('delete it to continue without its contents');
  });

  it('ends, with the reason, when a part of it dies', async () => {
    const { child, output } = await serve();
    const { pid } = JSON.parse(readFileSync(join(home, 'host', 'host.json'), 'utf8')) as { pid: number };
    const end = ended(child);
    process.kill(pid, 'SIGKILL');
    expect(await end).toBe(1);
    expect(output.stderr).toContain('the Functions host stopped unexpectedly');
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
