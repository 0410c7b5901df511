/** Whatever is sent, the host answers with something other than a failure of its own, and lives on. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newHome, sendRaw, startTestHost, statusOf, type TestHost } from './test-host.ts';

const { home, remove } = newHome();
let host: TestHost;

beforeAll(async () => {
  host = await startTestHost({ app: 'host-app-cjs', home });
});
afterAll(async () => {
  await host.stop();
  remove();
});
afterEach(async () => {
  expect((await fetch(`${host.url}/api/bytes`)).status).toBe(200);
  expect(host.entries.filter(({ message }) => message.startsWith('the host failed'))).toEqual([]);
});

const roots = [
  '/',
  '/api/echo/',
  '/api/items/',
  '/admin/functions/',
  '/runtime/webhooks/eventgrid',
  '/durabletask/instances/',
];

describe('malformed requests', () => {
  test.each([
    ['that are no HTTP', 'hello\r\n\r\n', 400],
    ['that are TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['of no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['of a host with a user', 'GET /api/echo HTTP/1.1\r\nHost: a:b@c\r\n\r\n', 400],
    ['of a host that is none', 'GET /api/echo HTTP/1.1\r\nHost: <script>\r\n\r\n', 400],
    ['with a bad percent-encoding', 'GET /api/echo/%zz HTTP/1.1\r\nHost: SELF\r\n\r\n', 400],
    ['with a path that is not UTF-8', 'GET /api/echo/%ff%fe HTTP/1.1\r\nHost: SELF\r\n\r\n', 400],
    ['with a zero byte in the path', 'GET /api/echo/%00 HTTP/1.1\r\nHost: SELF\r\n\r\n', 400],
    ['for another scheme', 'GET ftp://SELF/api/echo HTTP/1.1\r\nHost: SELF\r\n\r\n', 400],
    [
      'with two lengths',
      'POST /api/echo HTTP/1.1\r\nHost: SELF\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
    ],
    [
      'with a length and chunks',
      'POST /api/echo HTTP/1.1\r\nHost: SELF\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'with a chunk of no size',
      'POST /api/echo HTTP/1.1\r\nHost: SELF\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    [
      'with headers beyond measure',
      `GET / HTTP/1.1\r\nHost: SELF\r\nx-big: ${'a'.repeat(40_000)}\r\n\r\n`,
      431,
    ],
    ['with a path beyond measure', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: SELF\r\n\r\n`, 431],
    [
      'with an expectation nobody knows',
      'POST /api/echo HTTP/1.1\r\nHost: SELF\r\nExpect: miracles\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
      417,
    ],
  ])('%s are refused', async (_what, bytes, status) => {
    const answer = await sendRaw(
      host.port,
      bytes.includes('Connection')
        ? bytes
        : bytes.replace('Host: SELF\r\n', 'Host: SELF\r\nConnection: close\r\n'),
    );
    expect(statusOf(answer)).toBe(status);
  });

  test('for another place by a double slash stay paths of this host', async () => {
    const answer = await sendRaw(
      host.port,
      'GET //elsewhere.example/api/echo HTTP/1.1\r\nHost: SELF\r\nConnection: close\r\n\r\n',
    );
    expect(statusOf(answer)).toBe(404);
  });

  test('in absolute form are answered as what they name', async () => {
    const answer = await sendRaw(
      host.port,
      'GET http://SELF/api/bytes HTTP/1.1\r\nHost: SELF\r\nConnection: close\r\n\r\n',
    );
    expect(statusOf(answer)).toBe(200);
  });

  test('that ask for an upgrade are answered as plain requests', async () => {
    const answer = await sendRaw(
      host.port,
      'GET /api/bytes HTTP/1.1\r\nHost: SELF\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n',
    );
    expect(statusOf(answer)).toBe(200);
  });
});

test('a method nobody registered is not found', async () => {
  for (const method of ['TRACE', 'PROPFIND', 'PURGE']) {
    const answer = await sendRaw(
      host.port,
      `${method} /api/echo HTTP/1.1\r\nHost: SELF\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(404);
  }
});

test.each([
  'POST /admin/local/shutdown',
  'POST /runtime/webhooks/eventgrid?functionName=onEvent',
  'POST /runtime/webhooks/durabletask/instances/x/terminate',
  'POST /durabletask/instances/x/terminate',
])('%s is refused when a page in a browser sends it', async (target) => {
  const rest = 'Content-Length: 0\r\nConnection: close\r\n\r\n';
  const byOrigin = `${target} HTTP/1.1\r\nHost: SELF\r\nOrigin: http://evil.example\r\n${rest}`;
  expect(statusOf(await sendRaw(host.port, byOrigin))).toBe(403);
  const byName = `${target} HTTP/1.1\r\nHost: evil.example\r\n${rest}`;
  expect(statusOf(await sendRaw(host.port, byName))).toBe(403);
});

const token = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.!~$'), minLength: 1, maxLength: 20 });
const pathChars = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'abc/%2e%2f%00..;:@{}[]|\\^`"<>*?#&=+~\u00ff'),
    fc.constantFrom('%2e%2e/', '%252f', '%c3%a9', '%ff', '//', '/../'),
  ),
  maxLength: 60,
});
const headerValue = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});

test('any path, method, header and body is answered below 500', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'LOCK'),
      fc.constantFrom(...roots),
      pathChars,
      fc.array(fc.tuple(token, headerValue), { maxLength: 6 }),
      fc.uint8Array({ maxLength: 200 }),
      async (method, root, path, headers, body) => {
        const head = [
          `${method} ${root}${path} HTTP/1.1`,
          'Host: localhost',
          'Connection: close',
          `Content-Length: ${body.length}`,
        ];
        for (const [name, value] of headers) head.push(`x${name}: ${value}`);
        const bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
        const status = statusOf(await sendRaw(host.port, bytes));
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);

test('any bytes at all end in an answer below 500 or a closed connection', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
      const answer = await sendRaw(host.port, Buffer.concat([bytes, Buffer.from('\0\r\n\r\n')]));
      if (answer !== '') expect(statusOf(answer)).toBeLessThan(500);
    }),
    { numRuns: 100 },
  );
}, 60_000);

test('any body on the webhook is answered below 500', async () => {
  const event = fc.record({ id: fc.string(), data: fc.jsonValue() }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.array(event).map((events) => JSON.stringify(events)),
      ),
      fc.constantFrom('Notification', 'SubscriptionValidation', 'Unsubscribe', ''),
      fc.constantFrom(
        'application/json',
        'application/cloudevents+json',
        'application/cloudevents-batch+json',
        'text/plain',
        '§',
      ),
      async (body, eventType, contentType) => {
        const bytes = Buffer.from(body);
        const head = [
          'POST /runtime/webhooks/eventgrid?functionName=onEvent HTTP/1.1',
          'Host: localhost',
          'Connection: close',
          `aeg-event-type: ${eventType}`,
          `content-type: ${contentType}`,
          `content-length: ${bytes.length}`,
        ];
        const request = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
        expect(statusOf(await sendRaw(host.port, request))).toBeLessThan(500);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);
