/**
 * The one way a process of this machine opens an HTTP port.
 *
 * Owns: the port, the guard before every request, how long a request may take to arrive, bytes that are no request.
 * Does not own: what is answered (the handler).
 *
 * Invariants
 * 1. Only loopback is listened on, and no request passes the guard (guard.ts) unasked.
 * 2. A request that does not arrive in time is ended: headers and bodies that stall hold nothing for long.
 * 3. A request that comes before there is a handler waits for it.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { awaitReader, closeAfterAnswer, lingerMs } from './body.ts';
import { type BodyTypes, refuseBody, refuseCaller } from './guard.ts';
import { type RequestError, refusalBody } from './request-error.ts';

interface LoopbackOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly bodies: BodyTypes;
  /** How long a request may take to arrive, body and all. Default 30 s. */
  readonly requestTimeoutMs?: number;
}

export interface Loopback {
  readonly port: number;
  /** `http://127.0.0.1:PORT`; `https://localhost:PORT`, the certificate's name, with TLS. */
  readonly origin: string;
  /** Answers requests from now on, and those that have waited. */
  serve(handler: RequestListener): void;
  /** Takes no more connections, lets answers under way finish for `graceMs` (default 0), then closes what is left. */
  stop(graceMs?: number): Promise<void>;
}

const maxHeaderBytes = 32 * 1024;
const longestHeadersMs = 10_000;
const longestRequestMs = 30_000;
/** Each may hold a request's head while it waits; what comes beyond is closed at once. */
const mostConnections = 4096;
/** Longer than any client here lets a connection idle: one that the server closes first may lose a request. */
const keepAliveMs = 120_000;

/** Rejects with the system's error where the port is taken. */
export async function listenOnLoopback(options: LoopbackOptions): Promise<Loopback> {
  const server = create(options);
  server.maxConnections = mostConnections;
  const handler = Promise.withResolvers<RequestListener>();
  const serve: RequestListener = (request, response) =>
    void handler.promise.then((handle) => handle(request, response));
  server.on('request', serve);
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
    awaitReader(message, response);
    server.emit('request', message, response);
  });
  guardServer(server, options.tls ? 'https' : 'http', options.bodies);
  server.on('clientError', refuseBytes);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    serve: handler.resolve,
    async stop(graceMs = 0) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timeout = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timeout);
    },
  };
}

function create({ tls, requestTimeoutMs = longestRequestMs }: LoopbackOptions): Server {
  const limits = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: Math.min(longestHeadersMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, requestTimeoutMs),
    keepAliveTimeout: keepAliveMs,
  };
  return tls ? createTlsServer({ ...limits, key: tls.key, cert: tls.cert }) : createServer(limits);
}

/** Puts the guard before whatever answers a server's requests so far. */
export function guardServer(server: Server, scheme: 'http' | 'https', bodies: BodyTypes): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    const address = { scheme, port: message.socket.localPort ?? 0 };
    const refusal = refuseCaller(message, address) ?? refuseBody(message, bodies);
    if (refusal !== null) sendRefusal(message, response, refusal);
    else for (const listener of listeners) listener(message, response);
  });
}

function sendRefusal(message: IncomingMessage, response: ServerResponse, refusal: RequestError): void {
  response.on('error', () => undefined);
  closeAfterAnswer(message, response);
  const body = Buffer.from(JSON.stringify(refusalBody(refusal)));
  response.writeHead(refusal.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  response.end(body);
}

/** Answers bytes that are not a request at all, and requests that did not arrive in time. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.setTimeout(lingerMs, () => socket.destroy());
}
