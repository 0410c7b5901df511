/** An app that takes and gives HTTP bodies as streams. */
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, send, startTestHost, type TestHost, until, writeApp } from './test-host.ts';

const { home, remove } = newHome();
let host: TestHost;

beforeAll(async () => {
  const appDirectory = writeApp(join(home, 'app'), {
    'app.js': `
      const { app, HttpResponse } = require('@azure/functions');
      app.setup({ enableHttpStream: true });
      app.post('upper', { authLevel: 'anonymous', route: 'upper/{name}', handler: async (request) => ({
        status: 203,
        headers: { 'x-name': request.params.name, 'x-seen': request.headers.get('x-test') ?? '' },
        body: request.body.pipeThrough(new TransformStream({
          transform: (chunk, to) => to.enqueue(Buffer.from(Buffer.from(chunk).toString().toUpperCase())),
        })),
      }) });
      app.get('params', { authLevel: 'anonymous', route: 'params/{name}/{rest?}', handler: async (request) => ({
        body: JSON.stringify({ params: request.params, query: [...request.query] }),
      }) });
      const noted = globalThis.streamNotes ??= { endless: [], cancelled: 0 };
      const endless = () => new ReadableStream({
        pull: (to) => { noted.read = (noted.read ?? 0) + 65536; to.enqueue(new Uint8Array(65536)); },
        cancel: () => { noted.cancelled++; },
      });
      app.get('endless', { authLevel: 'anonymous', handler: async () => ({ body: endless() }) });
      app.get('endlessResponse', { authLevel: 'anonymous', handler: async () => new HttpResponse({ body: endless() }) });
      app.post('patient', { authLevel: 'anonymous', handler: async (request) => {
        try { for await (const chunk of request.body) noted.heard = String(chunk); noted.end = 'whole'; }
        catch (error) { noted.end = 'gone'; }
        return {};
      } });
      app.get('nothing', { authLevel: 'anonymous', handler: async () => undefined });
      app.get('throws', { authLevel: 'anonymous', handler: async () => { throw new Error('the stream broke'); } });
    `,
  });
  host = await startTestHost({ appDirectory, home: join(home, 'host') });
});
afterAll(async () => {
  await host.stop();
  remove();
});

test('a body is answered while it still comes', async () => {
  const outgoing = request(`${host.url}/api/upper/ann?q=1`, { method: 'POST', headers: { 'x-test': 'yes' } });
  outgoing.write('first ');
  const incoming = await new Promise<NodeJS.ReadableStream & { statusCode?: number; headers: object }>(
    (resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject);
    },
  );
  expect(incoming.statusCode).toBe(203);
  expect(incoming.headers).toMatchObject({ 'x-name': 'ann', 'x-seen': 'yes' });
  const chunks: string[] = [];
  incoming.on('data', (chunk) => chunks.push(String(chunk)));
  await until('the first part has come back', () => chunks.join('') === 'FIRST ');
  outgoing.end('second');
  await new Promise((resolve) => incoming.once('end', resolve));
  expect(chunks.join('')).toBe('FIRST SECOND');
});

test('every query parameter but the key is among the parameters, and a route value wins over one of its name', async () => {
  const { body } = await send(`${host.url}/api/params/ann?q=1&name=eve&q=2&code=secret&CODE=x`);
  const { params, query } = JSON.parse(body);
  expect(Object.entries(params).sort()).toEqual([
    ['name', 'ann'],
    ['q', '1,2'],
  ]);
  expect(query).toContainEqual(['q', '2']);
});

test('a function that returned nothing answers 204, one that threw 500', async () => {
  expect((await send(`${host.url}/api/nothing`)).status).toBe(204);
  const broken = await send(`${host.url}/api/throws`);
  expect([broken.status, broken.body]).toEqual([500, '']);
  expect(host.entries.some(({ message }) => message.includes('the stream broke'))).toBe(true);
  await until('nothing is under way', () => host.work.busy === 0);
});

interface StreamNotes {
  cancelled: number;
  read?: number;
  heard?: string;
  end?: string;
}
const notes = (): StreamNotes => (globalThis as unknown as { streamNotes: StreamNotes }).streamNotes;

test.each(['endless', 'endlessResponse'])(
  'the stream of %s is read no faster than its caller takes it, and cancelled when the caller goes',
  async (route) => {
    const { cancelled, read = 0 } = notes();
    const outgoing = request(`${host.url}/api/${route}`);
    outgoing.on('error', () => undefined).end();
    const incoming = await new Promise<IncomingMessage>((resolve) => outgoing.once('response', resolve));
    incoming.pause();
    // The caller takes nothing: what is read stays within what the sockets on the way and the host hold.
    await until('some is read', () => (notes().read ?? 0) > read);
    for (let asked = 0; asked < 50; asked++) {
      expect((await send(`${host.url}/api/nothing`)).status).toBe(204);
    }
    expect((notes().read ?? 0) - read).toBeLessThan(64 * 1024 * 1024);
    outgoing.destroy();
    await until('the stream is cancelled', () => notes().cancelled === cancelled + 1);
    await until('nothing is under way', () => host.work.busy === 0);
  },
);

test('a function that reads a body hears that its caller has gone', async () => {
  const outgoing = request(`${host.url}/api/patient`, { method: 'POST' });
  outgoing.on('error', () => undefined);
  outgoing.write('first');
  await until('the first part is heard', () => notes().heard !== undefined);
  outgoing.destroy();
  await until('the function hears the end', () => notes().end === 'gone');
  await until('nothing is under way', () => host.work.busy === 0);
});
