/** What holds for any server that is opened the guarded way. */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { BodyBudget, closeAfterAnswer, readBody } from '../../../local/http/body.ts';
import { anyBodies } from '../../../local/http/guard.ts';
import { type Loopback, listenOnLoopback } from '../../../local/http/listen.ts';
import { RequestError } from '../../../local/http/request-error.ts';
import { statusOf } from './servers.ts';

const limitBytes = 1000;
let loopback: Loopback;
let heldBytes: number[];
afterEach(() => loopback.stop());

/** Reads bodies, and remembers what each held when it was answered or given up. */
async function open(requestTimeoutMs?: number, budget?: BodyBudget): Promise<void> {
  heldBytes = [];
  loopback = await listenOnLoopback({
    port: 0,
    bodies: anyBodies,
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
  });
  loopback.serve(async (request, response) => {
    try {
      const body = await readBody(request, limitBytes, budget);
      heldBytes.push(body.length);
      response.end(String(body.length));
    } catch (error) {
      if (!(error instanceof RequestError)) return void response.destroy();
      closeAfterAnswer(request, response);
      response.writeHead(error.status, { 'content-length': error.message.length }).end(error.message);
    }
  });
}

function begin(head: string): Socket {
  const socket = connect(loopback.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${loopback.port}\r\n${head}\r\n\r\n`);
  return socket;
}

test.each(['Content-Length: 900', 'Transfer-Encoding: chunked'])(
  'a body that stalls (%s) is ended with 408',
  async (head) => {
    await open(100);
    const socket = begin(head);
    socket.write('5\r\nhello');
    expect(statusOf(await text(socket))).toBe(408);
    expect(heldBytes).toEqual([]);
  },
);

test('headers that stall are ended with 408', async () => {
  await open(100);
  const socket = connect(loopback.port, '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${loopback.port}\r\nX-Slow: `);
  expect(statusOf(await text(socket))).toBe(408);
});

test('a body that says it is too long is refused before it comes, and one that waits to be asked is not asked', async () => {
  await open();
  expect(statusOf(await text(begin(`Content-Length: ${limitBytes + 1}`)))).toBe(413);
  const waiting = await text(begin(`Content-Length: ${limitBytes + 1}\r\nExpect: 100-continue`));
  expect(statusOf(waiting)).toBe(413);
});

test('a body that turns out to be too long is refused as soon as it is', async () => {
  await open();
  const socket = begin('Transfer-Encoding: chunked');
  socket.write(`${(limitBytes + 1).toString(16)}\r\n${'x'.repeat(limitBytes + 1)}`);
  expect(statusOf(await text(socket))).toBe(413);
  expect(heldBytes).toEqual([]);
});

test.each(['a length', 'chunks'])(
  'a caller that sends on and on, with %s, still gets its answer',
  async (how) => {
    await open();
    const bytes = 30_000_000;
    const answer = await fetch(loopback.origin, {
      method: 'POST',
      body: how === 'a length' ? Buffer.alloc(bytes) : new Blob([Buffer.alloc(bytes)]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(await answer.text()).toMatch(/^the body is longer than 1000 bytes/);
  },
);

test('a body of the longest length is taken, asked for or not', async () => {
  await open();
  const asked = begin(`Content-Length: ${limitBytes}\r\nConnection: close\r\nExpect: 100-continue`);
  asked.once('data', () => asked.write('x'.repeat(limitBytes)));
  expect(await text(asked)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  const unasked = begin(`Content-Length: ${limitBytes}\r\nConnection: close`);
  unasked.write('x'.repeat(limitBytes));
  expect(statusOf(await text(unasked))).toBe(200);
  expect(heldBytes).toEqual([limitBytes, limitBytes]);
});

test('bodies that are on their way hold no more together than their budget, and give it back', async () => {
  await open(undefined, new BodyBudget(1500));
  const head = `Content-Length: ${limitBytes}\r\nConnection: close`;
  const first = begin(head);
  const second = begin(head);
  const half = 'x'.repeat(limitBytes / 2);
  for (const socket of [first, second]) socket.write(half);
  first.write(half);
  expect(statusOf(await text(first))).toBe(200);
  const greedy = [begin(head), begin(head)].map((socket) => ({ socket, answer: text(socket) }));
  for (const { socket } of greedy) socket.write('x'.repeat(600));
  const refused = await Promise.race(greedy.map((each) => each.answer.then(() => each)));
  expect(statusOf(await refused.answer)).toBe(503);
  const taken = greedy.find((each) => each !== refused)!;
  taken.socket.write('x'.repeat(limitBytes - 600));
  expect(statusOf(await taken.answer)).toBe(200);
  second.write(half);
  expect(statusOf(await text(second))).toBe(200);
});

test('a request that comes before there is a handler waits for it', async () => {
  loopback = await listenOnLoopback({ port: 0, bodies: anyBodies });
  const answer = fetch(loopback.origin);
  loopback.serve((_request, response) => response.end('here'));
  expect(await (await answer).text()).toBe('here');
});
