import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newHome, send, startTestHost, type TestHost } from './test-host.ts';

interface StoredKeys {
  masterKey: string;
  hostKeys: Record<string, string>;
  systemKeys: Record<string, string>;
  functionKeys: Record<string, Record<string, string>>;
}

const { home, remove } = newHome();
let host: TestHost;
let keys: StoredKeys;

beforeAll(async () => {
  host = await startTestHost({ app: 'host-app-cjs', home, keys: true });
  keys = JSON.parse(readFileSync(join(home, 'keys.json'), 'utf8'));
});
afterAll(async () => {
  await host.stop();
  remove();
});

const status = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> =>
  (await fetch(`${host.url}${path}`, { method, headers })).status;

test('the key file is for its owner alone', () => {
  expect(statSync(join(home, 'keys.json')).mode & 0o777).toBe(0o600);
});

test('an anonymous function asks for no key', async () => {
  expect(await status('/api/bytes')).toBe(200);
});

describe('a function of level function', () => {
  test('opens for its own key, a host key and the master key, in the header or the query', async () => {
    for (const key of [keys.functionKeys['locked']!['default']!, keys.hostKeys['default']!, keys.masterKey]) {
      expect(await status('/api/locked', { 'x-functions-key': key })).toBe(200);
      expect(await status(`/api/locked?code=${encodeURIComponent(key)}`)).toBe(200);
    }
  });

  test('stays shut for no key, an empty one, another function, a system key and a key cut short', async () => {
    expect(await status('/api/locked')).toBe(401);
    expect(await status('/api/locked?code=')).toBe(401);
    const wrong = [
      keys.functionKeys['echo']!['default']!,
      keys.systemKeys['eventgrid_extension']!,
      keys.masterKey.slice(0, -1),
      `${keys.masterKey}x`,
      'default',
    ];
    for (const key of wrong) expect(await status('/api/locked', { 'x-functions-key': key })).toBe(401);
  });
});

test('a function of level admin, and the admin paths, open for the master key alone', async () => {
  for (const path of ['/api/guarded', '/admin/functions', '/admin/host/status', '/admin/local/clock']) {
    expect(await status(path)).toBe(401);
    expect(await status(path, { 'x-functions-key': keys.hostKeys['default']! })).toBe(401);
    expect(await status(path, { 'x-functions-key': keys.masterKey })).toBe(200);
  }
  expect(await status('/admin/host/ping')).toBe(200);
});

test('the Event Grid webhook opens for its system key and the master key', async () => {
  const path = '/runtime/webhooks/eventgrid?functionName=onEvent';
  const unsubscribe = { 'aeg-event-type': 'Unsubscribe' };
  expect(await status(path, unsubscribe, 'POST')).toBe(401);
  expect(await status(`${path}&code=${keys.systemKeys['durabletask_extension']}`, unsubscribe, 'POST')).toBe(
    401,
  );
  expect(await status(`${path}&code=${keys.systemKeys['eventgrid_extension']}`, unsubscribe, 'POST')).toBe(
    202,
  );
  expect(await status(`${path}&code=${keys.masterKey}`, unsubscribe, 'POST')).toBe(202);
});

describe('the durable webhooks', () => {
  test('are shut without a key, yet the links handed out carry it and the app reaches them without', async () => {
    const started = await send(`${host.url}/api/greet/ann`, { method: 'POST' });
    expect(started.status).toBe(202);
    const links = JSON.parse(started.body) as Record<string, string>;
    const link = links['statusQueryGetUri']!;
    expect(new URL(link).searchParams.get('code')).toBe(keys.systemKeys['durabletask_extension']);
    const shut = new URL(link);
    shut.searchParams.delete('code');
    expect((await fetch(shut)).status).toBe(401);
    let state: { runtimeStatus: string; output: unknown };
    do state = (await (await fetch(link)).json()) as typeof state;
    while (state.runtimeStatus === 'Pending' || state.runtimeStatus === 'Running');
    expect(state).toMatchObject({ runtimeStatus: 'Completed', output: 'ANN!' });
  });

  test('keep a link whole that the runtime itself answers with', async () => {
    const code = keys.systemKeys['durabletask_extension'];
    const root = `${host.url}/runtime/webhooks/durabletask`;
    const started = await send(`${root}/orchestrators/greet?code=${code}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '"bob"',
    });
    expect(started.status).toBe(202);
    expect((await fetch(String(started.headers['location']))).status).toBeLessThan(300);
  });

  test('are not to be had by guessing at the root the app uses', async () => {
    for (const path of ['instances/', 'x/instances/', `${'A'.repeat(32)}/instances/`, '']) {
      expect((await send(host.url, { path: `/durabletask/${path}` })).status).toBe(404);
    }
  });
});
