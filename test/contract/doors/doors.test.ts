/** What a page in the user's browser, or anybody who sends bytes, gets from each server of the local cloud. */
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalCloud, launchLocalCloud } from '../../../local/launch/local-cloud.ts';
import {
  type Attack,
  type Door,
  knock,
  listDoors,
  listenersOf,
  ownName,
  sendBytes,
  serviceBusPort,
  statusOf,
} from './servers.ts';

const modelsFolder = fileURLToPath(new URL('../../fixtures/tiny-model/models', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'ratchet-doors-'));
let local: LocalCloud;
let doors: readonly Door[];
/** Those that may be entered without ending the test. */
let harmless: readonly Door[];

beforeAll(async () => {
  local = await launchLocalCloud({ home, modelsFolder });
  doors = listDoors(local.cloud(), local.hostUrl);
  harmless = doors.filter((door) => !door.path.endsWith('/shutdown'));
}, 120_000);
afterAll(async () => {
  await local?.stop();
  rmSync(home, { recursive: true, force: true });
});

const hostState = () => JSON.parse(readFileSync(join(home, 'host', 'host.json'), 'utf8')) as { pid: number };

/** 0 where the system does not tell. */
function residentBytes(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Refused for who sends it: by the guard, not by the key that is missing as well. */
const foreign: readonly Attack[] = [
  { name: 'under the name of a page that points here', host: (port) => `evil.example:${port}` },
  { name: 'under a name that begins like ours', host: (port) => `127.0.0.1.evil.example:${port}` },
  { name: 'under a name that ends like ours', host: (port) => `evil-localhost:${port}` },
  { name: 'under our address written otherwise', host: (port) => `2130706433:${port}` },
  { name: 'under our name without the port', host: () => 'localhost' },
  { name: 'under our name with another port', host: (port) => `127.0.0.1:${port === 80 ? 81 : 80}` },
  {
    name: 'for another place, under our name',
    target: (port, path) => `http://evil.example:${port}${path}`,
  },
  { name: 'by a page', headers: () => ({ origin: 'http://evil.example' }) },
  { name: 'by a page without an origin', headers: () => ({ origin: 'null' }) },
  { name: 'by a page of another port here', headers: () => ({ origin: 'http://localhost:1' }) },
  {
    name: 'by a page of the other scheme',
    headers: (door) => ({ origin: `${door.tls ? 'http' : 'https'}://${ownName(door)}` }),
  },
  { name: 'by what a browser calls another site', headers: () => ({ 'sec-fetch-site': 'cross-site' }) },
  { name: 'by what a browser calls the same site', headers: () => ({ 'sec-fetch-site': 'same-site' }) },
  {
    name: 'by a form that opens a window',
    headers: () => ({
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    }),
  },
];

describe.each(foreign)('a request $name', (attack) => {
  test('enters no server', async () => {
    for (const door of doors) {
      const answer = await knock(door, attack);
      expect(statusOf(answer), `${door.name}: ${answer}`).toBe(403);
      expect(answer, door.name).toMatch(/"message":"(?:Host|Origin|Sec-Fetch-Site): /);
    }
  });
});

const simpleTypes = [
  'text/plain',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  '',
];

test.each(simpleTypes)('a body of type "%s", which pages send unasked, is taken nowhere', async (type) => {
  for (const door of doors) {
    const answer = await knock(door, { name: type, headers: () => ({ 'content-type': type }) });
    const noHook = door.name.endsWith('signed hook') && statusOf(answer) === 404;
    expect(statusOf(answer), `${door.name}: ${answer}`).toBe(noHook ? 404 : 415);
  }
});

test('a body beyond every limit is refused before any of it has come', async () => {
  // At once: each door waits a moment for what is not sent, before it closes.
  const knocks = harmless.map(async (door) => {
    const attack: Attack = {
      name: 'endless',
      headers: () => ({ 'content-length': String(8 * 2 ** 30) }),
    };
    return { door, answer: await knock(door, attack) };
  });
  for (const { door, answer } of await Promise.all(knocks)) {
    expect(statusOf(answer), `${door.name}: ${answer}`).toBeGreaterThanOrEqual(400);
    expect(statusOf(answer), `${door.name}: ${answer}`).toBeLessThan(500);
  }
});

test('stalled bodies of many megabytes on the anonymous hook hold no memory', async () => {
  const { pid } = hostState();
  const before = residentBytes(pid);
  const hook = doors.find((door) => door.name.endsWith('signed hook'))!;
  const megabyte = Buffer.alloc(2 ** 20, ' ');
  const heads = ['content-length: 99614720', 'transfer-encoding: chunked'];
  const answers = heads.flatMap((head) =>
    Array.from({ length: 8 }, async () => {
      const lines = [
        `POST ${hook.path} HTTP/1.1`,
        `host: ${ownName(hook)}`,
        'content-type: application/json',
        head,
      ];
      const size = head.startsWith('transfer') ? '5f00000\r\n' : '';
      // Three of its megabytes come; the rest never does.
      const begun = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${size}`);
      return sendBytes(hook, Buffer.concat([begun, megabyte, megabyte, megabyte]));
    }),
  );
  for (const answer of await Promise.all(answers)) expect(statusOf(answer)).toBe(413);
  expect(residentBytes(pid) - before).toBeLessThan(150 * 2 ** 20);
});

test('bytes that are no request end their connection, and every server lives on', async () => {
  for (const door of doors) {
    for (const bytes of [
      'hello\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'AMQP\0\x01\0\0\r\n\r\n',
    ]) {
      expect(await sendBytes(door, bytes), door.name).toMatch(/^(?:HTTP\/1\.1 400 |$)/);
    }
    if (door.tls) {
      const plain = await sendBytes(
        { port: door.port, tls: false },
        'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      );
      expect(plain.replace(/[^ -~]/g, ''), door.name).not.toMatch(/ 2\d\d /);
    }
  }
});

test('the same request under the server’s own name passes every guard', async () => {
  for (const door of harmless) {
    for (const host of [`127.0.0.1:${door.port}`, `LOCALHOST:${door.port}`, `[::1]:${door.port}`]) {
      const scheme = door.tls ? 'https' : 'http';
      const headers = (): Record<string, string> => ({
        origin: `${scheme}://${host}`,
        'sec-fetch-site': 'same-origin',
      });
      const answer = await knock(door, { name: 'own', host: () => host, headers });
      expect(answer, door.name).not.toMatch(/"message":"(?:Host|Origin|Sec-Fetch-Site|content-type): /);
      expect(statusOf(answer), `${door.name}: ${answer}`).toBeLessThan(500);
    }
  }
});

describe('Service Bus', () => {
  const greeting = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1');

  test.each([
    ['a request of a browser', 'POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\nhello'],
    ['a greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['another protocol version', 'AMQP\x00\x09\x09\x09'],
    ['zeros', '\0'.repeat(64)],
  ])('ends the connection that sends %s', async (_what, bytes) => {
    const answer = await sendBytes(
      { port: serviceBusPort(local.cloud()), tls: false },
      Buffer.from(bytes, 'latin1'),
    );
    expect(answer).not.toContain('HTTP');
  });

  test('answers the greeting of its own protocol, and ends the connection that begins a frame of gigabytes', async () => {
    const port = serviceBusPort(local.cloud());
    const socket = connect(port, '127.0.0.1');
    const answers: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => answers.push(bytes)).on('error', () => undefined);
    const closed = once(socket, 'close');
    socket.write(greeting);
    await once(socket, 'data');
    expect(Buffer.concat(answers).subarray(0, 8)).toEqual(greeting);
    socket.write(Buffer.from('7fffffff02000000', 'hex'));
    await closed;
  });
});

test.runIf(process.platform === 'linux')(
  'nothing listens that is not tried here, and all on loopback alone',
  () => {
    const listeners = listenersOf([local.cloud().pid, hostState().pid]);
    const tried = new Set([...doors.map(({ port }) => port), serviceBusPort(local.cloud())]);
    expect(new Set(listeners.map(({ port }) => port))).toEqual(tried);
    expect(new Set(listeners.map(({ address }) => address))).toEqual(new Set(['0100007F']));
  },
);

test('a server is opened by the guarded way alone', () => {
  const files = globSync('local/**/*.ts', { cwd: fileURLToPath(new URL('../../..', import.meta.url)) });
  expect(files.length).toBeGreaterThan(100);
  const openers = files.filter((file) => {
    const text = readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');
    return /\bcreate(?:Tls|Secure)?Server\(|\.listen\(/.test(text);
  });
  // Service Bus speaks no HTTP; free-port listens for a moment, and answers nobody; reach opens again what was open.
  expect(openers.sort()).toEqual([
    'local/http/listen.ts',
    'local/launch/free-port.ts',
    'local/reach.ts',
    'local/service-bus/broker.ts',
    'local/service-bus/index.ts',
  ]);
});

test('every server still answers, and none but by the machine itself', async () => {
  expect((await fetch(`${local.cloud().control}/status`)).status).toBe(200);
  expect((await fetch(`${local.hostUrl}/admin/host/ping`)).status).toBe(200);
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  if (outside === undefined) return;
  for (const { port } of doors) {
    await expect(fetch(`http://${outside.address}:${port}/`)).rejects.toThrow();
  }
});
