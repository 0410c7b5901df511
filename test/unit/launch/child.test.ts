import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Child, startChild } from '../../../local/launch/child.ts';
import { until } from '../../until.ts';

let folder: string;
const children: Child[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'child-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  rmSync(folder, { recursive: true });
});

function start(source: string, env: Record<string, string> = {}): Child {
  const script = join(folder, 'script.mjs');
  writeFileSync(script, source);
  const child = startChild({
    name: 'the sample',
    script,
    args: ['a b'],
    env,
    logFile: join(folder, 'logs', 'x.log'),
  });
  children.push(child);
  return child;
}

const logText = async (): Promise<string | undefined> =>
  readFileSync(join(folder, 'logs', 'x.log'), 'utf8') || undefined;
const forever = 'setInterval(() => {}, 1000);';

describe('a child process', () => {
  it('gets its arguments and environment, and its output goes to the log', async () => {
    const child = start(`console.log(process.argv[2], process.env.SAMPLE); ${forever}`, { SAMPLE: 'set' });
    expect(await child.until('it had said something', logText)).toBe('a b set\n');
  });

  it('that dies early is reported with the end of its log', async () => {
    const child = start('console.error("no such port"); process.exit(3);');
    await expect(child.until('it was ready', async () => undefined)).rejects.toThrow(
      /^the sample ended with code 3 before it was ready\.\nThe last lines of .*x\.log:\n {2}no such port$/,
    );
  });

  it('is asked to end, and ended when it does not', async () => {
    const polite = start(`process.on('SIGTERM', () => process.exit(0)); console.log('up'); ${forever}`);
    await polite.until('it was up', logText);
    expect(await polite.stop()).toEqual({ code: 0, signal: null });

    rmSync(join(folder, 'logs'), { recursive: true });
    const deaf = start(`process.on('SIGTERM', () => {}); console.log('up'); ${forever}`);
    await deaf.until('it was up', logText);
    expect(await deaf.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('does not hold the end of an idle script up', async () => {
    expect(await start('console.log("done")').exited).toEqual({ code: 0, signal: null });
  });

  it('is not waited for any longer once the wait is called off', async () => {
    const stopping = new AbortController();
    const script = join(folder, 'script.mjs');
    writeFileSync(script, forever);
    const { signal } = stopping;
    const child = startChild({
      name: 'x',
      script,
      args: [],
      env: {},
      logFile: join(folder, 'x.log'),
      signal,
    });
    children.push(child);
    const waiting = child.until('never', async () => undefined);
    stopping.abort(new Error('called off'));
    await expect(waiting).rejects.toThrow('called off');
  });

  it('does not outlive a parent that was killed', async () => {
    const pidFile = join(folder, 'pid');
    const grandchild = join(folder, 'grandchild.mjs');
    writeFileSync(
      grandchild,
      `import fs from 'node:fs'; fs.writeFileSync(process.env.PID_FILE, String(process.pid)); ${forever}`,
    );
    const launcher = fileURLToPath(new URL('../../../local/launch/child.ts', import.meta.url));
    const parentScript = join(folder, 'parent.mjs');
    const options = {
      name: 'x',
      script: grandchild,
      args: [],
      env: { PID_FILE: pidFile },
      logFile: join(folder, 'y.log'),
    };
    writeFileSync(
      parentScript,
      `const { startChild } = await import(${JSON.stringify(launcher)}); startChild(${JSON.stringify(options)});`,
    );
    const parent = spawn(process.execPath, [parentScript], { stdio: 'ignore' });
    const pid = Number(await until(() => readFileSync(pidFile, 'utf8') || false));
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
