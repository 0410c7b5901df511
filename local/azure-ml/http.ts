import type { IncomingMessage, ServerResponse } from 'node:http';
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
  const declaredBytes = Number(request.headers['content-length'] ?? 0);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  if (declaredBytes <= bodyLimitBytes) {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > bodyLimitBytes) break;
      chunks.push(chunk);
    }
  }
  if (Math.max(sizeBytes, declaredBytes) > bodyLimitBytes) {
    const message = `The request body is larger than ${bodyLimitBytes} bytes; send less.`;
    throw new ServiceError(413, 'RequestEntityTooLarge', message, { connection: 'close' });
  }
  const text = Buffer.concat(chunks).toString('utf8');
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

export function send(response: ServerResponse, reply: Reply): void {
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
