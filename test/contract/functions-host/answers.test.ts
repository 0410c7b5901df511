/** Bodies that are longer than may be, to the app and from it, and callers that do not wait. */
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, send, startTestHost, type TestHost, until, writeApp, writeSettings } from './test-host.ts';

const { home, remove } = newHome();
let host: TestHost;

beforeAll(async () => {
  const appDirectory = writeApp(join(home, 'app'), {
    'app.js': `
      const { app } = require('@azure/functions');
      const df = require('durable-functions');
      const endless = () => new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1 << 20)) });
      app.get('endless', { authLevel: 'anonymous', handler: async () => ({ body: endless() }) });
      app.get('short', { authLevel: 'anonymous', handler: async () => ({
        body: ReadableStream.from(['a', 'b'].map((text) => Buffer.from(text))), headers: { 'x-mine': 'kept' },
      }) });
      df.app.orchestration('length', function* (context) { return context.df.getInput().length; });
      df.app.orchestration('waits', function* (context) { yield context.df.waitForExternalEvent('go'); });
    `,
  });
  const settingsFile = writeSettings(home, { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(20 * 1024 * 1024) });
  host = await startTestHost({ appDirectory, home: join(home, 'host'), settingsFile });
});
afterAll(async () => {
  await host.stop();
  remove();
});

const start = (text: string, query = '?timeout=60', name = 'length') =>
  send(`${host.url}/runtime/webhooks/durabletask/orchestrators/${name}${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(text),
  });

test('an answer that never ends is broken off, while the host goes on with its work', async () => {
  const endless = send(`${host.url}/api/endless`);
  expect((await send(`${host.url}/api/short`)).body).toBe('ab');
  expect((await endless).status).toBe(500);
  expect(host.entries.some(({ message }) => /longer than 104857600 bytes.*stream it/.test(message))).toBe(
    true,
  );
});

test('an answer given as a stream comes whole, with its headers', async () => {
  const { status, headers, body } = await send(`${host.url}/api/short`);
  expect([status, headers['x-mine'], body]).toEqual([200, 'kept', 'ab']);
});

test("an orchestration's input may be as long as the setting for request bodies says", async () => {
  const length = 18 * 1024 * 1024;
  expect(await start('x'.repeat(length))).toMatchObject({ status: 200, body: String(length) });
  const tooLong = await start('x'.repeat(20 * 1024 * 1024));
  expect(tooLong.status).toBe(413);
  expect(tooLong.body).toContain('longer than 20971520 bytes');
});

test('a caller that waits for an end and goes is waited for no longer', async () => {
  const outgoing = request(
    `${host.url}/runtime/webhooks/durabletask/orchestrators/waits/left-alone?timeout=600`,
    { method: 'POST' },
  );
  outgoing.on('error', () => undefined).end();
  const status = `${host.url}/runtime/webhooks/durabletask/instances/left-alone`;
  await until('it has begun', async () => (await send(status)).body.includes('"Running"'));
  outgoing.destroy();
  await until('nothing is under way', () => host.work.busy === 0);
  expect(
    host.entries.some(({ message }) => message.includes('the caller disconnected before its response')),
  ).toBe(true);
});
