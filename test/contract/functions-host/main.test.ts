/** The host as a process: its options, its state in HOME, its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readArguments } from '../../../local/functions-host/arguments.ts';
import { openClock } from '../../../local/process/clock-store.ts';
import { fixture, newHome, until } from './test-host.ts';

const main = fileURLToPath(new URL('../../../local/functions-host/main.ts', import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  stdout: string;
  stderr: string;
}

const children: Running[] = [];
let home: ReturnType<typeof newHome>;

beforeEach(() => {
  home = newHome();
});
afterEach(async () => {
  for (const { child, exit } of children.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
  home.remove();
});

function run(...args: string[]): Running {
  return runWith({}, ...args);
}

function runWith(env: Record<string, string>, ...args: string[]): Running {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const running: Running = { child, exit, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (running.stdout += chunk));
  child.stderr.on('data', (chunk) => (running.stderr += chunk));
  children.push(running);
  return running;
}

const start = (...args: string[]): Promise<Running & { url: string }> => startWith({}, ...args);

async function startWith(env: Record<string, string>, ...args: string[]): Promise<Running & { url: string }> {
  const running = runWith(
    env,
    '--app',
    fixture('host-app-cjs'),
    '--home',
    home.home,
    '--keys',
    'off',
    ...args,
  );
  await until('the host is ready', () => {
    if (running.child.exitCode !== null) throw new Error(`the host ended: ${running.stderr}`);
    return running.stdout.includes('ready');
  });
  return Object.assign(running, { url: /http:\S+/.exec(running.stdout)![0] });
}

function setClock(url: string, now: string): Promise<Response> {
  return fetch(`${url}/admin/local/clock`, { method: 'PUT', body: JSON.stringify({ now }) });
}

const stateFile = (): string => join(home.home, 'host.json');

describe('the process', () => {
  test('says where it is, in one line and in HOME, runs in the folder of the app, and takes its word back when it stops', async () => {
    const host = await start();
    expect(host.stdout).toMatch(/^Functions host ready at http:\/\/127\.0\.0\.1:\d+ with \d+ functions\n$/);
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toEqual({
      pid: host.child.pid,
      url: host.url,
      startedAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(await (await fetch(`${host.url}/api/whereAmI`)).text()).toBe(fixture('host-app-cjs'));
    host.child.kill('SIGTERM');
    expect(await host.exit).toBe(0);
    expect(existsSync(stateFile())).toBe(false);
  });

  test('stops when asked over HTTP, after the answers under way', async () => {
    const host = await start();
    const slow = fetch(`${host.url}/api/slow?ms=500`);
    await until('the slow request is under way', async () => {
      const response = await fetch(`${host.url}/admin/local/clock`);
      return ((await response.json()) as { busy: number }).busy > 0;
    });
    const answer = await fetch(`${host.url}/admin/local/shutdown`, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(await (await slow).text()).toBe('late');
    expect(await host.exit).toBe(0);
  });

  test('refuses a HOME where another runs, and takes over one whose host was killed', async () => {
    const first = await start();
    const second = run('--app', fixture('host-app-cjs'), '--home', home.home);
    expect(await second.exit).toBe(1);
    expect(second.stderr).toContain(
      `another host is already running with this state folder (process ${first.child.pid} at `,
    );
    first.child.kill('SIGKILL');
    await first.exit;
    expect((await fetch(`${(await start()).url}/api/bytes`)).status).toBe(200);
  });

  test('refuses a port that is taken', async () => {
    const first = await start();
    const other = newHome();
    const port = new URL(first.url).port;
    const second = run('--app', fixture('host-app-cjs'), '--home', other.home, '--port', port);
    expect(await second.exit).toBe(1);
    expect(second.stderr).toContain(`port ${port} is in use`);
    other.remove();
  });

  test('goes on from its virtual time after a kill', async () => {
    const clockArgs = ['--clock', 'virtual', '--clock-start', '2026-03-01T00:00:00Z'];
    const read = async (url: string) =>
      ((await (await fetch(`${url}/admin/local/clock`)).json()) as { now: string }).now;
    const first = await start(...clockArgs);
    expect(await read(first.url)).toBe('2026-03-01T00:00:00.000Z');
    expect((await setClock(first.url, '2026-03-01T00:07:00Z')).status).toBe(200);
    first.child.kill('SIGKILL');
    await first.exit;
    const second = await start(...clockArgs);
    expect(await read(second.url)).toBe('2026-03-01T00:07:00.000Z');
    expect(second.stderr).toBe('');
  });

  test('killed between a timer’s run and its record runs it again at the next start', async () => {
    const clockArgs = ['--clock', 'virtual', '--clock-start', '2026-03-01T00:00:00Z'];
    const first = await startWith({ RATCHET_CRASH_AT: 'timer-after-run:everyTenMinutes' }, ...clockArgs);
    await setClock(first.url, '2026-03-01T00:10:00Z').catch(() => null);
    await first.exit;
    expect(first.child.signalCode).toBe('SIGKILL');
    const second = await start(...clockArgs);
    await until('the timer has run again', async () => {
      const record = (await (await fetch(`${second.url}/api/recorded`)).json()) as { kind: string }[];
      return record.filter(({ kind }) => kind === 'tick').length === 1;
    });
  });

  test('writes its log as JSON when asked', async () => {
    const host = await start('--json-log');
    await fetch(`${host.url}/api/logs`);
    await until('the log has come', () => host.stderr.includes('at error'));
    const lines = host.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({
      level: 'info',
      message: 'at info formatted',
      function: 'logs',
      time: expect.any(String),
    });
  });
});

describe('options', () => {
  test('are explained', async () => {
    const help = run('--help');
    expect(await help.exit).toBe(0);
    expect(help.stdout).toContain('--app DIR');
  });

  test('that are wrong end the process with 2 and the reason', async () => {
    const refused = run('--hoem', 'x');
    expect(await refused.exit).toBe(2);
    expect(refused.stderr).toContain("Unknown option '--hoem'");
  });

  test.each([
    [['--home', 'x'], '--app DIR is missing'],
    [['--app', 'x'], '--home DIR is missing'],
    [
      ['--app', 'x', '--home', 'y', '--port', 'eighty'],
      '--port: expected a number from 0 to 65535, got "eighty"',
    ],
    [['--app', 'x', '--home', 'y', '--keys', 'maybe'], '--keys: expected on or off, got "maybe"'],
    [
      ['--app', 'x', '--home', 'y', '--clock', 'sundial'],
      '--clock: expected system or virtual, got "sundial"',
    ],
    [['--app', 'x', 'y'], "Unexpected argument 'y'"],
  ])('%j are refused', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });

  test('have defaults, and paths that hold wherever the app runs', () => {
    expect(readArguments(['--app', 'app', '--home', 'state'])).toEqual({
      app: resolve('app'),
      home: resolve('state'),
      settings: null,
      skipUnsupported: false,
      port: null,
      keys: 'on',
      clock: 'system',
      clockStart: null,
      jsonLog: false,
      debug: false,
    });
  });

  test('with a first time that is none are refused', () => {
    expect(() => openClock({ home: home.home, mode: 'virtual', start: 'noon' })).toThrow(
      '--clock-start: expected an ISO 8601 time',
    );
  });
});
