/** Requests and answers in JSON, as the emulated services have them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallerGoneError, closeAfterAnswer, readBody } from './body.ts';
import { RequestError } from './request-error.ts';
import { ServiceError } from './service-error.ts';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a Buffer as plain text; absent means no body. */
  readonly body?: unknown;
}

/** What Resource Manager takes, too. */
const bodyLimitBytes = 4 * 1024 * 1024;

export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, bodyLimitBytes).catch((error: unknown) => {
    if (error instanceof RequestError) throw new ServiceError(error.status, error.code, error.message);
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
