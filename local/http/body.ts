/**
 * Reading request bodies, and ending a connection whose body was not read.
 *
 * Invariants
 * 1. A body that says it is longer than the limit is refused before a byte of it is taken; one that turns out to be, as
 *    soon as it is.
 * 2. Bodies on their way hold no more memory together than their budget, however many there are.
 * 3. A caller that waits for `100 Continue` is asked for its body only when somebody reads it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from './request-error.ts';

/** The caller went away before its request was complete: there is nobody to answer. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';
}

/** Answers whose callers wait for `100 Continue` before they send the body. */
const awaited = new WeakMap<IncomingMessage, ServerResponse>();

/** Keeps a request of the server event `checkContinue` waiting until its body is read. */
export function awaitReader(message: IncomingMessage, response: ServerResponse): void {
  awaited.set(message, response);
}

function letCome(message: IncomingMessage, limitBytes: number): void {
  if (Number(message.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  awaited.get(message)?.writeContinue();
  awaited.delete(message);
}

function tooLarge(limitBytes: number): RequestError {
  return new RequestError(
    413,
    `the body is longer than ${limitBytes} bytes, the most that is accepted here; send less`,
  );
}

/** Passes a body on as it comes, and breaks off as soon as it is longer than `limitBytes`. */
export async function* streamBody(message: IncomingMessage, limitBytes: number): AsyncGenerator<Buffer> {
  letCome(message, limitBytes);
  let length = 0;
  // Whoever breaks off still answers on this connection.
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > limitBytes) throw tooLarge(limitBytes);
    yield chunk;
  }
}

/** What bodies that are still on their way may hold together. */
export class BodyBudget {
  #leftBytes: number;

  constructor(totalBytes: number) {
    this.#leftBytes = totalBytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#leftBytes) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#leftBytes += bytes;
  }
}

/** All bodies that are on their way to the servers of this process. */
const ofThisProcess = new BodyBudget(256 * 1024 * 1024);

/**
 * Reads a body. Rejects with a RequestError: 413 where it is longer than `limitBytes`, 503 where there is no room for it
 * beside the bodies that come at the same time.
 */
export async function readBody(
  message: IncomingMessage,
  limitBytes: number,
  budget = ofThisProcess,
): Promise<Buffer> {
  letCome(message, limitBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  const refuseChunk = (chunk: Buffer): RequestError | null => {
    if (length + chunk.length > limitBytes) return tooLarge(limitBytes);
    return budget.take(chunk.length) ? null : noRoom;
  };
  try {
    await new Promise<void>((resolve, reject) => {
      message.on('data', (chunk: Buffer) => {
        const refusal = refuseChunk(chunk);
        if (refusal === null) {
          length += chunk.length;
          chunks.push(chunk);
        } else {
          message.removeAllListeners('data').pause();
          reject(refusal);
        }
      });
      message.once('end', resolve);
      whenGone(message, reject);
    });
    return Buffer.concat(chunks, length);
  } finally {
    budget.giveBack(length);
    chunks.length = 0;
  }
}

const noRoom = new RequestError(
  503,
  'too many request bodies are being received at once; send this one again later',
);

function whenGone(message: IncomingMessage, reject: (error: CallerGoneError) => void): void {
  message.once('error', (error) => reject(new CallerGoneError(error.message)));
  message.once('close', () => {
    if (!message.complete) reject(new CallerGoneError('closed before the body was complete'));
  });
}
/** How long a caller has to take an answer that came before its request was complete. */
export const lingerMs = 2000;

/**
 * Ends a connection whose request was not read to its end, once the answer is out. Closing at once would reset it, and
 * the caller, still sending, would lose the answer: what it sends is thrown away for a moment first, and the answer's
 * end waits for that. Call it before the answer's head is written.
 */
export function closeAfterAnswer(message: IncomingMessage, response: ServerResponse): void {
  if (message.complete) return;
  response.setHeader('connection', 'close');
  // Node closes the connection as soon as the answer has ended.
  const end = response.end;
  response.end = ((chunk?: Uint8Array | string) => {
    response.end = end;
    if (chunk === undefined) response.flushHeaders();
    else response.write(chunk);
    void throwAway(message).then(() => response.end());
    return response;
  }) as ServerResponse['end'];
}

/** Resolves when the rest of a body has come, or will not come in time. */
function throwAway(message: IncomingMessage): Promise<void> {
  // A caller that was never asked for its body sends none.
  if (awaited.delete(message) || message.complete || message.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, lingerMs);
    const stop = (): void => {
      clearTimeout(timeout);
      resolve();
    };
    message.once('end', stop).once('close', stop).once('error', stop).resume();
  });
}
