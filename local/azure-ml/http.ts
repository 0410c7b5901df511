import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallerGoneError, closeAfterAnswer, readBody } from '../http/body.ts';
import { RequestError } from '../http/request-error.ts';
import { ServiceError } from './errors.ts';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a Buffer as plain text; absent means no body. */
  readonly body?: unknown;
}

export interface Request {
  readonly method: string;
  /** Decoded path segments are taken from it by match.ts; this is as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON, or undefined when there was no body. */
  readonly body: unknown;
  /** `https://localhost:PORT`: what links back to this server begin with. */
  readonly origin: string;
}

/** What Resource Manager takes, too. */
export const bodyLimitBytes = 4 * 1024 * 1024;

export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, bodyLimitBytes).catch((error: unknown) => {
    if (error instanceof RequestError) throw new ServiceError(413, 'RequestEntityTooLarge', error.message);
    if (error instanceof CallerGoneError) throw new ServiceError(400, 'RequestAborted', error.message);
    throw error;
  });
  const text = body.toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServiceError(
      400,
      'InvalidRequestContent',
      `The request body is not JSON: ${(error as Error).message}`,
    );
  }
}

export function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  response.on('error', () => undefined);
  closeAfterAnswer(request, response);
  if (reply.body instanceof Uint8Array) {
    response.writeHead(reply.status, { 'content-type': 'text/plain; charset=utf-8', ...reply.headers });
    response.end(reply.body);
  } else if (reply.body === undefined) {
    response.writeHead(reply.status, { 'content-length': '0', ...reply.headers });
    response.end();
  } else {
    response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8', ...reply.headers });
    response.end(JSON.stringify(reply.body));
  }
}

/** The error body of Resource Manager, which the artifact routes use, too. */
export function armErrorReply(error: ServiceError): Reply {
  const { status, code, message, headers } = error;
  return {
    status,
    headers,
    body: { error: { code, message, target: null, details: [], additionalInfo: [] } },
  };
}
