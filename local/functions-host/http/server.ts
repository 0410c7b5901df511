/**
 * The one HTTP server of the host.
 *
 * Owns: reading requests and writing answers, whatever a caller sends; counting each exchange as work.
 * Does not own: what is answered (the handler), nor routes.
 *
 * Invariants
 * 1. No request ends the process or leaves a caller without an answer while it still listens for one.
 * 2. A malformed request gets a 4xx here and reaches no handler. A 5xx means a function or the host failed.
 * 3. An exchange counts as work from its first byte read to its last byte written, unless its path is exempt.
 */
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Work } from '../../clock/work.ts';
import { errorDetail, LocalError } from '../../process/local-error.ts';
import type { Log } from '../../process/log.ts';
import { holdWork, type WorkHold } from '../work-hold.ts';
import { CallerGoneError, closeAfterAnswer, lingerMs, readBody, streamBody } from './body.ts';
import { BadRequestError, type HostRequest, parseRequest } from './request.ts';

export interface Exchange {
  readonly request: HostRequest;
  /** The work this exchange counts as. */
  readonly hold: WorkHold;
  /** Rejects with BadRequestError 413 when the body is longer. */
  readBody(limitBytes: number): Promise<Buffer>;
  /** The body as it comes, for a handler that passes it on. Fails like `readBody`. */
  streamBody(limitBytes: number): AsyncIterable<Buffer>;
  readonly message: IncomingMessage;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | string | Readable;
}

export interface ServerOptions {
  readonly port: number;
  readonly work: Work;
  readonly log: Log;
  handle(exchange: Exchange): Promise<Answer>;
  /** Paths whose exchanges are not work: the launcher's own questions. */
  isExempt(path: string): boolean;
}

export interface HttpServer {
  readonly port: number;
  /** Takes no more connections, lets answers under way finish for `graceMs`, then closes what is left. */
  close(graceMs: number): Promise<void>;
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

const maxHeaderBytes = 32 * 1024;

export async function startServer(options: ServerOptions): Promise<HttpServer> {
  const server = createServer({ maxHeaderSize: maxHeaderBytes, keepAliveTimeout: 65_000 });
  const serve = (message: IncomingMessage, response: ServerResponse): void =>
    void exchange(options, message, response);
  server.on('request', serve);
  server.on('checkContinue', (message, response) => {
    awaitsContinue.add(message);
    serve(message, response);
  });
  server.on('clientError', refuse);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(toListenError(error, options.port)));
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timeout = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timeout);
    },
  };
}

function toListenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new LocalError(
    'port-in-use',
    `port ${port} is in use; stop what listens there, or give another with --port`,
    error,
  );
}

/** Requests whose caller waits for `100 Continue` before it sends the body. */
const awaitsContinue = new WeakSet<IncomingMessage>();

async function exchange(
  options: ServerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exempt = options.isExempt(message.url ?? '');
  const hold = exempt ? { pause() {}, resume() {}, end() {} } : holdWork(options.work);
  response.once('close', () => hold.end());
  response.on('error', () => undefined);
  try {
    const request = parseRequest(message);
    const answer = await options.handle({
      request,
      hold,
      message,
      readBody: (limitBytes) => {
        letBodyCome(message, response, limitBytes);
        return readBody(message, limitBytes);
      },
      streamBody: (limitBytes) => {
        letBodyCome(message, response, limitBytes);
        return streamBody(message, limitBytes);
      },
    });
    await send(message, response, answer);
  } catch (error) {
    await sendFailure(options.log, message, response, error);
  }
}

function letBodyCome(message: IncomingMessage, response: ServerResponse, limitBytes: number): void {
  const fits = Number(message.headers['content-length'] ?? 0) <= limitBytes;
  if (fits && awaitsContinue.delete(message)) response.writeContinue();
}

async function sendFailure(
  log: Log,
  message: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): Promise<void> {
  if (error instanceof CallerGoneError || response.destroyed) return void response.destroy();
  if (response.headersSent) {
    log('error', `an answer broke off: ${errorDetail(error)}`);
    return void response.destroy();
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  if (error instanceof BadRequestError) {
    await send(message, response, jsonAnswer(error.status, { error: error.message }));
  } else {
    log('error', `the host failed on ${message.method} ${pathOnly(message.url)}: ${errorDetail(error)}`);
    await send(message, response, { status: 500 });
  }
}

/** Queries may hold keys: they are never logged. */
function pathOnly(target = ''): string {
  return target.split('?', 1)[0]!.slice(0, 200);
}

const bodiless = new Set([204, 205, 304]);

async function send(message: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  closeAfterAnswer(message, response);
  if (!message.complete) response.setHeader('connection', 'close');
  const { body } = answer;
  if (typeof body === 'object' && !(body instanceof Uint8Array)) return pipeline(body, response);
  const bytes = Buffer.from(body ?? '');
  if (!bodiless.has(answer.status)) response.setHeader('content-length', bytes.length);
  response.end(bodiless.has(answer.status) || message.method === 'HEAD' ? undefined : bytes);
}

/** Answers bytes that are not a request at all. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.setTimeout(lingerMs, () => socket.destroy());
}
