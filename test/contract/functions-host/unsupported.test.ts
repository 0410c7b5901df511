/** Functions that the real host has a part for and this one has not. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readArguments } from '../../../local/functions-host/arguments.ts';
import { newHome, send, startTestHost, writeApp } from './test-host.ts';

const { home, remove } = newHome();
afterAll(remove);

const appDirectory = writeApp(join(home, 'app'), {
  'app.js': `
    const { app, output } = require('@azure/functions');
    app.get('works', { authLevel: 'anonymous', handler: async () => ({ body: 'yes' }) });
    app.storageQueue('queue', { queueName: 'q', connection: 'S', handler: async () => undefined });
    app.storageBlob('scan', { path: 'c/{name}', connection: 'S', handler: async () => undefined });
    app.get('out', {
      authLevel: 'anonymous',
      return: output.http({}),
      extraOutputs: [output.storageQueue({ queueName: 'q', connection: 'S' })],
      handler: async () => ({}),
    });
  `,
});

test('are refused at the start, with the name, what there is, and how to go on', async () => {
  await expect(startTestHost({ appDirectory, home: join(home, 'strict') })).rejects.toThrow(
    /function queue: trigger type queueTrigger is not supported .* which supports httptrigger, .*--skip-unsupported/,
  );
});

test('are left out with a warning each where that is asked for, and the rest runs', async () => {
  const host = await startTestHost({ appDirectory, home: join(home, 'lenient'), skipUnsupported: true });
  try {
    expect(host.app.functions.map(({ name }) => name)).toEqual(['works']);
    expect((await send(`${host.url}/api/works`)).body).toBe('yes');
    expect((await send(`${host.url}/api/out`)).status).toBe(404);
    const warnings = host.entries.filter(({ level }) => level === 'warn').map(({ message }) => message);
    expect(warnings).toEqual([
      expect.stringMatching(/^left out: function queue: trigger type queueTrigger/),
      expect.stringMatching(/^left out: function scan: source: the embedded host does not scan containers/),
      expect.stringMatching(/^left out: function out: output binding type queue/),
    ]);
  } finally {
    await host.stop();
  }
});

test('the option is off unless it is given', () => {
  const base = ['--app', 'a', '--home', 'h'];
  expect(readArguments(base)).toMatchObject({ skipUnsupported: false });
  expect(readArguments([...base, '--skip-unsupported'])).toMatchObject({ skipUnsupported: true });
});
