import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadRequestError } from './request.ts';

/** The caller went away before its request was complete: there is nobody to answer. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';
}

/** As the platform's: 100 MB. */
export const requestLimitBytes = 100 * 1024 * 1024;

/** Passes a body on as it comes, and breaks off as soon as it is longer than `limitBytes`. */
export async function* streamBody(message: IncomingMessage, limitBytes: number): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length > limitBytes) throw tooLarge(limitBytes);
    yield chunk;
  }
}

function tooLarge(limitBytes: number): BadRequestError {
  return new BadRequestError(413, `the body is longer than ${limitBytes} bytes`);
}

/** Reads a body, and stops as soon as it is longer than `limitBytes`. */
export function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(message.headers['content-length'] ?? 0) > limitBytes)
    return Promise.reject(tooLarge(limitBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        message.removeAllListeners('data').pause();
        reject(tooLarge(limitBytes));
      }
    });
    message.once('end', () => resolve(Buffer.concat(chunks, length)));
    message.once('error', (error) => reject(new CallerGoneError(error.message)));
    message.once('close', () => {
      if (!message.complete) reject(new CallerGoneError('closed before the body was complete'));
    });
  });
}

/** How long a caller has to take an answer that came before its request was complete. */
export const lingerMs = 2000;

/**
 * Ends a connection whose request was not read to its end. Closing at once would reset it, and the caller, still
 * sending, would lose the answer: what it sends is thrown away for a moment first.
 */
export function closeAfterAnswer(message: IncomingMessage, response: ServerResponse): void {
  if (message.complete) return;
  const timeout = setTimeout(() => message.destroy(), lingerMs);
  response.once('finish', () => message.resume());
  message.once('close', () => clearTimeout(timeout));
}
