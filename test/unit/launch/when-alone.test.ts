import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';

const file = new URL('../../../local/launch/when-alone.ts', import.meta.url).href;
/** Lives for a minute unless it is left alone; says so, and that it is ready. */
const program = `
  const { whenAlone } = await import(${JSON.stringify(file)});
  whenAlone(() => { console.log('alone'); process.exit(); });
  setTimeout(() => {}, 60_000);
  console.log('ready');
`;
/** Starts the program, and ends only when it is killed: as the shell between npm and a command. */
const between = `
  const { spawn } = await import('node:child_process');
  spawn(process.execPath, ['--input-type=module', '--eval', process.env.PROGRAM], { stdio: ['ignore', 'inherit', 'inherit'] }).once('exit', () => process.exit());
  setTimeout(() => {}, 60_000);
`;
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function start(code: string, stdio: 'ipc' | 'ignore', env: Record<string, string> = {}) {
  const { npm_command: _, ...rest } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...rest, PROGRAM: program, ...env },
    stdio: ['ignore', 'pipe', 'inherit', stdio],
  });
  started.push(child);
  let printed = '';
  child.stdout!.on('data', (chunk) => {
    printed += chunk;
  });
  const isReady = async () => {
    while (!printed.includes('ready')) await once(child.stdout!, 'data');
  };
  return { child, isReady, printed: () => printed, closed: once(child.stdout!, 'close') };
}

describe('a process whose starter is gone', () => {
  it('is told where the channel to it closes', async () => {
    const { child, isReady, printed, closed } = start(program, 'ipc');
    await isReady();
    child.disconnect();
    await closed;
    expect(printed()).toBe('ready\nalone\n');
  });

  it.skipIf(process.platform === 'win32')(
    'is told where the shell between it and npm has ended',
    async () => {
      const { child, isReady, printed, closed } = start(between, 'ignore', { npm_command: 'exec' });
      await isReady();
      child.kill('SIGKILL');
      await closed;
      expect(printed()).toBe('ready\nalone\n');
    },
  );

  it.skipIf(process.platform !== 'linux')('is told where npm has ended, and the shell has not', async () => {
    const npm = `process.title = 'npm exec program'; ${between.replace('process.env.PROGRAM', JSON.stringify(between))}`;
    const { child, isReady, printed, closed } = start(npm, 'ignore', { npm_command: 'exec' });
    await isReady();
    child.kill('SIGKILL');
    await closed;
    expect(printed()).toBe('ready\nalone\n');
  });
});
