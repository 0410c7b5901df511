import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FunctionApp } from '../../../local/functions-host/contract.ts';
import { newHome, startTestHost, type TestHost, writeApp, writeSettings } from './test-host.ts';

const { home, remove } = newHome();
afterAll(remove);

/** Nothing listens there: the triggers wait for their broker while the rest of the app runs. */
const deadBroker =
  'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true;';

describe('an ESM app', () => {
  let host: TestHost;

  beforeAll(async () => {
    const settings = {
      RELEASES: deadBroker,
      RELEASE_QUEUE: 'model-releases',
      NIGHTLY_SCHEDULE: '0 30 2 * * *',
    };
    host = await startTestHost({
      app: 'host-app-esm',
      home: join(home, 'esm'),
      settingsFile: writeSettings(home, settings),
    });
  });
  afterAll(() => host.stop());

  test('has the functions of every file its glob names, modules and CommonJS alike', () => {
    const names = host.app.functions.map(({ name }) => name).sort();
    expect(names).toEqual(['hello', 'legacy', 'nightly', 'onBatch', 'onRelease', 'onSession', 'recorded']);
  });

  test('is found by name whatever the case', () => {
    expect(host.app.find('HELLO')?.name).toBe('hello');
    expect(host.app.find('hell')).toBeUndefined();
  });

  test('has the settings of its file put in where options name them', () => {
    const trigger = (name: string): FunctionApp['functions'][number]['trigger'] =>
      host.app.find(name)!.trigger;
    expect(trigger('nightly')['schedule']).toBe('0 30 2 * * *');
    expect(trigger('onRelease')['queueName']).toBe('model-releases');
  });

  test('answers below the prefix, and with the headers, of its host.json', async () => {
    const response = await fetch(`${host.url}/v1/hello`);
    expect(await response.text()).toBe('hello world');
    expect(response.headers.get('x-served-by')).toBe('fixture');
    expect(await (await fetch(`${host.url}/v1/legacy`)).text()).toBe('from CommonJS');
    expect((await fetch(`${host.url}/api/hello`)).status).toBe(404);
  });
});

describe('a CommonJS app', () => {
  let host: TestHost;

  beforeAll(async () => {
    process.env['AzureWebJobs.guarded.Disabled'] = 'true';
    process.env['FROM_ENVIRONMENT'] = 'environment';
    const settings = { FROM_ENVIRONMENT: 'file', FROM_FILE: 'file' };
    host = await startTestHost({
      app: 'host-app-cjs',
      home: join(home, 'cjs'),
      settingsFile: writeSettings(home, settings),
    });
  });
  afterAll(async () => {
    await host.stop();
    delete process.env['AzureWebJobs.guarded.Disabled'];
    delete process.env['FROM_ENVIRONMENT'];
  });

  test('sees the settings of its file, and the environment before them', async () => {
    const read = async (name: string) => (await fetch(`${host.url}/api/setting?name=${name}`)).json();
    expect(await read('FROM_FILE')).toEqual({ value: 'file' });
    expect(await read('FROM_ENVIRONMENT')).toEqual({ value: 'environment' });
    expect(await read('WEBSITE_HOSTNAME')).toEqual({ value: `localhost:${host.port}` });
  });

  test('lacks a function that a setting disables', async () => {
    expect(host.app.find('guarded')).toBeUndefined();
    expect((await fetch(`${host.url}/api/guarded`)).status).toBe(404);
  });

  test('cannot register a function once it has started', async () => {
    expect((await fetch(`${host.url}/api/late`)).status).toBe(500);
    expect(host.entries.some(({ message }) => message.includes('"tooLate" is registered too late'))).toBe(
      true,
    );
  });

  test('can be started again in the same process, on another port', async () => {
    await host.stop();
    host = await startTestHost({ app: 'host-app-cjs', home: join(home, 'cjs') });
    expect((await fetch(`${host.url}/api/bytes`)).status).toBe(200);
  });
});

describe('an app that cannot run is refused with its reason:', () => {
  let count = 0;
  const start = (files: Record<string, string>) =>
    startTestHost({
      appDirectory: writeApp(join(home, `app-${count++}`), files),
      home: join(home, 'refused'),
    });
  const register = (call: string): string => `const { app } = require('@azure/functions');\n${call}`;
  const done = 'handler: async () => undefined';

  test.each([
    ['no file of its glob', {}, /main: no file matches "\*\.js"; build the app first/],
    ['no main', { 'package.json': '{}' }, /package\.json: main: expected a path or glob/],
    ['a package.json that is not JSON', { 'package.json': '{' }, /package\.json: is not JSON/],
    ['files without functions', { 'a.js': '' }, /1 file\(s\) loaded, but none registered a function/],
    [
      'a file that throws',
      { 'a.js': 'throw new Error("no luck")' },
      /a\.js: cannot be loaded; fix the file.*\n.*no luck/,
    ],
    ['a file with a syntax error', { 'a.js': 'const = 1;' }, /a\.js: cannot be loaded/],
    [
      'a missing package',
      { 'a.js': 'require("no-such-package")' },
      /a\.js: cannot be loaded.*\n.*no-such-package/,
    ],
    [
      'one name twice',
      {
        'a.js': register(`app.timer('x', { schedule: '0 * * * * *', ${done} }); app.get('X', { ${done} });`),
      },
      /"X" is registered twice/,
    ],
    [
      'an output binding the host has not',
      {
        'a.js': register(`const { output } = require('@azure/functions');
        app.get('x', { extraOutputs: [output.storageQueue({ queueName: 'q', connection: 'c' })], ${done} });`),
      },
      /function x: output binding type queue is not supported by the embedded host/,
    ],
    [
      'an input binding the host has not',
      {
        'a.js': register(`const { input } = require('@azure/functions');
        app.get('x', { extraInputs: [input.storageBlob({ path: 'p', connection: 'c' })], ${done} });`),
      },
      /function x: input binding type blob is not supported by the embedded host/,
    ],
    [
      'a trigger the host has not',
      { 'a.js': register(`app.storageQueue('x', { queueName: 'q', connection: 'c', ${done} });`) },
      /function x: trigger type queueTrigger is not supported by the embedded host/,
    ],
    [
      'a schedule Azure would not run',
      { 'a.js': register(`app.timer('x', { schedule: '0 0 0 L * *', ${done} });`) },
      /function x: schedule: day field "L"/,
    ],
    [
      'a setting without a value',
      { 'a.js': register(`app.timer('x', { schedule: '%NO_SUCH_SETTING%', ${done} });`) },
      /function x: schedule: %NO_SUCH_SETTING% has no value; set NO_SUCH_SETTING/,
    ],
    [
      'a connection without a setting',
      { 'a.js': register(`app.serviceBusQueue('x', { queueName: 'q', connection: 'NO_BUS', ${done} });`) },
      /function x: connection "NO_BUS": set NO_BUS to a Service Bus connection string, or NO_BUS__fullyQualifiedNamespace/,
    ],
    [
      'a route of the host',
      {
        'host.json': '{"extensions":{"http":{"routePrefix":""}}}',
        'a.js': register(`app.get('x', { route: 'admin/x', ${done} });`),
      },
      /function x: route "admin\/x" belongs to the host/,
    ],
    [
      'a route that cannot be read',
      { 'a.js': register(`app.get('x', { route: 'a/{id:prime}', ${done} });`) },
      /function x: route: unknown route constraint "prime"/,
    ],
    [
      'a retry policy that cannot be read',
      {
        'a.js': register(
          `app.timer('x', { schedule: '0 * * * * *', retry: { strategy: 'sometimes', maxRetryCount: 1 }, ${done} });`,
        ),
      },
      /function x: retry\.retryStrategy/,
    ],
    [
      'a host.json with wrong values',
      {
        'a.js': register(`app.get('x', { ${done} });`),
        'host.json': '{"version":"3.0","functionTimeout":"soon","extensions":{"http":{"routePrefix":7}}}',
      },
      /host\.json: 3 values are wrong:\n {2}version: expected "2\.0", got "3\.0"\n {2}functionTimeout: expected a duration such as "00:05:00", or "-1", got "soon"\n {2}extensions\.http\.routePrefix: .*number.*got 7/,
    ],
  ])('%s', async (_what, files, message) => {
    await expect(start(files as Record<string, string>)).rejects.toThrow(message);
  });

  test('after a refusal HOME and the port are free again', async () => {
    await expect(start({})).rejects.toThrow('build the app first');
    const host = await startTestHost({ app: 'host-app-cjs', home: join(home, 'refused') });
    expect((await fetch(`${host.url}/api/bytes`)).status).toBe(200);
    await host.stop();
  });
});
