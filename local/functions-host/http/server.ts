/**
 * The one HTTP server of the host.
 *
 * Owns: reading requests and writing answers, whatever a caller sends; counting each exchange as work.
 * Does not own: what is answered (the handler), routes, nor who may call at all (local/http).
 *
 * Invariants
 * 1. No request ends the process or leaves a caller without an answer while it still listens for one.
 * 2. A malformed request gets a 4xx here and reaches no handler. A 5xx means a function or the host failed.
 * 3. An exchange counts as work from its first byte read to its last byte written, unless its path is exempt.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Work } from '../../clock/work.ts';
import { CallerGoneError, closeAfterAnswer, readBody, streamBody } from '../../http/body.ts';
import { anyBodies } from '../../http/guard.ts';
import { listenOnLoopback } from '../../http/listen.ts';
import { RequestError } from '../../http/request-error.ts';
import { errorDetail, LocalError } from '../../process/local-error.ts';
import type { Log } from '../../process/log.ts';
import { holdWork, type WorkHold } from '../work-hold.ts';
import { type HostRequest, parseRequest } from './request.ts';

export interface Exchange {
  readonly request: HostRequest;
  /** The work this exchange counts as. */
  readonly hold: WorkHold;
  /** Rejects with RequestError 413 when the body is longer, 503 when too many come at once. */
  readBody(limitBytes: number): Promise<Buffer>;
  /** The body as it comes, for a handler that passes it on. Fails like `readBody`. */
  streamBody(limitBytes: number): AsyncIterable<Buffer>;
  readonly message: IncomingMessage;
  /** Aborted when the caller has gone before its answer was whole. */
  readonly gone: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | string | Readable;
}

interface ServerOptions {
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

export async function startServer(options: ServerOptions): Promise<HttpServer> {
  const { port, stop, serve } = await listenOnLoopback({ port: options.port, bodies: anyBodies }).catch(
    (error) => {
      throw toListenError(error, options.port);
    },
  );
  serve((message, response) => void exchange(options, message, response));
  return { port, close: stop };
}

function toListenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new LocalError(
    'port-in-use',
    `port ${port} is in use; stop the program that uses it, or choose another port with --port`,
    error,
  );
}

async function exchange(
  options: ServerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exempt = options.isExempt(message.url ?? '');
  const hold = exempt ? { pause() {}, resume() {}, end() {} } : holdWork(options.work);
  const gone = new AbortController();
  response.once('close', () => {
    hold.end();
    if (response.writableFinished) return;
    options.log(
      'debug',
      `${message.method} ${pathOnly(message.url)}: the caller disconnected before its response was complete`,
    );
    gone.abort();
  });
  response.on('error', () => undefined);
  try {
    const request = parseRequest(message);
    const answer = await options.handle({
      request,
      hold,
      message,
      gone: gone.signal,
      readBody: (limitBytes) => readBody(message, limitBytes),
      streamBody: (limitBytes) => streamBody(message, limitBytes),
    });
    await send(message, response, answer);
  } catch (error) {
    await sendFailure(options.log, message, response, error);
  }
}

async function sendFailure(
  log: Log,
  message: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): Promise<void> {
  if (error instanceof CallerGoneError || response.destroyed) return void response.destroy();
  if (response.headersSent) {
    log('error', `a response was cut short: ${errorDetail(error)}`);
    return void response.destroy();
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  if (error instanceof RequestError) {
    const later: Record<string, string> = error.status === 503 ? { 'retry-after': '1' } : {};
    await send(message, response, jsonAnswer(error.status, { error: error.message }, later));
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
  const { body } = answer;
  if (typeof body === 'object' && !(body instanceof Uint8Array)) return pipeline(body, response);
  const bytes = Buffer.from(body ?? '');
  if (!bodiless.has(answer.status)) response.setHeader('content-length', bytes.length);
  response.end(bodiless.has(answer.status) || message.method === 'HEAD' ? undefined : bytes);
}
