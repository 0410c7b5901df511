import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newHome, send, sendRaw, startTestHost, statusOf, type TestHost, until } from './test-host.ts';

const { home, remove } = newHome();
let host: TestHost;

beforeAll(async () => {
  host = await startTestHost({ app: 'host-app-cjs', home });
});
afterAll(async () => {
  await host.stop();
  remove();
});

const api = (path: string): string => `${host.url}/api/${path}`;

describe('a request', () => {
  test('reaches the function with its method, url, parameters, query, headers and body', async () => {
    const response = await fetch(api('echo/a/b%20c?q=1&q=2&r='), {
      method: 'POST',
      headers: { 'x-test': 'yes' },
      body: '{"z":1}',
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({
      method: 'POST',
      url: `${host.url}/api/echo/a/b%20c?q=1&q=2&r=`,
      rest: 'a/b c',
      query: [
        ['q', '1,2'],
        ['r', ''],
      ],
      header: 'yes',
      body: '{"z":1}',
    });
  });

  test('may come in chunks of unknown length', async () => {
    const answer = await sendRaw(
      host.port,
      'POST /api/echo HTTP/1.1\r\nHost: SELF\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    );
    expect(statusOf(answer)).toBe(201);
    expect(answer).toContain('"body":"abcde"');
  });

  test('may wait for leave to send its body', async () => {
    const outgoing = request(api('echo'), {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 2 },
    });
    outgoing.flushHeaders();
    await new Promise((resolve) => outgoing.once('continue', resolve));
    outgoing.end('ok');
    const status = await new Promise((resolve) =>
      outgoing.once('response', (incoming) => resolve(incoming.resume().statusCode)),
    );
    expect(status).toBe(201);
  });

  test('with a wrong method is not found, like one for an unknown path', async () => {
    expect((await fetch(api('nothing'), { method: 'POST' })).status).toBe(404);
    expect((await fetch(api('no/such/route'))).status).toBe(404);
    expect((await fetch(`${host.url}/echo`)).status).toBe(404);
  });

  test('may be a HEAD, and is answered without the body', async () => {
    const response = await send(api('bytes'), { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers['content-length']).toBe('4');
    expect(response.body).toBe('');
  });

  test('may have headers called like parts of an object', async () => {
    const answer = await sendRaw(
      host.port,
      'GET /api/echo?__proto__=1&constructor=2 HTTP/1.1\r\nHost: SELF\r\n__proto__: a\r\nconstructor: b\r\nx-test: c\r\nConnection: close\r\n\r\n',
    );
    expect(statusOf(answer)).toBe(201);
    expect(answer).toContain('"header":"c"');
  });
});

describe('a route', () => {
  test.each([
    ['items/7', { route: 'id', id: '7' }],
    ['items/7/wheel', { route: 'id', id: '7', part: 'wheel' }],
    ['items/seven', { route: 'name', name: 'seven' }],
    ['ITEMS/Seven/', { route: 'name', name: 'Seven' }],
    ['items/special', { route: 'literal' }],
  ])('%s finds the function whose template fits most closely', async (path, expected) => {
    expect(await (await fetch(api(path))).json()).toEqual(expected);
  });

  test('that fits no constraint is not found', async () => {
    expect((await fetch(api('items/7b'))).status).toBe(404);
    expect((await fetch(api('items/99999999999'))).status).toBe(404);
  });

  test('keeps an encoded slash inside one value', async () => {
    const { rest } = (await (await fetch(api('echo/a%2Fb/c'))).json()) as { rest: string };
    expect(rest).toBe('a%2Fb/c');
  });
});

describe('an answer', () => {
  test('carries headers and cookies', async () => {
    const response = await fetch(api('echo'));
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.getSetCookie()).toEqual(['c=d%20e; Path=/; Secure; HttpOnly; SameSite=None']);
  });

  test('carries bytes unchanged, and a stream as one body', async () => {
    expect([...new Uint8Array(await (await fetch(api('bytes'))).arrayBuffer())]).toEqual([0, 255, 1, 254]);
    expect(await (await fetch(api('stream'))).text()).toBe('ab');
  });

  test('of a function that returned nothing is 204', async () => {
    const response = await fetch(api('nothing'));
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  test('of a function that threw is 500, empty, and logged with the invocation', async () => {
    const response = await fetch(api('throws'));
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
    const entry = host.entries.find(({ message }) => message.includes('the handler broke'));
    expect(entry).toMatchObject({ level: 'error', function: 'throws' });
    expect(entry?.invocationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('that would smuggle a header is 500', async () => {
    const response = await fetch(api('badHeader'));
    expect(response.status).toBe(500);
    expect(response.headers.has('x')).toBe(false);
  });

  test('reaches the log on the level it was written at', async () => {
    await fetch(api('logs'));
    const lines = host.entries
      .filter((entry) => entry.function === 'logs')
      .map(({ level, message }) => [level, message]);
    expect(lines).toEqual([
      ['debug', 'at trace'],
      ['debug', 'at debug'],
      ['info', 'at info formatted'],
      ['warn', 'at warn'],
      ['error', 'at error'],
    ]);
  });
});

describe('hooks', () => {
  test('may replace the handler before an invocation', async () => {
    const response = await fetch(api('echo'), { headers: { 'x-hook': 'replace' } });
    expect([response.status, await response.text()]).toEqual([299, 'replaced']);
  });

  test('may turn a failure into a result after it, with what the hook before kept', async () => {
    const response = await fetch(api('throws'), { headers: { 'x-hook': 'mend' } });
    expect([response.status, await response.text()]).toEqual([200, 'mended after true']);
  });

  test('run at the start of the app', async () => {
    expect(await host.recorded('hook')).toContain('appStart');
  });
});

describe('a body', () => {
  const limit = 100 * 1024 * 1024;

  test('announced as too long is refused before it is sent', async () => {
    const answer = await sendRaw(
      host.port,
      `POST /api/echo HTTP/1.1\r\nHost: SELF\r\nContent-Length: ${limit + 1}\r\n\r\nabc`,
    );
    expect(statusOf(answer)).toBe(413);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  test('that grows too long on the way is refused, and its sender learns why', async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    const outgoing = request(api('echo'), { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    const status = new Promise((resolve, reject) => {
      outgoing.once('response', (incoming) => resolve(incoming.resume().statusCode));
      outgoing.once('error', reject);
    });
    let sent = 0;
    const push = (): void => {
      while (sent <= limit && outgoing.write(chunk)) sent += chunk.length;
      sent += chunk.length;
      if (sent <= limit + 2 * chunk.length) outgoing.once('drain', push);
      else outgoing.end();
    };
    push();
    expect(await status).toBe(413);
  });

  test('of the greatest length is taken', async () => {
    const response = await fetch(api('echo'), { method: 'POST', body: Buffer.alloc(8 * 1024 * 1024) });
    expect(((await response.json()) as { body: number }).body).toBe(8 * 1024 * 1024);
  });

  test('that breaks off in the middle leaves the host at rest', async () => {
    const outgoing = request(api('echo'), { method: 'POST', headers: { 'content-length': 100 } });
    outgoing.on('error', () => undefined);
    outgoing.write('abc');
    await until('the request is under way', () => host.work.busy > 0);
    outgoing.destroy();
    await until('nothing is under way', () => host.work.busy === 0);
    expect(host.entries.filter(({ message }) => message.startsWith('the host failed'))).toEqual([]);
  });
});

test('an exchange counts as work until it is answered', async () => {
  const before = host.work.begun;
  const answer = fetch(api('slow?ms=50'));
  await until('the request is under way', () => host.work.busy > 0);
  await (await answer).text();
  await until('nothing is under way', () => host.work.busy === 0);
  expect(host.work.begun).toBeGreaterThan(before);
});
